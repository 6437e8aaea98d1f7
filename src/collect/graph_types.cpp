#include "collect/graph_types.h"
#include "collect/types.h"
#include "facts/words.h"

#include <clang/AST/ASTContext.h>
#include <clang/AST/DeclTemplate.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline {

static clang::QualType plain(clang::QualType type) {
  return type.isNull() ? type : type.getNonReferenceType().getCanonicalType().getUnqualifiedType();
}

llvm::StringRef class_name(clang::QualType type) {
  type = plain(type);
  const clang::CXXRecordDecl* record = type.isNull() ? nullptr : type->getAsCXXRecordDecl();
  return record && record->getIdentifier() ? record->getName() : llvm::StringRef();
}

clang::QualType type_argument(clang::QualType type, unsigned index) {
  type = plain(type);
  const clang::CXXRecordDecl* record = type.isNull() ? nullptr : type->getAsCXXRecordDecl();
  const clang::ClassTemplateSpecializationDecl* specialization =
      llvm::dyn_cast_or_null<clang::ClassTemplateSpecializationDecl>(record);
  if (!specialization || specialization->getTemplateArgs().size() <= index) return {};
  const clang::TemplateArgument& argument = specialization->getTemplateArgs()[index];
  return argument.getKind() == clang::TemplateArgument::Type ? argument.getAsType() : clang::QualType();
}

bool is_sequence_template(llvm::StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases({"vector", "set", "unordered_set", "multiset", "unordered_multiset", "list", "forward_list", "deque"},
             true)
      .Cases({"array", "span", "flat_set", "flat_hash_set", "node_hash_set", "btree_set", "InlinedVector"}, true)
      .Cases({"SmallVector", "small_vector", "static_vector", "FixedVector", "DenseSet", "SmallSet", "SmallPtrSet"},
             true)
      .Cases({"ArrayRef", "QList", "QVector", "QSet", "fbvector", "F14FastSet", "RepeatedPtrField"}, true)
      .Cases({"RepeatedField", "initializer_list", "queue", "stack", "priority_queue"}, true)
      .Default(false);
}

bool is_map_template(llvm::StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases({"map", "unordered_map", "multimap", "unordered_multimap", "flat_map", "flat_hash_map"}, true)
      .Cases({"node_hash_map", "btree_map", "DenseMap", "MapVector", "QMap", "QHash", "QMultiMap", "QMultiHash"}, true)
      .Cases({"F14FastMap", "hash_map"}, true)
      .Default(false);
}

bool is_shared_pointer_template(llvm::StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases({"shared_ptr", "intrusive_ptr", "scoped_refptr", "RefPtr", "QSharedPointer"}, true)
      .Default(false);
}

static bool is_other_pointer_template(llvm::StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases({"weak_ptr", "reference_wrapper", "not_null", "observer_ptr", "QPointer", "QWeakPointer"}, true)
      .Default(false);
}

bool is_document_type(clang::QualType type) {
  return llvm::StringSwitch<bool>(class_name(type))
      .Cases({"json", "basic_json", "ordered_json", "GenericValue", "GenericDocument", "GenericObject", "GenericArray"},
             true)
      .Cases({"basic_ptree", "ptree", "QJsonObject", "QJsonValue", "QJsonArray", "QJsonDocument", "Json"}, true)
      .Cases({"GenericMemberIterator", "JsonValue", "json_value", "QVariantMap"}, true)
      .Cases({"Value", "Node", "Document", "value", "object", "array", "table", "node", "element"},
             [&] {
               // Names too common to count alone: Json::Value, rapidjson::Document, YAML::Node, toml::table,
               // boost::json::value.
               const clang::CXXRecordDecl* record = plain(type)->getAsCXXRecordDecl();
               std::string qualified = record ? record->getQualifiedNameAsString() : std::string();
               llvm::StringRef space = llvm::StringRef(qualified).rsplit("::").first;
               for (llvm::StringRef word : {"json", "Json", "JSON", "YAML", "toml", "yaml"})
                 if (space.contains(word)) return true;
               return false;
             }())
      .Default(false);
}

clang::QualType mapped_type(clang::QualType type) {
  return is_map_template(class_name(type)) ? type_argument(type, 1) : clang::QualType();
}

bool is_container_type(clang::QualType type) {
  llvm::StringRef name = class_name(type);
  return is_sequence_template(name) || is_map_template(name) || name == "bitset" || name == "QStringList" ||
         name == "StringSet" || name == "StringMap" || (!type.isNull() && plain(type)->isArrayType());
}

const clang::RecordDecl* record_behind(clang::QualType type) {
  for (int depth = 0; depth < 4 && !type.isNull(); ++depth) {
    type = plain(type);
    if (type->isPointerType()) {
      type = type->getPointeeType();
      continue;
    }
    llvm::StringRef name = class_name(type);
    if (is_shared_pointer_template(name) || is_other_pointer_template(name) || name == "unique_ptr" ||
        name == "optional") {
      type = type_argument(type, 0);
      continue;
    }
    return type->getAsRecordDecl();
  }
  return nullptr;
}

static bool is_text(clang::QualType type) {
  return traits_of(type).type_class == TypeClass::text && !plain(type)->isArrayType();
}

// What names a record: text, a number, an enumerator, or a class that says that it is an id.
static bool is_id(clang::QualType type) {
  type = plain(type);
  if (type.isNull()) return false;
  if (is_text(type)) return true;
  if (type->isBooleanType() || type->isAnyCharacterType() || type->isRealFloatingType()) return false;
  if (type->isIntegerType() || type->isEnumeralType()) {
    const clang::BuiltinType* builtin = type->getAs<clang::BuiltinType>();
    return !builtin ||
           (builtin->getKind() != clang::BuiltinType::UChar && builtin->getKind() != clang::BuiltinType::SChar);
  }
  std::vector<std::string> words = words_of(std::string_view(class_name(type)));
  if (words.empty()) return false;
  const std::string& last = words.back();
  return last == "id" || last == "key" || last == "uuid" || last == "guid" || last == "name" || last == "handle" ||
         last == "oid" || last == "uid" || last == "identifier" || last == "path";
}

static const clang::RecordDecl* pointed_record(clang::QualType type) {
  type = plain(type);
  if (type.isNull() || type->isDependentType()) return nullptr;
  clang::QualType pointee;
  llvm::StringRef name = class_name(type);
  if (type->isPointerType())
    pointee = type->getPointeeType();
  else if (is_shared_pointer_template(name) || is_other_pointer_template(name))
    pointee = type_argument(type, 0);
  if (pointee.isNull() || is_text(type)) return nullptr;
  return plain(pointee)->getAsRecordDecl();
}

static bool is_same(const clang::RecordDecl* target, const clang::RecordDecl* owner) {
  return target && owner && target->getCanonicalDecl() == owner->getCanonicalDecl();
}

static bool is_related(const clang::RecordDecl* one, const clang::RecordDecl* owner) {
  if (is_same(one, owner)) return true;
  const clang::CXXRecordDecl* record = llvm::dyn_cast_or_null<clang::CXXRecordDecl>(owner);
  const clang::CXXRecordDecl* target = llvm::dyn_cast_or_null<clang::CXXRecordDecl>(one);
  if (!target || !record) return false;
  if (!record->hasDefinition() || !target->hasDefinition()) return false;
  return record->isDerivedFrom(target) || target->isDerivedFrom(record);
}

static clang::QualType sequence_element(clang::QualType type) {
  type = plain(type);
  if (type.isNull()) return {};
  if (const clang::ConstantArrayType* array = llvm::dyn_cast<clang::ConstantArrayType>(type.getTypePtr()))
    return array->getElementType();
  llvm::StringRef name = class_name(type);
  return is_sequence_template(name) ? type_argument(type, 0) : clang::QualType();
}

// `struct target** depends`, `int* deps`, `char** requires`: as C keeps what it does not know the number of.
static clang::QualType heap_array_element(clang::QualType type) {
  if (!type->isPointerType()) return {};
  const clang::QualType element = type->getPointeeType();
  const bool names = element->isPointerType() ||
                     (element->isIntegerType() && !element->isAnyCharacterType() && !element->isBooleanType());
  return names ? element : clang::QualType();
}

// from/to, source/target …: the two ends of an edge, of one type.
static clang::QualType edge_end(clang::QualType type) {
  type = plain(type);
  if (type.isNull()) return {};
  if (class_name(type) == "pair") {
    clang::QualType first = type_argument(type, 0), second = type_argument(type, 1);
    return !first.isNull() && is_id(first) && plain(first) == plain(second) ? first : clang::QualType();
  }
  const clang::RecordDecl* record = type->getAsRecordDecl();
  if (!record || !record->getDefinition()) return {};
  clang::QualType from, to;
  for (const clang::FieldDecl* field : record->fields()) {
    std::vector<std::string> words = words_of(std::string_view(field->getName()));
    for (const std::string& word : words) {
      if (word == "from" || word == "source" || word == "src" || word == "before" || word == "parent" ||
          word == "task" || word == "tail")
        from = field->getType();
      if (word == "to" || word == "target" || word == "dst" || word == "dest" || word == "after" || word == "child" ||
          word == "depends" || word == "dependency" || word == "head")
        to = field->getType();
    }
  }
  if (from.isNull() || to.isNull() || plain(from) != plain(to) || !is_id(from)) return {};
  return from;
}

// The field of an edge record that points to who is named: `module` in struct { Module* module; bool optional; }, with
// the one pointer to the owner's type that it has. One that leads back to where the record stands names nobody.
static const clang::FieldDecl* naming_field(const clang::RecordDecl* edge, const clang::RecordDecl* owner) {
  const clang::FieldDecl* found = nullptr;
  if (!edge || !edge->getDefinition() || is_same(edge, owner)) return nullptr;
  for (const clang::FieldDecl* field : edge->getDefinition()->fields()) {
    if (!is_same(pointed_record(field->getType()), owner)) continue;
    if (found) return nullptr;
    found = field;
  }
  if (!found) return nullptr;
  for (const std::string& word : words_of(std::string_view(found->getName())))
    for (const std::string_view back : {"owner", "parent", "self", "from", "source", "src", "holder", "this", "origin"})
      if (word == back) return nullptr;
  return found;
}

bool is_list_head(llvm::StringRef field) {
  return llvm::StringSwitch<bool>(field)
      .Cases({"tqh_first", "lh_first", "slh_first", "stqh_first", "sqh_first", "cqh_first"}, true)
      .Default(false);
}

// `struct link* depends`, where a link has the target that it names, and the next link; or the same as BSD's macros
// make it: the first link in a head, the next in an entry (queue(3)).
static const clang::FieldDecl* named_by_link(clang::QualType type, const clang::RecordDecl* owner) {
  if (const clang::RecordDecl* head = type->getAsRecordDecl(); head && head->getDefinition())
    for (const clang::FieldDecl* field : head->getDefinition()->fields())
      if (is_list_head(field->getName())) return named_by_link(field->getType().getCanonicalType(), owner);
  const clang::RecordDecl* link = type->isPointerType() ? plain(type->getPointeeType())->getAsRecordDecl() : nullptr;
  const clang::FieldDecl* names = naming_field(link, owner);
  if (!names) return nullptr;
  auto leads_on = [&](const clang::FieldDecl* field) {
    return field->getType()->isPointerType() && is_same(pointed_record(field->getType()), link);
  };
  for (const clang::FieldDecl* field : link->getDefinition()->fields()) {
    if (leads_on(field)) return names;
    const clang::RecordDecl* entry = field->getType()->getAsRecordDecl();
    if (entry && entry->getDefinition() && llvm::any_of(entry->getDefinition()->fields(), leads_on)) return names;
  }
  return nullptr;
}

// The field of an edge record that has the id of who is named: `name` in struct { std::string name, at_least; }.
static const clang::FieldDecl* naming_id(const clang::RecordDecl* edge, const clang::RecordDecl* owner) {
  if (!edge || !edge->getDefinition() || is_same(edge, owner)) return nullptr;
  for (const std::string_view wanted : {"target", "to", "package", "module", "task", "plugin", "id", "name", "key"})
    for (const clang::FieldDecl* field : edge->getDefinition()->fields()) {
      const std::vector<std::string> words = words_of(std::string_view(field->getName()));
      const clang::QualType type = plain(field->getType());
      if (!words.empty() && words.back() == wanted && (is_text(type) || (type->isRecordType() && is_id(type))))
        return field;
    }
  return nullptr;
}

// The far end of an edge in an adjacency list: an id itself, or a field of a small record or pair.
static bool leads_to(clang::QualType element, clang::QualType key) {
  if (plain(element) == plain(key)) return true;
  if (class_name(element) == "pair")
    return plain(type_argument(element, 0)) == plain(key) || plain(type_argument(element, 1)) == plain(key);
  const clang::CXXRecordDecl* record = plain(element)->getAsCXXRecordDecl();
  if (!record || !record->hasDefinition() || is_text(element)) return false;
  for (const clang::FieldDecl* field : record->fields()) {
    std::vector<std::string> words = words_of(std::string_view(field->getName()));
    if (plain(field->getType()) == plain(key) && !words.empty() &&
        (words.front() == "to" || words.front() == "target" || words.front() == "dst" || words.front() == "node"))
      return true;
  }
  return false;
}

std::optional<GraphType> pointer_list(clang::QualType type) {
  if (type.isNull() || type->isDependentType()) return std::nullopt;
  // Sets remember where a walk has been, queues and stacks where it still has to go.
  const llvm::StringRef name = class_name(plain(type));
  if (name.contains_insensitive("set") || name.contains("queue") || name == "stack") return std::nullopt;
  const clang::QualType element = sequence_element(type);
  const clang::RecordDecl* target = element.isNull() ? nullptr : pointed_record(element);
  if (!target) return std::nullopt;
  return GraphType{.shape = GraphShape::pointers, .element = element, .target = target};
}

std::optional<GraphType> graph_type(clang::QualType type, llvm::StringRef name, const clang::RecordDecl* owner) {
  if (type.isNull() || type->isDependentType()) return std::nullopt;
  GraphName named = graph_name(std::string_view(name));
  type = plain(type);
  if (class_name(type) == "optional") type = plain(type_argument(type, 0));
  if (type.isNull()) return std::nullopt;
  if (is_document_type(type)) {
    if (named != GraphName::dependency) return std::nullopt;
    return GraphType{GraphShape::document, {}, nullptr};
  }
  if (class_name(type) == "QStringList" && named != GraphName::none)
    return GraphType{.shape = GraphShape::ids, .element = type};
  if (is_map_template(class_name(type))) {
    clang::QualType key = type_argument(type, 0), value = type_argument(type, 1);
    if (key.isNull() || value.isNull()) return std::nullopt;
    const clang::RecordDecl* node = pointed_record(key);
    if (!is_id(key) && !node) return std::nullopt;
    clang::QualType element = sequence_element(value);
    if (element.isNull() && is_map_template(class_name(value))) element = type_argument(value, 0);
    if (element.isNull() && class_name(type).contains("multi")) element = value;
    if (element.isNull() || !leads_to(element, key)) return std::nullopt;
    if (!is_text(key) && !node && named == GraphName::none) return std::nullopt;
    return GraphType{.shape = GraphShape::adjacency, .element = key, .target = node};
  }
  clang::QualType element = sequence_element(type);
  if (element.isNull() && named == GraphName::dependency) element = heap_array_element(type);
  if (element.isNull() && named >= GraphName::graph && owner)
    if (const clang::FieldDecl* names = named_by_link(type, owner))
      return GraphType{.shape = GraphShape::pointers,
                       .element = names->getType(),
                       .target = pointed_record(names->getType()),
                       .through = names->getNameAsString(),
                       .linked = true};
  if (element.isNull()) return std::nullopt;
  if (const clang::RecordDecl* target = pointed_record(element)) {
    // Parts of a base class make a composite, that is a tree; only a name says that it is more.
    bool related = named == GraphName::none ? is_same(target, owner) : is_related(target, owner);
    if (owner ? !(related || named >= GraphName::graph) : named < GraphName::tree) return std::nullopt;
    return GraphType{.shape = GraphShape::pointers, .element = element, .target = target};
  }
  if (is_id(element)) {
    if (named == GraphName::none && !is_text(element)) return std::nullopt;
    return GraphType{.shape = GraphShape::ids, .element = element};
  }
  // What is known of an edge stands beside the pointer.
  if (owner && class_name(element) == "pair")
    for (unsigned side = 0; side < 2; ++side)
      if (const clang::QualType end = type_argument(element, side); is_same(pointed_record(end), owner))
        return GraphType{.shape = GraphShape::pointers,
                         .element = end,
                         .target = pointed_record(end),
                         .through = side == 0 ? "first" : "second"};
  if (owner && named >= GraphName::graph)
    if (const clang::FieldDecl* names = naming_field(plain(element)->getAsRecordDecl(), owner))
      return GraphType{.shape = GraphShape::pointers,
                       .element = names->getType(),
                       .target = pointed_record(names->getType()),
                       .through = names->getNameAsString()};
  if (named >= GraphName::graph) {
    if (clang::QualType end = edge_end(element); !end.isNull())
      return GraphType{.shape = GraphShape::edges, .element = end};
    if (const clang::FieldDecl* names = owner && named == GraphName::dependency && !is_text(element)
                                            ? naming_id(plain(element)->getAsRecordDecl(), owner)
                                            : nullptr)
      return GraphType{.shape = GraphShape::ids, .element = names->getType(), .through = names->getNameAsString()};
    clang::QualType inner = sequence_element(element);
    if (!inner.isNull() && plain(inner)->isIntegerType())
      return GraphType{.shape = GraphShape::adjacency, .element = inner};
    if (!inner.isNull() && class_name(inner) == "pair" && is_id(type_argument(inner, 0)))
      return GraphType{.shape = GraphShape::adjacency, .element = type_argument(inner, 0)};
  }
  return std::nullopt;
}

} // namespace plumbline
