// What an expression is to a graph: the container, an element of it, a mark, or where a value comes from.
#include "collect/graph_loops.h"
#include "collect/graph_reader.h"
#include "collect/types.h"
#include "facts/words.h"

#include <clang/AST/DeclTemplate.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline {

static bool is_document_accessor(llvm::StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases({"get", "value", "items", "GetArray", "GetObject", "as_array", "as_object", "get_array", "get_object"},
             true)
      .Cases({"array", "toArray", "array_items", "as", "get_ref", "getArray", "if_array", "value_or", "elements"}, true)
      .Default(false);
}

static bool is_key_lookup(llvm::StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases({"at", "value", "find", "FindMember", "get_child", "get", "operator[]", "at_pointer", "get_optional"},
             true)
      .Cases({"get_child_optional", "take", "field", "find_field", "get_array"}, true)
      .Default(false);
}

// Text of a literal, or of a constant that is initialised with one.
static std::string literal_text(const clang::Expr* expression) {
  expression = stripped(expression);
  if (const clang::CXXConstructExpr* construct = llvm::dyn_cast_or_null<clang::CXXConstructExpr>(expression);
      construct && construct->getNumArgs() >= 1)
    expression = stripped(construct->getArg(0));
  if (const clang::StringLiteral* literal = llvm::dyn_cast_or_null<clang::StringLiteral>(expression))
    return literal->getCharByteWidth() == 1 ? literal->getString().str() : std::string();
  if (const clang::DeclRefExpr* named = llvm::dyn_cast_or_null<clang::DeclRefExpr>(expression))
    if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(named->getDecl());
        variable && variable->hasInit() && variable->getType().isConstQualified() && !variable->isLocalVarDecl())
      return literal_text(variable->getInit());
  return {};
}

static std::string shown(clang::QualType type, const clang::ASTContext& ast) {
  if (type.isNull()) return {};
  clang::PrintingPolicy policy = ast.getPrintingPolicy();
  policy.SuppressTagKeyword = true;
  std::string text = type.getNonReferenceType().getUnqualifiedType().getAsString(policy);
  if (traits_of(type).type_class == TypeClass::text && text.find("basic_string<") != std::string::npos)
    return "std::string";
  return text;
}

// The field by which a record is named: id, name, key …, of the elements' type.
static std::string own_id(const clang::RecordDecl& record, clang::QualType element) {
  static constexpr std::string_view names[] = {"id", "name", "key", "uuid"};
  for (const std::string_view wanted : names)
    for (const clang::FieldDecl* field : record.fields()) {
      std::vector<std::string> words = words_of(std::string_view(field->getName()));
      if (words.empty() || words.back() != wanted || graph_name(std::string_view(field->getName())) != GraphName::none)
        continue;
      if (!element.isNull() &&
          field->getType().getCanonicalType().getUnqualifiedType() != element.getCanonicalType().getUnqualifiedType())
        continue;
      return field->getNameAsString();
    }
  return {};
}

void GraphReader::describe(EntityId id, const GraphType& type, const clang::ValueDecl& declaration, EntityId owner) {
  if (id == EntityId::none || members.contains(id)) return;
  GraphMember member;
  member.id = id;
  member.owner = owner;
  member.location = context.expansion_of(declaration.getLocation());
  member.name = declaration.getNameAsString();
  member.qualified = declaration.getQualifiedNameAsString();
  member.shape = type.shape;
  member.element = shown(type.element, context.ast);
  member.type = shown(declaration.getType(), context.ast);
  if (type.target) member.target = context.entity(type.target);
  member.through = type.through;
  if (type.linked) linked.insert(id);
  if (const clang::FieldDecl* field = llvm::dyn_cast<clang::FieldDecl>(&declaration)) {
    member.is_field = true;
    member.owner_name = field->getParent()->getQualifiedNameAsString();
    if (type.shape == GraphShape::ids) member.id_field = own_id(*field->getParent(), type.element);
  }
  if (const clang::ParmVarDecl* parameter = llvm::dyn_cast<clang::ParmVarDecl>(&declaration);
      parameter && type.shape != GraphShape::adjacency)
    member.parameter = static_cast<int>(parameter->getFunctionScopeIndex());
  members.emplace(id, member);
}

// The member that a declaration is, by its type and name.
EntityId GraphReader::member_of(const clang::ValueDecl& declaration, const clang::Expr& use) {
  std::map<const clang::ValueDecl*, Link>::const_iterator linked = links.find(&declaration);
  if (linked != links.end()) return linked->second.role == Role::container ? linked->second.member : EntityId::none;
  const clang::FieldDecl* field = llvm::dyn_cast<clang::FieldDecl>(&declaration);
  const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(&declaration);
  if (!field && !variable) return EntityId::none;
  if (field && !context.is_ours(field->getLocation())) return EntityId::none;
  const clang::RecordDecl* owner = field ? field->getParent() : nullptr;
  if (owner && llvm::isa<clang::CXXRecordDecl>(owner) && llvm::cast<clang::CXXRecordDecl>(owner)->isLambda())
    return EntityId::none;
  llvm::StringRef name = declaration.getDeclName().isIdentifier() ? declaration.getName() : llvm::StringRef();
  std::optional<GraphType> type = graph_type(declaration.getType(), name, owner);
  const bool remembers = has_word(name, {"visited", "seen", "done", "marked", "path", "stack", "active", "chain"});
  if (!type && llvm::isa<clang::ParmVarDecl>(declaration) && !remembers) type = pointer_list(declaration.getType());
  if (!type) return EntityId::none;
  bool local = variable && (variable->isLocalVarDecl() || llvm::isa<clang::ParmVarDecl>(variable));
  if (local && type->shape == GraphShape::adjacency) {
    // A map from id to ids that is handed around is one graph, known by its type.
    clang::QualType plain = declaration.getType().getNonReferenceType().getUnqualifiedType();
    EntityId id = entity_from_text("graph-type|" + plain.getCanonicalType().getUnqualifiedType().getAsString());
    bool is_new = !members.contains(id);
    describe(id, *type, declaration, EntityId::none);
    if (is_new)
      if (const clang::TypedefType* alias = plain->getAs<clang::TypedefType>();
          alias && graph_name(std::string_view(alias->getDecl()->getName())) != GraphName::none)
        members[id].name = members[id].qualified = alias->getDecl()->getNameAsString();
    return id;
  }
  EntityId id = context.entity(&declaration);
  describe(id, *type, declaration, field ? context.entity(owner) : local ? function_id : EntityId::none);
  return id;
}

EntityId GraphReader::document_key(const clang::Expr* object, const clang::Expr* key) {
  if (!object || !key) return EntityId::none;
  object = stripped(object);
  if (!object) return EntityId::none;
  clang::QualType type = object->getType();
  if (type->isPointerType()) type = type->getPointeeType();
  if (!is_document_type(type)) return EntityId::none;
  std::string text = literal_text(key);
  if (text.empty() || graph_name(text) != GraphName::dependency) return EntityId::none;
  if (text == "after" || text == "before") return EntityId::none; // of a time as often as of a task
  EntityId id = entity_from_text("graph-key|" + text);
  if (!members.contains(id)) {
    GraphMember member;
    member.id = id;
    member.location = context.expansion_of(key->getSourceRange());
    member.name = member.qualified = text;
    member.shape = GraphShape::document;
    member.type = shown(type, context.ast);
    member.element = "std::string";
    members.emplace(id, member);
  }
  return id;
}

EntityId GraphReader::carrier_of(const clang::Expr* expression) {
  expression = stripped(expression);
  if (!expression) return EntityId::none;
  if (const clang::DeclRefExpr* named = llvm::dyn_cast<clang::DeclRefExpr>(expression))
    return member_of(*named->getDecl(), *named);
  if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(expression)) {
    llvm::StringRef name =
        member->getMemberDecl()->getDeclName().isIdentifier() ? member->getMemberDecl()->getName() : llvm::StringRef();
    if (name == "second" || name == "value" || name == "mapped") {
      const clang::Expr* base = stripped(member->getBase());
      if (const clang::DeclRefExpr* named = llvm::dyn_cast_or_null<clang::DeclRefExpr>(base)) {
        std::map<const clang::ValueDecl*, Link>::const_iterator linked = links.find(named->getDecl());
        if (linked != links.end() && linked->second.role != Role::element) return linked->second.member;
      }
      if (EntityId found = carrier_of(base); found != EntityId::none) return found;
    }
    if (!llvm::isa<clang::FieldDecl>(member->getMemberDecl())) return EntityId::none;
    if (is_list_head(name))
      if (EntityId list = carrier_of(member->getBase()); linked.contains(list)) return list;
    return member_of(*member->getMemberDecl(), *member);
  }
  if (const clang::ArraySubscriptExpr* subscript = llvm::dyn_cast<clang::ArraySubscriptExpr>(expression)) {
    EntityId base = carrier_of(subscript->getBase());
    return base != EntityId::none && members[base].shape == GraphShape::adjacency ? base : EntityId::none;
  }
  if (const clang::UnaryOperator* operation = llvm::dyn_cast<clang::UnaryOperator>(expression);
      operation && (operation->getOpcode() == clang::UO_Deref || operation->getOpcode() == clang::UO_AddrOf)) {
    // *head->tqh_last = link: behind the last one
    const clang::MemberExpr* last = llvm::dyn_cast_or_null<clang::MemberExpr>(stripped(operation->getSubExpr()));
    if (last && operation->getOpcode() == clang::UO_Deref && last->getMemberDecl()->getName().ends_with("qh_last"))
      if (EntityId list = carrier_of(last->getBase()); linked.contains(list)) return list;
    return carrier_of(operation->getSubExpr());
  }
  if (const clang::ConditionalOperator* choice = llvm::dyn_cast<clang::ConditionalOperator>(expression)) {
    EntityId first = carrier_of(choice->getTrueExpr());
    return first != EntityId::none ? first : carrier_of(choice->getFalseExpr());
  }
  if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression)) return carrier_of_call(*call);
  if (const clang::CXXConstructExpr* construct = llvm::dyn_cast<clang::CXXConstructExpr>(expression);
      construct && construct->getNumArgs() == 1)
    return carrier_of(construct->getArg(0)); // a view or a copy in another type
  return EntityId::none;
}

EntityId GraphReader::carrier_of_call(const clang::CallExpr& call) {
  const clang::FunctionDecl* callee = call.getDirectCallee();
  if (!callee) return EntityId::none;
  std::string name = callee->getNameAsString();
  const clang::CXXMemberCallExpr* method = llvm::dyn_cast<clang::CXXMemberCallExpr>(&call);
  const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(&call);
  const clang::Expr* object = method ? method->getImplicitObjectArgument() : nullptr;
  const clang::Expr* argument = method && call.getNumArgs() > 0 ? call.getArg(0) : nullptr;
  if (operation) {
    if (operation->getOperator() == clang::OO_Subscript && call.getNumArgs() == 2)
      object = call.getArg(0), argument = call.getArg(1);
    else if ((operation->getOperator() == clang::OO_Star || operation->getOperator() == clang::OO_Arrow) &&
             call.getNumArgs() >= 1)
      return carrier_of(call.getArg(0));
    else
      return EntityId::none;
  }
  if (object && argument && is_key_lookup(name))
    if (EntityId key = document_key(object, argument); key != EntityId::none) return key;
  if (object) {
    EntityId base = carrier_of(object);
    if (base != EntityId::none) {
      GraphShape shape = members[base].shape;
      if (shape == GraphShape::document) return argument && !is_document_accessor(name) ? EntityId::none : base;
      if (shape == GraphShape::adjacency &&
          (name == "at" || name == "operator[]" || name == "find" || name == "lower_bound" || name == "equal_range"))
        return base;
      if (name == "value" || name == "get" || name == "value_or" || name == "operator*") return base;
      return EntityId::none;
    }
  }
  // An accessor: `task.dependencies()`, `graph.successors(id)`, `dependencies_of(task)`.
  if (!operation && (callee->getReturnType()->isDependentType() == false) && context.is_ours(callee->getLocation()) &&
      graph_name(name) != GraphName::none && call.getNumArgs() <= 2) {
    const clang::CXXMethodDecl* declared = llvm::dyn_cast<clang::CXXMethodDecl>(callee);
    std::optional<GraphType> type =
        graph_type(callee->getReturnType(), name, declared ? declared->getParent() : nullptr);
    if (!type) return EntityId::none;
    EntityId id = context.entity(callee);
    if (id != EntityId::none && !members.contains(id)) {
      GraphMember member;
      member.id = id;
      member.location = context.expansion_of(callee->getLocation());
      member.name = name;
      member.qualified = callee->getQualifiedNameAsString();
      member.shape = type->shape;
      member.element = shown(type->element, context.ast);
      member.type = shown(callee->getReturnType(), context.ast);
      if (declared)
        member.owner_name = declared->getParent()->getQualifiedNameAsString(),
        member.owner = context.entity(declared->getParent());
      if (type->target) member.target = context.entity(type->target);
      members.emplace(id, member);
    }
    return id;
  }
  return EntityId::none;
}

// Whether a value comes from an element of a member: the element itself, a record found by it, something pushed with
// it.
EntityId GraphReader::element_of(const clang::Expr* expression) {
  const clang::Expr* plain = stripped(expression);
  if (!plain || llvm::isa<clang::LambdaExpr>(plain)) return EntityId::none;
  if (const clang::DeclRefExpr* named = llvm::dyn_cast<clang::DeclRefExpr>(plain)) {
    std::map<const clang::ValueDecl*, Link>::const_iterator linked = links.find(named->getDecl());
    return linked != links.end() && linked->second.role == Role::element ? linked->second.member : EntityId::none;
  }
  const clang::Expr* base = nullptr;
  if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(plain)) {
    if (operation->getOperator() == clang::OO_Subscript) base = operation->getArg(0);
  } else if (const clang::CXXMemberCallExpr* call = llvm::dyn_cast<clang::CXXMemberCallExpr>(plain)) {
    std::string name = callee_name(*call);
    if (name == "size" || name == "empty" || name == "length" || name == "Size" || name == "count")
      return EntityId::none;
    if (name == "at" || name == "front" || name == "back" || name == "get" || name == "begin" || name == "top")
      base = call->getImplicitObjectArgument();
  } else if (const clang::ArraySubscriptExpr* subscript = llvm::dyn_cast<clang::ArraySubscriptExpr>(plain)) {
    base = subscript->getBase();
  }
  if (base)
    if (EntityId member = carrier_of(base); member != EntityId::none && carrier_of(plain) == EntityId::none)
      return member;
  // A number that is computed from an element is none: height(dependency).
  if (llvm::isa<clang::CallExpr>(plain) && (plain->getType()->isArithmeticType() || plain->getType()->isVoidType()))
    return EntityId::none;
  for (const clang::Stmt* child : plain->children())
    if (const clang::Expr* part = llvm::dyn_cast_or_null<clang::Expr>(child))
      if (EntityId member = element_of(part); member != EntityId::none) return member;
  return EntityId::none;
}

// The variable or field, and remembers whether each call of the function has one of its own.
const clang::ValueDecl* GraphReader::marking(const clang::ValueDecl& variable) {
  if (llvm::isa<clang::FieldDecl>(variable)) return &variable;
  const clang::VarDecl* found = llvm::dyn_cast<clang::VarDecl>(&variable);
  if (!found) return nullptr;
  const clang::QualType type = found->getType();
  if (lambda_depth == 0 && found->isLocalVarDecl() && !found->isStaticLocal() && found->getDeclContext() == &function &&
      !type->isReferenceType() && !type->isPointerType() && !is_shared_pointer_template(class_name(type)))
    own_markers.insert(context.entity(found));
  return found;
}

// What keeps a mark: `visited` in visited[x], visited.insert(x); the field in node->color.
const clang::ValueDecl* GraphReader::marker_of(const clang::Expr* expression) {
  expression = stripped(expression);
  if (!expression) return nullptr;
  if (const clang::DeclRefExpr* named = llvm::dyn_cast<clang::DeclRefExpr>(expression)) {
    std::map<const clang::ValueDecl*, const clang::ValueDecl*>::const_iterator root = roots.find(named->getDecl());
    return marking(root != roots.end() ? *root->second : *named->getDecl());
  }
  if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(expression)) {
    llvm::StringRef name =
        member->getMemberDecl()->getDeclName().isIdentifier() ? member->getMemberDecl()->getName() : llvm::StringRef();
    if (name == "second" || name == "first" || name == "value") return marker_of(member->getBase());
    return llvm::isa<clang::FieldDecl>(member->getMemberDecl()) ? member->getMemberDecl() : nullptr;
  }
  if (const clang::ArraySubscriptExpr* subscript = llvm::dyn_cast<clang::ArraySubscriptExpr>(expression))
    return marker_of(subscript->getBase());
  if (const clang::UnaryOperator* operation = llvm::dyn_cast<clang::UnaryOperator>(expression))
    return marker_of(operation->getSubExpr());
  if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(expression);
      operation && operation->getNumArgs() >= 1)
    return marker_of(operation->getArg(0));
  if (const clang::CXXMemberCallExpr* call = llvm::dyn_cast<clang::CXXMemberCallExpr>(expression))
    return marker_of(call->getImplicitObjectArgument());
  if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression); call && call->getNumArgs() >= 1)
    return marker_of(call->getArg(0));
  return nullptr;
}

// malloc(sizeof *link), xcalloc(1, sizeof(struct link)): empty memory for a record.
static bool is_allocation(const clang::CallExpr& call) {
  const std::vector<std::string> words = words_of(callee_name(call));
  const bool allocates =
      !words.empty() && llvm::StringSwitch<bool>(words.back())
                            .Cases({"malloc", "calloc", "zalloc", "realloc", "xmalloc", "xcalloc"}, true)
                            .Cases({"xzalloc", "emalloc", "ecalloc", "alloca"}, true)
                            .Default(false);
  return allocates && call.getType()->isVoidPointerType();
}

static void join(GraphSource& kind, GraphSource other) { kind = std::max(kind, other); }

GraphReader::Source GraphReader::source_of(const clang::Expr* expression) {
  Source source;
  expression = stripped(expression);
  if (!expression) return source;
  if (llvm::isa<clang::StringLiteral, clang::IntegerLiteral, clang::CharacterLiteral, clang::FloatingLiteral,
                clang::CXXBoolLiteralExpr, clang::CXXNullPtrLiteralExpr>(expression))
    return {GraphSource::constant, 0};
  if (llvm::isa<clang::CXXDefaultArgExpr, clang::ImplicitValueInitExpr>(expression)) return source;
  if (llvm::isa<clang::CXXNewExpr>(expression)) return {GraphSource::fresh, 0};
  if (llvm::isa<clang::CXXThisExpr, clang::LambdaExpr>(expression)) return {GraphSource::outside, 0};
  if (const clang::DeclRefExpr* named = llvm::dyn_cast<clang::DeclRefExpr>(expression)) {
    std::map<const clang::ValueDecl*, Source>::const_iterator known = sources.find(named->getDecl());
    if (known != sources.end()) return known->second;
    if (const clang::ParmVarDecl* parameter = llvm::dyn_cast<clang::ParmVarDecl>(named->getDecl());
        parameter && parameter->getDeclContext() == &function && parameter->getFunctionScopeIndex() < 64)
      return {GraphSource::parameter, 1ull << parameter->getFunctionScopeIndex()};
    if (llvm::isa<clang::EnumConstantDecl>(named->getDecl())) return {GraphSource::constant, 0};
    const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(named->getDecl());
    if (variable && variable->getType().isConstQualified() && !llvm::isa<clang::ParmVarDecl>(variable))
      return {GraphSource::constant, 0};
    return {GraphSource::outside, 0};
  }
  if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(expression)) {
    const clang::Expr* base = stripped(member->getBase());
    if (base && !llvm::isa<clang::CXXThisExpr>(base)) return source_of(base);
    return {GraphSource::outside, 0};
  }
  // std::shared_ptr<Node> node(pool.get(), give_back): whoever gave the pointer, it had no owner before.
  if (const clang::CXXConstructExpr* owner = llvm::dyn_cast<clang::CXXConstructExpr>(expression);
      owner && owner->getNumArgs() >= 1 && owner->getArg(0)->getType()->isPointerType() &&
      (class_name(owner->getType()) == "shared_ptr" || class_name(owner->getType()) == "unique_ptr"))
    return {GraphSource::fresh, 0};
  if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression)) {
    std::string name = callee_name(*call);
    for (const clang::Expr* argument : call->arguments()) {
      Source part = source_of(argument);
      join(source.kind, part.kind);
      source.parameters |= part.parameters;
    }
    if (const clang::CXXMemberCallExpr* method = llvm::dyn_cast<clang::CXXMemberCallExpr>(call)) {
      Source part = source_of(method->getImplicitObjectArgument());
      join(source.kind, part.kind);
      source.parameters |= part.parameters;
    }
    llvm::StringRef said = name;
    if (is_allocation(*call)) return {GraphSource::nothing, 0}; // a link of a list: who it names is told later
    bool pointer = record_behind(call->getType()) && !is_container_type(call->getType());
    if (said.starts_with("make_shared") || said.starts_with("make_unique") || said.starts_with("make_intrusive") ||
        said == "MakeRefCounted")
      return {GraphSource::fresh, 0};
    std::vector<std::string> words = words_of(name);
    if (pointer && !words.empty()) {
      const std::string& first = words.front();
      if (first == "find" || first == "get" || first == "at" || first == "lookup" || name == "operator[]" ||
          first == "resolve") {
        // Wherever it is looked for: this->get_task(name), tasks.find(name)
        if (said != "get" || call->getNumArgs() > 0) source.kind = GraphSource::lookup;
        return source;
      }
      if (first == "create" || first == "make" || first == "new" || first == "parse" || first == "build" ||
          first == "clone" || first == "alloc" || first == "copy" || first == "read")
        return {GraphSource::fresh, 0};
    }
    bool ours = call->getDirectCallee() && context.is_ours(call->getDirectCallee()->getLocation());
    if (ours || source.kind == GraphSource::nothing) source.kind = GraphSource::outside;
    return source;
  }
  for (const clang::Stmt* child : expression->children())
    if (const clang::Expr* part = llvm::dyn_cast_or_null<clang::Expr>(child)) {
      Source other = source_of(part);
      join(source.kind, other.kind);
      source.parameters |= other.parameters;
    }
  return source;
}

void GraphReader::add_source(const clang::Expr* target, const Source& source) {
  const clang::Expr* plain = stripped(target);
  if (const clang::UnaryOperator* operation = llvm::dyn_cast_or_null<clang::UnaryOperator>(plain);
      operation && operation->getOpcode() == clang::UO_AddrOf)
    plain = stripped(operation->getSubExpr());
  const clang::DeclRefExpr* named = llvm::dyn_cast_or_null<clang::DeclRefExpr>(plain);
  const clang::VarDecl* variable = named ? llvm::dyn_cast<clang::VarDecl>(named->getDecl()) : nullptr;
  if (!variable || !variable->isLocalVarDecl()) return;
  Source& known = sources[variable];
  join(known.kind, source.kind);
  known.parameters |= source.parameters;
}

} // namespace plumbline
