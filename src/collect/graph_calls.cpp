// Calls in one function: of containers, of algorithms, and of our own functions with what they are given.
#include "collect/constants.h"
#include "collect/graph_loops.h"
#include "collect/graph_reader.h"
#include "facts/words.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline {

static bool is_insertion(llvm::StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases({"insert", "emplace", "push_back", "emplace_back", "push", "add", "append", "push_front", "try_emplace"},
             true)
      .Cases({"Add", "insert_or_assign", "emplace_front", "PushBack", "assign", "emplace_hint"}, true)
      .Default(false);
}

static bool is_removal(llvm::StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases({"erase", "pop_back", "pop", "remove", "pop_front", "reset"}, true)
      .Default(false);
}

void GraphReader::method_call(const clang::CXXMemberCallExpr& call) {
  const clang::CXXMethodDecl* method = call.getMethodDecl();
  const clang::Expr* object = call.getImplicitObjectArgument();
  if (!method || !object) return children(call);
  std::string name = method->getNameAsString();
  bool ours = context.is_ours(method->getLocation());
  EntityId carrier = carrier_of(object);
  bool inserts = is_insertion(name) && call.getNumArgs() > 0 && (!ours || carrier != EntityId::none);
  under(inserts || outcome == 0 ? 0 : outcome, object);
  for (const clang::Expr* argument : call.arguments()) under(0, argument);
  if (is_document_type(object->getType()) && call.getNumArgs() > 0)
    if (EntityId key = carrier_of_call(call); key != EntityId::none && name != "find" && key != carrier)
      event(GraphEventKind::load, key, call);
  if (name == "get_to" && call.getNumArgs() == 1)
    if (EntityId member = carrier_of(call.getArg(0)); member != EntityId::none)
      fill(member, {GraphSource::outside, 0}, call);
  if (inserts) {
    const clang::Expr* value = call.getArg(call.getNumArgs() - 1);
    if (name == "insert" && call.getNumArgs() == 3) value = call.getArg(1);
    if (carrier != EntityId::none) {
      Source source = source_of(value);
      if (call.getNumArgs() > 1) {
        Source other = source_of(call.getArg(0));
        source.kind = std::max(source.kind, other.kind), source.parameters |= other.parameters;
      }
      // deps.insert(end, other.begin(), other.end())
      if (carrier_of(value) == EntityId::none || carrier_of(value) != carrier)
        fill(carrier, source, call, object, value);
      if (is_telling(carrier)) {
        // What the walker keeps for itself, whatever it is called, may say where it has been; a colour it is not.
        const clang::MemberExpr* own = llvm::dyn_cast_or_null<clang::MemberExpr>(stripped(object));
        if (own && is_id_list(carrier) && llvm::isa_and_nonnull<clang::CXXThisExpr>(stripped(own->getBase()))) {
          GraphEvent& made = event(GraphEventKind::mark, carrier, call);
          made.outcome = 0;
          made.text = "++";
        }
        return;
      }
    }
    const clang::ValueDecl* marker = marker_of(object);
    if (!marker) return;
    for (const clang::Expr* argument : call.arguments()) add_source(object, source_of(argument));
    EntityId element = EntityId::none;
    for (const clang::Expr* argument : call.arguments())
      if (element == EntityId::none) element = element_of(argument);
    EntityId id = context.entity(marker);
    // seen.insert(x).second asks and marks at once; the variable that it makes may be asked later.
    if (name == "insert" || name == "emplace" || name == "try_emplace")
      event(GraphEventKind::test, id, call).flags |= copied(*marker);
    GraphEvent& made = event(GraphEventKind::mark, id, call);
    made.outcome = 0;
    made.text = "+";
    made.flags |= copied(*marker) | (element != EntityId::none ? has_element : 0);
    made.other = element;
    store(value, *marker, call);
    // What is pushed onto a worklist comes off it again as an element.
    if (element != EntityId::none && llvm::isa<clang::VarDecl>(marker) && !links.contains(marker) &&
        (name.starts_with("push") || name.starts_with("emplace")))
      links[marker] = {element, Role::element};
    return;
  }
  if (name == "clear" && !ours && carrier != EntityId::none) { // who was told is forgotten
    GraphEvent& made = event(GraphEventKind::mark, carrier, call);
    made.outcome = 0;
    made.text = "-";
    return;
  }
  if (is_removal(name) && !ours) {
    if (const clang::ValueDecl* marker = marker_of(object)) {
      GraphEvent& made = event(GraphEventKind::mark, context.entity(marker), call);
      made.outcome = 0;
      made.text = "-";
    }
    return;
  }
  if (is_membership(name) && call.getNumArgs() >= 1) {
    EntityId element = element_of(call.getArg(0));
    if (element != EntityId::none) lookup(element, object, call);
    if (const clang::ValueDecl* marker = marker_of(object); marker && (!ours || outcome)) {
      event(GraphEventKind::test, context.entity(marker), call).flags |= copied(*marker);
    }
    if (!ours) return;
  }
  if (name == "at" && call.getNumArgs() == 1) indexed(object, call.getArg(0), call);
  if (name == "empty" && (outcome & reports)) event(GraphEventKind::sizes, EntityId::none, call);
  if (name == "at" && outcome)
    if (const clang::ValueDecl* marker = marker_of(object); marker && carrier_of(&call) == EntityId::none)
      event(GraphEventKind::test, context.entity(marker), call);
  if ((name == "begin" || name == "cbegin" || name == "GetArray" || name == "equal_range") && carrier != EntityId::none)
    event(GraphEventKind::walk, carrier, call).outcome = 0;
  if (ours) accessor(call, *method);
  project_call(call, *method, llvm::ArrayRef(call.getArgs(), call.getNumArgs()), object);
}

// What a getter and a setter are about: "visit" of is_visited(), set_visited(true) and mark_visited().
static std::string subject_of(llvm::StringRef name) {
  static constexpr std::string_view verbs[] = {"is",  "has",   "was",   "get", "already", "been",
                                               "set", "clear", "reset", "as",  "unset",   "make"};
  std::string subject;
  std::vector<std::string> words = words_of(std::string_view(name));
  for (const std::string& word : words) {
    if (llvm::is_contained(verbs, std::string_view(word)) || ((word == "mark" || word == "unmark") && words.size() > 1))
      continue;
    llvm::StringRef stem = word;
    stem.consume_back("ed");
    stem.consume_back("e");
    subject += stem.str() + " ";
  }
  return subject;
}

// The field that a getter gives back, or null.
static const clang::FieldDecl* given_field(const clang::CXXMethodDecl& method) {
  const clang::FunctionDecl* definition = method.getDefinition();
  const clang::CompoundStmt* body =
      definition ? llvm::dyn_cast_or_null<clang::CompoundStmt>(definition->getBody()) : nullptr;
  const clang::ReturnStmt* give =
      body && body->size() == 1 ? llvm::dyn_cast<clang::ReturnStmt>(body->body_front()) : nullptr;
  const clang::MemberExpr* given =
      give ? llvm::dyn_cast_or_null<clang::MemberExpr>(stripped(give->getRetValue())) : nullptr;
  return given ? llvm::dyn_cast<clang::FieldDecl>(given->getMemberDecl()) : nullptr;
}

// if (node.is_visited()) return; node.set_visited(true): a mark behind two methods.
void GraphReader::accessor(const clang::CXXMemberCallExpr& call, const clang::CXXMethodDecl& method) {
  if (!method.getDeclName().isIdentifier() || call.getNumArgs() > 1 || method.isStatic()) return;
  if (method.getCanonicalDecl() == function.getCanonicalDecl() || context.entity(&method) == function_id) return;
  const std::string subject = subject_of(method.getName());
  if (subject.empty()) return;
  const EntityId marker = entity_from_text("graph-mark|" + subject);
  const clang::QualType answer = method.getReturnType();
  if (method.isConst() && !answer->isVoidType()) { // a mark may be mutable
    if (call.getNumArgs() != 0 || !outcome || !(answer->isIntegralOrEnumerationType())) return;
    event(GraphEventKind::test, marker, call);
    if (const clang::FieldDecl* field = given_field(method)) // which is set by its own name elsewhere
      event(GraphEventKind::test, context.entity(field), call);
    return;
  }
  if (!answer->isVoidType() && !answer->isBooleanType()) return;
  const std::string first = words_of(method.getNameAsString()).front();
  GraphEvent& made = event(GraphEventKind::mark, marker, call);
  made.outcome = 0;
  made.text = first == "unmark" || first == "clear" || first == "reset" || first == "unset" ? "-"
              : call.getNumArgs() == 0 ? method.getNameAsString()
                                       : context.text_of(call.getArg(0)->getSourceRange(), 40);
}

void GraphReader::free_call(const clang::CallExpr& call) {
  const clang::FunctionDecl* callee = call.getDirectCallee();
  if (!callee) return children(call);
  if (!context.is_ours(callee->getLocation())) {
    algorithm(call, *callee);
    if (call.getNumArgs() == 1 && callee->getDeclName().isIdentifier() && callee->getName() == "free")
      dropped(call.getArg(0), call);
  } else
    for (const clang::Expr* argument : call.arguments()) under(0, argument);
  project_call(call, *callee, llvm::ArrayRef(call.getArgs(), call.getNumArgs()), nullptr);
}

// std::find(path.begin(), path.end(), id), std::any_of(deps.begin(), deps.end(), …), std::ranges::all_of(deps, …)
void GraphReader::algorithm(const clang::CallExpr& call, const clang::FunctionDecl& callee) {
  std::string name = callee.getNameAsString();
  const clang::LambdaExpr* judge = nullptr;
  const clang::Expr* range = nullptr;
  for (const clang::Expr* argument : call.arguments()) {
    const clang::Expr* plain = stripped(argument);
    if (const clang::LambdaExpr* found = llvm::dyn_cast_or_null<clang::LambdaExpr>(plain))
      judge = found;
    else if (!range && plain) {
      const clang::CXXMemberCallExpr* iterator = llvm::dyn_cast<clang::CXXMemberCallExpr>(plain);
      if (iterator && (callee_name(*iterator) == "begin" || callee_name(*iterator) == "cbegin"))
        range = iterator->getImplicitObjectArgument();
      else if (const clang::CallExpr* free = llvm::dyn_cast<clang::CallExpr>(plain);
               free && callee_name(*free) == "begin" && free->getNumArgs() == 1)
        range = free->getArg(0);
      else if (is_container_type(plain->getType()))
        range = plain;
    }
  }
  EntityId member = range ? carrier_of(range) : EntityId::none;
  if (member != EntityId::none && judge) {
    event(GraphEventKind::walk, member, call).outcome = 0;
    if (const clang::ValueDecl* record = record_variable_of(range)) walked_record[member] = record;
    const clang::CXXMethodDecl* body = judge->getCallOperator();
    for (const clang::ParmVarDecl* parameter : body->parameters()) links[parameter] = {member, Role::element};
    if (const clang::FunctionTemplateDecl* generic = body->getDescribedFunctionTemplate())
      for (const clang::FunctionDecl* instance : generic->specializations())
        for (const clang::ParmVarDecl* parameter : instance->parameters()) links[parameter] = {member, Role::element};
  }
  std::size_t first = events.size();
  unsigned before = answer_outcome;
  if (judge) answer_outcome = outcome;
  for (const clang::Expr* argument : call.arguments()) under(0, argument);
  answer_outcome = before;
  if (outcome && judge)
    for (std::size_t i = first; i < events.size(); ++i)
      if (events[i].kind == GraphEventKind::lookup) events[i].outcome |= outcome;
  if (name == "find" || name == "count" || name == "binary_search" || name == "contains") {
    const clang::Expr* wanted = call.getNumArgs() > 0 ? call.getArg(call.getNumArgs() - 1) : nullptr;
    if (EntityId element = wanted ? element_of(wanted) : EntityId::none; element != EntityId::none && range)
      lookup(element, range, call);
    if (const clang::ValueDecl* marker = range ? marker_of(range) : nullptr)
      event(GraphEventKind::test, context.entity(marker), call);
  }
  if (name == "back_inserter" || name == "inserter" || name == "front_inserter")
    if (EntityId filled_member = carrier_of(call.getArg(0)); filled_member != EntityId::none)
      fill(filled_member, {GraphSource::outside, 0}, call);
}

static bool may_fill(const clang::FunctionDecl& callee) {
  if (llvm::isa<clang::CXXConstructorDecl>(callee)) return true;
  static constexpr std::string_view words[] = {
      "add",  "insert", "register", "link",    "connect", "depend",   "depends", "edge",       "set",
      "push", "append", "attach",   "require", "after",   "before",   "create",  "put",        "emplace",
      "make", "submit", "precede",  "succeed", "needs",   "schedule", "on",      "dependency", "child"};
  for (const std::string& word : words_of(callee.getNameAsString()))
    if (llvm::is_contained(words, std::string_view(word))) return true;
  return false;
}

static bool is_telling_name(llvm::StringRef name) {
  for (const std::string& word : words_of(std::string_view(name)))
    if (llvm::is_contained(
            {"cycle", "cycles", "cyclic", "acyclic", "topological", "topologically", "toposort", "dag", "topo"}, word))
      return true;
  return false;
}

// Whether a call of it can be a question: it changes nothing that it is given, and answers with more than a state.
static bool only_asks_by_signature(const clang::FunctionDecl& callee) {
  const clang::QualType answer = callee.getReturnType();
  if (answer->isVoidType() || answer->isEnumeralType()) return false;
  const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(&callee);
  if (llvm::isa<clang::CXXConstructorDecl>(callee)) return false;
  if (method && !method->isStatic() && !method->isConst()) return false;
  for (const clang::ParmVarDecl* parameter : callee.parameters()) {
    const clang::QualType type = parameter->getType();
    const bool through = type->isLValueReferenceType() || type->isPointerType();
    // What it hands back a pointer into cannot be const in C and in code that is not strict about it.
    if (through && !type->getPointeeType().isConstQualified() && !answer->isPointerType()) return false;
  }
  return true;
}

// Whether the argument that `bit` says is a parameter of the function that calls.
static bool is_own_parameter(llvm::ArrayRef<const clang::Expr*> arguments, std::uint64_t bit) {
  for (std::size_t i = 0; i < arguments.size() && i < 64; ++i)
    if ((bit >> i) & 1) return llvm::isa_and_nonnull<clang::ParmVarDecl>(named_declaration(arguments[i]));
  return false;
}

void GraphReader::project_call(const clang::Expr& call, const clang::FunctionDecl& callee,
                               llvm::ArrayRef<const clang::Expr*> arguments, const clang::Expr* object) {
  bool ours = context.is_ours(callee.getLocation());
  EntityId handed = EntityId::none, element = EntityId::none;
  std::uint64_t handed_as = 0;
  bool goes_deeper = false;
  std::uint64_t constant = 0, fresh = 0;
  unsigned index = 0;
  for (const clang::Expr* argument : arguments) {
    unsigned parameter = index++;
    if (EntityId member = carrier_of(argument); member != EntityId::none && handed == EntityId::none) {
      handed = member;
      handed_as = parameter < 64 ? 1ull << parameter : 0;
      // Filled by who is called: split(text, ',', &step.deps), read_list(in, step.deps).
      if (!ours && parameter < callee.getNumParams()) {
        clang::QualType type = callee.getParamDecl(parameter)->getType();
        bool changes =
            (type->isLValueReferenceType() || type->isPointerType()) && !type->getPointeeType().isConstQualified();
        std::string name = callee.getNameAsString();
        if (changes && !type->isDependentType() && !callee.isTemplateInstantiation() && name != "begin" &&
            name != "end" && name != "swap")
          fill(member, {GraphSource::outside, 0}, call);
      }
    }
    if (element == EntityId::none) element = element_of(argument);
    const clang::Expr* plain = stripped(argument);
    // fscanf(file, "%d", &unit->deps[i])
    if (const clang::UnaryOperator* address = llvm::dyn_cast_or_null<clang::UnaryOperator>(plain);
        !ours && address && address->getOpcode() == clang::UO_AddrOf && callee.isVariadic())
      if (const clang::ArraySubscriptExpr* place =
              llvm::dyn_cast_or_null<clang::ArraySubscriptExpr>(stripped(address->getSubExpr())))
        if (EntityId member = carrier_of(place->getBase());
            member != EntityId::none && graph_name(members[member].name) == GraphName::dependency)
          fill(member, {GraphSource::outside, 0}, call, place->getBase());
    if (const clang::BinaryOperator* sum = llvm::dyn_cast_or_null<clang::BinaryOperator>(plain);
        sum && sum->isAdditiveOp()) {
      if (llvm::isa_and_nonnull<clang::ParmVarDecl>(named_declaration(sum->getLHS()))) goes_deeper = true;
    }
    if (const clang::UnaryOperator* stepped = llvm::dyn_cast_or_null<clang::UnaryOperator>(plain);
        stepped && stepped->isIncrementDecrementOp())
      goes_deeper = true;
    Source source = source_of(argument);
    if (parameter < 64 && (source.kind == GraphSource::constant || source.kind == GraphSource::nothing))
      constant |= 1ull << parameter;
    if (parameter < 64 && source.kind == GraphSource::fresh) fresh |= 1ull << parameter;
    if (parameter < callee.getNumParams()) {
      clang::QualType type = callee.getParamDecl(parameter)->getType();
      if (type->isLValueReferenceType() && !type->getPointeeType().isConstQualified())
        add_source(argument, {GraphSource::outside, 0});
      if (type->isPointerType() && plain && llvm::isa<clang::UnaryOperator>(plain))
        add_source(argument, {GraphSource::outside, 0});
    } else if (callee.isVariadic() && plain && llvm::isa<clang::UnaryOperator>(plain)) { // scanf("%d", &id)
      add_source(argument, {GraphSource::outside, 0});
    }
  }
  // step->is_valid() asks the record, not whether there is one.
  const bool asks_element = object && element == EntityId::none && element_of(object) != EntityId::none;
  if (asks_element) element = element_of(object);
  if (ours && may_fill(callee) && !arguments.empty() && context.is_ours(call.getBeginLoc())) {
    GraphArguments fact{context.entity(&callee), function_id, context.expansion_of(call.getSourceRange()), constant,
                        fresh};
    if (fact.callee != EntityId::none &&
        context.first_time(static_cast<std::uint64_t>(context.place_id("graph-arguments", fact.location)) ^
                           static_cast<std::uint64_t>(fact.callee)))
      write(context.table, fact);
  }
  bool telling = is_telling_name(callee.getNameAsString());
  if (!ours && !telling) return;
  if (llvm::isa<clang::CXXConstructorDecl>(callee) && handed == EntityId::none && element == EntityId::none) return;
  GraphEvent& made = event(GraphEventKind::call, context.entity(&callee), call);
  made.text = callee.getQualifiedNameAsString();
  if (callee.getCanonicalDecl() == function.getCanonicalDecl() || context.entity(&callee) == function_id)
    made.flags |= recursive;
  if (const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(&function)) // through the base class
    for (const clang::CXXMethodDecl* overridden : method->overridden_methods())
      if (overridden->getCanonicalDecl() == callee.getCanonicalDecl()) made.flags |= recursive;
  if (goes_deeper) made.flags |= deeper;
  if (only_asks_by_signature(callee)) made.flags |= only_asks;
  if (asks_state || asks_element) made.flags |= of_its_state;
  // Who hands on the whole that it was given itself follows nothing: parse(rest, results).
  if (handed != EntityId::none && !(made.has(recursive) && is_own_parameter(arguments, handed_as)))
    made.flags |= hands_container, made.other = handed, made.parameters = handed_as;
  if (element != EntityId::none) made.flags |= hands_element, made.other = element;
}

} // namespace plumbline
