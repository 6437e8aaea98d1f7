#include "collect/state_tables.h"
#include "collect/constants.h"

#include <clang/AST/RecursiveASTVisitor.h>
#include <llvm/ADT/StringSwitch.h>

namespace plumbline {

namespace {

struct Row {
  std::vector<const clang::Expr*> enumerators; // in the order of the source
  std::vector<const clang::ParmVarDecl*> parameters;
  bool text = false; // a string stands in it
  bool text_first = false;
  bool has_list = false; // an empty list too
};

// A part of a row that is about something else, and has a member of the enum: `{"name", {0, numeric, 7}, …}`.
bool is_other_record(const clang::Expr* expression) {
  const clang::InitListExpr* list = llvm::dyn_cast_or_null<clang::InitListExpr>(bare(expression));
  const clang::RecordDecl* record = list ? list->getType()->getAsRecordDecl() : nullptr;
  if (!record || !record->getDefinition()) return false;
  const clang::CXXRecordDecl* special = llvm::dyn_cast<clang::CXXRecordDecl>(record);
  if (special && special->isInStdNamespace()) return false;
  return std::any_of(record->field_begin(), record->field_end(), [](const clang::FieldDecl* field) {
    return field->getType()->isArithmeticType() || field->getType()->isUnionType();
  });
}

// Walks initialisers only: lists, constructions and the functions that make pairs.
void gather(const clang::Expr* expression, Row& row, unsigned depth) {
  expression = bare(expression);
  if (!expression || depth > 12) return;
  if (enumerator_of(expression)) {
    row.enumerators.push_back(expression);
    return;
  }
  if (const clang::ParmVarDecl* parameter = llvm::dyn_cast_or_null<clang::ParmVarDecl>(variable_of(expression))) {
    if (enum_behind(parameter->getType())) row.parameters.push_back(parameter);
    return;
  }
  if (llvm::isa<clang::StringLiteral>(expression)) {
    row.text_first |= row.enumerators.empty();
    row.text = true;
    return;
  }
  if (const clang::InitListExpr* list = llvm::dyn_cast<clang::InitListExpr>(expression)) {
    if (depth > 0 && list->getNumInits() == 0) row.has_list = true;
    const bool record = list->getType()->isRecordType();
    for (const clang::Expr* part : list->inits())
      if (!record || !is_other_record(part)) gather(part, row, depth + 1);
  } else if (const clang::CXXConstructExpr* construct = llvm::dyn_cast<clang::CXXConstructExpr>(expression)) {
    if (construct->getNumArgs() == 0 && depth > 0) row.has_list = true;
    for (const clang::Expr* part : construct->arguments()) gather(part, row, depth + 1);
  } else if (const clang::CXXStdInitializerListExpr* list =
                 llvm::dyn_cast<clang::CXXStdInitializerListExpr>(expression)) {
    gather(list->getSubExpr(), row, depth + 1);
  } else if (const clang::CXXUnresolvedConstructExpr* construct =
                 llvm::dyn_cast<clang::CXXUnresolvedConstructExpr>(expression)) {
    for (const clang::Expr* part : construct->arguments()) gather(part, row, depth + 1);
  } else if (const clang::ParenListExpr* list = llvm::dyn_cast<clang::ParenListExpr>(expression)) {
    for (unsigned i = 0; i < list->getNumExprs(); ++i) gather(list->getExpr(i), row, depth + 1);
  } else if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression);
             call && !llvm::isa<clang::CXXMemberCallExpr, clang::CXXOperatorCallExpr>(expression)) {
    for (const clang::Expr* part : call->arguments()) gather(part, row, depth + 1);
  }
}

// The list whose elements are the rows: the first array below constructors and wrappers.
const clang::InitListExpr* rows_of(const clang::Expr* expression, unsigned depth = 0) {
  expression = bare(expression);
  if (!expression || depth > 10) return nullptr;
  if (const clang::InitListExpr* list = llvm::dyn_cast<clang::InitListExpr>(expression)) {
    if (list->getType()->isArrayType() || list->getType()->isDependentType() || list->getType()->isVoidType())
      return list;
    return list->getNumInits() == 1 ? rows_of(list->getInit(0), depth + 1) : nullptr;
  }
  if (const clang::CXXStdInitializerListExpr* list = llvm::dyn_cast<clang::CXXStdInitializerListExpr>(expression))
    return rows_of(list->getSubExpr(), depth + 1);
  if (const clang::CXXConstructExpr* construct = llvm::dyn_cast<clang::CXXConstructExpr>(expression))
    return construct->getNumArgs() > 0 ? rows_of(construct->getArg(0), depth + 1) : nullptr;
  if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression);
      call && call->getNumArgs() == 1 && !llvm::isa<clang::CXXMemberCallExpr>(expression))
    return rows_of(call->getArg(0), depth + 1); // std::to_array
  return nullptr;
}

// A row that is itself a set of states: `{B, C}` in an array that is indexed by the state.
bool is_set(clang::QualType type, const clang::EnumDecl* enumeration) {
  if (const clang::ArrayType* array = type->getAsArrayTypeUnsafe())
    return enum_behind(array->getElementType()) == enumeration;
  const clang::ClassTemplateSpecializationDecl* record =
      llvm::dyn_cast_or_null<clang::ClassTemplateSpecializationDecl>(type->getAsCXXRecordDecl());
  if (!record || record->getName() == "pair" || record->getName() == "tuple") return false;
  return record->getTemplateArgs().size() > 0 &&
         record->getTemplateArgs()[0].getKind() == clang::TemplateArgument::Type &&
         enum_behind(record->getTemplateArgs()[0].getAsType()) == enumeration;
}

// `static const char next[states][events]`: as C saves room. Two numbers may as well be a pair. The rows in a template
// have no type of their own.
bool is_table_of_numbers(CollectContext& context, const clang::NamedDecl& variable, const clang::InitListExpr& rows) {
  const clang::ValueDecl* value = llvm::dyn_cast<clang::ValueDecl>(&variable);
  const clang::ArrayType* array = value ? value->getType()->getAsArrayTypeUnsafe() : nullptr;
  if (!array || !array->getElementType()->isArrayType()) return false;
  const clang::QualType element = context.ast.getBaseElementType(value->getType());
  if (!element->isIntegerType() || enum_behind(element)) return false;
  return llvm::all_of(rows.inits(), [](const clang::Expr* row) {
    const clang::InitListExpr* list = llvm::dyn_cast<clang::InitListExpr>(bare(row));
    return list && list->getNumInits() > 2;
  });
}

void entry(CollectContext& context, EntityId table, const StateEnum& states, int from, const clang::Expr* to,
           const clang::Expr* place, bool by_event = false) {
  StateTableEntry fact;
  fact.by_event = by_event;
  fact.table = table;
  fact.enumeration = states.id;
  fact.from = from;
  fact.location = context.expansion_of(place->getSourceRange());
  if (to) {
    const std::optional<unsigned> index = states.index_of(number_of(*enumerator_of(to)));
    if (!index) return;
    fact.to = static_cast<int>(*index);
  }
  if (fact.location.line && table != EntityId::none) write(context.table, fact);
}

std::optional<unsigned> state_of(const StateEnum& states, const clang::Expr* enumerator) {
  return states.index_of(number_of(*enumerator_of(enumerator)));
}

} // namespace

bool collect_table(CollectContext& context, const clang::NamedDecl& variable, const clang::Expr* init,
                   StateLookup lookup, llvm::function_ref<void(const clang::Expr*)> follow) {
  const clang::InitListExpr* list = rows_of(init);
  if (!list) return false;
  std::vector<Row> rows(list->getNumInits());
  const clang::EnumDecl* enumeration = nullptr;
  std::size_t direct = 0;
  for (unsigned i = 0; i < list->getNumInits(); ++i) {
    gather(list->getInit(i), rows[i], 0);
    direct += enumerator_of(list->getInit(i)) != nullptr;
    // The enum that a row names twice, or else the first.
    for (std::size_t a = 0; a < rows[i].enumerators.size(); ++a) {
      if (!enumeration) enumeration = enum_of(rows[i].enumerators[a]);
      for (std::size_t b = a + 1; b < rows[i].enumerators.size(); ++b)
        if (enum_of(rows[i].enumerators[a]) == enum_of(rows[i].enumerators[b]) &&
            lookup(enum_of(rows[i].enumerators[a])) && enum_of(rows[i].enumerators[a]) != enumeration)
          enumeration = enum_of(rows[i].enumerators[a]);
    }
  }
  const StateEnum* states = lookup(enumeration);
  if (!states || direct) return false;
  bool names = true, allows = false, sets = true;
  std::size_t about = 0; // rows that name a state at all: few in a table of something else, such as settings
  for (unsigned i = 0; i < rows.size(); ++i) {
    std::erase_if(rows[i].enumerators, [&](const clang::Expr* e) { return enum_of(e) != states->declaration; });
    about += !rows[i].enumerators.empty() || rows[i].has_list;
    names &= rows[i].text && rows[i].enumerators.size() == 1;
    allows |= rows[i].enumerators.size() >= 2;
    sets &= is_set(bare(list->getInit(i))->getType(), states->declaration);
  }
  sets |= is_table_of_numbers(context, variable, *list);
  if (names) { // names of states, or states of names: only the latter can enter one
    for (const Row& row : rows)
      if (!row.text_first) follow(row.enumerators.front());
    return false;
  }
  if (sets) {
    // A set has each state once. Where one comes twice, a column is what happens: next[state][event].
    const bool by_event = std::any_of(rows.begin(), rows.end(), [&](const Row& row) {
      StateMask seen = 0;
      return std::any_of(row.enumerators.begin(), row.enumerators.end(), [&](const clang::Expr* to) {
        const StateMask bit = StateMask(1) << state_of(*states, to).value_or(0);
        return (std::exchange(seen, seen | bit) & bit) != 0;
      });
    });
    for (unsigned i = 0; i < rows.size() && i < states->states.size(); ++i) {
      for (const clang::Expr* to : rows[i].enumerators) {
        follow(to);
        entry(context, context.entity(&variable), *states, static_cast<int>(i), to, to, by_event);
      }
      if (rows[i].enumerators.empty())
        entry(context, context.entity(&variable), *states, static_cast<int>(i), nullptr, list->getInit(i));
    }
    return true;
  }
  if (!allows || about * 2 < rows.size()) return false;
  const EntityId table = context.entity(&variable);
  for (const Row& row : rows) {
    if (row.enumerators.empty()) continue;
    const std::optional<unsigned> from = state_of(*states, row.enumerators.front());
    if (!from) continue;
    for (const clang::Expr* enumerator : row.enumerators) follow(enumerator);
    for (std::size_t i = 1; i < row.enumerators.size(); ++i)
      entry(context, table, *states, static_cast<int>(*from), row.enumerators[i], row.enumerators[i]);
    if (row.enumerators.size() == 1)
      entry(context, table, *states, static_cast<int>(*from), nullptr, row.enumerators[0]);
  }
  return true;
}

// The bits of one row, each at the operand of `|` that sets it.
static void collect_mask(CollectContext& context, EntityId table, const StateEnum& states, unsigned from,
                         const clang::Expr* mask) {
  llvm::SmallVector<const clang::Expr*, 8> parts{mask};
  bool any = false;
  while (!parts.empty()) {
    const clang::Expr* part = parts.pop_back_val()->IgnoreParenImpCasts();
    if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(part);
        operation && operation->getOpcode() == clang::BO_Or) {
      parts.push_back(operation->getRHS());
      parts.push_back(operation->getLHS());
      continue;
    }
    clang::Expr::EvalResult value;
    if (part->isValueDependent() || !part->EvaluateAsInt(value, context.ast)) continue;
    const std::uint64_t bits = static_cast<std::uint64_t>(saturated(value.Val.getInt()));
    for (unsigned to = 0; to < states.states.size() && to < 63; ++to)
      if (states.values[to] >= 0 && states.values[to] < 63 && bits >> states.values[to] & 1) {
        StateTableEntry fact{table, states.id, static_cast<int>(from), static_cast<int>(to),
                             context.expansion_of(part->getSourceRange())};
        if (fact.location.line) write(context.table, fact);
        any = true;
      }
  }
  if (any) return;
  StateTableEntry fact{table, states.id, static_cast<int>(from), -1, context.expansion_of(mask->getSourceRange())};
  if (fact.location.line) write(context.table, fact);
}

void collect_matrix(CollectContext& context, const clang::VarDecl& variable, const StateEnum& states, bool masks) {
  const clang::VarDecl* definition = nullptr;
  const clang::Expr* init = variable.getAnyInitializer(definition);
  const clang::InitListExpr* rows = init ? rows_of(init) : nullptr;
  if (!rows || rows->getNumInits() > states.states.size() || rows->getNumInits() + 1 < states.states.size()) return;
  const EntityId table = context.entity(&variable);
  if (!context.first_time(static_cast<std::uint64_t>(table) ^ static_cast<std::uint64_t>(states.id))) return;
  for (unsigned from = 0; from < rows->getNumInits(); ++from) {
    const clang::InitListExpr* row = rows_of(rows->getInit(from));
    if (!row && masks && rows->getInit(from)->getType()->isIntegerType() && !enum_of(rows->getInit(from))) {
      collect_mask(context, table, states, from, rows->getInit(from));
      continue;
    }
    if (!row) return;
    for (unsigned to = 0; to < row->getNumInits() && to < states.states.size(); ++to) {
      const clang::Expr* cell = row->getInit(to);
      clang::Expr::EvalResult value;
      if (llvm::isa<clang::ImplicitValueInitExpr>(cell) || cell->isValueDependent()) continue;
      if (!cell->getType()->isIntegralOrEnumerationType() || enum_of(cell)) return;
      if (!cell->EvaluateAsInt(value, context.ast) || value.Val.getInt() == 0) continue;
      StateTableEntry fact{table, states.id, static_cast<int>(from), static_cast<int>(to),
                           context.expansion_of(cell->getSourceRange())};
      if (fact.location.line) write(context.table, fact);
    }
  }
}

static const clang::ValueDecl* named(const clang::Expr* expression) {
  expression = bare(expression);
  if (const clang::MemberExpr* member = llvm::dyn_cast_or_null<clang::MemberExpr>(expression))
    return member->getMemberDecl();
  if (const clang::DeclRefExpr* reference = llvm::dyn_cast_or_null<clang::DeclRefExpr>(expression))
    return reference->getDecl();
  return nullptr;
}

void collect_table_building(CollectContext& context, const clang::CallExpr& call, StateLookup lookup,
                            llvm::function_ref<void(const clang::Expr*)> follow) {
  const clang::Expr *target = nullptr, *added = nullptr;
  Row row;
  if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(&call)) {
    if (operation->getOperator() != clang::OO_Equal || operation->getNumArgs() != 2) return;
    target = bare(operation->getArg(0));
    added = operation->getArg(1);
  } else if (const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(&call)) {
    const clang::CXXMethodDecl* method = member->getMethodDecl();
    if (!method || !method->getIdentifier() ||
        !llvm::StringSwitch<bool>(method->getName())
             .Cases({"insert", "emplace", "push_back", "emplace_back", "try_emplace", "insert_or_assign"}, true)
             .Default(false))
      return;
    target = bare(member->getImplicitObjectArgument());
  } else {
    return;
  }
  if (const clang::CXXOperatorCallExpr* element = llvm::dyn_cast<clang::CXXOperatorCallExpr>(target);
      element && element->getOperator() == clang::OO_Subscript && element->getNumArgs() == 2) {
    gather(element->getArg(1), row, 0);
    if (row.enumerators.size() + row.parameters.size() != 1) return;
    target = element->getArg(0);
  } else if (added) { // the whole table at once
    if (const clang::NamedDecl* variable = named(target)) collect_table(context, *variable, added, lookup, follow);
    return;
  }
  if (added)
    gather(added, row, 0);
  else
    for (const clang::Expr* argument : call.arguments()) gather(argument, row, 0);
  const clang::ValueDecl* variable = named(target);
  if (!variable || enum_behind(variable->getType())) return;
  if (row.enumerators.empty() && row.parameters.size() == 2 &&
      enum_behind(row.parameters[0]->getType()) == enum_behind(row.parameters[1]->getType()) &&
      lookup(enum_behind(row.parameters[0]->getType()))) {
    if (const clang::FunctionDecl* function = llvm::dyn_cast<clang::FunctionDecl>(row.parameters[0]->getDeclContext()))
      write(context.table,
            StateFillerFact{context.entity(function), context.entity(variable),
                            row.parameters[0]->getFunctionScopeIndex() > row.parameters[1]->getFunctionScopeIndex()});
    return;
  }
  if (row.enumerators.size() < 2 || !row.parameters.empty()) return;
  const StateEnum* states = lookup(enum_of(row.enumerators.front()));
  if (!states) return;
  const std::optional<unsigned> from = state_of(*states, row.enumerators.front());
  if (!from) return;
  for (std::size_t i = 1; i < row.enumerators.size(); ++i)
    if (enum_of(row.enumerators[i]) == states->declaration)
      entry(context, context.entity(variable), *states, static_cast<int>(*from), row.enumerators[i],
            row.enumerators[i]);
}

void collect_table_call(CollectContext& context, const clang::CallExpr& call, StateLookup lookup) {
  const clang::FunctionDecl* callee = call.getDirectCallee();
  if (!callee || !context.is_ours(callee->getLocation()) || callee->getReturnType()->isBooleanType()) return;
  std::vector<const clang::Expr*> given;
  for (const clang::Expr* argument : call.arguments())
    if (enumerator_of(argument)) given.push_back(argument);
  if (given.size() != 2 || enum_of(given[0]) != enum_of(given[1])) return;
  const StateEnum* states = lookup(enum_of(given[0]));
  const std::optional<unsigned> from = states ? state_of(*states, given[0]) : std::nullopt;
  const std::optional<unsigned> to = states ? state_of(*states, given[1]) : std::nullopt;
  if (!from || !to) return;
  StateTableEntry fact;
  fact.table = context.entity(callee);
  fact.enumeration = states->id;
  fact.from = static_cast<int>(*from);
  fact.to = static_cast<int>(*to);
  fact.location = context.expansion_of(call.getSourceRange());
  fact.call = true;
  if (fact.location.line && fact.table != EntityId::none) write(context.table, fact);
}

void collect_returned_sets(CollectContext& context, const clang::FunctionDecl& function, StateLookup lookup) {
  // Only functions that take a state and return a container.
  const clang::QualType result = function.getReturnType().getNonReferenceType();
  if (!result->isRecordType() || enum_behind(result)) return;
  const StateEnum* states = nullptr;
  for (const clang::ParmVarDecl* parameter : function.parameters())
    if (!states) states = lookup(enum_behind(parameter->getType()));
  if (!states || !is_set(result, states->declaration)) return;
  const FunctionScan scan = scan_function(function, *function.getBody());
  std::vector<std::pair<const clang::ReturnStmt*, llvm::SmallVector<const clang::CaseStmt*, 2>>> returns;
  for (const llvm::detail::DenseMapPair<const clang::Stmt*, llvm::SmallVector<const clang::CaseStmt*, 2>>& labelled :
       scan.labels)
    if (const clang::ReturnStmt* end = llvm::dyn_cast<clang::ReturnStmt>(labelled.first))
      returns.emplace_back(end, labelled.second);
  std::sort(returns.begin(), returns.end(),
            [](const auto& a, const auto& b) { return a.first->getBeginLoc() < b.first->getBeginLoc(); });
  for (const std::pair<const clang::ReturnStmt*, llvm::SmallVector<const clang::CaseStmt*, 2>>& end : returns) {
    Row row;
    gather(end.first->getRetValue(), row, 0);
    for (const clang::CaseStmt* label : end.second) {
      if (!enumerator_of(label->getLHS()) || enum_of(label->getLHS()) != states->declaration) continue;
      const std::optional<unsigned> from = state_of(*states, label->getLHS());
      if (!from) continue;
      for (const clang::Expr* to : row.enumerators)
        if (enum_of(to) == states->declaration)
          entry(context, context.entity(&function), *states, static_cast<int>(*from), to, label->getLHS());
      if (row.enumerators.empty())
        entry(context, context.entity(&function), *states, static_cast<int>(*from), nullptr, label->getLHS());
    }
  }
}

} // namespace plumbline
