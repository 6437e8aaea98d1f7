// Configuration that is picked out of the air: the environment or a global configuration object, read by code that
// nobody gave it to.
//
// The collector writes down each read of the environment, of a global object and of what an argument-less function
// gives by reference or pointer; which of these are configuration, and whether the reading function is a config type's,
// main, or code that loads configuration (design.md §3.6), the judge knows. One finding per function and setting, at
// the first read. Known misses: singletons behind macros that hide the type, and registries that are asked by name.

#include "check.h"
#include "collect/access_visitor.h"
#include "facts/words.h"
#include "program/configuration.h"
#include "program/owner_names.h"

#include <llvm/Support/SaveAndRestore.h>

#include <map>
#include <set>

namespace plumbline::ambient_config_read {

// One read. `what` is the global variable or the accessor; none for the environment.
struct AmbientRead {
  EntityId what = EntityId::none, function = EntityId::none;
  EntityId type = EntityId::none; // the record that is read: of Singleton<T>::instance(), T
  Location location;
  std::string name; // what is read, as a reader would say it: "getenv", "g_config", "AppConfig::instance"
  std::string part; // the environment's variable; the member that is read; "" for the whole object
  EntityId given_to = EntityId::none; // the function that gets it to write to
  EntityId starts = EntityId::none;   // outside of functions: the variable that it initialises
  std::string source, line;
};

static constexpr std::string_view kind_of_fact = "ambient-read";

static void write(FactTable& table, const AmbientRead& read) {
  FactBuilder(table, kind_of_fact)
      .subject(read.what)
      .object(read.function)
      .at(read.location)
      .text("name", read.name)
      .text("part", read.part)
      .number("type", static_cast<std::int64_t>(read.type))
      .number("given", static_cast<std::int64_t>(read.given_to))
      .number("starts", static_cast<std::int64_t>(read.starts))
      .text("source", read.source)
      .text("line", read.line);
}

static AmbientRead read_ambient(const FactTable& table, const Fact& fact) {
  AmbientRead read;
  read.what = fact.subject;
  read.function = fact.object;
  read.location = fact.location;
  read.name = table.text(fact, "name");
  read.part = table.text(fact, "part");
  read.type = static_cast<EntityId>(table.number(fact, "type"));
  read.given_to = static_cast<EntityId>(table.number(fact, "given"));
  read.starts = static_cast<EntityId>(table.number(fact, "starts"));
  read.source = table.text(fact, "source");
  read.line = table.text(fact, "line");
  return read;
}

namespace {

class AmbientVisitor : public AccessVisitor<AmbientVisitor> {
  using Base = AccessVisitor<AmbientVisitor>;

 public:
  using Base::Base;

  bool TraverseVarDecl(clang::VarDecl* variable) {
    EntityId outer = starts;
    if (!function && variable->hasGlobalStorage()) starts = context.entity(variable);
    bool go_on = Base::TraverseVarDecl(variable);
    starts = outer;
    return go_on;
  }

  bool TraverseFieldDecl(clang::FieldDecl* field) {
    EntityId outer = starts;
    if (!function && field->hasInClassInitializer()) starts = context.entity(field);
    bool go_on = Base::TraverseFieldDecl(field);
    starts = outer;
    return go_on;
  }
  bool TraverseParmVarDecl(clang::ParmVarDecl* parameter) {
    llvm::SaveAndRestore<bool> save(in_default_argument, true);
    return Base::TraverseParmVarDecl(parameter);
  }

  bool VisitCallExpr(clang::CallExpr* call) {
    Base::VisitCallExpr(call);
    const clang::FunctionDecl* callee = call->getDirectCallee();
    if (!callee || !callee->getDeclName().isIdentifier()) return true;
    if (reads_environment(*callee)) {
      emit(*call, EntityId::none, callee->getNameAsString(), key_of(*call));
      return true;
    }
    if (!is_unread(call) && gives_global(*call, *callee))
      object_read(*call, context.entity(callee), callee->getQualifiedNameAsString());
    return true;
  }

  bool VisitDeclRefExpr(clang::DeclRefExpr* reference) {
    const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
    if (!variable || is_unread(reference) || !variable->hasGlobalStorage() || variable->isStaticLocal() ||
        variable->isConstexpr() || (variable->getType().isConstQualified() && !variable->getType()->isPointerType()))
      return true;
    TypeTraits traits = traits_of(variable->getType());
    if (!traits.record || traits.plural || traits.type_class != TypeClass::record ||
        !context.is_ours(traits.record->getLocation()))
      return true;
    if (variable->getType()->isReferenceType() && variable->getType()->getPointeeType().isConstQualified() &&
        variable->isConstexpr())
      return true;
    object_read(*reference, context.entity(variable), variable->getQualifiedNameAsString());
    return true;
  }

 private:
  static bool reads_environment(const clang::FunctionDecl& callee) {
    if (llvm::isa<clang::CXXMethodDecl>(callee)) return false;
    return llvm::StringSwitch<bool>(callee.getName())
        .Cases({"getenv", "secure_getenv", "__secure_getenv", "qgetenv", "qEnvironmentVariable",
                "qEnvironmentVariableIntValue", "qEnvironmentVariableIsSet", "g_getenv", "GetEnvironmentVariableA"},
               true)
        .Cases({"GetEnvironmentVariableW", "_wgetenv", "_dupenv_s", "getenv_s"}, true)
        .Default(false);
  }

  static std::string key_of(const clang::CallExpr& call) {
    for (const clang::Expr* argument : call.arguments())
      if (const clang::StringLiteral* text = llvm::dyn_cast<clang::StringLiteral>(argument->IgnoreParenImpCasts()))
        if (text->isOrdinary()) return text->getString().str();
    return {};
  }

  // A function that takes nothing and gives an object that somebody else owns; makers give a new one.
  bool gives_global(const clang::CallExpr& call, const clang::FunctionDecl& callee) {
    const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(&callee);
    if ((method && !method->isStatic()) || !context.is_ours(callee.getLocation())) return false;
    for (const clang::Expr* argument : call.arguments())
      if (!llvm::isa<clang::CXXDefaultArgExpr>(argument)) return false;
    const clang::QualType type = callee.getReturnType();
    TypeTraits traits = traits_of(type);
    if (!traits.record || traits.plural || traits.type_class != TypeClass::record ||
        !context.is_ours(traits.record->getLocation()))
      return false;
    if (!type->isReferenceType() && !type->isPointerType()) {
      const clang::CXXRecordDecl* pointer = type->getAsCXXRecordDecl();
      if (!pointer || !pointer->getIdentifier() || pointer->getName() != "shared_ptr") return false;
    }
    for (const std::string& word : words_of(std::string_view(callee.getName())))
      if (word == "make" || word == "create" || word == "new" || word == "build" || word == "load" || word == "parse" ||
          word == "read" || word == "version" || word == "default" || word == "defaults" || word == "clone" ||
          word == "init")
        return false;
    return true;
  }

  // What becomes of the object that the visited expression names.
  void object_read(const clang::Expr& expression, EntityId what, std::string name) {
    std::string part;
    EntityId given = EntityId::none;
    for (std::size_t i = around.size() - 1; i-- > 0;) {
      const clang::Stmt* outer = around[i];
      if (const clang::CastExpr* cast = llvm::dyn_cast<clang::CastExpr>(outer)) {
        if (cast->getCastKind() == clang::CK_PointerToBoolean) return; // whether there is one
        continue;
      }
      if (llvm::isa<clang::ParenExpr, clang::ExprWithCleanups, clang::MaterializeTemporaryExpr>(outer)) continue;
      if (const clang::UnaryOperator* unary = llvm::dyn_cast<clang::UnaryOperator>(outer)) {
        if (unary->getOpcode() == clang::UO_LNot) return;
        if (unary->getOpcode() == clang::UO_AddrOf || unary->getOpcode() == clang::UO_Deref) continue;
      }
      if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(outer)) {
        if (operation->getOperator() == clang::OO_Arrow || operation->getOperator() == clang::OO_Star) continue;
        if (operation->isAssignmentOp() && operation->getArg(0)->IgnoreParenImpCasts() == &expression) return;
        if (operation->isComparisonOp()) return; // with nullptr
      }
      if (const clang::BinaryOperator* binary = llvm::dyn_cast<clang::BinaryOperator>(outer);
          binary && (binary->isComparisonOp() ||
                     (binary->isAssignmentOp() && binary->getLHS()->IgnoreParenImpCasts() == &expression)))
        return;
      if (llvm::isa<clang::CXXDeleteExpr>(outer)) return;
      if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(outer)) {
        const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(member->getMemberDecl());
        if (method && llvm::isa<clang::CXXConversionDecl>(method)) return; // whether there is one
        if (method && method->getDeclName().isIdentifier() &&
            (method->getName() == "get" && method->getReturnType()->isPointerType() &&
             !context.is_ours(method->getLocation())))
          continue; // of a smart pointer
        if (method && fills(*method)) return;
        if (is_lock(member->getType())) return;
        part = member->getMemberDecl()->getNameAsString();
        if (!method && fills_part(i)) return;
        break;
      }
      if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(outer))
        if (const clang::FunctionDecl* callee = call->getDirectCallee()) given = receiver(*call, *callee, expression);
      break;
    }
    // A default that whoever calls can replace: `explicit Server(const Config& config = default_config)`.
    if (in_default_argument && part.empty()) return;
    emit(expression, what, std::move(name), std::move(part), given);
  }

  // A mutex says nothing about what is configured.
  static bool is_lock(clang::QualType type) {
    const clang::RecordDecl* record = type.getNonReferenceType()->getAsRecordDecl();
    return record && record->getIdentifier() && record->getName().contains_insensitive("mutex");
  }

  // `config.enabled.set(3, true);`: around[index] names a member of the object, which is only changed.
  bool fills_part(std::size_t index) const {
    if (index < 2) return false;
    const clang::MemberExpr* outer = llvm::dyn_cast<clang::MemberExpr>(around[index - 1]);
    const clang::CXXMethodDecl* method = outer ? llvm::dyn_cast<clang::CXXMethodDecl>(outer->getMemberDecl()) : nullptr;
    return method && fills(*method);
  }

  // A method that gives the object its values: load(), set_port(), reset().
  static bool fills(const clang::CXXMethodDecl& method) {
    if (method.isConst() || method.isStatic() || !method.getDeclName().isIdentifier()) return false;
    if (method.getReturnType()->isVoidType()) return true;
    std::vector<std::string> words = words_of(std::string_view(method.getName()));
    return !words.empty() && llvm::StringSwitch<bool>(words.front())
                                 .Cases({"load", "parse", "read", "set", "init", "initialize", "initialise", "reset",
                                         "reload", "update", "merge", "apply", "add"},
                                        true)
                                 .Default(false);
  }

  // The function that gets the object and may write to it.
  EntityId receiver(const clang::CallExpr& call, const clang::FunctionDecl& callee, const clang::Expr& expression) {
    for (unsigned i = 0; i < call.getNumArgs() && i < callee.getNumParams(); ++i) {
      const clang::Expr* argument = call.getArg(i)->IgnoreParenImpCasts();
      if (const clang::UnaryOperator* unary = llvm::dyn_cast<clang::UnaryOperator>(argument))
        argument = unary->getSubExpr()->IgnoreParenImpCasts();
      if (argument != &expression) continue;
      const clang::QualType type = callee.getParamDecl(i)->getType();
      const bool writable =
          (type->isLValueReferenceType() || type->isPointerType()) && !type->getPointeeType().isConstQualified();
      return writable ? context.entity(&callee) : EntityId::none;
    }
    return EntityId::none;
  }

  void emit(const clang::Expr& expression, EntityId what, std::string name, std::string part,
            EntityId given = EntityId::none) {
    AmbientRead read;
    read.location = context.expansion_of(expression.getSourceRange());
    if (read.location.line == 0) return;
    read.what = what;
    if (what != EntityId::none)
      if (const clang::RecordDecl* record = traits_of(expression.getType()).record) read.type = context.entity(record);
    read.function = function ? function_id() : EntityId::none;
    read.name = std::move(name);
    read.part = std::move(part);
    read.given_to = given;
    read.starts = starts;
    // One per function and setting: the facts of a C program that keeps all in one global are many already.
    std::uint64_t key = static_cast<std::uint64_t>(entity_from_text("ambient|" + read.name + "|" + read.part)) ^
                        static_cast<std::uint64_t>(what) * 3 ^ static_cast<std::uint64_t>(read.function) * 5 ^
                        static_cast<std::uint64_t>(given) * 7 ^ static_cast<std::uint64_t>(starts) * 11;
    if (!context.first_time(key)) return;
    read.source = context.text_of(expression.getSourceRange(), 120);
    read.line = context.line_of(expression.getBeginLoc());
    write(context.table, read);
  }

  EntityId starts = EntityId::none; // outside of functions: the variable or member that is initialised
  bool in_default_argument = false;
};

class AmbientJudge {
 public:
  explicit AmbientJudge(const Program& program) : program(program), configuration(*program.configuration) {
    for (const CallFact& call : program.calls)
      if (call.caller != call.callee) callers[call.callee].push_back(call.caller);
  }

  void judge(std::vector<Finding>& findings) {
    const StringId kind = program.table.strings.find(kind_of_fact);
    if (kind == StringId::empty) return;
    std::map<Place, AmbientRead> reads;
    for (const Fact& fact : program.table.facts) {
      if (fact.kind != kind || !program.is_ours(fact.location)) continue;
      AmbientRead read = read_ambient(program.table, fact);
      if (is_ambient(read) && !is_allowed(read)) reads.try_emplace(program.place(fact.location), std::move(read));
    }
    for (const std::pair<const Place, AmbientRead>& entry : reads) findings.push_back(finding_of(entry.second));
  }

 private:
  bool is_ambient(const AmbientRead& read) const {
    if (read.what == EntityId::none) return true;
    return read.type != EntityId::none && configuration.is_config_type(read.type);
  }

  bool is_allowed(const AmbientRead& read) {
    if (read.given_to != EntityId::none && configuration.is_loader(read.given_to)) return true; // to be filled
    if (read.function == EntityId::none) {
      const EntityFact* variable = program.entity(read.starts);
      // `Logger log(global_config);` gives a global object its configuration: that is how it would be in main().
      if (variable && variable->kind == EntityKind::variable && read.part.empty() && read.what != EntityId::none &&
          variable->type_class == TypeClass::record)
        return true;
      return variable && (configuration.is_source(variable->id) || configuration.is_config_type(variable->owner) ||
                          configuration.is_config_type(variable->type_entity));
    }
    const EntityFact* function = program.entity(read.function);
    if (!function || function->has(is_main) || configuration.is_loader(read.function)) return true;
    return is_own(read, *function) || is_helper(*function, read.what == EntityId::none);
  }

  // A class reads what it keeps for all its objects and nobody else can reach: a static member that is not public.
  bool is_own(const AmbientRead& read, const EntityFact& function) const {
    const EntityFact* what = program.entity(read.what);
    return what && what->kind == EntityKind::variable && what->has(is_static) && !what->has(is_public) &&
           !what->has(is_local) && what->owner == function.owner;
  }

  // Whether only code that loads configuration calls the function, directly or through others. main() may have helpers
  // that look something up in the environment for it, but what it starts is not one, nor is what asks a configuration
  // that it could have been given.
  bool is_helper(const EntityFact& start, bool environment) {
    const std::pair<EntityId, bool> key(start.id, environment);
    std::map<std::pair<EntityId, bool>, bool>::const_iterator known = helpers.find(key);
    if (known != helpers.end()) return known->second;
    bool result = true;
    std::vector<EntityId> open{start.id};
    std::set<EntityId> seen{start.id};
    while (!open.empty() && result) {
      EntityId function = open.back();
      open.pop_back();
      std::unordered_map<EntityId, std::vector<EntityId>>::const_iterator it = callers.find(function);
      if (it == callers.end()) {
        result = false; // nobody calls it, or somebody whom we do not see
        break;
      }
      for (EntityId id : it->second) {
        const EntityFact* caller = program.entity(id);
        if (!caller) {
          result = false;
        } else if (caller->has(is_main)) {
          result &= environment && gives_value(*program.entity(function));
        } else if (!configuration.is_loader(id) && seen.insert(id).second) {
          open.push_back(id);
        }
      }
    }
    return helpers[key] = result;
  }
  bool gives_value(const EntityFact& function) const {
    const EntityFact* record = program.entity(function.owner);
    if (record && record->kind == EntityKind::record && !function.has(is_static)) return false; // an object at work
    return function.type_class == TypeClass::text || function.type_class == TypeClass::boolean ||
           configuration.reaches(return_of(function.id));
  }

  Finding finding_of(const AmbientRead& read) const {
    Finding finding;
    finding.check = "ambient-config-read";
    finding.kind = "ambient";
    finding.priority = Priority::p2;
    finding.place = program.place(read.location);
    finding.source_text = read.source;
    finding.line_text = read.line;
    const EntityFact* function = program.entity(read.function);
    const EntityFact* variable = program.entity(read.starts);
    finding.entity = function ? function->qualified : variable ? variable->qualified : "";
    finding.owner = function ? owner_name_of_code(program, read.function) : finding.entity;
    const EntityFact* what = program.entity(read.what);
    std::string where = function   ? "in " + function->qualified + "()"
                        : variable ? "when '" + variable->name + "' is initialised"
                                   : "outside of functions";
    if (!what) {
      std::string key = read.part.empty() ? "" : "\"" + read.part + "\"";
      finding.message = read.name + "(" + key + ") is read " + where + ", outside the code that loads configuration";
      finding.suggestion =
          "Read the variable where the configuration is loaded, keep it in a field of a config type, and "
          "give that to " +
          (finding.owner.empty() ? "whoever needs it." : finding.owner + ".");
    } else {
      std::string name = read.name + (what->kind == EntityKind::function ? "()" : "");
      std::string part = read.part.empty() ? "" : "'" + read.part + "' of ";
      finding.message = part + "the global configuration " + name + " is read " + where;
      finding.suggestion = "Give " + (finding.owner.empty() ? std::string("the code") : finding.owner) +
                           " what it needs of it, as a parameter or in its constructor.";
    }
    finding.evidence.push_back({finding.place, "read here"});
    if (what && program.is_ours(what->location))
      finding.evidence.push_back({program.place(what->location), "the global configuration"});
    return finding;
  }

  const Program& program;
  const Configuration& configuration;
  std::unordered_map<EntityId, std::vector<EntityId>> callers;
  std::map<std::pair<EntityId, bool>, bool> helpers; // of functions, asked about the environment or a global object
};

} // namespace

static void collect(CollectContext& context) {
  AmbientVisitor visitor(context);
  visitor.TraverseDecl(context.ast.getTranslationUnitDecl());
}

static void judge(const Program& program, std::vector<Finding>& findings) { AmbientJudge(program).judge(findings); }

static constexpr std::string_view kinds[] = {"ambient"};

extern const Check check;
const Check check = {
    .title = "Configuration is read from the environment or a global object",
    .priority = Priority::p2,
    .kinds = kinds,
    .collect = collect,
    .judge = judge,
};

} // namespace plumbline::ambient_config_read
