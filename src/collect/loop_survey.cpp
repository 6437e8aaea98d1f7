#include "collect/loop_survey.h"
#include "collect/constants.h"

#include <clang/AST/ExprCXX.h>

namespace plumbline {

static constexpr std::string_view pausing[] = {"sleep",   "usleep", "nanosleep", "pause",
                                               "backoff", "delay",  "nap",       "msleep"};

const clang::Expr* plain_value(const clang::Expr* expression) {
  while ((expression = strip(expression))) {
    const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression);
    const clang::FunctionDecl* callee = call ? call->getDirectCallee() : nullptr;
    if (const clang::CoroutineSuspendExpr* suspended = llvm::dyn_cast<clang::CoroutineSuspendExpr>(expression))
      expression = suspended->getOperand();
    else if (callee && callee->getIdentifier() && callee->getName() == "__builtin_expect")
      expression = call->getArg(0);
    else if (const clang::UnaryOperator* twice = llvm::dyn_cast<clang::UnaryOperator>(expression);
             twice && twice->getOpcode() == clang::UO_LNot) {
      const clang::UnaryOperator* inner = llvm::dyn_cast<clang::UnaryOperator>(strip(twice->getSubExpr()));
      if (!inner || inner->getOpcode() != clang::UO_LNot) break;
      expression = inner->getSubExpr();
    } else
      break;
  }
  return expression;
}

const clang::ValueDecl* value_named_by(const clang::Expr* expression) {
  expression = plain_value(expression);
  if (const clang::DeclRefExpr* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(expression))
    return llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
  if (const clang::MemberExpr* member = llvm::dyn_cast_or_null<clang::MemberExpr>(expression))
    return llvm::dyn_cast<clang::FieldDecl>(member->getMemberDecl());
  return nullptr;
}
const clang::CallExpr* call_of(const clang::Expr* expression) {
  expression = plain_value(expression);
  for (const clang::Expr* inner = nullptr; expression && inner != expression;) {
    inner = expression;
    if (const clang::ExprWithCleanups* cleanups = llvm::dyn_cast<clang::ExprWithCleanups>(expression))
      expression = plain_value(cleanups->getSubExpr());
    else if (const clang::MaterializeTemporaryExpr* made = llvm::dyn_cast<clang::MaterializeTemporaryExpr>(expression))
      expression = plain_value(made->getSubExpr());
    else if (const clang::CXXBindTemporaryExpr* bound = llvm::dyn_cast<clang::CXXBindTemporaryExpr>(expression))
      expression = plain_value(bound->getSubExpr());
    else if (const clang::CXXConstructExpr* made = llvm::dyn_cast<clang::CXXConstructExpr>(expression);
             made && made->getNumArgs() == 1)
      expression = plain_value(made->getArg(0));
  }
  const clang::CallExpr* call = llvm::dyn_cast_or_null<clang::CallExpr>(expression);
  if (const clang::CXXMemberCallExpr* member = llvm::dyn_cast_or_null<clang::CXXMemberCallExpr>(call);
      member && llvm::isa_and_nonnull<clang::CXXConversionDecl>(member->getMethodDecl()))
    return call_of(member->getImplicitObjectArgument());
  // while (!(lease = try_lease())), with an optional or a smart pointer
  if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast_or_null<clang::CXXOperatorCallExpr>(call);
      operation && operation->getOperator() == clang::OO_Equal && operation->getNumArgs() == 2)
    return call_of(operation->getArg(1));
  return call;
}
// What holds the callable, or null where a function is called by its name.
static const clang::ValueDecl* called_value(const clang::CallExpr& call) {
  if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(&call))
    return operation->getOperator() == clang::OO_Call ? value_named_by(operation->getArg(0)) : nullptr;
  if (call.getDirectCallee()) return nullptr;
  const clang::Expr* callee = strip(call.getCallee());
  if (const clang::UnaryOperator* unary = llvm::dyn_cast_or_null<clang::UnaryOperator>(callee))
    callee = unary->getSubExpr();
  return value_named_by(callee);
}
bool calls_a_value(const clang::CallExpr& call) { return called_value(call) != nullptr; }
llvm::StringRef called_name(const clang::CallExpr& call) {
  const clang::ValueDecl* value = called_value(call);
  return value ? name_of(value) : name_of(call.getDirectCallee());
}
bool sets_timer(const clang::FunctionDecl* callee) {
  const llvm::StringRef name = name_of(callee);
  const clang::CXXMethodDecl* method = llvm::dyn_cast_or_null<clang::CXXMethodDecl>(callee);
  return method && name_of(method->getParent()).contains_insensitive("timer") &&
         (name == "expires_after" || name == "expires_from_now" || name == "expires_at") && method->getNumParams() > 0;
}
bool is_pause(const clang::FunctionDecl* callee) {
  const llvm::StringRef name = name_of(callee);
  return has_word(name, pausing) || name == "wait_for" || name == "wait_until" || sets_timer(callee);
}
// `while (!try_reserve()) condition.wait(lock);` waits until somebody says that the condition may hold now.
static bool waits_for_condition(const clang::CallExpr& call, const clang::FunctionDecl& callee) {
  const llvm::StringRef name = name_of(&callee);
  if (name == "pthread_cond_wait" || name == "cnd_wait") return true;
  const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(&callee);
  if (!method || name.lower() != "wait" || call.getNumArgs() == 0) return false;
  const llvm::StringRef record = name_of(method->getParent());
  return record.contains_insensitive("cond");
}
// What tells the processor, and the reader, that another thread is about to be done.
static bool spins(llvm::StringRef name) {
  return has_word(name, {"relax", "spin", "spinloop"}) || name == "_mm_pause" || name == "__builtin_ia32_pause" ||
         name == "YieldProcessor";
}

// Where success leaves a try block and its handler stays, what is tried may have any name, but for those of a
// dialogue with a user.
static bool can_be_tried(const clang::FunctionDecl& callee) {
  static constexpr std::string_view asking[] = {"parse", "read",  "getline", "line",  "ask",   "prompt", "input",
                                                "scan",  "lock",  "log",     "next",  "pop",   "print",  "take",
                                                "info",  "debug", "warn",    "error", "trace", "empty",  "size"};
  const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(&callee);
  // An event loop that goes on after an exception of a handler: try { io_context.run(); break; }
  if (method && has_word(name_of(&callee), {"run", "exec"}) &&
      has_word(name_of(method->getParent()), {"context", "service", "loop", "dispatcher", "application"}))
    return false;
  return !name_of(&callee).empty() && !is_pause(&callee) && !has_word(name_of(&callee), asking) &&
         !(method ? method->getParent()->isInStdNamespace() : callee.isInStdNamespace());
}
static const clang::Stmt* last(const clang::Stmt* statement) {
  while (const clang::CompoundStmt* block = llvm::dyn_cast_or_null<clang::CompoundStmt>(statement))
    statement = block->body_empty() ? nullptr : block->body_back();
  if (const clang::ExprWithCleanups* cleanups = llvm::dyn_cast_or_null<clang::ExprWithCleanups>(statement))
    statement = cleanups->getSubExpr();
  return statement;
}
static bool always_ends(const clang::Stmt* statement) { // leaves the loop
  statement = last(statement);
  return llvm::isa_and_nonnull<clang::BreakStmt, clang::ReturnStmt, clang::CoreturnStmt, clang::CXXThrowExpr,
                               clang::GotoStmt>(statement);
}
static bool always_leaves(const clang::Stmt* statement) { // does not reach what follows
  return always_ends(statement) || llvm::isa_and_nonnull<clang::ContinueStmt>(last(statement));
}
bool LoopSurvey::is_constant_true(const clang::Expr* expression) const {
  clang::Expr::EvalResult value;
  return !expression->isValueDependent() && expression->EvaluateAsInt(value, context.ast) && value.Val.getInt() != 0;
}
LoopSurvey::LoopSurvey(CollectContext& context, const clang::Expr* condition, const clang::Expr* increment,
                       const clang::Stmt& body)
    : context(context), condition(condition) {
  if (condition && is_constant_true(condition)) this->condition = nullptr;
  if (this->condition) survey(condition, {});
  if (increment) survey(increment, {});
  walk(&body, {});
}

// What stands in an expression: counters, results, calls.
void LoopSurvey::survey(const clang::Stmt* statement, const Place& at) {
  if (!statement || llvm::isa<clang::LambdaExpr>(statement)) return;
  if (const clang::Expr* expression = llvm::dyn_cast<clang::Expr>(statement);
      expression && expression->containsErrors())
    unreadable = true;
  // Not the calls that the compiler makes to suspend and resume.
  if (const clang::CoroutineSuspendExpr* suspended = llvm::dyn_cast<clang::CoroutineSuspendExpr>(statement))
    return survey(suspended->getOperand(), at);
  if (const clang::UnaryOperator* unary = llvm::dyn_cast<clang::UnaryOperator>(statement);
      unary && unary->isIncrementDecrementOp())
    count(unary->getSubExpr());
  else if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(statement)) {
    if (operation->isCompoundAssignmentOp())
      count(operation->getLHS());
    else if (operation->getOpcode() == clang::BO_Assign)
      assign(operation->getLHS(), operation->getRHS(), at);
  } else if (const clang::CXXOperatorCallExpr* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(statement)) {
    const clang::OverloadedOperatorKind kind = call->getOperator();
    if (kind == clang::OO_PlusPlus || kind == clang::OO_MinusMinus || kind == clang::OO_PlusEqual ||
        kind == clang::OO_MinusEqual || kind == clang::OO_StarEqual)
      count(call->getArg(0));
    else if (kind == clang::OO_Equal && call->getNumArgs() == 2)
      assign(call->getArg(0), call->getArg(1), at);
    else if (kind == clang::OO_Call)
      see_called_value(*call, at);
  } else if (const clang::CallExpr* plain = llvm::dyn_cast<clang::CallExpr>(statement)) {
    see_call(*plain, at);
  } else if (const clang::IntegerLiteral* literal = llvm::dyn_cast<clang::IntegerLiteral>(statement)) {
    if (literal->getBeginLoc().isMacroID() && context.macro_of(literal->getBeginLoc()) == "EINTR") interrupted = true;
  } else if (const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(statement)) {
    // What a stream of one's own says for EINTR: IOError::RETRY_READ, Status::interrupted, kWantWrite.
    if (const clang::EnumConstantDecl* code = llvm::dyn_cast<clang::EnumConstantDecl>(reference->getDecl());
        code && (has_word(name_of(code), {"eintr", "interrupted"}) ||
                 (has_word(name_of(code), {"want", "retry"}) && has_word(name_of(code), {"read", "write"}))))
      interrupted = true;
  } else if (llvm::isa<clang::CXXThrowExpr>(statement)) {
    ways.push_back({statement, at});
  }
  for (const clang::Stmt* child : statement->children()) survey(child, at);
}

const clang::CallExpr* LoopSurvey::result_of(const clang::ValueDecl* variable, const clang::Stmt* asked) const {
  const auto at = results.find(variable);
  if (at == results.end()) return nullptr;
  if (asked)
    for (const clang::CallExpr* call : llvm::reverse(at->second))
      if (context.sources.isBeforeInTranslationUnit(context.sources.getExpansionLoc(call->getBeginLoc()),
                                                    context.sources.getExpansionLoc(asked->getBeginLoc())))
        return call;
  return at->second.back();
}

bool takes_away(llvm::StringRef name) {
  return has_word(name, {"pop", "erase", "remove", "unlink", "dequeue", "extract", "shift"});
}

void LoopSurvey::see_call(const clang::CallExpr& call, const Place& at) {
  const clang::FunctionDecl* callee = call.getDirectCallee();
  if (!callee) return see_called_value(call, at);
  const llvm::StringRef name = name_of(callee);
  if (name.contains("compare_exchange") || name.contains("compare_and_swap") || name == "try_lock") interrupted = true;
  if (waits_for_condition(call, *callee) || spins(name)) interrupted = true;
  if (callee->isNoReturn() || name == "exit" || name == "abort") ways.push_back({&call, at});
  if (is_pause(callee) && !at.nested_loop) pauses.push_back(&call);
  calls.push_back(&call);
  places[&call] = at;
  if (takes_away(name)) removals.push_back({&call, at});
  if (name.starts_with("fetch_add") || name.starts_with("fetch_sub"))
    if (const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(&call))
      count(member->getImplicitObjectArgument());
  // What prepares for the attempt comes before it: try { connection = make(); connection.open(); return; }
  if (at.in_try && !at.in_catch && can_be_tried(*callee) &&
      (!first_tried || (speaks_of_trying(name) && !speaks_of_trying(called_name(*first_tried)))))
    first_tried = &call;
  // connect(socket, address, error)
  for (const clang::Expr* argument : call.arguments())
    if (const clang::RecordDecl* record = argument->getType()->getAsRecordDecl();
        record && name_of(record) == "error_code" && argument->isLValue())
      if (const clang::ValueDecl* variable = value_named_by(argument)) results[variable].push_back(&call);
}

// try { operation(); return; } catch (…) {}
void LoopSurvey::see_called_value(const clang::CallExpr& call, const Place& at) {
  places[&call] = at;
  if (at.in_try && !at.in_catch && !first_tried && calls_a_value(call)) first_tried = &call;
}

void LoopSurvey::count(const clang::Expr* expression) {
  if (const clang::ValueDecl* variable = value_named_by(expression)) counters.insert(variable);
}

void LoopSurvey::assign(const clang::Expr* to, const clang::Expr* value, const Place& at) {
  if (const clang::ValueDecl* variable = value_named_by(to)) assign(variable, value, at);
}

// node = node->next, left = left - 1; not error = wrap(error).
static bool moves_by_itself(const clang::Expr* value, const clang::ValueDecl& variable, bool inside = false) {
  value = plain_value(value);
  if (!value) return false;
  if (const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(value))
    return inside && reference->getDecl() == &variable;
  if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(value))
    return (inside && member->getMemberDecl() == &variable) || moves_by_itself(member->getBase(), variable, true);
  if (const clang::UnaryOperator* unary = llvm::dyn_cast<clang::UnaryOperator>(value)) // at = &(*at)->next
    return (unary->getOpcode() == clang::UO_AddrOf || unary->getOpcode() == clang::UO_Deref) &&
           moves_by_itself(unary->getSubExpr(), variable, inside || unary->getOpcode() == clang::UO_Deref);
  if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(value))
    return (operation->isAdditiveOp() || operation->isMultiplicativeOp() || operation->isShiftOp()) &&
           (moves_by_itself(operation->getLHS(), variable, true) ||
            moves_by_itself(operation->getRHS(), variable, true));
  return false;
}

// next = node->next; …; node = next; a new connection that a call made is no next one.
static bool takes_next(const LoopSurvey& loop, const clang::ValueDecl& variable, const clang::Expr* value) {
  const clang::ValueDecl* taken = value_named_by(value);
  return taken && taken != &variable && variable.getType()->isPointerType() && !loop.own.contains(&variable) &&
         loop.own.contains(taken) && !loop.results.contains(taken);
}

void LoopSurvey::assign(const clang::ValueDecl* variable, const clang::Expr* value, const Place& at) {
  changed.insert(variable);
  values[variable] = value;
  if (moves_by_itself(value, *variable) || takes_next(*this, *variable, value)) counters.insert(variable);
  if (variable->getType()->isBooleanType()) kept.push_back({variable, value});
  if (const clang::CallExpr* call = call_of(value)) results[variable].push_back(call);
  // `connected = session.connect() && session.login()`, `ok = send(x) == 0`
  else if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(strip(value)))
    for (const clang::Expr* side : {operation->getRHS(), operation->getLHS()})
      if (const clang::CallExpr* call = call_of(side)) results[variable].push_back(call);
  if (const clang::CXXBoolLiteralExpr* literal = llvm::dyn_cast<clang::CXXBoolLiteralExpr>(strip(value)))
    flags.push_back({variable, literal->getValue(), at});
}

// Statements in order, with the conditions under which they run. After `if (x) continue;` the rest runs if not x.
void LoopSurvey::walk(const clang::Stmt* statement, Place at) {
  if (!statement) return;
  if (const clang::CompoundStmt* block = llvm::dyn_cast<clang::CompoundStmt>(statement)) {
    for (const clang::Stmt* child : block->body()) {
      walk(child, at);
      if (const clang::IfStmt* choice = llvm::dyn_cast<clang::IfStmt>(child)) {
        if (always_leaves(choice->getThen()))
          at.guards.push_back({choice->getCond(), false, always_ends(choice->getThen())});
        if (choice->getElse() && always_leaves(choice->getElse()))
          at.guards.push_back({choice->getCond(), true, always_ends(choice->getElse())});
      }
    }
  } else if (const clang::IfStmt* choice = llvm::dyn_cast<clang::IfStmt>(statement)) {
    walk(choice->getInit(), at);
    if (choice->getConditionVariableDeclStmt()) walk(choice->getConditionVariableDeclStmt(), at);
    survey(choice->getCond(), at);
    Place then_at = at, else_at = at;
    then_at.guards.push_back({choice->getCond(), true});
    else_at.guards.push_back({choice->getCond(), false});
    walk(choice->getThen(), then_at);
    walk(choice->getElse(), else_at);
  } else if (const clang::CXXTryStmt* attempt = llvm::dyn_cast<clang::CXXTryStmt>(statement)) {
    walk_try(*attempt, at);
  } else if (const clang::DeclStmt* declarations = llvm::dyn_cast<clang::DeclStmt>(statement)) {
    for (const clang::Decl* declaration : declarations->decls())
      if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(declaration);
          variable && variable->hasInit()) {
        survey(variable->getInit(), at);
        assign(variable, variable->getInit(), at);
        own.insert(variable);
      }
  } else if (const clang::SwitchStmt* choice = llvm::dyn_cast<clang::SwitchStmt>(statement)) {
    walk_switch(*choice, at);
  } else if (llvm::isa<clang::WhileStmt, clang::DoStmt, clang::ForStmt, clang::CXXForRangeStmt>(statement)) {
    Place inner = at;
    ++inner.nested;
    inner.nested_loop = true;
    for (const clang::Stmt* child : statement->children()) walk(child, inner);
  } else if (llvm::isa<clang::BreakStmt>(statement)) {
    if (at.nested == 0) ways.push_back({statement, at});
  } else if (const clang::CoreturnStmt* result = llvm::dyn_cast<clang::CoreturnStmt>(statement)) {
    ways.push_back({statement, at});
    survey(result->getOperand(), at);
  } else if (llvm::isa<clang::ReturnStmt, clang::GotoStmt, clang::CXXThrowExpr>(statement)) {
    ways.push_back({statement, at});
    for (const clang::Stmt* child : statement->children()) survey(child, at);
  } else if (llvm::isa<clang::Expr>(statement)) {
    survey(statement, at);
  } else if (const clang::GCCAsmStmt* assembler = llvm::dyn_cast<clang::GCCAsmStmt>(statement)) {
    const std::string text = assembler->getAsmString();
    if (text == "pause" || text == "yield") interrupted = true; // cpu_relax() as a macro
  } else {
    for (const clang::Stmt* child : statement->children()) walk(child, at);
  }
}

// What stands below a label runs if the condition is what the label says; what falls through has several labels.
void LoopSurvey::walk_switch(const clang::SwitchStmt& choice, Place at) {
  if (choice.getInit()) walk(choice.getInit(), at);
  if (choice.getConditionVariableDeclStmt()) walk(choice.getConditionVariableDeclStmt(), at);
  survey(choice.getCond(), at);
  ++at.nested;
  const clang::CompoundStmt* block = llvm::dyn_cast<clang::CompoundStmt>(choice.getBody());
  if (!block) return walk(choice.getBody(), at);
  Guard guard{choice.getCond(), true, false, &choice};
  for (const clang::Stmt* statement : block->body()) {
    while (const clang::SwitchCase* label = llvm::dyn_cast<clang::SwitchCase>(statement)) {
      guard.labels.push_back(label);
      if (const clang::CaseStmt* one = llvm::dyn_cast<clang::CaseStmt>(label)) survey(one->getLHS(), at); // case EINTR:
      statement = label->getSubStmt();
    }
    Place below = at;
    below.guards.push_back(guard);
    walk(statement, below);
    if (always_leaves(statement)) guard.labels.clear();
  }
}

void LoopSurvey::walk_try(const clang::CXXTryStmt& attempt, const Place& at) {
  Place inside = at;
  inside.guards_outside = at.guards.size();
  if (!at.in_catch) first_tried = nullptr; // what is mended in a handler is not what is tried
  for (unsigned i = 0; i < attempt.getNumHandlers(); ++i)
    inside.in_try |= !always_ends(attempt.getHandler(i)->getHandlerBlock());
  walk(attempt.getTryBlock(), inside);
  Place handler = at;
  handler.in_catch = true;
  for (unsigned i = 0; i < attempt.getNumHandlers(); ++i) walk(attempt.getHandler(i)->getHandlerBlock(), handler);
}

} // namespace plumbline
