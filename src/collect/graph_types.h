// Which types can hold a graph: containers of ids or of pointers, adjacency maps, lists of edges, free documents.
#pragma once

#include "facts/graph_events.h"

#include <clang/AST/DeclCXX.h>
#include <clang/AST/Type.h>

#include <optional>

namespace plumbline {

struct GraphType {
  GraphShape shape = GraphShape::ids;
  clang::QualType element;                   // an id or a pointer; null for documents
  const clang::RecordDecl* target = nullptr; // the record pointed to
  std::string through{};                     // the field of an element that points there, if the element does not
  bool linked = false;                       // a list that C makes: the member is the first link
};

// The graph that something of this type and name can hold. `owner` is the record of a field, else null. A container of
// ids counts by its name, or unnamed if its ids are text (whether it names other records is seen by how it is used); a
// container of pointers by its name, or if it points to its own owner. What owns its elements (values, unique_ptr) is a
// tree and no graph (design.md §3.6).
std::optional<GraphType> graph_type(clang::QualType type, llvm::StringRef name, const clang::RecordDecl* owner);

// Whether a field of this name is the first link of a list that BSD's macros make (queue(3)).
bool is_list_head(llvm::StringRef field);

// What a parameter of any name may be given: a list of pointers to records.
std::optional<GraphType> pointer_list(clang::QualType type);

// Containers by the names of their class templates, whatever the library.
bool is_sequence_template(llvm::StringRef name);
bool is_map_template(llvm::StringRef name);
bool is_shared_pointer_template(llvm::StringRef name);
// The value type of a map (std::map and its like), or null.
clang::QualType mapped_type(clang::QualType type);
// Whether the type is a container at all: a set, a map, a sequence.
bool is_container_type(clang::QualType type);
// JSON, YAML, TOML values and property trees.
bool is_document_type(clang::QualType type);
// The record behind references, pointers and smart pointers; null if there is none.
const clang::RecordDecl* record_behind(clang::QualType type);
// The type argument `index` of a class template specialization, or null.
clang::QualType type_argument(clang::QualType type, unsigned index);
// The unqualified name of a class type, or "".
llvm::StringRef class_name(clang::QualType type);

} // namespace plumbline
