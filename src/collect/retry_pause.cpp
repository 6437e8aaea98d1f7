// How a retry pauses between attempts: not at all, always as long, as long as some declaration says, or longer each
// time.
#include "collect/constants.h"
#include "collect/retry_loop.h"
#include "program/sinks.h"

#include <clang/AST/ExprCXX.h>

namespace plumbline {

namespace {

class PauseReader {
 public:
  explicit PauseReader(const LoopSurvey& loop) : loop(loop), context(loop.context) {}

  // What a pause's length depends on.
  struct Length {
    bool varies = false;
    llvm::SmallVector<const clang::ValueDecl*, 2> reads;
  };
  void measure(const clang::Stmt* statement, Length& length) const {
    if (!statement) return;
    if (const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(statement)) {
      if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl()))
        read_variable(variable, length);
    } else if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(statement)) {
      if (const clang::FieldDecl* field = llvm::dyn_cast<clang::FieldDecl>(member->getMemberDecl()))
        return read_variable(field, length); // not its object
    } else if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(statement)) {
      const clang::FunctionDecl* callee = call->getDirectCallee();
      if (name_of(callee) == "now") return; // sleep_until(now() + 1s)
      if (!callee || context.is_ours(callee->getLocation()) || has_word(name_of(callee), {"rand", "random"}))
        length.varies = true;
    } else if (llvm::isa<clang::LambdaExpr>(statement)) {
      return; // the predicate of a wait
    }
    for (const clang::Stmt* child : statement->children()) measure(child, length);
  }
  void read_variable(const clang::ValueDecl* variable, Length& length) const {
    const TypeTraits traits = traits_of(variable->getType());
    if (!carries_value(traits.type_class) && traits.type_class != TypeClass::other) return; // a lock, a mutex
    if (traits.type_class == TypeClass::other && !variable->getType()->isRecordType()) return;
    if (loop.counters.contains(variable) || (loop.changed.contains(variable) && !loop.own.contains(variable)))
      length.varies = true;
    if (loop.own.contains(variable)) {
      if (const clang::VarDecl* local = llvm::dyn_cast<clang::VarDecl>(variable)) measure(local->getInit(), length);
      return;
    }
    if (carries_value(traits.type_class)) length.reads.push_back(variable);
  }

  // Which argument says how long the pause is; -1 where that is up to the callee: a helper of the project that backs
  // off itself, an object that may remember. One that only sleeps, as often written for portability, is followed.
  int length_index(const clang::FunctionDecl& callee) const {
    const llvm::StringRef name = name_of(&callee);
    if (sets_timer(&callee)) return 0;
    if (!context.is_ours(callee.getLocation())) return name == "wait_for" || name == "wait_until" ? 1 : 0;
    const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(&callee);
    if ((method && method->isInstance()) || !has_word(name, {"sleep", "usleep", "msleep", "nap", "delay", "pause"}) ||
        has_word(name, {"backoff", "jitter", "retry", "next", "exponential"}))
      return -1;
    for (unsigned i = 0; i < callee.getNumParams(); ++i)
      if (carries_value(traits_of(callee.getParamDecl(i)->getType()).type_class)) return static_cast<int>(i);
    return -1;
  }

  void describe(llvm::ArrayRef<const clang::CallExpr*> pauses, RetryLoop& retry) {
    for (const clang::CallExpr* call : pauses) {
      const clang::FunctionDecl* callee = call->getDirectCallee();
      retry.pause_location = context.expansion_of(call->getSourceRange());
      const std::string qualified = callee->getQualifiedNameAsString();
      const int index = length_index(*callee);
      const Sink* sink = find_sink(qualified, index, {});
      if (index < 0 || static_cast<int>(call->getNumArgs()) <= index) {
        retry.pause = Pause::varying; // a helper of the project: what it does is not followed
        return;
      }
      const clang::Expr* argument = call->getArg(index);
      Length length;
      measure(argument, length);
      if (length.varies || length.reads.size() > 1) {
        retry.pause = Pause::varying;
        return;
      }
      if (length.reads.size() == 1) {
        retry.pause = Pause::read;
        retry.pause_source = context.entity(length.reads[0]);
        retry.pause_value = "'" + length.reads[0]->getNameAsString() + "'";
        continue;
      }
      if (retry.pause != Pause::none) continue;
      retry.pause = Pause::constant;
      // A bare number says nothing without the name of what sleeps: os_sleep(1, 0).
      const bool bare = llvm::isa<clang::IntegerLiteral>(argument->IgnoreParenImpCasts());
      retry.pause_value = context.text_of(bare ? call->getSourceRange() : argument->getSourceRange(), 60);
      if (std::optional<ConstantValue> value = literal_value(argument, context.ast))
        if (std::int64_t tick = value->tick > 0 ? value->tick : sink ? sink->tick : 0)
          retry.pause_value = format_duration(value->value * static_cast<double>(tick));
    }
  }

 private:
  const LoopSurvey& loop;
  CollectContext& context;
};

} // namespace

void describe_pause(const LoopSurvey& loop, llvm::ArrayRef<const clang::CallExpr*> pauses, RetryLoop& retry) {
  PauseReader(loop).describe(pauses, retry);
}

} // namespace plumbline
