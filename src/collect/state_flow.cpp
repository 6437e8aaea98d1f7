// A forward data-flow analysis over sets of pairs: which (old state, new state) are possible at a place. Branches take
// pairs away by evaluating their condition for each pair, so that comparisons in any style (`==`, `switch`, `<`, a bit
// in a mask, an element of a constant table) say what they say. What cannot be evaluated becomes a consult.
//
// Cost: conditions are evaluated for at most 64 × 64 pairs, once per visit of a block; sets only grow, so a block is
// visited again only for new pairs, and at most `max_visits` times.
#include "collect/state_flow.h"

#include "collect/state_knowledge.h"
#include "collect/state_outcome.h"

#include <bit>
#include <deque>

namespace plumbline {

static constexpr unsigned max_visits = 40;

namespace {

class Follower {
 public:
  Follower(CollectContext& context, const StateFlowRequest& request)
      : context(context), request(request), scope(*request.scope), scan(*request.scan), states(*request.states) {}

  bool run() {
    const clang::CFG& graph = *request.graph;
    entries.resize(graph.getNumBlockIDs());
    visits.resize(graph.getNumBlockIDs());
    entries[graph.getEntry().getBlockID()] = start();
    std::deque<const clang::CFGBlock*> work{&graph.getEntry()};
    // Nothing leads to a handler in this graph; anything may have happened before it.
    for (const clang::CFGBlock* block : graph)
      if (llvm::isa_and_nonnull<clang::CXXCatchStmt>(block->getLabel())) {
        StateKnowledge& entry = entries[block->getBlockID()];
        entry = start();
        entry.fresh = false;
        entry.clobbered = entry.written = true;
        work.push_back(block);
      }
    while (!work.empty()) {
      const clang::CFGBlock* block = work.front();
      work.pop_front();
      if (++visits[block->getBlockID()] > max_visits) continue;
      StateKnowledge knowledge = entries[block->getBlockID()];
      transfer(*block, knowledge);
      leave(*block, knowledge, [&](const clang::CFGBlock& next, const StateKnowledge& arriving) {
        if (entries[next.getBlockID()].join(arriving)) work.push_back(&next);
      });
    }
    emitting = true;
    for (const clang::CFGBlock* block : graph) {
      StateKnowledge knowledge = entries[block->getBlockID()];
      if (!knowledge.reached) continue;
      transfer(*block, knowledge);
      finish(*block, knowledge);
    }
    return compares;
  }

 private:
  StateKnowledge start() const {
    StateKnowledge knowledge;
    knowledge.reached = true;
    knowledge.current = states.all();
    knowledge.pairs = Pairs::product(states.all(), scope.new_parameter ? states.all() : 1);
    return knowledge;
  }

  // --- conditions ---

  // Clang splits `a && b` into two blocks; behind a cast, as in assert(a && "why"), one block decides about the whole.
  static const clang::Expr* last_condition(const clang::Expr* condition) {
    while (const clang::BinaryOperator* operation =
               condition ? llvm::dyn_cast<clang::BinaryOperator>(condition->IgnoreParens()) : nullptr) {
      if (!operation->isLogicalOp()) break;
      condition = operation->getRHS();
    }
    return condition;
  }

  void assume(const clang::Expr* condition, bool truth, StateKnowledge& knowledge, unsigned depth = 0) {
    condition = bare(condition);
    if (!condition || !knowledge.reached || depth > 16) return;
    if (const clang::UnaryOperator* operation = llvm::dyn_cast<clang::UnaryOperator>(condition);
        operation && operation->getOpcode() == clang::UO_LNot)
      return assume(operation->getSubExpr(), !truth, knowledge, depth + 1);
    if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(condition);
        operation && operation->isLogicalOp()) {
      if ((operation->getOpcode() == clang::BO_LAnd) == truth) {
        assume(operation->getLHS(), truth, knowledge, depth + 1);
        return assume(operation->getRHS(), truth, knowledge, depth + 1);
      }
      StateKnowledge other = knowledge;
      assume(operation->getLHS(), truth, knowledge, depth + 1);
      assume(operation->getLHS(), !truth, other, depth + 1);
      assume(operation->getRHS(), truth, other, depth + 1);
      knowledge.join(other);
      if (!knowledge.reached) knowledge = other;
      return;
    }
    if (const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(condition)) {
      const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
      if (variable && variable->isLocalVarDecl() && variable->getType()->isBooleanType()) {
        if (const std::pair<Pairs, Pairs>* flag = knowledge.flag(variable);
            flag && (!scope.is_fixed(variable) || !knowledge.fresh)) {
          knowledge.pairs &= truth ? flag->first : flag->second;
          if (knowledge.fresh) knowledge.current &= knowledge.pairs.old_states();
          if (knowledge.pairs.empty()) knowledge.reached = false;
          if (scope.is_fixed(variable))
            add_consults(variable->getInit(), truth ? Consult::Answer::yes : Consult::Answer::no, knowledge);
        } else if (variable->hasInit() && scope.is_fixed(variable)) {
          assume(variable->getInit(), truth, knowledge, depth + 1);
        }
        return;
      }
    }
    if (const std::optional<StateWrite> write = state_write_of(condition);
        write && write->expected && !scope.cell.empty() && scope.path_of(write->target) == scope.cell) {
      // What the cell held or holds now depends on whether the exchange took place.
      const StateValue expected = expected_of(*write);
      const std::optional<MethodCall> call = method_call_of(condition);
      bool known = expected.constants && !expected.parameters && !expected.unknown && !expected.copy;
      if (!truth && (!call || call->name.contains("weak"))) known = false; // may fail for no reason
      if (known && knowledge.fresh)
        for (unsigned i = 0; i < max_states; ++i)
          if (((expected.constants >> i & 1) != 0) != truth) knowledge.pairs.rows[i] = 0;
      if (truth) {
        knowledge.current = written_states(scope.value_of(write->value), knowledge);
        knowledge.fresh = false;
      } else if (known) {
        knowledge.current &= ~expected.constants;
      }
      if (knowledge.pairs.empty() || knowledge.current == 0) knowledge.reached = false;
      return;
    }
    if (scope.concerns_state(condition)) {
      restrict(knowledge, [&](const Valuation& valuation) -> std::optional<bool> {
        const std::optional<std::int64_t> value = scope.evaluate(condition, valuation);
        return value ? std::optional((*value != 0) == truth) : std::nullopt;
      });
    } else if (const std::optional<std::int64_t> constant = scope.evaluate(condition, {});
               constant && (*constant != 0) != truth) {
      knowledge.reached = false;
    }
    add_consults(condition, truth ? Consult::Answer::yes : Consult::Answer::no, knowledge);
  }

  // Takes away what `holds` denies.
  template <class Holds> void restrict(StateKnowledge& knowledge, const Holds& holds) {
    const Pairs before = knowledge.pairs;
    const unsigned count = static_cast<unsigned>(states.states.size());
    const unsigned columns = scope.new_parameter ? count : 1;
    bool denied = false;
    const auto filter = [&](const Pairs& from) {
      Pairs kept;
      for (unsigned old_state = 0; old_state < count; ++old_state)
        for (unsigned new_state = 0; new_state < columns; ++new_state) {
          if (!from.has(old_state, new_state)) continue;
          Valuation valuation;
          valuation.old_state = static_cast<int>(old_state);
          if (knowledge.fresh) valuation.current = valuation.old_state;
          if (scope.new_parameter) valuation.new_state = static_cast<int>(new_state);
          const std::optional<bool> allowed = holds(valuation);
          if (!allowed || *allowed)
            kept.rows[old_state] |= StateMask(1) << new_state;
          else
            denied = true;
        }
      return kept;
    };
    knowledge.pairs = filter(before);
    if (denied && !knowledge.pairs.is_product() && before.is_product()) compares = true;
    StateMask allowed = 0;
    for (unsigned state = 0; state < count; ++state) {
      Valuation valuation;
      valuation.current = static_cast<int>(state);
      if (knowledge.fresh) valuation.old_state = valuation.current;
      const std::optional<bool> kept = holds(valuation);
      if (!kept || *kept) allowed |= StateMask(1) << state;
    }
    StateMask current = knowledge.current & allowed;
    if (knowledge.fresh) current &= knowledge.pairs.old_states();
    if (current == 0 && knowledge.clobbered && allowed) {
      // A call in between has changed the cell.
      current = allowed;
      if (knowledge.pairs.empty()) knowledge.pairs = before;
      knowledge.fresh = false;
    }
    knowledge.current = current;
    if (current == 0 || knowledge.pairs.empty()) knowledge.reached = false;
  }

  void add_consults(const clang::Expr* expression, Consult::Answer answer, StateKnowledge& knowledge) {
    std::pair<llvm::DenseMap<const clang::Expr*, std::vector<Consult>>::iterator, bool> known =
        consults.try_emplace(expression);
    if (known.second) known.first->second = scope.consults_of(expression);
    const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression);
    const bool direct = call && !llvm::isa<clang::CXXOperatorCallExpr>(call);
    for (Consult consult : known.first->second) {
      consult.answer = answer;
      consult.direct = direct;
      if (std::find(knowledge.consults.begin(), knowledge.consults.end(), consult) == knowledge.consults.end())
        knowledge.consults.push_back(std::move(consult));
    }
  }

  // --- blocks ---

  template <class Arrive>
  void leave(const clang::CFGBlock& block, const StateKnowledge& knowledge, const Arrive& arrive) {
    if (!knowledge.reached) return;
    const clang::Stmt* terminator = block.getTerminatorStmt();
    if (const clang::SwitchStmt* statement = llvm::dyn_cast_or_null<clang::SwitchStmt>(terminator))
      return leave_switch(block, *statement, knowledge, arrive);
    const clang::Expr* condition = nullptr;
    if (block.succ_size() == 2 && terminator && !llvm::isa<clang::CXXTryStmt>(terminator))
      condition = last_condition(llvm::dyn_cast_or_null<clang::Expr>(block.getTerminatorCondition()));
    bool first = true;
    for (const clang::CFGBlock::AdjacentBlock& next : block.succs()) {
      StateKnowledge arriving = knowledge;
      if (condition) assume(condition, first, arriving);
      first = false;
      if (arriving.reached && next.getReachableBlock()) arrive(*next.getReachableBlock(), arriving);
    }
  }

  template <class Arrive>
  void leave_switch(const clang::CFGBlock& block, const clang::SwitchStmt& statement, const StateKnowledge& knowledge,
                    const Arrive& arrive) {
    std::vector<std::int64_t> listed;
    const auto value_of_label = [&](const clang::CaseStmt* label) { return scope.evaluate(label->getLHS(), {}); };
    for (const clang::SwitchCase* label = statement.getSwitchCaseList(); label; label = label->getNextSwitchCase())
      if (const clang::CaseStmt* one = llvm::dyn_cast<clang::CaseStmt>(label))
        if (const std::optional<std::int64_t> value = value_of_label(one)) listed.push_back(*value);
    for (const clang::CFGBlock::AdjacentBlock& next : block.succs()) {
      const clang::CFGBlock* target = next.getReachableBlock();
      if (!target) continue;
      StateKnowledge arriving = knowledge;
      const clang::CaseStmt* label = llvm::dyn_cast_or_null<clang::CaseStmt>(target->getLabel());
      bool of_this = false;
      for (const clang::SwitchCase* mine = statement.getSwitchCaseList(); mine; mine = mine->getNextSwitchCase())
        of_this |= mine == label;
      const std::optional<std::int64_t> wanted = label && of_this ? value_of_label(label) : std::nullopt;
      if (scope.concerns_state(statement.getCond()))
        restrict(arriving, [&](const Valuation& valuation) -> std::optional<bool> {
          const std::optional<std::int64_t> value = scope.evaluate(statement.getCond(), valuation);
          if (!value) return std::nullopt;
          if (label && of_this) return wanted ? std::optional(*value == *wanted) : std::nullopt;
          return std::find(listed.begin(), listed.end(), *value) == listed.end();
        });
      if (arriving.reached) arrive(*target, arriving);
    }
  }

  void transfer(const clang::CFGBlock& block, StateKnowledge& knowledge) {
    for (const clang::CFGElement& element : block) {
      if (!knowledge.reached) return;
      if (const std::optional<clang::CFGStmt> statement = element.getAs<clang::CFGStmt>())
        visit(statement->getStmt(), knowledge);
    }
  }

  // The end of a function, and of what does not return.
  void finish(const clang::CFGBlock& block, const StateKnowledge& knowledge) {
    if (!knowledge.reached) return;
    if (block.hasNoReturnElement()) {
      for (std::size_t i = block.size(); i-- > 0;)
        if (const std::optional<clang::CFGStmt> statement = block[i].getAs<clang::CFGStmt>()) {
          if (llvm::isa<clang::CXXThrowExpr>(statement->getStmt())) return;
          emit_exit(knowledge, Outcome::raise, statement->getStmt(), {});
          return;
        }
      return;
    }
    for (const clang::CFGElement& element : block)
      if (const std::optional<clang::CFGStmt> statement = element.getAs<clang::CFGStmt>())
        if (llvm::isa<clang::ReturnStmt, clang::CXXThrowExpr>(statement->getStmt())) return;
    const bool ends =
        std::any_of(block.succ_begin(), block.succ_end(), [&](const clang::CFGBlock::AdjacentBlock& next) {
          return next.getReachableBlock() == &request.graph->getExit();
        });
    if (!ends) return;
    leave(block, knowledge, [&](const clang::CFGBlock& next, const StateKnowledge& arriving) {
      if (&next == &request.graph->getExit()) emit_exit(arriving, Outcome::quiet, nullptr, {});
    });
  }

  void visit(const clang::Stmt* statement, StateKnowledge& knowledge) {
    if (const std::optional<StateWrite> write = state_write_of(statement)) {
      if (!scope.cell.empty() && scope.path_of(write->target) == scope.cell && scope.holder_of(write->target))
        return change(*write, statement, knowledge);
    }
    if (const clang::BinaryOperator* operation = llvm::dyn_cast<clang::BinaryOperator>(statement)) {
      if (operation->isAssignmentOp()) flag(operation->getLHS(), operation->getRHS(), knowledge);
      return effect(statement, knowledge);
    }
    if (const clang::DeclStmt* declarations = llvm::dyn_cast<clang::DeclStmt>(statement)) {
      for (const clang::Decl* declaration : declarations->decls())
        if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(declaration);
            variable && variable->hasInit() && variable->getType()->isBooleanType())
          set_flag(variable, variable->getInit(), knowledge);
      return;
    }
    if (const clang::ReturnStmt* end = llvm::dyn_cast<clang::ReturnStmt>(statement)) {
      if (emitting) leave_by(*end, end->getRetValue(), knowledge);
      return;
    }
    if (llvm::isa<clang::CXXThrowExpr>(statement)) {
      if (emitting) emit_exit(knowledge, Outcome::raise, statement, {});
      knowledge.reached = false;
      return;
    }
    if (const clang::CXXDeleteExpr* deletion = llvm::dyn_cast<clang::CXXDeleteExpr>(statement)) {
      if (is_holder(deletion->getArgument())) emit_end(statement, knowledge);
      return;
    }
    if (llvm::isa<clang::CallExpr, clang::CXXConstructExpr>(statement)) return call(statement, knowledge);
    effect(statement, knowledge);
  }

  void change(const StateWrite& write, const clang::Stmt* statement, StateKnowledge& knowledge) {
    StateEvent event = event_at(StateEventKind::write, statement, knowledge);
    event.text = context.text_of(statement->getSourceRange(), 120);
    event.value = scope.value_of(write.value);
    event.creates = scope.is_made_here(write.target);
    event.of_many = scope.is_one_of_many(write.target);
    if (write.expected) {
      // It only happens where the cell holds what is expected: a constant, or the old state.
      const StateValue expected = expected_of(write);
      if (expected.constants && !expected.parameters && !expected.unknown && !expected.copy) {
        event.old_states &= expected.constants;
        for (unsigned i = 0; i < max_states; ++i)
          if (!(expected.constants >> i & 1)) event.pairs.rows[i] = 0;
      }
      // What the function was given as expected is a comparison with the old state.
      if (expected.parameters && expected.parameters != event.value.parameters)
        event.consults.push_back({Consult::Answer::yes,
                                  EntityId::none,
                                  true,
                                  true,
                                  true,
                                  {{StateOperand::Kind::old_state, 0}, {StateOperand::Kind::new_state, 0}}});
    } else {
      const StateMask now = written_states(event.value, knowledge);
      knowledge.current = now;
      knowledge.fresh = false;
    }
    knowledge.written = true;
    if (emitting) emit(std::move(event));
  }

  // `expected = State::waiting;` before the exchange says more than all that the variable is ever given.
  StateValue expected_of(const StateWrite& write) const {
    const clang::VarDecl* variable = variable_of(write.expected);
    if (!variable || !variable->isLocalVarDecl()) return scope.value_of(write.expected);
    const clang::Expr* last = variable->hasInit() ? variable->getInit() : nullptr;
    if (const auto assigned = scan.assigned.find(variable); assigned != scan.assigned.end())
      for (const clang::Expr* value : assigned->second)
        if (context.sources.isBeforeInTranslationUnit(value->getBeginLoc(), write.expected->getBeginLoc()))
          last = value;
    return scope.value_of(last ? last : write.expected);
  }

  StateMask written_states(const StateValue& value, const StateKnowledge& knowledge) const {
    if (value.unknown || value.copy || !value.calls.empty()) return states.all();
    StateMask mask = value.constants;
    if (value.parameters)
      mask |= scope.new_parameter && value.parameters == 1u << scope.new_parameter->getFunctionScopeIndex()
                  ? knowledge.pairs.new_states()
                  : states.all();
    return mask;
  }

  // --- booleans that remember a comparison ---

  void flag(const clang::Expr* target, const clang::Expr* value, StateKnowledge& knowledge) {
    const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(bare(target));
    const clang::VarDecl* variable = reference ? llvm::dyn_cast<clang::VarDecl>(reference->getDecl()) : nullptr;
    if (variable && variable->isLocalVarDecl() && variable->getType()->isBooleanType())
      set_flag(variable, value, knowledge);
  }
  void set_flag(const clang::VarDecl* variable, const clang::Expr* value, StateKnowledge& knowledge) {
    StateKnowledge yes = knowledge, no = knowledge;
    assume(value, true, yes);
    assume(value, false, no);
    // Cleared where it is another constant.
    if (const std::optional<std::int64_t> constant = scope.evaluate(value, {})) (*constant ? no : yes).reached = false;
    std::pair<Pairs, Pairs> flag{yes.reached ? yes.pairs : Pairs{}, no.reached ? no.pairs : Pairs{}};
    const bool tells = flag.first != knowledge.pairs || flag.second != knowledge.pairs;
    if (std::pair<Pairs, Pairs>* known = knowledge.flag(variable))
      *known = flag;
    else if (tells && knowledge.flags.size() < 8)
      knowledge.flags.push_back({variable, flag});
  }

  // --- events ---

  void call(const clang::Stmt* statement, StateKnowledge& knowledge) {
    const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(statement);
    const clang::CXXConstructExpr* construct = llvm::dyn_cast<clang::CXXConstructExpr>(statement);
    const clang::FunctionDecl* callee = call ? call->getDirectCallee() : construct->getConstructor();
    const unsigned skip =
        llvm::isa<clang::CXXOperatorCallExpr>(statement) && llvm::isa_and_nonnull<clang::CXXMethodDecl>(callee) ? 1 : 0;
    const unsigned count = call ? call->getNumArgs() : construct->getNumArgs();
    const std::optional<MethodCall> member = method_call_of(call);
    if (callee && emitting && context.is_ours(callee->getLocation())) {
      const std::string object = member ? scope.path_of(member->object) : "";
      for (unsigned i = skip; i < count; ++i) {
        const clang::Expr* argument = call ? call->getArg(i) : construct->getArg(i);
        if (enum_of(argument) != states.declaration) continue;
        const bool mine = !scope.cell_base.empty() && (object == scope.cell_base || holds_base(call, scope.cell_base));
        bool of_other = false;
        for (const std::string& base : request.other_bases)
          of_other |= !mine && (object == base || holds_base(call, base));
        if (!mine && (of_other || !request.calls_of_others)) continue;
        StateEvent event = event_at(StateEventKind::call, statement, knowledge);
        if (!mine) event.old_states = states.all();
        event.target = context.entity(callee);
        event.argument = static_cast<int>(i - skip);
        event.text = context.text_of(statement->getSourceRange(), 120);
        event.value = scope.value_of(argument);
        event.creates = construct != nullptr || (member && scope.is_made_here(member->object));
        emit(std::move(event));
      }
    }
    if (call && callee && emitting && destroys(*callee))
      for (const clang::Expr* argument : call->arguments())
        if (is_holder(argument)) {
          emit_end(statement, knowledge);
          break;
        }
    effect(statement, knowledge);
    if (call && callee && scan.discarded.contains(statement)) add_consults(call, Consult::Answer::returned, knowledge);
    const clang::CXXMethodDecl* method = llvm::dyn_cast_or_null<clang::CXXMethodDecl>(callee);
    const bool harmless = construct || (method && (method->isConst() || is_atomic_method(*method))) ||
                          (callee && !context.is_ours(callee->getLocation()) && !waits(*callee)) ||
                          llvm::isa<clang::CXXOperatorCallExpr>(statement);
    if (!harmless) knowledge.clobbered = true;
    if (callee && waits(*callee)) {
      knowledge.clobbered = true;
      knowledge.current = states.all();
      knowledge.fresh = false;
    }
  }
  // The object that has the cell, or one around it.
  bool is_holder(const clang::Expr* expression) const {
    const std::string path = scope.path_of(expression);
    return !path.empty() && llvm::StringRef(scope.cell).starts_with(path) && scope.cell.size() > path.size() &&
           (scope.cell[path.size()] == '.' || scope.cell[path.size()] == '[');
  }
  // The object is gone.
  void emit_end(const clang::Stmt* statement, const StateKnowledge& knowledge) {
    if (emitting) emit(event_at(StateEventKind::end, statement, knowledge));
  }
  bool holds_base(const clang::CallExpr* call, const std::string& base) const {
    if (!call) return false;
    for (const clang::Expr* argument : call->arguments())
      if (scope.path_of(argument) == base) return true;
    return false;
  }
  void effect(const clang::Stmt* statement, const StateKnowledge& knowledge) {
    if (!emitting) return;
    std::optional<StateEffect> effect = effect_of(context, scope, scan, statement);
    if (!effect) return;
    StateEvent event = event_at(StateEventKind::effect, statement, knowledge);
    event.text = std::move(effect->text);
    event.target = effect->callee;
    emit(std::move(event));
  }

  // A boolean result is followed like a condition: each answer is an exit of its own.
  bool returns_truth() {
    if (!truthful) truthful = answers_with_truth(scan);
    return *truthful;
  }
  void leave_by(const clang::ReturnStmt& end, const clang::Expr* value, const StateKnowledge& knowledge) {
    if (value) {
      const clang::Expr* inner = bare(value);
      if (const clang::ConditionalOperator* choice = llvm::dyn_cast<clang::ConditionalOperator>(inner)) {
        StateKnowledge yes = knowledge, no = knowledge;
        assume(choice->getCond(), true, yes);
        assume(choice->getCond(), false, no);
        if (yes.reached) leave_by(end, choice->getTrueExpr(), yes);
        if (no.reached) leave_by(end, choice->getFalseExpr(), no);
        return;
      }
      // `return from == to || allowed(from, to)`: what holds for the same state alone is an end of its own.
      if (const clang::BinaryOperator* either = llvm::dyn_cast<clang::BinaryOperator>(inner);
          either && either->getOpcode() == clang::BO_LOr)
        for (const bool left : {true, false}) {
          StateKnowledge same = knowledge, other = knowledge;
          assume(left ? either->getLHS() : either->getRHS(), true, same);
          assume(left ? either->getLHS() : either->getRHS(), false, other);
          if (!same.reached || !other.reached || !is_diagonal(same.pairs)) continue;
          emit_exit(same, Outcome::yes, &end, {});
          return leave_by(end, left ? either->getRHS() : either->getLHS(), other);
        }
      if (inner->getType()->isBooleanType() || is_comparison(inner) || (returns_truth() && is_answer(inner))) {
        for (const bool truth : {true, false}) {
          StateKnowledge after = knowledge;
          assume(value, truth, after);
          const std::optional<std::int64_t> constant = scope.evaluate(value, {});
          if (constant && (*constant != 0) != truth) after.reached = false;
          if (after.reached) emit_exit(after, truth ? Outcome::yes : Outcome::no, &end, {});
        }
        return;
      }
      if (enum_of(value) == states.declaration || (enum_behind(scan.function->getReturnType()) == states.declaration)) {
        emit_exit(knowledge, Outcome::value, &end, scope.value_of(value));
        return;
      }
    }
    emit_exit(knowledge, outcome_of(context, scan, value), &end, {});
  }
  // Each state with itself, and more than one.
  bool is_diagonal(Pairs pairs) const {
    const StateMask same = pairs.same();
    for (unsigned i = 0; i < max_states; ++i) pairs.rows[i] &= ~(StateMask(1) << i);
    return pairs.empty() && std::popcount(same) > 1;
  }
  StateEvent event_at(StateEventKind kind, const clang::Stmt* statement, const StateKnowledge& knowledge) {
    StateEvent event;
    event.flow = request.flow;
    event.kind = kind;
    if (statement)
      event.location = context.expansion_of(statement->getSourceRange());
    else if (const clang::Stmt* body = scan.function->getBody())
      event.location = context.expansion_of(clang::SourceRange(body->getEndLoc()));
    event.pairs = knowledge.pairs;
    event.old_states = knowledge.current;
    event.consults = knowledge.consults;
    event.after_write = knowledge.written;
    if (const llvm::DenseMap<const clang::Stmt*, llvm::SmallVector<const clang::CaseStmt*, 2>>::const_iterator labels =
            scan.labels.find(statement);
        labels != scan.labels.end())
      for (const clang::CaseStmt* label : labels->second)
        if (const std::optional<std::int64_t> value = scope.evaluate(label->getLHS(), {}))
          if (const std::optional<unsigned> index = states.index_of(*value))
            event.labels.emplace_back(*index, context.expansion_of(label->getLHS()->getSourceRange()));
    return event;
  }
  void emit_exit(const StateKnowledge& knowledge, Outcome outcome, const clang::Stmt* statement,
                 const StateValue& value) {
    if (!emitting) return;
    StateEvent event = event_at(StateEventKind::exit, statement, knowledge);
    event.outcome = outcome;
    event.value = value;
    if (statement)
      event.text = context.text_of(context.sources.getExpansionRange(statement->getSourceRange()).getAsRange());
    emit(std::move(event));
  }
  void emit(StateEvent event) {
    if (event.location.line) write(context.table, event);
  }

  CollectContext& context;
  const StateFlowRequest& request;
  const StateScope& scope;
  const FunctionScan& scan;
  const StateEnum& states;
  std::vector<StateKnowledge> entries; // by block
  std::vector<unsigned> visits;
  llvm::DenseMap<const clang::Expr*, std::vector<Consult>> consults;
  std::optional<bool> truthful;
  bool emitting = false, compares = false;
};

} // namespace

bool follow_state(CollectContext& context, const StateFlowRequest& request) { return Follower(context, request).run(); }

} // namespace plumbline
