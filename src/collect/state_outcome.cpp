#include "collect/state_outcome.h"

#include "collect/types.h"
#include "facts/words.h"

#include <llvm/ADT/StringSwitch.h>

namespace plumbline {

static bool has_word(llvm::StringRef name, llvm::function_ref<bool(llvm::StringRef)> test) {
  for (const std::string& word : words_of(std::string_view(name)))
    if (test(word)) return true;
  return false;
}

// Functions whose call changes nothing that a second transition would do twice.
static bool is_quiet_name(llvm::StringRef name) {
  const bool whole = llvm::StringSwitch<bool>(name.lower())
                         .Cases({"trace",    "debug",    "info",    "warn",   "warning", "error",   "critical",
                                 "fatal",    "puts",     "perror",  "syslog", "printf",  "fprintf", "vprintf",
                                 "vfprintf", "snprintf", "sprintf", "fputs",  "fflush",  "println", "print"},
                                true)
                         .Default(false);
  return whole || has_word(name, [](llvm::StringRef word) {
           return llvm::StringSwitch<bool>(word.rtrim("0123456789")) // DBG2
               .Cases({"lock", "unlock", "mutex", "rdlock", "wrlock", "rdunlock", "wrunlock", "log", "logf", "logger",
                       "logging", "dbg", "rdkdbg", "printf", "fprintf", "syslog", "hexdump"},
                      true)
               .Cases({"assert", "check", "dcheck", "ensure", "verify", "validate", "require", "expect"}, true)
               .Default(false);
         });
}

// PLOG_WARNING << …, SLOG_DEBUG(…): in capitals, such words are levels and not what a function is about.
static bool is_quiet_macro(llvm::StringRef name) {
  return is_quiet_name(name) || has_word(name, [](llvm::StringRef word) {
           return llvm::StringSwitch<bool>(word)
               .Cases({"plog", "slog", "vlog", "trace", "debug", "info", "notice", "warn", "warning", "verbose"}, true)
               .Default(false);
         });
}

static bool is_level(llvm::StringRef name) {
  return has_word(name, [](llvm::StringRef word) {
    return llvm::StringSwitch<bool>(word)
        .Cases({"trace", "debug", "info", "notice", "warn", "warning", "err", "error", "crit", "critical", "fatal"},
               true)
        .Cases({"verbose", "excessive"}, true)
        .Default(false);
  });
}

// message("%s", …), wpa_msg(s, MSG_DEBUG, "%s", …): writes formatted text to no place that is named, or at a level that
// stands in front of it.
static bool is_log(CollectContext& context, const clang::CallExpr& call) {
  const clang::FunctionDecl* callee = call.getDirectCallee();
  const clang::FormatAttr* format = callee ? callee->getAttr<clang::FormatAttr>() : nullptr;
  if (!format || !callee->getReturnType()->isVoidType()) return false;
  if (format->getFormatIdx() == 1 && !llvm::isa<clang::CXXMethodDecl>(callee)) return true;
  for (unsigned i = 0; i < call.getNumArgs() && i + 1 < static_cast<unsigned>(format->getFormatIdx()); ++i) {
    const clang::EnumConstantDecl* level = enumerator_of(call.getArg(i));
    if (is_level(level ? level->getName() : llvm::StringRef(context.macro_of(call.getArg(i)->getBeginLoc()))))
      return true;
  }
  return false;
}

// Done twice is done once: cancel_timeout(), remove_session(). Not what tells somebody of it.
static bool is_undoing(llvm::StringRef name) {
  const auto is = [&](llvm::ArrayRef<llvm::StringRef> any) {
    return has_word(name, [&](llvm::StringRef word) { return llvm::is_contained(any, word); });
  };
  return is({"remove", "cancel", "unregister", "unsubscribe", "disable", "disarm"}) &&
         !is({"send", "notify", "emit", "post", "publish", "report", "broadcast", "on", "handle", "count"});
}

static bool is_lock_type(clang::QualType type) {
  const clang::CXXRecordDecl* record = type.getNonReferenceType()->getAsCXXRecordDecl();
  if (!record && type->isPointerType()) record = type->getPointeeType()->getAsCXXRecordDecl();
  return record && record->getIdentifier() && has_word(record->getName(), [](llvm::StringRef word) {
           return word == "mutex" || word == "lock" || word == "guard" || word == "locker" || word == "spinlock";
         });
}

// Something that outlives the call: a field, a global, what a parameter refers to.
static bool outlives(const clang::Expr* target) {
  target = bare(target);
  while (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(target)) { // of a local of its own
    if (member->isArrow()) return true;
    target = bare(member->getBase());
    const clang::VarDecl* variable = variable_of(target);
    if (variable && variable->isLocalVarDecl() && !variable->isStaticLocal() && !variable->getType()->isReferenceType())
      return false;
    if (!llvm::isa<clang::MemberExpr>(target)) return true;
  }
  if (llvm::isa<clang::MemberExpr, clang::ArraySubscriptExpr>(target)) return true;
  if (const clang::UnaryOperator* operation = llvm::dyn_cast<clang::UnaryOperator>(target))
    return operation->getOpcode() == clang::UO_Deref;
  if (const clang::CXXOperatorCallExpr* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(target))
    return call->getOperator() == clang::OO_Subscript;
  if (const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(target))
    if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl()))
      return variable->hasGlobalStorage() || variable->getType()->isReferenceType();
  return false;
}

// FALSE, gl_true: what C had before it had bool
static bool is_truth_macro(llvm::StringRef name) {
  return has_word(name, [](llvm::StringRef word) { return word == "true" || word == "false"; });
}

// A number (a counter that is reset) or the result of a call (a time stamp); not what can be stored twice unnoticed.
static bool changes_each_time(CollectContext& context, const clang::Expr* value) {
  const bool pointer = value->getType()->isPointerType(); // NULL is a number in C
  value = bare(value);
  while (const clang::CXXConstructExpr* construct = llvm::dyn_cast_or_null<clang::CXXConstructExpr>(value)) {
    if (construct->getNumArgs() != 1) return false;
    value = bare(construct->getArg(0));
  }
  if (const clang::IntegerLiteral* number = llvm::dyn_cast<clang::IntegerLiteral>(value))
    return !pointer && !is_truth_macro(context.macro_of(number->getLocation()));
  if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(value))
    return changes_each_time(context, operation->getLHS()) || changes_each_time(context, operation->getRHS());
  if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(value)) {
    for (const clang::Expr* argument : operation->arguments())
      if (changes_each_time(context, argument)) return true;
    return false;
  }
  const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(value);
  const clang::FunctionDecl* callee = call ? call->getDirectCallee() : nullptr;
  return callee && callee->getIdentifier() && has_word(callee->getName(), [](llvm::StringRef word) {
           return word == "now" || word == "time" || word == "clock" || word == "tick" || word == "ticks" ||
                  word == "gettimeofday" || word == "add" || word == "schedule" || word == "start";
         });
}

// `deadline_ = now(); deadline_ += ttl;` gives a new value in two parts, and counts nothing.
static bool goes_on(CollectContext& context, const StateScope& scope, const FunctionScan& scan,
                    const clang::Expr* target) {
  const std::string path = scope.path_of(target);
  return !path.empty() && std::any_of(scan.stored.begin(), scan.stored.end(), [&](const clang::Expr* stored) {
    const std::string whole = scope.path_of(stored);
    return !whole.empty() && (path == whole || llvm::StringRef(path).starts_with(whole + ".")) &&
           context.sources.isBeforeInTranslationUnit(stored->getBeginLoc(), target->getBeginLoc());
  });
}

std::optional<StateEffect> effect_of(CollectContext& context, const StateScope& scope, const FunctionScan& scan,
                                     const clang::Stmt* statement) {
  const std::string macro = context.macro_of(statement->getBeginLoc());
  // What a macro does is written as its call.
  const auto text = [&] {
    const clang::SourceRange range = context.sources.getExpansionRange(statement->getSourceRange()).getAsRange();
    return macro.empty() ? context.text_of(range, 60) : macro + "()";
  };
  if (const clang::UnaryOperator* operation = llvm::dyn_cast<clang::UnaryOperator>(statement))
    return operation->isIncrementDecrementOp() && outlives(operation->getSubExpr())
               ? std::optional(StateEffect{text(), EntityId::none})
               : std::nullopt;
  if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(statement)) {
    if (!operation->isAssignmentOp() || !outlives(operation->getLHS())) return std::nullopt;
    if (enum_behind(operation->getLHS()->getType())) return std::nullopt;
    // A bit that is set twice is set.
    const bool accumulates = operation->isCompoundAssignmentOp() && operation->getOpcode() != clang::BO_OrAssign &&
                             operation->getOpcode() != clang::BO_AndAssign &&
                             !goes_on(context, scope, scan, operation->getLHS());
    return accumulates ||
                   (operation->getOpcode() == clang::BO_Assign && changes_each_time(context, operation->getRHS()))
               ? std::optional(StateEffect{text(), EntityId::none})
               : std::nullopt;
  }
  const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(statement);
  if (!call) return std::nullopt;
  const clang::FunctionDecl* callee = call->getDirectCallee();
  // A macro that logs hides its calls behind a name.
  if (is_quiet_macro(macro) || is_quiet_macro(context.macro_of(call->getExprLoc()))) return std::nullopt;
  if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(call)) {
    switch (operation->getOperator()) {
    case clang::OO_PlusPlus:
    case clang::OO_MinusMinus:
    case clang::OO_PlusEqual:
    case clang::OO_MinusEqual:
      return outlives(operation->getArg(0)) && !goes_on(context, scope, scan, operation->getArg(0))
                 ? std::optional(StateEffect{text(), EntityId::none})
                 : std::nullopt;
    case clang::OO_Equal:
      return outlives(operation->getArg(0)) && !enum_behind(operation->getArg(0)->getType()) &&
                     changes_each_time(context, operation->getArg(1))
                 ? std::optional(StateEffect{text(), EntityId::none})
                 : std::nullopt;
    case clang::OO_Call:
      break;
    default:
      return std::nullopt;
    }
  }
  if (!scan.discarded.contains(statement)) return std::nullopt;
  if (callee && callee->getIdentifier() && (is_quiet_name(callee->getName()) || is_undoing(callee->getName())))
    return std::nullopt;
  if (is_log(context, *call)) return std::nullopt;
  if (callee && callee->getBuiltinID() != 0 && !context.is_ours(callee->getLocation())) return std::nullopt;
  const std::optional<MethodCall> member = method_call_of(call);
  if (member && (is_quiet_name(member->name) || is_undoing(member->name))) return std::nullopt;
  if (member && (is_lock_type(member->object->getType()) ||
                 (member->method && member->method->isConst() && !member->method->isVirtual() &&
                  !context.is_ours(member->method->getLocation()))))
    return std::nullopt;
  if (state_write_of(statement)) return std::nullopt;
  StateEffect effect;
  effect.callee = callee ? context.entity(callee) : EntityId::none;
  effect.text = callee && callee->getIdentifier() ? callee->getName().str() + "()"
                : member && !member->name.empty() ? member->name.str() + "()"
                                                  : text();
  return effect;
}

static Outcome outcome_of_name(llvm::StringRef name) {
  const std::vector<std::string> words = words_of(std::string_view(name));
  const auto has = [&](std::initializer_list<llvm::StringRef> any) {
    for (const std::string& word : words)
      for (llvm::StringRef other : any)
        if (other == word) return true;
    return false;
  };
  if (has({"none", "unchanged", "noop", "nothing", "ignored", "skipped"})) return Outcome::success;
  if (has({"no", "not", "non"}) && has({"error", "err", "op", "change"})) return Outcome::success;
  if (has({"unexpected", "error",      "err",         "errc",    "errno",  "exception",    "fail",     "failed",
           "failure",    "fails",      "invalid",     "illegal", "reject", "rejected",     "denied",   "deny",
           "conflict",   "forbidden",  "refuse",      "refused", "bad",    "precondition", "already",  "not",
           "cannot",     "disallowed", "unsupported", "wrong",   "abort",  "aborted",      "internal", "e",
           "einval",     "ealready",   "ebusy",       "eexist",  "eperm",  "busy",         "violation"}))
    return Outcome::error;
  if (has({"ok", "okay", "success", "succeeded", "successful", "done", "good", "true"})) return Outcome::success;
  return Outcome::value;
}

// EINVAL, ENOTCONN, EXIT_FAILURE: a number that a macro names.
static Outcome outcome_of_macro(llvm::StringRef name) {
  const bool errno_name = name.size() > 3 && name.starts_with("E") &&
                          llvm::all_of(name, [](char c) { return llvm::isUpper(c) || llvm::isDigit(c); });
  return name.empty() ? Outcome::value : errno_name ? Outcome::error : outcome_of_name(name);
}

// std::optional<std::string>, std::optional<Error>: what is wrong, if anything.
static bool returns_problem(const clang::FunctionDecl& function) {
  const clang::ClassTemplateSpecializationDecl* result = llvm::dyn_cast_or_null<clang::ClassTemplateSpecializationDecl>(
      function.getReturnType().getNonReferenceType()->getAsCXXRecordDecl());
  if (!result || !result->getIdentifier() || result->getName() != "optional" || result->getTemplateArgs().size() == 0 ||
      result->getTemplateArgs()[0].getKind() != clang::TemplateArgument::Type)
    return false;
  const clang::QualType inner = result->getTemplateArgs()[0].getAsType();
  if (traits_of(inner).type_class == TypeClass::text) return true;
  const clang::TagDecl* tag = inner->getAsTagDecl();
  return tag && tag->getIdentifier() && has_word(tag->getName(), [](llvm::StringRef word) {
           return word == "error" || word == "failure" || word == "problem" || word == "errc" || word == "exception";
         });
}

static Outcome named_outcome_of(CollectContext& context, const FunctionScan& scan, const clang::Expr* value) {
  const clang::Expr* inner = bare(value);
  if (const clang::IntegerLiteral* literal = llvm::dyn_cast<clang::IntegerLiteral>(inner))
    return literal->getValue() == 0 ? Outcome::success : outcome_of_macro(context.macro_of(literal->getLocation()));
  if (const clang::UnaryOperator* operation = llvm::dyn_cast<clang::UnaryOperator>(inner);
      operation && operation->getOpcode() == clang::UO_Minus)
    return Outcome::error;
  if (llvm::isa<clang::CXXNullPtrLiteralExpr, clang::GNUNullExpr>(inner)) return Outcome::no;
  if (llvm::isa<clang::CXXThisExpr>(inner)) return Outcome::quiet;
  if (const clang::UnaryOperator* operation = llvm::dyn_cast<clang::UnaryOperator>(inner);
      operation && llvm::isa<clang::CXXThisExpr>(bare(operation->getSubExpr())))
    return Outcome::quiet; // return *this
  // {} and Type(): what a result says when nothing went wrong.
  if (const clang::InitListExpr* list = llvm::dyn_cast<clang::InitListExpr>(inner)) {
    if (list->getNumInits() == 0) return Outcome::success;
    Outcome outcome = Outcome::value;
    for (const clang::Expr* part : list->inits()) {
      outcome = named_outcome_of(context, scan, part);
      if (outcome != Outcome::value) return outcome;
    }
    // Error{"expired"}
    if (const clang::RecordDecl* record = list->getType()->getAsRecordDecl();
        record && record->getIdentifier() && has_word(record->getName(), [](llvm::StringRef word) {
          return word == "error" || word == "failure" || word == "unexpected";
        }))
      return Outcome::error;
    return outcome;
  }
  if (const clang::CXXConstructExpr* construct = llvm::dyn_cast<clang::CXXConstructExpr>(inner)) {
    const clang::CXXRecordDecl* record = construct->getConstructor()->getParent();
    if (construct->getNumArgs() == 0) return Outcome::success;
    if (construct->isListInitialization() && construct->getNumArgs() == 1 &&
        llvm::isa<clang::CXXDefaultArgExpr>(construct->getArg(0)))
      return Outcome::success;
    if (record->getName() == "unexpected" || record->getName() == "Unexpected") return Outcome::error;
    for (const clang::Expr* argument : construct->arguments()) {
      if (llvm::isa<clang::CXXDefaultArgExpr>(argument)) continue;
      const Outcome outcome = named_outcome_of(context, scan, argument);
      if (outcome != Outcome::value) return outcome;
    }
    return has_word(record->getName(), [](llvm::StringRef word) { return word == "error" || word == "unexpected"; })
               ? Outcome::error
               : Outcome::value;
  }
  if (const clang::CXXBoolLiteralExpr* literal = llvm::dyn_cast<clang::CXXBoolLiteralExpr>(inner))
    return literal->getValue() ? Outcome::yes : Outcome::no;
  if (const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(inner)) {
    const llvm::StringRef name =
        reference->getDecl()->getIdentifier() ? reference->getDecl()->getName() : llvm::StringRef();
    if (name == "nullopt") return returns_problem(*scan.function) ? Outcome::success : Outcome::no;
    return outcome_of_name(name);
  }
  if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(inner))
    return member->getMemberDecl()->getIdentifier() ? outcome_of_name(member->getMemberDecl()->getName())
                                                    : Outcome::value;
  if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(inner)) {
    const clang::FunctionDecl* callee = call->getDirectCallee();
    const Outcome named = callee && callee->getIdentifier() ? outcome_of_name(callee->getName()) : Outcome::value;
    if (named != Outcome::value && !(callee->getName() == "make_error_code")) return named;
    for (const clang::Expr* argument : call->arguments()) {
      const Outcome outcome = named_outcome_of(context, scan, argument);
      if (outcome == Outcome::error || outcome == Outcome::success) return outcome;
    }
  }
  return Outcome::value;
}

Outcome outcome_of(CollectContext& context, const FunctionScan& scan, const clang::Expr* value) {
  if (!value) return Outcome::quiet;
  if (const Outcome outcome = named_outcome_of(context, scan, value); outcome != Outcome::value) return outcome;
  return returns_problem(*scan.function) ? Outcome::error : Outcome::value;
}

bool is_comparison(const clang::Expr* expression) {
  const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(expression);
  return operation && (operation->isComparisonOp() || operation->isLogicalOp());
}

bool is_answer(const clang::Expr* expression) {
  if (llvm::isa<clang::CallExpr>(expression)) return true;
  const clang::IntegerLiteral* literal = llvm::dyn_cast<clang::IntegerLiteral>(expression);
  return literal && literal->getValue().ule(1);
}

bool answers_with_truth(const FunctionScan& scan) {
  const clang::QualType type = scan.function->getReturnType();
  if (!type->isIntegerType() || enum_behind(type)) return false;
  if (const clang::TypedefType* name = type->getAs<clang::TypedefType>())
    if (has_word(name->getDecl()->getName(),
                 [](llvm::StringRef word) { return word == "bool" || word == "boolean" || word == "gboolean"; }))
      return true;
  bool compares = false;
  for (const clang::ReturnStmt* end : scan.returns) {
    const clang::Expr* value = bare(end->getRetValue());
    if (!value || (!is_comparison(value) && !is_answer(value))) return false;
    compares |= is_comparison(value);
  }
  return compares;
}

// op_destroy(op), jobs.erase(it), destroy_node(node); not release(lease), and not delete_files(job).
bool destroys(const clang::FunctionDecl& callee) {
  if (!callee.getIdentifier()) return false;
  const std::vector<std::string> words = words_of(std::string_view(callee.getName()));
  return !words.empty() && (words.front() == "destroy" ||
                            llvm::is_contained({"destroy", "free", "delete", "erase", "dispose", "destruct"},
                                               llvm::StringRef(words.back())));
}

bool waits(const clang::FunctionDecl& callee) {
  return callee.getIdentifier() && (callee.getName() == "wait" || callee.getName() == "wait_for" ||
                                    callee.getName() == "wait_until" || callee.getName() == "yield");
}

} // namespace plumbline
