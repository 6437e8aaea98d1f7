// Parses whose failure nobody notices.
//
// Four families: functions that cannot say that they failed (atoi); those that say it in a second place, which has to
// be looked at (the end pointer of strtol, the result of from_chars, the state of a stream); and those that throw,
// where the question is what the handler does. Each is looked at within its function: an end pointer, a result or a
// stream that goes back to the caller is the caller's to look at.

#include "collect.h"
#include "collect/function_visitor.h"
#include "collect/lower.h"
#include "facts.h"
#include "facts/words.h"

#include "indicator.h"
#include "reaction.h"
#include "refusals.h"
#include "vetting.h"
#include <map>

#include <clang/AST/StmtCXX.h>
#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline::unvalidated_config {

namespace {

class ParseVisitor : public FunctionVisitor<ParseVisitor> {
 public:
  explicit ParseVisitor(CollectContext& context) : FunctionVisitor(context), lowering(context) {}

  bool VisitCallExpr(clang::CallExpr* call) {
    const clang::FunctionDecl* callee = call->getDirectCallee();
    if (!callee || !function) return true;
    if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(call)) {
      if (operation->getOperator() == clang::OO_GreaterGreater) extraction(*operation);
      return true;
    }
    if (callee->getDeclName().isIdentifier() && callee->getName() == "value_or") default_taken(*call);
    Parser parser = parser_of(*callee);
    if (parser == Parser::none && may_throw(*call, *callee)) parser = Parser::own;
    std::optional<Silence> silence;
    switch (parser) {
    case Parser::none:
      return true;
    case Parser::blind:
      silence = Silence::unchecked;
      break;
    case Parser::end_pointer:
      silence = with_end_pointer(*call);
      break;
    case Parser::result:
    case Parser::truth:
      silence = with_result(*call);
      break;
    case Parser::throwing:
    case Parser::own:
      silence = caught();
      break;
    }
    const std::pair<const clang::FunctionDecl*, std::string> subject(
        function, call->getNumArgs() > 0 ? context.text_of(call->getArg(0)->getSourceRange()) : std::string());
    const clang::Stmt* loop = loop_around();
    if (!silence || (silence == Silence::unchecked && minds(*call))) {
      if (loop) looked_at.try_emplace(subject, loop);
      return true;
    }
    // A first pass over the same words has refused what is no number.
    if (const std::map<std::pair<const clang::FunctionDecl*, std::string>, const clang::Stmt*>::const_iterator first =
            looked_at.find(subject);
        loop && silence == Silence::unchecked && first != looked_at.end() && first->second != loop)
      return true;
    std::vector<Term> text, number;
    bool result = true;
    for (const clang::Expr* argument : call->arguments()) {
      if (llvm::isa<clang::CXXDefaultArgExpr>(argument)) continue;
      const clang::QualType type = strip(argument)->getType();
      bool out = (parser == Parser::result || parser == Parser::truth) && argument->isLValue() && is_number(type);
      if (const clang::UnaryOperator* address = llvm::dyn_cast<clang::UnaryOperator>(strip(argument)))
        out = parser == Parser::truth && address->getOpcode() == clang::UO_AddrOf;
      if (out)
        add(number, lowering.named_entity(argument)), result = false;
      else if (traits_of(type).type_class == TypeClass::text)
        append(text, lowering.lower(argument));
    }
    if (const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(call))
      append(text, lowering.lower(member->getImplicitObjectArgument()));
    emit(*call, *silence, callee->getQualifiedNameAsString(), text, number, result);
    return true;
  }

 private:
  static void add(std::vector<Term>& terms, EntityId node) {
    Term term;
    term.from = node;
    terms.push_back(term);
  }
  static void append(std::vector<Term>& terms, const std::vector<Term>& more) {
    terms.insert(terms.end(), more.begin(), more.end());
  }

  // A conversion of a document's value, or a parser of the project's own: only of interest where somebody catches what
  // it throws. What a library's function is for, its namespace says, and the judge looks at that.
  static bool may_throw(const clang::CallExpr& call, const clang::FunctionDecl& callee) {
    if (!is_number(call.getType())) return false;
    if (const clang::FunctionProtoType* type = callee.getType()->getAs<clang::FunctionProtoType>())
      if (type->isNothrow()) return false;
    bool text = false;
    for (const clang::Expr* argument : call.arguments())
      text |= traits_of(strip(argument)->getType()).type_class == TypeClass::text;
    const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(&call);
    if (member && llvm::isa<clang::CXXConversionDecl>(callee)) return true;
    if (!callee.getDeclName().isIdentifier()) return false;
    std::vector<std::string> words = words_of(std::string_view(callee.getName()));
    bool converts = false;
    for (const std::string& word : words)
      converts |=
          llvm::StringSwitch<bool>(word)
              .Cases({"parse", "to", "convert", "number", "integer", "as", "get", "int", "lookup", "cast"}, true)
              .Default(false);
    return converts && (text || member);
  }

  // parse_int(text).value_or(30): an empty optional is how the parser says that it failed.
  void default_taken(const clang::CallExpr& call) {
    const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(&call);
    const clang::CallExpr* parse =
        member ? llvm::dyn_cast_or_null<clang::CallExpr>(strip(member->getImplicitObjectArgument())) : nullptr;
    const clang::FunctionDecl* parser = parse ? parse->getDirectCallee() : nullptr;
    if (!parser || !parser->getDeclName().isIdentifier() || !is_number(call.getType())) return;
    bool parses = false;
    for (const std::string& word : words_of(std::string_view(parser->getName()))) parses |= word == "parse";
    if (!parses) return;
    std::vector<Term> text;
    for (const clang::Expr* argument : parse->arguments())
      if (traits_of(strip(argument)->getType()).type_class == TypeClass::text) append(text, lowering.lower(argument));
    if (!text.empty()) emit(*parse, Silence::branch, parser->getQualifiedNameAsString(), text, {}, true);
  }

  const clang::Stmt* body() const { return function->getBody(); }

  // The statement or expression around the visited one that is not just a wrapping of it.
  const clang::Stmt* user() const {
    for (std::size_t i = around.size() - 1; i-- > 0;) {
      const clang::Stmt* statement = around[i];
      if (llvm::isa<clang::ExprWithCleanups, clang::ParenExpr, clang::ImplicitCastExpr, clang::MaterializeTemporaryExpr,
                    clang::CXXBindTemporaryExpr, clang::ConstantExpr>(statement))
        continue;
      return statement;
    }
    return nullptr;
  }
  bool is_discarded() const {
    const clang::Stmt* statement = user();
    if (!statement) return false;
    if (const clang::IfStmt* branch = llvm::dyn_cast<clang::IfStmt>(statement))
      return branch->getCond() != below(branch) && branch->getInit() != below(branch);
    if (const clang::ForStmt* loop = llvm::dyn_cast<clang::ForStmt>(statement)) return loop->getCond() != below(loop);
    if (const clang::ExplicitCastExpr* cast = llvm::dyn_cast<clang::ExplicitCastExpr>(statement))
      return cast->getType()->isVoidType();
    return llvm::isa<clang::CompoundStmt, clang::CaseStmt, clang::DefaultStmt, clang::LabelStmt,
                     clang::CXXForRangeStmt>(statement);
  }
  const clang::Stmt* loop_around() const {
    for (std::size_t i = around.size(); i-- > 0;)
      if (llvm::isa<clang::ForStmt, clang::WhileStmt, clang::DoStmt, clang::CXXForRangeStmt>(around[i]))
        return around[i];
    return nullptr;
  }
  // The child of `ancestor` on the way to the visited statement.
  const clang::Stmt* below(const clang::Stmt* ancestor) const {
    for (std::size_t i = 0; i + 1 < around.size(); ++i)
      if (around[i] == ancestor) return around[i + 1];
    return nullptr;
  }

  // Somebody looks at the indicator: does anything come of a failure?
  std::optional<Silence> outcome(IndicatorVisitor& indicator) {
    indicator.TraverseStmt(const_cast<clang::Stmt*>(body()));
    if (indicator.decisions.empty()) return std::nullopt; // returned, passed on, a loop: beyond us
    for (const clang::Stmt* decision : indicator.decisions) {
      if (const clang::ConditionalOperator* conditional = llvm::dyn_cast<clang::ConditionalOperator>(decision)) {
        if (!is_number(conditional->getType()) || is_negative(conditional->getTrueExpr()) ||
            is_negative(conditional->getFalseExpr()) || reaction_of(conditional, function).loud)
          return std::nullopt;
        continue;
      }
      const clang::IfStmt* branch = llvm::cast<clang::IfStmt>(decision);
      if (reaction_of(branch->getThen(), function).noticed() || reaction_of(branch->getElse(), function).noticed())
        return std::nullopt;
      if (told_behind(*branch, *function)) return std::nullopt;
    }
    return Silence::branch;
  }
  bool is_negative(const clang::Expr* value) const {
    clang::Expr::EvalResult result;
    return !value->isValueDependent() && value->getType()->isIntegerType() &&
           value->EvaluateAsInt(result, context.ast) && result.Val.getInt().isNegative();
  }

  std::optional<Silence> with_end_pointer(const clang::CallExpr& call) {
    if (call.getNumArgs() < 2) return std::nullopt;
    const clang::Expr* end = strip(call.getArg(1));
    bool none = call.getArg(1)->isNullPointerConstant(context.ast, clang::Expr::NPC_ValueDependentIsNotNull) !=
                clang::Expr::NPCK_NotNull;
    IndicatorVisitor indicator;
    indicator.after = &call;
    if (!none) {
      const clang::UnaryOperator* address = llvm::dyn_cast<clang::UnaryOperator>(end);
      const clang::DeclRefExpr* reference =
          address ? llvm::dyn_cast<clang::DeclRefExpr>(strip(address->getSubExpr())) : nullptr;
      const clang::VarDecl* variable = reference ? llvm::dyn_cast<clang::VarDecl>(reference->getDecl()) : nullptr;
      if (!variable || !variable->hasLocalStorage()) return std::nullopt; // whoever owns it looks at it
      indicator.variables.insert(variable);
    }
    return judged(indicator);
  }

  std::optional<Silence> judged(IndicatorVisitor& indicator) {
    std::optional<Silence> silence = outcome(indicator);
    if (!indicator.read) return Silence::unchecked;
    return silence;
  }

  std::optional<Silence> with_result(const clang::CallExpr& call) {
    if (is_discarded()) return Silence::unchecked;
    IndicatorVisitor indicator;
    const clang::VarDecl* variable = nullptr;
    for (std::size_t i = around.size() - 1; i-- > 0 && !variable;) {
      if (const clang::DeclStmt* declaration = llvm::dyn_cast<clang::DeclStmt>(around[i]);
          declaration && declaration->isSingleDecl())
        variable = llvm::dyn_cast<clang::VarDecl>(declaration->getSingleDecl());
      if (!llvm::isa<clang::Expr>(around[i])) break;
      if (llvm::isa<clang::MemberExpr, clang::BinaryOperator>(around[i])) break; // .ec == std::errc{}
    }
    if (variable) {
      indicator.variables.insert(variable);
      if (const clang::DecompositionDecl* parts = llvm::dyn_cast<clang::DecompositionDecl>(variable))
        for (const clang::BindingDecl* part : parts->bindings()) indicator.variables.insert(part);
      return judged(indicator);
    }
    indicator.parse = &call;
    indicator.read = true;
    return judged(indicator);
  }

  // Somebody looks at the text before, or at the number on the spot.
  bool minds(const clang::CallExpr& call) const {
    if (is_vetted(call, *function, around) || decodes_escape(call, around) || is_refused_below(call, *function))
      return true;
    const clang::IfStmt* branch = condition_around(around); // if (atoi(text) > 0) …; else error();
    return branch &&
           refuses(
               *branch,
               [&](const clang::Expr* part) { return part == &call ? std::optional<std::int64_t>(0) : std::nullopt; },
               function);
  }

  // The handlers of the innermost try around the call that can be reached without leaving a lambda.
  std::optional<Silence> caught() {
    for (std::size_t i = around.size() - 1; i-- > 0;) {
      if (llvm::isa<clang::LambdaExpr>(around[i])) return std::nullopt;
      const clang::CXXTryStmt* attempt = llvm::dyn_cast<clang::CXXTryStmt>(around[i]);
      if (!attempt || around[i + 1] != attempt->getTryBlock()) continue;
      bool silent = false;
      for (unsigned k = 0; k < attempt->getNumHandlers(); ++k) {
        const clang::CXXCatchStmt* handler = attempt->getHandler(k);
        silent |= !reaction_of(handler->getHandlerBlock(), function, handler->getExceptionDecl()).noticed();
      }
      if (silent && is_noticed_behind(attempt)) silent = false;
      return silent ? std::optional(Silence::caught) : std::nullopt;
    }
    return std::nullopt;
  }

  // `try { …; return true; } catch (…) {} return false;`
  bool is_noticed_behind(const clang::CXXTryStmt* attempt) const {
    struct Leaves : clang::RecursiveASTVisitor<Leaves> {
      bool found = false;
      bool VisitReturnStmt(clang::ReturnStmt*) { return !(found = true); }
    } leaves;
    leaves.TraverseStmt(const_cast<clang::CompoundStmt*>(attempt->getTryBlock()));
    if (!leaves.found) return false;
    for (std::size_t i = around.size() - 1; i-- > 0;) {
      const clang::CompoundStmt* compound = llvm::dyn_cast<clang::CompoundStmt>(around[i]);
      if (!compound || around[i + 1] != attempt) continue;
      bool seen = false;
      for (const clang::Stmt* statement : compound->body()) {
        if (seen && reaction_of(statement, function).noticed()) return true;
        seen |= statement == attempt;
      }
    }
    return false;
  }

  // stream >> a >> b: looked at from the outermost.
  void extraction(const clang::CXXOperatorCallExpr& call) {
    if (call.getNumArgs() != 2 || !is_input_stream(call.getType())) return;
    if (const clang::CXXOperatorCallExpr* outer = llvm::dyn_cast_or_null<clang::CXXOperatorCallExpr>(user());
        outer && outer->getOperator() == clang::OO_GreaterGreater)
      return;
    std::vector<Term> numbers;
    const clang::Expr* stream = &call;
    while (const clang::CXXOperatorCallExpr* inner = llvm::dyn_cast<clang::CXXOperatorCallExpr>(stream)) {
      if (inner->getOperator() != clang::OO_GreaterGreater || inner->getNumArgs() != 2) break;
      if (is_number(inner->getArg(1)->getType())) add(numbers, lowering.named_entity(inner->getArg(1)));
      stream = strip(inner->getArg(0));
    }
    if (numbers.empty()) return;
    std::vector<Term> text;
    IndicatorVisitor indicator;
    const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(stream);
    const clang::VarDecl* variable = reference ? llvm::dyn_cast<clang::VarDecl>(reference->getDecl()) : nullptr;
    const clang::Expr* construct = stream;
    if (variable) {
      if (!variable->hasLocalStorage() || llvm::isa<clang::ParmVarDecl>(variable) ||
          variable->getType()->isReferenceType())
        return; // its owner can ask it
      construct = variable->getInit() ? variable->getInit()->IgnoreImplicit() : nullptr;
    }
    if (const clang::CXXFunctionalCastExpr* cast = llvm::dyn_cast_or_null<clang::CXXFunctionalCastExpr>(construct))
      construct = cast->getSubExpr()->IgnoreImplicit();
    if (const clang::CXXConstructExpr* built = llvm::dyn_cast_or_null<clang::CXXConstructExpr>(construct)) {
      if (built->getNumArgs() > 0) append(text, lowering.lower(built->getArg(0)));
    } else if (!variable) {
      return;
    }
    std::optional<Silence> silence = Silence::unchecked;
    if (!is_discarded()) {
      indicator.parse = &call;
      silence = outcome(indicator);
    } else if (variable && is_asked(variable)) {
      silence = std::nullopt;
    }
    if (silence) emit(call, *silence, "operator>>", text, numbers, false);
  }

  // Whether the state of a stream is asked for anywhere in the function.
  bool is_asked(const clang::VarDecl* stream) const {
    struct Asked : clang::RecursiveASTVisitor<Asked> {
      const clang::VarDecl* stream = nullptr;
      bool found = false;
      bool is_stream(const clang::Expr* expression) const {
        const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(strip(expression));
        return reference && reference->getDecl() == stream;
      }
      bool VisitCXXMemberCallExpr(clang::CXXMemberCallExpr* call) {
        const clang::CXXMethodDecl* method = call->getMethodDecl();
        if (!method || !is_stream(call->getImplicitObjectArgument())) return true;
        if (llvm::isa<clang::CXXConversionDecl>(method)) found = true;
        if (method->getDeclName().isIdentifier())
          found |= llvm::StringSwitch<bool>(method->getName())
                       .Cases({"fail", "good", "bad", "eof", "rdstate", "exceptions", "peek", "get"}, true)
                       .Default(false);
        return true;
      }
      bool VisitCXXOperatorCallExpr(clang::CXXOperatorCallExpr* call) {
        if (call->getOperator() == clang::OO_Exclaim && is_stream(call->getArg(0))) found = true;
        return true;
      }
      bool VisitReturnStmt(clang::ReturnStmt* statement) {
        if (statement->getRetValue() && is_stream(statement->getRetValue())) found = true;
        return true;
      }
      bool VisitCallExpr(clang::CallExpr* call) { // handed to somebody who may ask
        if (llvm::isa<clang::CXXOperatorCallExpr>(call)) return true;
        for (const clang::Expr* argument : call->arguments())
          if (is_stream(argument)) {
            const clang::FunctionDecl* callee = call->getDirectCallee();
            if (!callee || !callee->getDeclName().isIdentifier() || callee->getName() != "getline") found = true;
          }
        return true;
      }
    } asked;
    asked.stream = stream;
    asked.TraverseStmt(const_cast<clang::Stmt*>(body()));
    return asked.found;
  }

  void emit(const clang::CallExpr& call, Silence silence, std::string callee, const std::vector<Term>& text,
            const std::vector<Term>& number, bool result) {
    ParseFact fact;
    fact.location = context.expansion_of(call.getSourceRange());
    fact.macro = context.macro_of(call.getBeginLoc());
    if (!fact.macro.empty()) fact.spelled = context.location_of(call.getSourceRange());
    if (fact.spelled.line == 0) fact.macro.clear(); // a library's
    if (fact.location.line == 0 ||
        !context.first_time(static_cast<std::uint64_t>(context.place_id("parse", fact.location)) * 73 +
                            static_cast<std::uint64_t>(context.place_id("parse", fact.spelled))))
      return;
    fact.function = function_id();
    fact.silence = silence;
    fact.callee = std::move(callee);
    fact.source = context.text_of(call.getSourceRange(), 120);
    fact.line = context.line_of(call.getBeginLoc());
    auto each = [&](EntityId node, ParseFact::Role role) {
      fact.node = node;
      fact.role = role;
      write(context.table, fact);
    };
    each(EntityId::none, ParseFact::Role::none);
    for (const Term& term : text)
      if (term.from != EntityId::none) each(term.from, ParseFact::Role::text);
    for (const Term& term : number)
      if (term.from != EntityId::none) each(term.from, ParseFact::Role::number);
    if (result) each(lowering.call_site(&call), ParseFact::Role::result);
  }

  Lowering lowering;
  // Functions and the texts, as they are written, whose parse they look at in a loop: the first such loop.
  std::map<std::pair<const clang::FunctionDecl*, std::string>, const clang::Stmt*> looked_at;
};

} // namespace

void collect_parses(CollectContext& context) {
  ParseVisitor visitor(context);
  visitor.TraverseDecl(context.ast.getTranslationUnitDecl());
}

} // namespace plumbline::unvalidated_config
