#include "collect/state_cells.h"

#include "facts/words.h"

namespace plumbline {

// Functions with more cells than this handle many objects at once; the first ones tell enough.
static constexpr std::size_t max_cells = 6;

static bool is_any(llvm::StringRef name, std::initializer_list<llvm::StringRef> words) {
  for (const std::string& word : words_of(std::string_view(name)))
    for (llvm::StringRef other : words)
      if (other == word) return true;
  return false;
}
static bool names_new_state(llvm::StringRef name) {
  return is_any(
      name, {"to", "next", "new", "target", "desired", "after", "destination", "dst", "goal", "wanted", "requested"});
}
static bool names_old_state(llvm::StringRef name) {
  return is_any(name, {"from", "old", "current", "cur", "prev", "previous", "before", "expected", "source", "src"});
}

const clang::FunctionDecl* instance_of(const clang::FunctionDecl& pattern) {
  if (const clang::FunctionTemplateDecl* described = pattern.getDescribedFunctionTemplate())
    for (const clang::FunctionDecl* one : described->specializations())
      if (one->doesThisDeclarationHaveABody() && one->getBody()) return one;
  const clang::CXXRecordDecl* record = llvm::dyn_cast<clang::CXXRecordDecl>(pattern.getDeclContext());
  const clang::ClassTemplateDecl* outer = record ? record->getDescribedClassTemplate() : nullptr;
  if (!outer) return nullptr;
  for (const clang::ClassTemplateSpecializationDecl* special : outer->specializations())
    for (const clang::CXXMethodDecl* one : special->methods())
      if (one->getTemplateInstantiationPattern() == &pattern && one->doesThisDeclarationHaveABody() && one->getBody())
        return one;
  return nullptr;
}

bool is_lambda_body(const clang::FunctionDecl& function) {
  const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(&function);
  return method && method->getParent()->isLambda();
}

// status_name(status), rd_kafka_state2str(state)
static bool gives_name(const clang::FunctionDecl& callee) {
  return callee.getIdentifier() &&
         (callee.getName().contains_insensitive("str") || callee.getName().contains_insensitive("name"));
}

// is_closed(connection): a short question about one object, as C writes it.
static bool asks_about_object(const clang::FunctionDecl& function) {
  if (function.getNumParams() != 1 || !function.getReturnType()->isIntegralOrEnumerationType()) return false;
  const clang::QualType type = function.getParamDecl(0)->getType();
  const clang::QualType object = type->isReferenceType() || type->isPointerType() ? type->getPointeeType() : type;
  const clang::CompoundStmt* body = llvm::dyn_cast_or_null<clang::CompoundStmt>(function.getBody());
  constexpr unsigned short_body = 4;
  return object->isRecordType() && body && body->size() <= short_body;
}

bool is_worth_following(CollectContext& context, const clang::FunctionDecl& function, const FunctionScan& scan,
                        const StateEnum& states) {
  if (scan.destroys) return true;
  for (const clang::Expr* write : scan.enum_writes) {
    const std::optional<StateWrite> parts = state_write_of(write);
    if (enum_behind(parts->target->getType()) == states.declaration || enum_of(parts->value) == states.declaration)
      return true;
  }
  for (const clang::Expr* call : scan.enum_calls) {
    const clang::CallExpr* plain = llvm::dyn_cast<clang::CallExpr>(call);
    const clang::FunctionDecl* callee = plain ? plain->getDirectCallee() : nullptr;
    // Somebody else's function moves no state of ours, and one that gives its name moves none at all.
    if (callee && (!context.is_ours(callee->getLocation()) || gives_name(*callee))) continue;
    for (const clang::Stmt* child : call->children())
      if (const clang::Expr* argument = llvm::dyn_cast_or_null<clang::Expr>(child);
          argument && enum_of(argument) == states.declaration)
        return true;
  }
  if (is_lambda_body(function)) return false;
  if (function.getMinRequiredArguments() == 0 || asks_about_object(function)) return true;
  for (const clang::ParmVarDecl* parameter : function.parameters())
    if (enum_behind(parameter->getType()) == states.declaration) return true;
  return enum_behind(function.getReturnType()) == states.declaration;
}

// `void on_change(Node&, Status /*before*/, Status now)`: told of a transition that somebody else made and decided
// about. In C the old state has a name, and nobody reads it.
static bool is_told(const clang::FunctionDecl& function, const StateEnum& states) {
  const auto is_unread_state = [&](const clang::ParmVarDecl* parameter) {
    const bool unread = parameter->getName().empty() ||
                        (!parameter->isReferenced() && !parameter->isUsed() && names_old_state(parameter->getName()));
    return unread && enum_behind(parameter->getType()) == states.declaration;
  };
  return std::any_of(function.param_begin(), function.param_end(), is_unread_state);
}

std::vector<StateCell> cells_of(CollectContext& context, const clang::FunctionDecl& function, const FunctionScan& scan,
                                const StateEnum& states) {
  std::vector<StateCell> cells;
  const StateScope scope(context, scan, states);
  const clang::ParmVarDecl *given = nullptr, *first = nullptr, *second = nullptr;
  if (!is_lambda_body(function))
    for (const clang::ParmVarDecl* parameter : function.parameters()) {
      if (enum_behind(parameter->getType()) != states.declaration) continue;
      const bool by_reference = parameter->getType()->isReferenceType() || parameter->getType()->isPointerType();
      if (by_reference && !parameter->getType().getNonReferenceType().isConstQualified() &&
          !parameter->getType()->isRValueReferenceType()) {
        first = first ? first : parameter;
        continue;
      }
      (first ? second : first) = parameter;
      given = !given || names_new_state(parameter->getName()) ? parameter : given;
    }
  const auto add = [&](const clang::Expr* expression) {
    StateCell cell;
    cell.path = scope.path_of(expression);
    cell.base = scope.base_of(expression);
    cell.holder = scope.holder_of(expression);
    if (cell.path.empty()) return;
    for (StateCell& known : cells)
      if (known.path == cell.path) {
        if (!known.holder) known.holder = cell.holder;
        return;
      }
    cell.new_parameter = is_told(function, states) ? nullptr : given;
    if (const clang::ParmVarDecl* parameter = llvm::dyn_cast_or_null<clang::ParmVarDecl>(cell.holder))
      cell.old_parameter = parameter;
    if (cells.size() < max_cells) cells.push_back(cell);
  };
  for (const clang::Expr* write : scan.enum_writes) {
    const std::optional<StateWrite> parts = state_write_of(write);
    if (enum_behind(parts->target->getType()) != states.declaration && enum_of(parts->value) != states.declaration)
      continue;
    if (!scope.holder_of(parts->target)) continue;
    add(parts->target);
    const StateValue value = scope.value_of(parts->value);
    // The parameter that is written is the new state, whatever it is called.
    if (!cells.empty() && value.parameters)
      for (const clang::ParmVarDecl* parameter : function.parameters())
        if (value.parameters == 1u << parameter->getFunctionScopeIndex() &&
            scope.path_of(parts->target) == cells.back().path)
          cells.back().new_parameter = is_lambda_body(function) || is_told(function, states) ? nullptr : parameter;
  }
  const bool writes = !cells.empty();
  if (!writes && first && second) {
    StateCell cell;
    const bool swapped =
        names_new_state(first->getName()) || (names_old_state(second->getName()) && !names_old_state(first->getName()));
    cell.old_parameter = swapped ? second : first;
    cell.new_parameter = swapped ? first : second;
    cells.push_back(cell);
    return cells;
  }
  for (const clang::Expr* read : scan.enum_reads)
    if (enum_behind(read->getType()) == states.declaration) add(read);
  if (cells.empty() && first) {
    StateCell cell;
    (given ? cell.new_parameter : cell.old_parameter) = first;
    cells.push_back(cell);
  }
  if (cells.empty() && (!scan.enum_calls.empty() || enum_behind(function.getReturnType()) == states.declaration))
    cells.emplace_back();
  return cells;
}

} // namespace plumbline
