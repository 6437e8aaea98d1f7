#include "collect/state_enums.h"

#include "collect/constants.h"
#include "collect/skipped.h"

#include <llvm/ADT/STLExtras.h>

namespace plumbline {

// By its name, or by the rest of it that a macro completes: SM_ENTER(EAP, RECEIVED) for EAP_RECEIVED.
static bool is_named(llvm::StringRef enumerator, const llvm::StringSet<>& names) {
  if (names.empty()) return false;
  if (names.contains(enumerator)) return true;
  for (std::size_t at = enumerator.find('_'); at != llvm::StringRef::npos; at = enumerator.find('_', at + 1))
    if (enumerator.size() - at > 4 && names.contains(enumerator.drop_front(at + 1))) return true;
  return false;
}
static std::string name_of(const clang::EnumDecl& declaration) {
  if (declaration.getIdentifier()) return declaration.getNameAsString();
  const clang::TypedefNameDecl* name = declaration.getTypedefNameForAnonDecl();
  return name ? name->getNameAsString() : "";
}

const StateEnum* StateEnums::of(const clang::EnumDecl* declaration) {
  if (!declaration) return nullptr;
  if (declaration->getDefinition()) declaration = declaration->getDefinition();
  std::pair<llvm::MapVector<const clang::EnumDecl*, std::unique_ptr<StateEnum>>::iterator, bool> entry =
      enums.insert({declaration, nullptr});
  if (!entry.second) return entry.first->second.get();
  if (!declaration->isComplete() || !context.is_ours(declaration->getLocation())) return nullptr;
  StateEnum states;
  states.declaration = declaration;
  for (const clang::EnumConstantDecl* enumerator : declaration->enumerators()) {
    if (enumerator->getInitVal().getSignificantBits() > 63) return nullptr;
    const std::int64_t value = number_of(*enumerator);
    if (states.index_of(value)) continue; // another name for the same state
    states.states.push_back(enumerator);
    states.values.push_back(value);
  }
  if (states.states.size() < 3 || states.states.size() > max_states) return nullptr;
  const Location location = context.expansion_of(clang::SourceRange(declaration->getLocation()));
  states.id = context.place_id("enum", location);
  if (states.id == EntityId::none) return nullptr;
  return (entry.first->second = std::make_unique<StateEnum>(std::move(states))).get();
}

void StateEnums::mention(const StateEnum& states, const clang::EnumConstantDecl& enumerator) {
  if (const std::optional<unsigned> index = states.index_of(number_of(enumerator)))
    mentioned[states.declaration] |= StateMask(1) << *index;
}

void StateEnums::note_large(const clang::ValueDecl& variable, const clang::EnumDecl* enumeration) {
  const clang::EnumDecl* definition = enumeration ? enumeration->getDefinition() : nullptr;
  if (!definition || !context.is_ours(definition->getLocation())) return;
  StateLargeFact fact;
  fact.count = std::distance(definition->enumerator_begin(), definition->enumerator_end());
  if (fact.count <= max_states) return;
  fact.location = context.expansion_of(clang::SourceRange(definition->getLocation()));
  fact.id = context.place_id("enum", fact.location);
  fact.name = name_of(*definition);
  fact.qualified = definition->getIdentifier() ? definition->getQualifiedNameAsString() : fact.name;
  fact.holder = variable.getNameAsString();
  if (fact.location.line && noted.insert({definition, &variable}).second) write(context.table, fact);
}

// What the unit's own file names where this build leaves it out: a source that is empty without its library does not
// even include the header of the enum whose states it enters.
static void collect_names_left_out(CollectContext& context, llvm::ArrayRef<clang::SourceRange> skipped) {
  const clang::FileID main = context.sources.getMainFileID();
  std::vector<clang::SourceRange> own;
  llvm::copy_if(skipped, std::back_inserter(own),
                [&](const clang::SourceRange& range) { return context.sources.getFileID(range.getBegin()) == main; });
  if (own.empty()) return;
  const llvm::StringSet<> found = names_left_out(context, own);
  StateNamesFact fact;
  for (const llvm::StringRef name : found.keys()) fact.names.push_back(name.str());
  llvm::sort(fact.names);
  if (!fact.names.empty()) write(context.table, fact);
}

void StateEnums::finish(const std::vector<clang::SourceRange>& skipped) {
  const llvm::StringSet<> left_out = names_left_out(context, skipped);
  for (const std::pair<const clang::EnumDecl*, std::unique_ptr<StateEnum>>& entry : enums) {
    if (!entry.second) continue;
    const StateEnum& states = *entry.second;
    StateEnumFact fact;
    fact.id = states.id;
    fact.location = context.expansion_of(clang::SourceRange(states.declaration->getLocation()));
    fact.name = name_of(*states.declaration);
    fact.qualified = states.declaration->getIdentifier() ? states.declaration->getQualifiedNameAsString() : fact.name;
    fact.mentioned = mentioned.lookup(states.declaration);
    fact.from_number = from_number.contains(states.declaration);
    for (std::size_t i = 0; i < states.states.size(); ++i) {
      fact.states.push_back(states.states[i]->getNameAsString());
      fact.values.push_back(states.values[i]);
      fact.places.push_back(context.expansion_of(clang::SourceRange(states.states[i]->getLocation())));
      if (is_named(fact.states.back(), left_out)) fact.mentioned |= StateMask(1) << i;
    }
    write(context.table, fact);
  }
  collect_names_left_out(context, skipped);
}

} // namespace plumbline
