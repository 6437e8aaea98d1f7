#include "collect/state_replace.h"

#include "facts/words.h"

namespace plumbline {

// A function that makes objects says how they start, and leaves no state.
static bool makes(const clang::FunctionDecl& function) {
  if (llvm::isa<clang::CXXConstructorDecl>(function) || !function.getIdentifier()) return true;
  for (const std::string& word : words_of(std::string_view(function.getName())))
    if (word == "init" || word == "initialize" || word == "initialise" || word == "create" || word == "make" ||
        word == "new" || word == "alloc" || word == "setup" || word == "construct")
      return true;
  return false;
}

// `*this`, `upload_`, `*c`: an element of a container is more often a new one than one that is used again.
static bool is_used_again(const StateScope& scope, const clang::Expr* target) {
  for (const clang::Expr* part = bare(target); part;) {
    if (llvm::isa<clang::ArraySubscriptExpr>(part)) return false;
    if (const clang::CXXOperatorCallExpr* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(part);
        call && call->getOperator() == clang::OO_Subscript)
      return false;
    if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(part))
      part = bare(member->getBase());
    else if (const clang::Expr* object = handed_on(part))
      part = bare(object);
    else
      break;
  }
  if (scope.is_made_here(target)) return false;
  const clang::VarDecl* root = scope.root_of(target);
  if (!root || root->hasGlobalStorage()) return true;
  return root->getType()->isPointerType() || root->getType()->isReferenceType();
}

void collect_replacements(CollectContext& context, const FunctionScan& scan, const clang::FunctionDecl& owner,
                          llvm::function_ref<const StateEnum*(const clang::EnumDecl*)> lookup) {
  if (scan.replaced.empty() || makes(owner)) return;
  const StateEnum none;
  const StateScope scope(context, scan, none);
  for (const std::pair<const clang::Expr*, const clang::Expr*>& one : scan.replaced) {
    if (!is_used_again(scope, one.first)) continue;
    clang::QualType type = one.first->getType().getNonReferenceType();
    if (type->isPointerType()) type = type->getPointeeType();
    std::vector<std::pair<const clang::RecordDecl*, unsigned>> work{{type->getAsRecordDecl(), 0}};
    while (!work.empty()) {
      const clang::RecordDecl* record = work.back().first ? work.back().first->getDefinition() : nullptr;
      const unsigned depth = work.back().second;
      work.pop_back();
      if (!record || !context.is_ours(record->getLocation())) continue;
      for (const clang::FieldDecl* field : record->fields()) {
        if (const clang::RecordDecl* inner = field->getType()->getAsRecordDecl(); inner && depth < 3)
          work.emplace_back(inner, depth + 1);
        const StateEnum* states = lookup(enum_behind(field->getType()));
        if (!states) continue;
        StateReplaceFact fact;
        fact.holder = context.entity(field);
        fact.enumeration = states->id;
        fact.function = context.entity(&owner);
        fact.location = context.expansion_of(one.second->getSourceRange());
        if (fact.location.line && fact.holder != EntityId::none) write(context.table, fact);
      }
    }
  }
}

} // namespace plumbline
