// The enums of a unit that may be states of something, and what the unit says of them besides what a flow tells.
#pragma once

#include "collect/state_values.h"

#include <llvm/ADT/MapVector.h>

#include <memory>
#include <string>
#include <vector>

namespace plumbline {

class StateEnums {
 public:
  explicit StateEnums(CollectContext& context) : context(context) {}

  // With its states; null of an enum that is not ours, or has fewer than three states or more than are followed.
  const StateEnum* of(const clang::EnumDecl* declaration);
  // An enumerator is used as a value, other than one that we follow.
  void mention(const StateEnum& states, const clang::EnumConstantDecl& enumerator);
  // An integer becomes a state.
  void note_number(const StateEnum& states) { from_number.insert(states.declaration); }
  // More states than we can follow: said once, rather than passed over in silence.
  void note_large(const clang::ValueDecl& variable, const clang::EnumDecl* enumeration);
  // Writes them, when all was seen. `skipped`: code that is not compiled here.
  void finish(const std::vector<clang::SourceRange>& skipped);

 private:
  CollectContext& context;
  llvm::MapVector<const clang::EnumDecl*, std::unique_ptr<StateEnum>> enums;
  llvm::DenseMap<const clang::EnumDecl*, StateMask> mentioned;
  llvm::DenseSet<const clang::EnumDecl*> from_number;
  llvm::DenseSet<std::pair<const clang::EnumDecl*, const clang::ValueDecl*>> noted; // as too large
};

} // namespace plumbline
