#include "collect/graph_loops.h"
#include "collect/graph_types.h"
#include "collect/loop_flags.h"
#include "facts/words.h"

#include <clang/AST/ExprCXX.h>
#include <clang/AST/StmtCXX.h>
#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline {

const clang::Expr* stripped(const clang::Expr* expression) {
  while (expression) {
    const clang::Expr* inner = expression->IgnoreUnlessSpelledInSource()->IgnoreParenImpCasts();
    if (const clang::CXXConstructExpr* construct = llvm::dyn_cast<clang::CXXConstructExpr>(inner);
        construct && construct->getNumArgs() >= 1 && construct->getConstructor()->isCopyOrMoveConstructor())
      inner = construct->getArg(0);
    else if (const clang::MaterializeTemporaryExpr* temporary = llvm::dyn_cast<clang::MaterializeTemporaryExpr>(inner))
      inner = temporary->getSubExpr();
    else if (const clang::ExplicitCastExpr* cast = llvm::dyn_cast<clang::ExplicitCastExpr>(inner))
      inner = cast->getSubExpr();
    else if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(inner);
             call && call->getNumArgs() == 1 && call->getDirectCallee() &&
             call->getDirectCallee()->getDeclName().isIdentifier() &&
             llvm::StringSwitch<bool>(call->getDirectCallee()->getName())
                 .Cases({"move", "forward", "as_const", "ref", "cref", "Move"}, true)
                 .Default(false))
      inner = call->getArg(0);
    if (inner == expression) return inner;
    expression = inner;
  }
  return nullptr;
}

std::string callee_name(const clang::CallExpr& call) {
  const clang::NamedDecl* callee = llvm::dyn_cast_or_null<clang::NamedDecl>(call.getCalleeDecl());
  return callee ? callee->getNameAsString() : std::string();
}

const clang::Expr* condition_of(const clang::Stmt& loop) {
  if (const clang::WhileStmt* statement = llvm::dyn_cast<clang::WhileStmt>(&loop)) return statement->getCond();
  if (const clang::DoStmt* statement = llvm::dyn_cast<clang::DoStmt>(&loop)) return statement->getCond();
  if (const clang::ForStmt* statement = llvm::dyn_cast<clang::ForStmt>(&loop)) return statement->getCond();
  return nullptr;
}

static const clang::Stmt* body_of(const clang::Stmt& loop) {
  if (const clang::WhileStmt* statement = llvm::dyn_cast<clang::WhileStmt>(&loop)) return statement->getBody();
  if (const clang::DoStmt* statement = llvm::dyn_cast<clang::DoStmt>(&loop)) return statement->getBody();
  if (const clang::ForStmt* statement = llvm::dyn_cast<clang::ForStmt>(&loop)) return statement->getBody();
  return nullptr;
}

bool has_word(llvm::StringRef name, std::initializer_list<std::string_view> wanted) {
  for (const std::string& word : words_of(std::string_view(name)))
    if (llvm::is_contained(wanted, std::string_view(word))) return true;
  return false;
}

bool complains(llvm::StringRef name) {
  return has_word(name, {"error",      "errors",     "warn",        "warning",   "log",        "fail",     "failed",
                         "failure",    "throw",      "abort",       "report",    "die",        "print",    "fprintf",
                         "printf",     "fatal",      "invalid",     "reject",    "rejected",   "emit",     "panic",
                         "exit",       "terminate",  "missing",     "unknown",   "problem",    "problems", "issue",
                         "issues",     "diagnostic", "diagnostics", "violation", "violations", "cycle",    "cycles",
                         "unresolved", "messages",   "critical",    "raise",     "perror",     "puts",     "assert"});
}

unsigned outcome_of(const clang::Stmt* branch) {
  unsigned outcome = 0;
  each_statement(branch, [&](const clang::Stmt& statement) {
    if (llvm::isa<clang::LambdaExpr>(statement)) return false;
    if (llvm::isa<clang::CXXThrowExpr>(statement))
      outcome |= 1;
    else if (const clang::ReturnStmt* give = llvm::dyn_cast<clang::ReturnStmt>(&statement))
      outcome |= give->getRetValue() ? 1 : 2;
    else if (llvm::isa<clang::BreakStmt, clang::GotoStmt>(statement))
      outcome |= 2;
    else if (llvm::isa<clang::ContinueStmt>(statement))
      outcome |= 4;
    else if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(&statement)) {
      const clang::Expr* target = stripped(operation->getLHS());
      if (operation->isAssignmentOp() && target && llvm::isa<clang::DeclRefExpr, clang::MemberExpr>(target))
        outcome |= 1;
    } else if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(&statement)) {
      outcome |= 8;
      if (call->getDirectCallee() && call->getDirectCallee()->isNoReturn()) outcome |= 1;
      std::string name = callee_name(*call);
      if (name == "operator<<" || complains(name)) outcome |= 1;
      if (const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(call)) {
        const clang::Expr* object = stripped(member->getImplicitObjectArgument());
        if (const clang::DeclRefExpr* named = llvm::dyn_cast_or_null<clang::DeclRefExpr>(object))
          if (complains(named->getDecl()->getNameAsString())) outcome |= 1;
        if (const clang::MemberExpr* named = llvm::dyn_cast_or_null<clang::MemberExpr>(object))
          if (complains(named->getMemberDecl()->getNameAsString())) outcome |= 1;
      }
    }
    return true;
  });
  if (branch && outcome == 0) outcome = 8;
  return outcome;
}

namespace {

// How a branch leaves a given loop.
struct Exit {
  bool leaves = false, complains = false;
};

} // namespace

static void find_exit(const clang::Stmt* statement, bool nested, Exit& exit) {
  if (!statement || llvm::isa<clang::LambdaExpr>(statement)) return;
  if (llvm::isa<clang::CXXThrowExpr>(statement)) exit.leaves = exit.complains = true;
  if (llvm::isa<clang::ReturnStmt, clang::GotoStmt>(statement)) exit.leaves = true;
  if (llvm::isa<clang::BreakStmt>(statement) && !nested) exit.leaves = true;
  if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(statement)) {
    if (call->getDirectCallee() && call->getDirectCallee()->isNoReturn()) exit.leaves = exit.complains = true;
    std::string name = callee_name(*call);
    if (name == "operator<<" || complains(name)) exit.complains = true;
  }
  bool inner =
      llvm::isa<clang::WhileStmt, clang::DoStmt, clang::ForStmt, clang::CXXForRangeStmt, clang::SwitchStmt>(statement);
  for (const clang::Stmt* child : statement->children()) find_exit(child, nested || inner, exit);
}

namespace {

// The tests in one condition that could tell that nothing moved.
struct Condition {
  bool negated_local = false; // !progress, next == nullptr
  bool sizes = false;         // pending.size() == before
  bool time = false;          // now() > deadline
  bool rounds = false;        // ++rounds > limit
  bool empty_inside = false;  // a container of this round is empty
  bool empty = false;
  bool speaks = false; // a name such as "stuck" or "deadlock"
};

} // namespace

static const clang::VarDecl* local_of(const clang::Expr* expression) {
  const clang::DeclRefExpr* named = llvm::dyn_cast_or_null<clang::DeclRefExpr>(stripped(expression));
  const clang::VarDecl* variable = named ? llvm::dyn_cast<clang::VarDecl>(named->getDecl()) : nullptr;
  return variable && variable->isLocalVarDecl() ? variable : nullptr;
}

static bool is_size_call(const clang::Expr* expression) {
  const clang::CallExpr* call = llvm::dyn_cast_or_null<clang::CallExpr>(stripped(expression));
  if (!call) return false;
  std::string name = callee_name(*call);
  return name == "size" || name == "length" || name == "count" || name == "ssize" || name == "Size";
}

static bool is_zero(const clang::Expr* expression, const clang::ASTContext& ast) {
  expression = stripped(expression);
  if (!expression || expression->isValueDependent()) return false;
  if (llvm::isa<clang::CXXNullPtrLiteralExpr>(expression)) return true;
  if (const clang::CXXBoolLiteralExpr* boolean = llvm::dyn_cast<clang::CXXBoolLiteralExpr>(expression))
    return !boolean->getValue();
  if (const clang::DeclRefExpr* named = llvm::dyn_cast<clang::DeclRefExpr>(expression))
    return named->getDecl()->getNameAsString() == "nullopt" || named->getDecl()->getNameAsString() == "npos";
  clang::Expr::EvalResult value;
  return !expression->isValueDependent() && expression->getType()->isIntegerType() &&
         expression->EvaluateAsInt(value, ast) && !value.Val.getInt().isStrictlyPositive();
}

namespace {

class LoopReader {
 public:
  LoopReader(const clang::Stmt& loop, const clang::ASTContext& ast) : loop(loop), ast(ast), body(body_of(loop)) {}

  LoopTraits read() {
    LoopTraits traits;
    const clang::Expr* condition = condition_of(loop);
    if (const clang::ForStmt* statement = llvm::dyn_cast<clang::ForStmt>(&loop);
        statement && statement->getInc() && condition)
      return traits;
    gather();
    bool always = !condition;
    if (condition && !condition->isValueDependent()) {
      bool value = false;
      if (!llvm::isa<clang::CXXBoolLiteralExpr>(stripped(condition))
              ? condition->EvaluateAsBooleanCondition(value, ast) && value
              : llvm::cast<clang::CXXBoolLiteralExpr>(stripped(condition))->getValue())
        always = true;
    }
    if (always) {
      Exit exit;
      find_exit(body, false, exit);
      traits.endless = true;
      traits.waits_for_work = exit.leaves;
    } else {
      traits.waits_for_work = speaks_of_work(condition);
      if (notices_in_condition(condition) || takes_each_once(condition)) traits.notices = true;
      if (condition_in(condition, true).sizes) traits.notices = true; // while (done.size() != before)
      if (!traits.waits_for_work && !traits.notices && only_waits()) traits.waits_for_work = asks_another(condition);
    }
    each_statement(body, [&](const clang::Stmt& statement) {
      if (llvm::isa<clang::LambdaExpr>(statement)) return false;
      if (const clang::IfStmt* choice = llvm::dyn_cast<clang::IfStmt>(&statement)) {
        if (notices_in(*choice)) traits.notices = true;
      }
      if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(&statement))
        if (has_word(callee_name(*call),
                     {"cycle", "cycles", "cyclic", "acyclic", "deadlock", "deadlocked", "stuck", "stalled"}))
          traits.notices = true;
      return true;
    });
    return traits;
  }

 private:
  void gather() {
    each_statement(body, [&](const clang::Stmt& statement) {
      if (const clang::DeclStmt* declaration = llvm::dyn_cast<clang::DeclStmt>(&statement))
        for (const clang::Decl* declared : declaration->decls()) inside.insert(declared);
      if (const clang::BinaryOperator* zero = llvm::dyn_cast<clang::BinaryOperator>(&statement);
          zero && zero->getOpcode() == clang::BO_Assign && is_zero(zero->getRHS(), ast))
        if (const clang::VarDecl* variable = local_of(zero->getLHS())) cleared.insert(variable);
      if (const clang::UnaryOperator* step = llvm::dyn_cast<clang::UnaryOperator>(&statement);
          step && step->isIncrementOp())
        if (const clang::VarDecl* variable = local_of(step->getSubExpr())) stepped.insert(variable);
      const clang::Expr* target = nullptr;
      if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(&statement);
          operation && operation->isAssignmentOp())
        target = operation->getLHS();
      if (const clang::UnaryOperator* operation = llvm::dyn_cast<clang::UnaryOperator>(&statement);
          operation && operation->isIncrementDecrementOp())
        target = operation->getSubExpr();
      if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(&statement);
          operation && operation->isAssignmentOp())
        target = operation->getArg(0);
      if (target)
        if (const clang::VarDecl* variable = local_of(target)) assigned.insert(variable);
      return true;
    });
    // Counted once a round, whatever happens in it.
    if (const clang::CompoundStmt* block = llvm::dyn_cast_or_null<clang::CompoundStmt>(body))
      for (const clang::Stmt* statement : block->body())
        if (const clang::Expr* expression = llvm::dyn_cast<clang::Expr>(statement))
          if (const clang::UnaryOperator* operation = llvm::dyn_cast<clang::UnaryOperator>(expression->IgnoreParens());
              operation && operation->isIncrementDecrementOp())
            if (const clang::VarDecl* variable = local_of(operation->getSubExpr())) counted.insert(variable);
  }

  // Who a member call is made of: work of work.empty().
  static const clang::ValueDecl* object_of(const clang::Stmt& statement) {
    const clang::CXXMemberCallExpr* call = llvm::dyn_cast<clang::CXXMemberCallExpr>(&statement);
    const clang::Expr* object = call ? stripped(call->getImplicitObjectArgument()) : nullptr;
    if (const clang::DeclRefExpr* named = llvm::dyn_cast_or_null<clang::DeclRefExpr>(object)) return named->getDecl();
    if (const clang::MemberExpr* named = llvm::dyn_cast_or_null<clang::MemberExpr>(object))
      return named->getMemberDecl();
    return nullptr;
  }

  // `while (!work.empty()) { n = work.back(); work.pop_back(); … }` takes one in each round and waits for nobody,
  // unless what it took goes back; `for (…; seen.insert(n).second;)` ends where it has been.
  bool takes_each_once(const clang::Expr* condition) {
    bool once = false;
    llvm::SmallPtrSet<const clang::ValueDecl*, 2> asked;
    each_statement(condition, [&](const clang::Stmt& statement) {
      if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(&statement);
          member && member->getMemberDecl()->getDeclName().isIdentifier() &&
          member->getMemberDecl()->getName() == "second")
        if (const clang::CallExpr* call = llvm::dyn_cast_or_null<clang::CallExpr>(stripped(member->getBase()));
            call && has_word(callee_name(*call), {"insert", "emplace"}))
          once = true;
      if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(&statement);
          call && has_word(callee_name(*call), {"empty", "size"}))
        if (const clang::ValueDecl* object = object_of(statement)) asked.insert(object);
      return true;
    });
    if (once) return true;
    bool pops = false, returns = false;
    llvm::SmallPtrSet<const clang::ValueDecl*, 4> taken;
    if (const clang::CompoundStmt* block = llvm::dyn_cast_or_null<clang::CompoundStmt>(body))
      for (const clang::Stmt* statement : block->body()) {
        const clang::Expr* expression = llvm::dyn_cast<clang::Expr>(statement);
        const clang::CallExpr* call =
            expression ? llvm::dyn_cast_or_null<clang::CallExpr>(stripped(expression)) : nullptr;
        if (call && has_word(callee_name(*call), {"pop", "erase"}) && asked.contains(object_of(*call))) pops = true;
        if (const clang::DeclStmt* declaration = llvm::dyn_cast<clang::DeclStmt>(statement))
          for (const clang::Decl* declared : declaration->decls())
            if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(declared))
              each_statement(variable->getInit(), [&](const clang::Stmt& part) {
                if (const clang::ValueDecl* object = object_of(part); object && asked.contains(object))
                  taken.insert(variable);
                return true;
              });
      }
    if (!pops) return false;
    each_statement(body, [&](const clang::Stmt& statement) {
      const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(&statement);
      if (!call || !has_word(callee_name(*call), {"push", "emplace", "insert", "add", "append", "enqueue", "requeue"}))
        return true;
      for (const clang::Expr* argument : call->arguments())
        each_statement(argument, [&](const clang::Stmt& part) {
          if (const clang::DeclRefExpr* named = llvm::dyn_cast<clang::DeclRefExpr>(&part))
            returns |= taken.contains(named->getDecl());
          return true;
        });
      return true;
    });
    return !returns;
  }

  static bool speaks_of_state(const std::string& name) {
    return has_word(name, {"pending", "remaining", "unfinished", "left", "todo", "outstanding", "done", "finished",
                           "complete", "completed", "ready"});
  }

  // Whether the variable only says that not everything is done yet: no sign that anything moved.
  bool tells_rest(const clang::VarDecl* variable) const {
    return variable && (assigned.contains(variable) || inside.contains(variable)) &&
           flag_tells(*body, *variable) == FlagTells::work_remains;
  }

  // Empty containers, counts and functions speak of work, and a flag that is set for what is left; any other lone flag
  // is an event loop that ends from outside.
  bool speaks_of_work(const clang::Expr* condition) {
    bool work = false;
    each_statement(condition, [&](const clang::Stmt& statement) {
      if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(&statement);
          operation && operation->isComparisonOp())
        work = true;
      if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(&statement);
          operation && operation->isComparisonOp())
        work = true;
      if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(&statement)) {
        std::string name = callee_name(*call);
        if (!has_word(name, {"load", "stop", "stopped", "stopping", "running", "shutdown", "cancelled", "canceled",
                             "alive", "interrupted", "requested", "bool", "test", "get", "next", "read", "getline"}) &&
            !llvm::StringRef(name).starts_with("operator"))
          work = true;
      }
      const clang::DeclRefExpr* named = llvm::dyn_cast<clang::DeclRefExpr>(&statement);
      if (named && (tells_rest(local_of(named)) || speaks_of_state(named->getDecl()->getNameAsString()))) work = true;
      // The state of another record; one's own flag is told from outside.
      const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(&statement);
      if (member && !llvm::isa<clang::CXXThisExpr>(member->getBase()->IgnoreParenImpCasts()) &&
          speaks_of_state(member->getMemberDecl()->getNameAsString()))
        work = true;
      return true;
    });
    return work;
  }

  // Nothing is done in a round but to let time pass.
  bool only_waits() const {
    bool waits = true;
    each_statement(body, [&](const clang::Stmt& statement) {
      const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(&statement);
      if (llvm::isa<clang::ReturnStmt, clang::BreakStmt, clang::IfStmt>(statement)) waits = false;
      if (!call) return true;
      if (!has_word(callee_name(*call), {"sleep", "usleep", "nanosleep", "yield", "pause", "relax", "poll"}))
        waits = waits && !call->getDirectCallee();
      return false; // what it is given does nothing
    });
    return waits;
  }

  // while (!dependency->up): a flag of another record.
  static bool asks_another(const clang::Expr* condition) {
    bool another = false;
    each_statement(condition, [&](const clang::Stmt& statement) {
      const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(&statement);
      another |= member && llvm::isa<clang::FieldDecl>(member->getMemberDecl()) &&
                 !llvm::isa<clang::CXXThisExpr>(member->getBase()->IgnoreParenImpCasts());
      return true;
    });
    return another;
  }

  bool notices_in_condition(const clang::Expr* condition) {
    bool notices = false;
    each_statement(condition, [&](const clang::Stmt& statement) {
      llvm::StringRef name;
      if (const clang::DeclRefExpr* named = llvm::dyn_cast<clang::DeclRefExpr>(&statement)) {
        if (named->getDecl()->getDeclName().isIdentifier()) name = named->getDecl()->getName();
        const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(named->getDecl());
        if (variable && variable->isLocalVarDecl() && variable->getType()->isBooleanType() &&
            assigned.contains(variable) && !has_word(name, {"done", "finished", "ready", "complete", "completed"}) &&
            !tells_rest(variable))
          notices = true;
        if (variable && counted.contains(variable)) notices = true;
      }
      if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(&statement))
        if (member->getMemberDecl()->getDeclName().isIdentifier()) name = member->getMemberDecl()->getName();
      if (speaks_of_time(name) || speaks_of_progress(name)) notices = true;
      if (const clang::UnaryOperator* operation = llvm::dyn_cast<clang::UnaryOperator>(&statement);
          operation && operation->isIncrementDecrementOp())
        notices = true; // while (… && --attempts)
      return true;
    });
    return notices;
  }

  static bool speaks_of_time(llvm::StringRef name) {
    return has_word(name, {"now", "deadline", "timeout", "elapsed", "attempts", "attempt", "retries", "rounds",
                           "iterations", "expired", "timed", "wait_for", "limit"}) ||
           name == "wait_for" || name == "wait_until";
  }
  static bool speaks_of_progress(llvm::StringRef name) {
    return has_word(name, {"stuck", "stall", "stalled", "progress", "progressed", "deadlock", "deadlocked", "changed",
                           "advanced", "moved", "idle", "cycle", "cyclic"});
  }

  Condition condition_in(const clang::Expr* expression, bool negated) {
    Condition found;
    read_condition(expression, negated, found);
    return found;
  }

  void read_condition(const clang::Expr* expression, bool negated, Condition& found) {
    expression = stripped(expression);
    if (!expression) return;
    if (const clang::UnaryOperator* operation = llvm::dyn_cast<clang::UnaryOperator>(expression);
        operation && operation->getOpcode() == clang::UO_LNot)
      return read_condition(operation->getSubExpr(), !negated, found);
    if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(expression)) {
      if (operation->isLogicalOp()) {
        read_condition(operation->getLHS(), negated, found);
        return read_condition(operation->getRHS(), negated, found);
      }
      if (operation->isComparisonOp())
        return compare(operation->getOpcode(), operation->getLHS(), operation->getRHS(), negated, found);
    }
    if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(expression);
        operation && operation->isComparisonOp() && operation->getNumArgs() == 2)
      return compare(operation->getOperator() == clang::OO_EqualEqual     ? clang::BO_EQ
                     : operation->getOperator() == clang::OO_ExclaimEqual ? clang::BO_NE
                                                                          : clang::BO_GT,
                     operation->getArg(0), operation->getArg(1), negated, found);
    if (const clang::VarDecl* variable = local_of(expression)) {
      bool moves = assigned.contains(variable) || inside.contains(variable);
      if (negated && moves && !tells_rest(variable)) found.negated_local = true;
      if (speaks_of_progress(variable->getName())) found.speaks = true;
    }
    names_in(expression, found);
    if (const clang::CXXMemberCallExpr* call = llvm::dyn_cast<clang::CXXMemberCallExpr>(expression)) {
      std::string name = callee_name(*call);
      const clang::VarDecl* object = local_of(call->getImplicitObjectArgument());
      if (name == "empty" && !negated) {
        found.empty = true;
        if (object && inside.contains(object)) found.empty_inside = true;
      }
      if ((name == "has_value" || name == "operator bool") && negated && object &&
          (inside.contains(object) || assigned.contains(object)))
        found.negated_local = true;
    }
  }

  void names_in(const clang::Expr* expression, Condition& found) {
    each_statement(expression, [&](const clang::Stmt& statement) {
      llvm::StringRef name;
      if (const clang::DeclRefExpr* named = llvm::dyn_cast<clang::DeclRefExpr>(&statement)) {
        if (named->getDecl()->getDeclName().isIdentifier()) name = named->getDecl()->getName();
      } else if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(&statement)) {
        if (member->getMemberDecl()->getDeclName().isIdentifier()) name = member->getMemberDecl()->getName();
      }
      if (speaks_of_time(name)) found.time = true;
      if (speaks_of_progress(name)) found.speaks = true;
      return true;
    });
  }

  void compare(clang::BinaryOperatorKind kind, const clang::Expr* left, const clang::Expr* right, bool negated,
               Condition& found) {
    names_in(left, found);
    names_in(right, found);
    const clang::VarDecl* a = local_of(left);
    const clang::VarDecl* b = local_of(right);
    bool equal = kind == clang::BO_EQ;
    // `pending.size() == before` tells that nothing moved; `done.size() == tasks.size()` that all is done.
    if (equal != negated && ((is_size_call(left) && b) || (is_size_call(right) && a))) {
      const clang::VarDecl* before = a ? a : b;
      if (inside.contains(before) || assigned.contains(before)) found.sizes = true;
    }
    if (equal != negated && a && is_zero(right, ast) && (assigned.contains(a) || inside.contains(a)) && !tells_rest(a))
      found.negated_local = true;
    if (equal != negated && is_size_call(left) && is_zero(right, ast)) {
      found.empty = true;
      if (const clang::CXXMemberCallExpr* call = llvm::dyn_cast<clang::CXXMemberCallExpr>(stripped(left)))
        if (const clang::VarDecl* object = local_of(call->getImplicitObjectArgument());
            object && inside.contains(object))
          found.empty_inside = true;
    }
    if (kind == clang::BO_GT || kind == clang::BO_GE || kind == clang::BO_LT || kind == clang::BO_LE) {
      each_statement(left, [&](const clang::Stmt& s) { return found.rounds = found.rounds || is_step(s), true; });
      each_statement(right, [&](const clang::Stmt& s) { return found.rounds = found.rounds || is_step(s), true; });
      if ((a && counted.contains(a)) || (b && counted.contains(b))) found.rounds = true;
      // ++deferred where something has to wait, deferred = 0 where something moved
      if ((a && stepped.contains(a) && cleared.contains(a)) || (b && stepped.contains(b) && cleared.contains(b)))
        found.rounds = true;
    }
  }

  static bool is_step(const clang::Stmt& statement) {
    const clang::UnaryOperator* operation = llvm::dyn_cast<clang::UnaryOperator>(&statement);
    return operation && operation->isIncrementDecrementOp();
  }

  bool notices_in(const clang::IfStmt& choice) {
    for (bool negated : {false, true}) {
      const clang::Stmt* branch = negated ? choice.getElse() : choice.getThen();
      Exit exit;
      find_exit(branch, is_nested(choice), exit);
      if (!exit.leaves) {
        // Somebody is told: for a loop that runs as long as the program, that is all there is to do.
        Condition said = condition_in(choice.getCond(), negated);
        if (exit.complains && (said.speaks || said.sizes || said.time)) return true;
        continue;
      }
      Condition condition = condition_in(choice.getCond(), negated);
      if (condition.negated_local || condition.sizes || condition.time || condition.rounds || condition.empty_inside ||
          condition.speaks)
        return true;
      if (condition.empty && exit.complains) return true;
    }
    return false;
  }

  // A break in an inner loop leaves that one only.
  bool is_nested(const clang::IfStmt& choice) {
    bool nested = false;
    each_statement(body, [&](const clang::Stmt& statement) {
      if (llvm::isa<clang::WhileStmt, clang::DoStmt, clang::ForStmt, clang::CXXForRangeStmt, clang::SwitchStmt>(
              statement))
        each_statement(&statement,
                       [&](const clang::Stmt& inner) { return nested = nested || &inner == &choice, true; });
      return true;
    });
    return nested;
  }

  const clang::Stmt& loop;
  const clang::ASTContext& ast;
  const clang::Stmt* body;
  llvm::SmallPtrSet<const clang::Decl*, 16> inside, assigned, counted; // declared, assigned, stepped once a round
  llvm::SmallPtrSet<const clang::Decl*, 4> stepped, cleared;           // counted up somewhere, set to zero somewhere
};

} // namespace

LoopTraits loop_traits(const clang::Stmt& loop, const clang::ASTContext& ast) {
  if (!body_of(loop)) return {};
  return LoopReader(loop, ast).read();
}

} // namespace plumbline
