// What a collector works with: one translation unit's AST, and the table its facts go to.
#pragma once

#include "collect/types.h"
#include "facts/vocabulary.h"

#include <clang/AST/ASTContext.h>
#include <clang/AST/Expr.h>
#include <clang/Basic/SourceManager.h>
#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/DenseSet.h>
#include <llvm/ADT/StringMap.h>

namespace plumbline {

// Lives as long as one parse. Collectors may read the AST and call the functions below; nothing they keep may refer
// to the AST afterwards.
class CollectContext {
 public:
  CollectContext(clang::ASTContext& ast, FactTable& table, std::string root);

  clang::ASTContext& ast;
  clang::SourceManager& sources;
  FactTable& table;

  // Whether the file is below the root and not a system header: the only files facts are about.
  bool is_ours(clang::SourceLocation location);
  bool is_ours(clang::FileID file);
  // Project-relative path; "" if not ours.
  llvm::StringRef path_of(clang::FileID file);
  // The same for a file that need not have been entered; whether it is a system header is the caller's to know.
  std::string path_of(clang::FileEntryRef file) const;

  // The range as spelled: inside a macro's definition for what a macro spells. Empty if that is not one of our files.
  Location location_of(clang::SourceRange range);
  Location location_of(clang::SourceLocation location);
  // The same for where macros were expanded.
  Location expansion_of(clang::SourceRange range);
  // Source text of a range as spelled, at most `limit` bytes, white space folded.
  std::string text_of(clang::SourceRange range, std::size_t limit = 200);
  // The whole line around a spelling location, trimmed.
  std::string line_of(clang::SourceLocation location);
  // Name of the macro in whose definition the location is spelled, or "".
  std::string macro_of(clang::SourceLocation location);

  // Whether the place is an argument of an assertion macro: assert, Q_ASSERT, EXPECTS_ASSERT …
  bool is_asserted(clang::SourceLocation location);

  // The id of a declaration, the same for all its redeclarations, for a template's pattern and its instantiations, and
  // in all translation units. Writes the entity fact (with its owners) when first asked. none for what has no name.
  EntityId entity(const clang::NamedDecl* declaration);
  // The parameter of a call, also for variadic arguments behind the last one.
  EntityId parameter(const clang::FunctionDecl* function, unsigned index);
  EntityId result(const clang::FunctionDecl* function);
  // An id for a place in the source: the identity of constants and of calls.
  EntityId place_id(llvm::StringRef what, const Location& location);

  // Writes a fact once, however many instantiations show it. False if it was there.
  bool first_time(std::uint64_t digest) { return seen.insert(digest).second; }

 private:
  EntityFact describe(const clang::NamedDecl& declaration, EntityId id);
  EntityId compute_id(const clang::NamedDecl& declaration);

  struct FileInfo {
    std::string path; // "" if not ours
  };
  std::string root;
  llvm::DenseMap<clang::FileID, FileInfo> files;
  llvm::DenseMap<const clang::Decl*, EntityId> ids;
  llvm::DenseSet<EntityId> described;
  llvm::DenseSet<std::uint64_t> seen;
};

// The declaration that stands for a template's instantiations: itself for ordinary code.
const clang::NamedDecl* pattern_of(const clang::NamedDecl* declaration);

} // namespace plumbline

namespace llvm {
template <> struct DenseMapInfo<plumbline::EntityId> {
  static plumbline::EntityId getEmptyKey() { return static_cast<plumbline::EntityId>(~0ull); }
  static plumbline::EntityId getTombstoneKey() { return static_cast<plumbline::EntityId>(~0ull - 1); }
  static unsigned getHashValue(plumbline::EntityId id) {
    return static_cast<unsigned>(static_cast<std::uint64_t>(id) ^ (static_cast<std::uint64_t>(id) >> 32));
  }
  static bool isEqual(plumbline::EntityId a, plumbline::EntityId b) { return a == b; }
};
} // namespace llvm
