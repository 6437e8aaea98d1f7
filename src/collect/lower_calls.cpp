// Calls, as the value-flow graph sees them: what comes out of a call is its result, or what went in.

#include "collect/lower.h"
#include "facts/words.h"
#include "program/sinks.h"

#include <clang/AST/ExprCXX.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline {

// std::min(3600u, ttl): the constant is a bound of the other argument, which is what flows on.
void Lowering::lower_clamp(const clang::CallExpr* call, llvm::StringRef name, const Destination& destination,
                           unsigned depth, Terms& terms) {
  bool is_min = name == "min" || name == "qMin" || name == "Min" || name == "MIN";
  bool is_clamp = name == "clamp" || name == "qBound" || name == "Clamp";
  const clang::Expr* value = nullptr; // what is bounded, if one argument is clearly that
  std::vector<const clang::Expr*> arguments;
  for (const clang::Expr* argument : call->arguments()) {
    const clang::Expr* stripped = strip(argument);
    if (const clang::InitListExpr* list = llvm::dyn_cast<clang::InitListExpr>(stripped))
      arguments.insert(arguments.end(), list->inits().begin(), list->inits().end());
    else if (!llvm::isa<clang::CXXDefaultArgExpr>(argument))
      arguments.push_back(argument);
  }
  auto is_constant = [&](const clang::Expr* argument) {
    return literal_value(argument, context.ast) || named_value(argument, context.ast);
  };
  if (is_clamp && arguments.size() >= 3) value = name == "qBound" ? arguments[1] : arguments[0];
  for (const clang::Expr* argument : arguments)
    if (!value && !is_constant(argument)) value = argument;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const clang::Expr* argument = arguments[i];
    if (argument == value || !is_constant(argument)) {
      lower_into(argument, destination, depth + 1, terms);
      continue;
    }
    bool cap = is_clamp ? i == arguments.size() - 1 || (name != "qBound" && i == 2) : is_min;
    if (value)
      use(cap ? UseKind::cap : UseKind::floor, argument, call->getDirectCallee()->getNameAsString(), value,
          destination);
    else
      lower_into(argument, destination, depth + 1, terms);
  }
}

static bool is_clamp_name(llvm::StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases({"min", "max", "clamp", "qMin", "qMax", "qBound", "Min", "Max", "Clamp"}, true)
      .Default(false);
}

bool is_clamp(const clang::FunctionDecl& function) {
  return function.getDeclName().isIdentifier() && is_clamp_name(function.getName());
}

// Functions that give back what they were given, in another wrapping.
static bool is_transparent_call(llvm::StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases({"move", "forward", "ref", "cref", "as_const", "duration_cast", "time_point_cast", "round", "floor",
              "ceil", "abs", "fabs", "get"},
             true)
      .Cases({"htons", "ntohs", "htonl", "ntohl", "static_pointer_cast", "saturated_cast", "numeric_cast", "narrow",
              "narrow_cast", "implicit_cast", "any_cast", "exchange"},
             true)
      .Cases(
          {"ceil", "llround", "lround", "rint", "trunc", "to_underlying", "DurationFromSec", "duration_from_seconds"},
          true)
      .Default(false);
}

static bool is_transparent_method(llvm::StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases({"count", "value", "load", "get", "time_since_epoch", "c_str", "data", "str", "operator*", "toStdString"},
             true)
      .Default(false);
}

static bool is_lookup(const clang::FunctionDecl& callee) { return is_config_lookup(callee.getQualifiedNameAsString()); }

// What the called function gives back.
void Lowering::give_result(const clang::CallExpr& call, Terms& terms) {
  const clang::FunctionDecl* callee = call.getDirectCallee();
  Term term;
  term.from = context.result(callee);
  term.range = call.getSourceRange();
  term.leaves = call_site(&call);
  term.lookup = !context.is_ours(callee->getLocation()) && is_lookup(*callee);
  if (term.from != EntityId::none) terms.push_back(term);
}

void Lowering::lower_call(const clang::CallExpr* call, const Destination& destination, unsigned depth, Terms& terms) {
  std::size_t first = terms.size();
  const clang::FunctionDecl* callee = call->getDirectCallee();
  if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(call)) {
    switch (operation->getOperator()) {
    case clang::OO_Plus:
    case clang::OO_Minus:
    case clang::OO_Star:
    case clang::OO_Slash:
    case clang::OO_Percent:
      if (operation->getNumArgs() == 2) {
        clang::BinaryOperatorKind kind = operation->getOperator() == clang::OO_Plus    ? clang::BO_Add
                                         : operation->getOperator() == clang::OO_Minus ? clang::BO_Sub
                                         : operation->getOperator() == clang::OO_Star  ? clang::BO_Mul
                                         : operation->getOperator() == clang::OO_Slash ? clang::BO_Div
                                                                                       : clang::BO_Rem;
        lower_binary(kind, call, operation->getArg(0), operation->getArg(1), destination, depth, terms);
      } else if (operation->getNumArgs() == 1) {
        lower_into(operation->getArg(0), destination, depth + 1, terms); // *optional, -duration
      }
      return;
    case clang::OO_PlusEqual:
    case clang::OO_MinusEqual:
      if (operation->getNumArgs() == 2)
        lower_binary(operation->getOperator() == clang::OO_PlusEqual ? clang::BO_Add : clang::BO_Sub, call,
                     operation->getArg(0), operation->getArg(1), destination, depth, terms);
      return;
    case clang::OO_Equal:
      if (operation->getNumArgs() == 2) lower_into(operation->getArg(1), destination, depth + 1, terms);
      return;
    case clang::OO_Call:
      break;
    default:
      for (const clang::Expr* argument : operation->arguments()) lower_into(argument, destination, depth + 1, terms);
      mark_derived(terms, first);
      // document["delay"]: which entry it is says the document, not its name.
      if (operation->getOperator() == clang::OO_Subscript && callee && is_lookup(*callee)) give_result(*call, terms);
      return;
    }
  }
  if (!callee) return;
  llvm::StringRef name = callee->getDeclName().isIdentifier() ? callee->getName() : llvm::StringRef();
  bool ours = context.is_ours(callee->getLocation());
  const clang::CXXMemberCallExpr* member_call = llvm::dyn_cast<clang::CXXMemberCallExpr>(call);
  const clang::Expr* object = member_call ? member_call->getImplicitObjectArgument() : nullptr;

  if (!member_call && is_clamp_name(name) && call->getNumArgs() >= 1)
    return lower_clamp(call, name, destination, depth, terms);
  // A node of a document (toml::node_view, nlohmann::json) rather than a wrapped value: the library's function gives
  // the value, whatever the node came from.
  const bool document =
      object && !ours && !callee->isInStdNamespace() && traits_of(object->getType()).type_class == TypeClass::record;
  if (name == "value_or" && object && call->getNumArgs() == 1) {
    if (document) give_result(*call, terms);
    lower_into(object, destination, depth + 1, terms);
    std::size_t fallback = terms.size();
    lower_into(call->getArg(0), destination, depth + 1, terms);
    EntityId of = first < fallback ? terms[first].from : named_entity(object);
    for (std::size_t i = fallback; i < terms.size(); ++i) terms[i].fallback_of = of;
    return;
  }
  // A duration in another unit or wrapping: x.count(), x.ToMilliseconds(), seconds(n), MonoDelta::FromSeconds(n).
  if (object) {
    TypeTraits object_traits = traits_of(object->getType());
    bool conversion = llvm::isa<clang::CXXConversionDecl>(callee);
    TypeTraits result_traits = traits_of(call->getType());
    if ((object_traits.type_class == TypeClass::duration || object_traits.type_class == TypeClass::time_point) &&
        call->getNumArgs() == 0 &&
        (carries_value(result_traits.type_class) || result_traits.type_class == TypeClass::duration)) {
      lower_into(object, destination, depth + 1, terms);
      for (std::size_t i = first; i < terms.size(); ++i)
        if (terms[i].tick == 0 && object_traits.tick > 0) terms[i].tick = object_traits.tick;
      return;
    }
    if (!ours && (conversion || is_transparent_method(name)) && call->getNumArgs() <= 1) {
      if (document && name != "get") give_result(*call, terms);
      lower_into(object, destination, depth + 1, terms);
      if (name != "get") return;
    }
  } else if (call->getNumArgs() >= 1) {
    TypeTraits result_traits = traits_of(call->getType());
    TypeTraits argument_traits = traits_of(call->getArg(0)->getType());
    bool one = call->getNumArgs() == 1 || llvm::isa<clang::CXXDefaultArgExpr>(call->getArg(1));
    if (one && result_traits.type_class == TypeClass::duration && !result_traits.plural &&
        carries_value(argument_traits.type_class)) {
      lower_into(call->getArg(0), destination, depth + 1, terms);
      std::int64_t tick = argument_traits.type_class == TypeClass::duration ? 0 : factory_tick(callee, call->getType());
      for (std::size_t i = first; i < terms.size(); ++i)
        if (tick > 0 && terms[i].tick == 0) terms[i].tick = tick;
      if (!ours || !callee->isDefined()) return;
      mark_derived(terms, first); // a function of ours: its body says what comes out, below
    }
    if (!ours && is_transparent_call(name)) {
      lower_into(call->getArg(0), destination, depth + 1, terms);
      return;
    }
  }
  give_result(*call, terms);
  if (!ours) { // atoi(text), stoi, lexical_cast, Json::asInt(): what goes in shapes what comes out
    std::size_t inputs = terms.size();
    if (object) lower_into(object, {}, depth + 1, terms);
    for (const clang::Expr* argument : call->arguments()) // what is added to it there is not added to what comes out
      if (!llvm::isa<clang::CXXDefaultArgExpr>(argument) && !literal_value(argument, context.ast) &&
          !(is_lookup(*callee) && carries_value(traits_of(argument->getType()).type_class))) // a fallback
        lower_into(argument, {}, depth + 1, terms);
    mark_derived(terms, inputs);
  }
}

} // namespace plumbline
