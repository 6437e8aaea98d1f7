// How a retry is recognised. Two questions are asked of each way out of a loop: is it taken when something that was
// tried succeeded, and does it look at a count or a clock? A loop is a retry if success leaves it and failure does not;
// it is bounded if some way out, or its condition, looks at a count or a clock. What is tried is told by its name and
// by what happens around it: `while (!connect())` tries, `while (!is_ready())` waits for a state, `while (!pop(job))`
// takes the next one.
#include "collect/retry_loop.h"
#include "collect/constants.h"
#include "collect/retry_outcome.h"

#include <clang/AST/ExprCXX.h>

namespace plumbline {

// What waits until somebody at the terminal, or a child process, is done; `stream`: only of the standard input.
static bool asks_somebody(const clang::CallExpr& call) {
  static constexpr llvm::StringLiteral children[] = {"waitpid", "wait3", "wait4", "waitid"};
  static constexpr llvm::StringLiteral humans[] = {"getchar", "getchar_unlocked", "readline", "getpass", "getch"};
  static constexpr llvm::StringLiteral streams[] = {"fgets", "fgetc", "getc", "getline", "fscanf"};
  const llvm::StringRef name = name_of(call.getDirectCallee());
  const auto is_input = [](const clang::Expr* argument) {
    const clang::ValueDecl* stream = value_named_by(argument);
    return stream && (name_of(stream) == "stdin" || name_of(stream) == "cin");
  };
  return llvm::is_contained(children, name) || llvm::is_contained(humans, name) || name == "scanf" ||
         (llvm::is_contained(streams, name) && llvm::any_of(call.arguments(), is_input));
}

static bool asks_somebody(const clang::Stmt* statement) {
  if (!statement || llvm::isa<clang::LambdaExpr>(statement)) return false;
  if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(statement); call && asks_somebody(*call))
    return true;
  return llvm::any_of(statement->children(), [](const clang::Stmt* child) { return asks_somebody(child); });
}

// pool.wakeup.wait_for(lock, 1s), pthread_cond_timedwait(…): without a predicate of its own.
static bool waits_for_others(const clang::CallExpr& call) {
  const clang::FunctionDecl* callee = call.getDirectCallee();
  const llvm::StringRef name = name_of(callee);
  if (name == "pthread_cond_timedwait" || name == "cnd_timedwait") return true;
  const clang::CXXMethodDecl* method = llvm::dyn_cast_or_null<clang::CXXMethodDecl>(callee);
  return method && (name == "wait_for" || name == "wait_until") && call.getNumArgs() == 2 &&
         name_of(method->getParent()).contains_insensitive("cond");
}

namespace {

class Loop : LoopSurvey {
 public:
  // `around`: the function's name. `each`: a range-for's variable.
  Loop(CollectContext& context, const clang::Expr* condition, const clang::Expr* increment, const clang::Stmt& body,
       llvm::StringRef around, const clang::VarDecl* each = nullptr)
      : LoopSurvey(context, condition, increment, body), outcomes(*this, around) {
    item = each;
    if (item) changed.insert(item);
  }

  // `label`: that of a loop made by goto; its body ends with the last goto to it.
  std::optional<RetryLoop> read(const clang::LabelDecl* label = nullptr) {
    if (interrupted || unreadable || steps(condition)) return std::nullopt;
    const clang::CallExpr* attempt = label ? outcomes.going_back(*label) : outcomes.leaving();
    if (!attempt || drains() || is_driven(*attempt) || is_attended(*attempt)) return std::nullopt;
    RetryLoop loop;
    loop.attempt = called_name(*attempt);
    describe_bound(*this, outcomes, *attempt, loop);
    if (!loop.bounded && waits_for_work()) return std::nullopt;
    loop.stop_flag = stop_flag();
    describe_pause(*this, outcomes.pauses_after_failure(), loop);
    return loop;
  }

 private:
  // do { if (in.write_line(line)) break; } while ((last = bring_more()) == ok): each round has something new.
  bool is_driven(const clang::CallExpr& attempt) const {
    const clang::CallExpr* driver = outcomes.driver();
    return driver && driver != &attempt;
  }

  // do { if (too_many() && try_leave()) return; wakeup.wait_for(lock, 1s); } while (queue.empty());
  bool waits_for_work() {
    if (!condition || !stop_in(condition).empty() ||
        llvm::none_of(pauses, [](const clang::CallExpr* pause) { return waits_for_others(*pause); }))
      return false;
    const clang::CallExpr* before = outcomes.judged;
    const bool asks_attempt = outcomes.of(condition) != 0;
    outcomes.judged = before;
    return !asks_attempt;
  }

  // while (mount(…) < 0) { perror("mount"); login_shell(); }: somebody repairs it before it is tried again.
  bool is_attended(const clang::CallExpr& attempt) const {
    return pauses.empty() && llvm::any_of(calls, [&](const clang::CallExpr* call) {
             const clang::FunctionDecl* callee = call->getDirectCallee();
             if (call == &attempt || !callee) return false;
             return asks_somebody(*call) ||
                    (context.is_ours(callee->getLocation()) && callee->hasBody() && asks_somebody(callee->getBody()));
           });
  }

  // while (next(&iterator)), while ((line = read_line(file))): on to the next one, not again.
  bool steps(const clang::Expr* asked) const {
    asked = plain_value(asked);
    if (const clang::UnaryOperator* unary = llvm::dyn_cast_or_null<clang::UnaryOperator>(asked))
      return unary->getOpcode() == clang::UO_LNot && steps(unary->getSubExpr());
    if (const clang::BinaryOperator* operation = llvm::dyn_cast_or_null<clang::BinaryOperator>(asked))
      return steps(operation->getOpcode() == clang::BO_Assign ? operation->getRHS() : operation->getLHS());
    const clang::CallExpr* call = call_of(asked);
    return call && has_word(called_name(*call), {"next", "pop", "dequeue", "readdir", "fgets", "getline", "shift"});
  }

  // while (!queue.empty()) { item = queue.front(); queue.pop(); send(item); }: each time round another item, and fewer.
  // What is taken away only where an attempt succeeded stays for the next round.
  bool drains() {
    if (!condition) return false;
    llvm::DenseSet<const clang::ValueDecl*> asked;
    names_in(condition, asked);
    // while (Item* item = pop(queue)): the variable's name stands for the condition.
    for (const clang::ValueDecl* name : asked)
      if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(name);
          variable && variable->hasInit() && condition->getBeginLoc() == variable->getLocation())
        if (const clang::CallExpr* call = call_of(variable->getInit()); call && takes_away(called_name(*call)))
          return true;
    return llvm::any_of(removals, [&](const std::pair<const clang::CallExpr*, Place>& removal) {
      llvm::DenseSet<const clang::ValueDecl*> from;
      names_in(removal.first, from);
      const clang::CallExpr* before = outcomes.judged;
      const bool after_success = outcomes.succeeds(removal.second);
      outcomes.judged = before;
      return !after_success && llvm::any_of(from, [&](const clang::ValueDecl* name) { return asked.contains(name); });
    });
  }
  static void names_in(const clang::Stmt* statement, llvm::DenseSet<const clang::ValueDecl*>& names) {
    if (!statement) return;
    if (const clang::Expr* expression = llvm::dyn_cast<clang::Expr>(statement))
      if (const clang::ValueDecl* name = value_named_by(expression)) names.insert(name);
    for (const clang::Stmt* child : statement->children()) names_in(child, names);
  }

  // The name of a stop flag in an expression, or "".
  static llvm::StringRef stop_in(const clang::Stmt* statement) {
    if (!statement) return {};
    llvm::StringRef name;
    if (const clang::Expr* expression = llvm::dyn_cast<clang::Expr>(statement)) {
      if (const clang::ValueDecl* variable = value_named_by(expression)) name = name_of(variable);
      if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression))
        name = name_of(call->getDirectCallee());
      if (!name.empty() && speaks_of_stopping(name)) return name;
    }
    for (const clang::Stmt* child : statement->children())
      if (llvm::StringRef found = stop_in(child); !found.empty()) return found;
    return {};
  }

  std::string stop_flag() const {
    if (llvm::StringRef name = stop_in(condition); !name.empty()) return name.str();
    for (const Way& way : ways)
      for (const Guard& guard : way.at.guards)
        if (llvm::StringRef name = stop_in(guard.condition); !name.empty()) return name.str();
    return {};
  }

  Outcomes outcomes;
};

} // namespace

std::optional<RetryLoop> retry_in(CollectContext& context, const clang::Expr* condition, const clang::Expr* increment,
                                  const clang::Stmt& body, llvm::StringRef around) {
  return Loop(context, condition, increment, body, around).read();
}

std::optional<RetryLoop> retry_over(CollectContext& context, const clang::CXXForRangeStmt& loop,
                                    llvm::StringRef around) {
  return Loop(context, nullptr, nullptr, *loop.getBody(), around, loop.getLoopVariable()).read();
}

static bool goes_to(const clang::Stmt* statement, const clang::LabelDecl& label) {
  if (!statement || llvm::isa<clang::LambdaExpr>(statement)) return false;
  if (const clang::GotoStmt* jump = llvm::dyn_cast<clang::GotoStmt>(statement)) return jump->getLabel() == &label;
  return llvm::any_of(statement->children(), [&](const clang::Stmt* child) { return goes_to(child, label); });
}

std::optional<RetryLoop> retry_by_goto(CollectContext& context, const clang::LabelStmt& label,
                                       llvm::ArrayRef<const clang::Stmt*> following, llvm::StringRef around) {
  while (!following.empty() && !goes_to(following.back(), *label.getDecl())) following = following.drop_back();
  llvm::SmallVector<clang::Stmt*, 8> statements{const_cast<clang::Stmt*>(label.getSubStmt())};
  for (const clang::Stmt* statement : following) statements.push_back(const_cast<clang::Stmt*>(statement));
  if (following.empty() && !goes_to(label.getSubStmt(), *label.getDecl())) return std::nullopt;
  const clang::CompoundStmt* body = clang::CompoundStmt::Create(context.ast, statements, clang::FPOptionsOverride(),
                                                                label.getBeginLoc(), label.getEndLoc());
  return Loop(context, nullptr, nullptr, *body, around).read(label.getDecl());
}

} // namespace plumbline
