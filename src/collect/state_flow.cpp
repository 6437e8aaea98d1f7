// A forward data-flow analysis over sets of pairs: which (old state, new state) are possible at a place. Branches take
// pairs away by evaluating their condition for each pair, so that comparisons in any style (`==`, `switch`, `<`, a bit
// in a mask, an element of a constant table) say what they say. What cannot be evaluated becomes a consult.
//
// Cost: conditions are evaluated for at most 64 × 64 pairs, once per visit of a block; sets only grow, so a block is
// visited again only for new pairs, and at most `max_visits` times.
#include "collect/state_flow.h"

#include "collect/state_conditions.h"
#include "collect/state_gates.h"

#include <deque>

namespace plumbline {

static constexpr unsigned max_visits = 40;

namespace {

class Follower {
 public:
  Follower(CollectContext& context, const StateFlowRequest& request)
      : context(context), request(request), scope(*request.scope), scan(*request.scan), states(*request.states),
        conditions(context, scope, scan, states) {}

  void run(StateFlowFact& flow) {
    const clang::CFG& graph = *request.graph;
    entries.resize(graph.getNumBlockIDs());
    visits.resize(graph.getNumBlockIDs());
    entries[graph.getEntry().getBlockID()].push_back(conditions.start());
    std::deque<const clang::CFGBlock*> work{&graph.getEntry()};
    // Nothing leads to a handler in this graph; anything may have happened before it.
    for (const clang::CFGBlock* block : graph)
      if (llvm::isa_and_nonnull<clang::CXXCatchStmt>(block->getLabel())) {
        StateKnowledge entry = conditions.start();
        entry.fresh = false;
        entry.clobbered = entry.written = true;
        entries[block->getBlockID()].assign(1, entry);
        work.push_back(block);
      }
    while (!work.empty()) {
      const clang::CFGBlock* block = work.front();
      work.pop_front();
      if (++visits[block->getBlockID()] > max_visits) continue;
      for (StateKnowledge& knowledge : std::vector<StateKnowledge>(entries[block->getBlockID()])) {
        transfer(*block, knowledge);
        leave(*block, knowledge, [&](const clang::CFGBlock& next, const StateKnowledge& arriving) {
          if (arrive_at(next, arriving)) work.push_back(&next);
        });
      }
    }
    emitting = true;
    for (const clang::CFGBlock* block : graph) {
      at = block;
      for (StateKnowledge& knowledge : entries[block->getBlockID()]) {
        if (!knowledge.reached) continue;
        transfer(*block, knowledge);
        finish(*block, knowledge);
      }
      for (const StateEvent& event : events) write(context.table, event);
      events.clear();
    }
    flow.compares = conditions.compares;
    flow.compares_same = conditions.compares_same;
  }

 private:
  // --- blocks ---

  // Ways on which the function is going to return something else are kept apart: `rc = -EINVAL; goto out;`.
  bool arrive_at(const clang::CFGBlock& block, const StateKnowledge& arriving) {
    for (StateKnowledge& known : entries[block.getBlockID()])
      if (known.result == arriving.result) return known.join(arriving);
    entries[block.getBlockID()].push_back(arriving);
    return arriving.reached;
  }

  template <class Arrive>
  void leave(const clang::CFGBlock& block, const StateKnowledge& knowledge, const Arrive& arrive) {
    if (!knowledge.reached) return;
    const clang::Stmt* terminator = block.getTerminatorStmt();
    if (const clang::SwitchStmt* statement = llvm::dyn_cast_or_null<clang::SwitchStmt>(terminator))
      return leave_switch(block, *statement, knowledge, arrive);
    const clang::Expr* condition = condition_of(block);
    bool first = true;
    for (const clang::CFGBlock::AdjacentBlock& next : block.succs()) {
      StateKnowledge arriving = knowledge;
      if (condition) conditions.assume(condition, first, arriving);
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
        conditions.restrict(arriving, [&](const Valuation& valuation) -> std::optional<bool> {
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
      if (operation->getOpcode() == clang::BO_Assign) {
        remember(operation->getLHS(), operation->getRHS(), knowledge);
        look_again(operation->getRHS(), knowledge);
      }
      if (operation->isCompoundAssignmentOp()) remember(operation->getLHS(), operation, knowledge);
      return effect(statement, knowledge);
    }
    if (const clang::UnaryOperator* operation = llvm::dyn_cast<clang::UnaryOperator>(statement);
        operation && conditions.is_result(variable_of(operation->getSubExpr())) &&
        (operation->isIncrementDecrementOp() || operation->getOpcode() == clang::UO_AddrOf))
      knowledge.result.reset();
    if (const clang::DeclStmt* declarations = llvm::dyn_cast<clang::DeclStmt>(statement)) {
      for (const clang::Decl* declaration : declarations->decls())
        if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(declaration);
            variable && variable->hasInit()) {
          conditions.remember(variable, variable->getInit(), knowledge);
          look_again(variable->getInit(), knowledge);
        }
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

  // `for (;;) { s = machine->state; switch (s) …`: what is kept here is the state that the next transition starts from.
  void look_again(const clang::Expr* value, StateKnowledge& knowledge) const {
    if (knowledge.fresh || scope.new_parameter || scope.role_of(value) != StateRole::current) return;
    knowledge.pairs = Pairs::product(knowledge.current, 1);
    knowledge.fresh = true;
  }

  void change(const StateWrite& write, const clang::Stmt* statement, StateKnowledge& knowledge) {
    StateEvent event = event_at(StateEventKind::write, statement, knowledge);
    event.text = context.text_of(statement->getSourceRange(), 120);
    event.value = scope.value_of(write.value);
    event.creates = scope.is_made_here(write.target);
    event.of_many = scope.is_one_of_many(write.target);
    if (emitting && scope.new_parameter && at) {
      event.compared = gates_here().is_compared(*at);
      event.once = gates_here().happens_once(*at);
      // A loop that tries to exchange goes on only where nothing was written.
      event.again = !write.expected && gates_here().comes_back(*at);
    }
    if (write.expected) {
      // It only happens where the cell holds what is expected: a constant, or the old state.
      const StateValue expected = conditions.expected_of(write);
      if (expected.constants && !expected.parameters && !expected.unknown && !expected.copy) {
        event.old_states &= expected.constants;
        for (unsigned i = 0; i < max_states; ++i)
          if (!(expected.constants >> i & 1)) event.pairs.rows[i] = 0;
      }
      // What the function was given as expected is a comparison with the old state.
      if (expected.parameters && expected.parameters != event.value.parameters) {
        Consult consult;
        consult.answer = Consult::Answer::yes;
        consult.is_table = consult.same_object = true;
        consult.arguments = {{StateOperand::Kind::old_state, 0}, {StateOperand::Kind::new_state, 0}};
        event.consults.push_back(std::move(consult));
      }
    } else {
      const StateMask now = conditions.written_states(event.value, knowledge);
      knowledge.current = now;
      knowledge.fresh = false;
    }
    knowledge.written = true;
    knowledge.in_state = false;
    if (emitting) emit(std::move(event));
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
        event.kept = mine && !scope.cell.empty() && scope.path_of(argument) == scope.cell;
        event.creates = construct != nullptr || (member ? scope.is_made_here(member->object) : gives_own_object(*call));
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
    if (call && callee && scan.discarded.contains(statement))
      conditions.add_consults(call, Consult::Answer::returned, knowledge);
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
  // door_set(&door, DOOR_OPEN) for a door of this function's own.
  bool gives_own_object(const clang::CallExpr& call) const {
    for (const clang::Expr* argument : call.arguments()) {
      const clang::QualType type = argument->getType();
      const bool object = type->isRecordType() || (type->isPointerType() && type->getPointeeType()->isRecordType());
      if (object && scope.is_made_here(argument)) return true;
    }
    return false;
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
    event.compared = knowledge.compared;
    event.in_state = knowledge.in_state;
    event.apart = at && !knowledge.written && !leads_to_write(*at);
    event.once = scope.new_parameter && at && gates_here().happens_once(*at);
    event.kept = stacks_state(statement);
    emit(std::move(event));
  }
  // old_states.push(state)
  bool stacks_state(const clang::Stmt* statement) const {
    const std::optional<MethodCall> call = method_call_of(llvm::dyn_cast<clang::Expr>(statement));
    if (!call || call->name != "push" || scope.cell.empty()) return false;
    return std::any_of(call->call->arg_begin(), call->call->arg_end(),
                       [&](const clang::Expr* argument) { return scope.path_of(argument) == scope.cell; });
  }

  bool writes_cell(const clang::Stmt* statement) const {
    const std::optional<StateWrite> write = state_write_of(statement);
    return write && !scope.cell.empty() && scope.path_of(write->target) == scope.cell;
  }
  // What happens on ways that end before the cell is written belongs to no transition. Where a setter writes it, nobody
  // knows here.
  bool leads_to_write(const clang::CFGBlock& from) {
    if (!leading) {
      leading.emplace();
      std::vector<const clang::CFGBlock*> work;
      for (const clang::CFGBlock* block : *request.graph)
        if (std::any_of(block->begin(), block->end(), [&](const clang::CFGElement& element) {
              const std::optional<clang::CFGStmt> part = element.getAs<clang::CFGStmt>();
              return part && writes_cell(part->getStmt());
            }))
          work.push_back(block);
      open_end = work.empty();
      while (!work.empty()) {
        const clang::CFGBlock* block = work.back();
        work.pop_back();
        if (!leading->insert(block).second) continue;
        for (const clang::CFGBlock::AdjacentBlock& before : block->preds())
          if (before.getReachableBlock()) work.push_back(before.getReachableBlock());
      }
    }
    return open_end || leading->contains(&from);
  }

  StateGates& gates_here() {
    if (!gates) gates.emplace(*request.graph, scope, conditions);
    return *gates;
  }

  // A boolean result is followed like a condition: each answer is an exit of its own.
  bool returns_truth() {
    if (!truthful) truthful = answers_with_truth(scan);
    return *truthful;
  }
  void leave_by(const clang::ReturnStmt& end, const clang::Expr* value, const StateKnowledge& knowledge) {
    if (value && knowledge.result && conditions.is_result(variable_of(value)))
      return emit_exit(knowledge, *knowledge.result, &end, {});
    if (value) {
      const clang::Expr* inner = bare(value);
      if (const clang::ConditionalOperator* choice = llvm::dyn_cast<clang::ConditionalOperator>(inner)) {
        StateKnowledge yes = knowledge, no = knowledge;
        conditions.assume(choice->getCond(), true, yes);
        conditions.assume(choice->getCond(), false, no);
        if (yes.reached) leave_by(end, choice->getTrueExpr(), yes);
        if (no.reached) leave_by(end, choice->getFalseExpr(), no);
        return;
      }
      // `return from == to || allowed(from, to)`: what holds for the same state alone is an end of its own.
      if (const clang::BinaryOperator* either = llvm::dyn_cast<clang::BinaryOperator>(inner);
          either && either->getOpcode() == clang::BO_LOr)
        for (const bool left : {true, false}) {
          StateKnowledge same = knowledge, other = knowledge;
          conditions.assume(left ? either->getLHS() : either->getRHS(), true, same);
          conditions.assume(left ? either->getLHS() : either->getRHS(), false, other);
          if (!same.reached || !other.reached || !same.pairs.is_diagonal()) continue;
          emit_exit(same, Outcome::yes, &end, {});
          return leave_by(end, left ? either->getRHS() : either->getLHS(), other);
        }
      if (inner->getType()->isBooleanType() || is_comparison(inner) || (returns_truth() && is_answer(inner))) {
        for (const bool truth : {true, false}) {
          StateKnowledge after = knowledge;
          conditions.assume(value, truth, after);
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
  // What happens on several ways that were kept apart is still one event.
  void emit(StateEvent event) {
    if (!event.location.line) return;
    for (StateEvent& known : events) {
      if (known.kind != event.kind || known.location != event.location || known.target != event.target ||
          known.argument != event.argument || known.outcome != event.outcome || known.kind == StateEventKind::exit)
        continue;
      meet(known.consults, scope.new_parameter && known.pairs.is_diagonal(), event.consults,
           scope.new_parameter && event.pairs.is_diagonal());
      known.pairs |= event.pairs;
      known.old_states |= event.old_states;
      known.after_write |= event.after_write;
      known.compared &= event.compared;
      known.once &= event.once;
      known.apart &= event.apart;
      known.in_state &= event.in_state;
      known.kept &= event.kept;
      return;
    }
    events.push_back(std::move(event));
  }

  // `variable = value`
  void remember(const clang::Expr* target, const clang::Expr* value, StateKnowledge& knowledge) {
    const clang::VarDecl* variable = variable_of(target);
    if (variable && variable->isLocalVarDecl()) conditions.remember(variable, value, knowledge);
  }

  CollectContext& context;
  const StateFlowRequest& request;
  const StateScope& scope;
  const FunctionScan& scan;
  const StateEnum& states;
  StateConditions conditions;
  std::optional<StateGates> gates;
  std::vector<std::vector<StateKnowledge>>
      entries;                         // by block; one for each result that the function may be about to return
  std::vector<StateEvent> events;      // of the block that is being written
  const clang::CFGBlock* at = nullptr; // that block
  std::vector<unsigned> visits;
  std::optional<bool> truthful;
  std::optional<llvm::DenseSet<const clang::CFGBlock*>> leading; // from which a write of the cell can be reached
  bool open_end = false;                                         // nothing here writes the cell
  bool emitting = false;
};

} // namespace

void follow_state(CollectContext& context, const StateFlowRequest& request, StateFlowFact& flow) {
  Follower(context, request).run(flow);
}

} // namespace plumbline
