// What a cycle check looks like, as a sequence of events.
//
// Names prove nothing (`check_cycles` that only compares a step with itself is common), so the shapes are asked for:
//   colours, recursion stack   a mark that is set before going on and changed after, and whose test says something
//   in-degrees (Kahn)          counters that go down to zero, and a compare of how many came out with how many went in
//   Tarjan                     a low-link that takes the minimum
//   union-find                 equal roots of both ends
//   rounds                     a loop over what is left that notices a round without progress
//   reachability               asked before an edge is added
//   order of creation          only ids that exist already, or that are smaller, may be named
#include "facts/words.h"
#include "program/dependency_graph.h"

#include <algorithm>

namespace plumbline {

// Whether the function compares how many there were with how many there are, and says so.
static bool compares_counts(const GraphFunction& function) {
  return std::any_of(function.events.begin(), function.events.end(), [](const GraphEvent& event) {
    return event.kind == GraphEventKind::sizes && (event.outcome & reports) && !event.has(in_condition);
  });
}

// The events of the function and of those it calls in a ring.
static std::vector<const GraphEvent*> events_of(const DependencyGraphs& graphs, const GraphFunction& function,
                                                bool& recurses) {
  std::vector<const GraphEvent*> events;
  recurses = function.ring != 0;
  auto add = [&](const GraphFunction& one) {
    for (const GraphEvent& event : one.events) {
      events.push_back(&event);
      if (event.kind == GraphEventKind::call && event.has(recursive)) recurses = true;
    }
  };
  // A ring through half the program is no search: only the function itself is looked at then.
  constexpr std::size_t most_together = 12;
  std::span<const std::uint32_t> ring = graphs.ring(function.ring);
  if (function.ring == 0 || ring.size() > most_together)
    add(function);
  else
    for (std::uint32_t one : ring) add(graphs.functions[one]);
  return events;
}

static bool has_colours(const std::vector<const GraphEvent*>& events, bool recurses) {
  bool loops = recurses;
  for (const GraphEvent* event : events)
    if (event->kind == GraphEventKind::loop &&
        (event->text.starts_with("while") || event->text.starts_with("do") || event->has(endless)))
      loops = true;
  if (!loops) return false;
  std::map<EntityId, std::set<std::string>> values; // by marker
  std::map<EntityId, unsigned> outcomes;
  std::set<EntityId> copied, taken_back;
  for (const GraphEvent* event : events) {
    if (event->kind == GraphEventKind::mark && !event->text.empty()) {
      // A counter is no colour.
      if (event->text != "++") values[event->object].insert(event->text);
      if (event->has(by_value)) copied.insert(event->object);
      if (event->text == "-") taken_back.insert(event->object);
    }
    if (event->kind == GraphEventKind::test && !event->has(bounds_depth)) outcomes[event->object] |= event->outcome;
  }
  std::set<EntityId> told, asked; // marks whose test says something; marks that are tested and set at all
  for (const std::pair<const EntityId, unsigned>& entry : outcomes) {
    std::map<EntityId, std::set<std::string>>::iterator set = values.find(entry.first);
    if (set == values.end()) continue;
    asked.insert(entry.first);
    if (!(entry.second & reports)) continue;
    if (set->second.size() >= 2 || (copied.contains(entry.first) && recurses)) return true;
    told.insert(entry.first);
  }
  // Two sets: on the path, and done.
  return !told.empty() && asked.size() >= 2 && recurses;
}

static bool has_kahn(const std::vector<const GraphEvent*>& events, bool& count_compared) {
  std::set<EntityId> down, zero;
  unsigned last = 0;
  for (const GraphEvent* event : events) {
    if (event->kind == GraphEventKind::count_down) down.insert(event->object), last = std::max(last, event->order);
    if (event->kind == GraphEventKind::zero) zero.insert(event->object);
  }
  bool kahn = std::any_of(down.begin(), down.end(), [&](EntityId marker) { return zero.contains(marker); });
  if (!kahn) return false;
  for (const GraphEvent* event : events) {
    if (event->order < last || event->has(in_condition)) continue;
    if (event->kind == GraphEventKind::sizes && (event->outcome & (reports | leaves))) count_compared = true;
    // Any in-degree that is left over.
    if (event->kind == GraphEventKind::test && (event->outcome & reports) && down.contains(event->object) &&
        event->order > last + 2)
      count_compared = true;
  }
  return true;
}

static bool has_rounds(const DependencyGraphs& graphs, const GraphFunction& function, EntityId member) {
  return std::any_of(function.events.begin(), function.events.end(), [&](const GraphEvent& event) {
    return event.kind == GraphEventKind::loop && event.has(notices) && waits_for(graphs, function, event, member);
  });
}

// Whether the answer to a call depends on the member's elements: it tests them, itself or one call below.
static bool answers_about(const DependencyGraphs& graphs, EntityId callee, EntityId member, int depth) {
  const GraphFunction* function = graphs.function(callee);
  if (function)
    for (const GraphEvent& event : function->events) {
      bool asks = event.kind == GraphEventKind::lookup || event.kind == GraphEventKind::same ||
                  (event.kind == GraphEventKind::walk && function->ring == 0);
      if (asks && event.object == member) return true;
    }
  if (depth > 0)
    for (EntityId inner : graphs.callees(callee))
      if (answers_about(graphs, inner, member, depth - 1)) return true;
  return false;
}

bool waits_for(const DependencyGraphs& graphs, const GraphFunction& function, const GraphEvent& loop, EntityId member) {
  std::set<EntityId> asked_in_condition, grows;
  bool counts_down = false, asks = false;
  for (const GraphEvent& event : function.events) {
    if (!function.is_inside(event, loop.loop)) continue;
    if (event.kind == GraphEventKind::count_down) counts_down = true;
    if (event.kind == GraphEventKind::mark && event.has(has_element) && event.other == member)
      grows.insert(event.object);
    if (event.kind == GraphEventKind::lookup && event.object == member && event.outcome) asks = true;
    if (event.kind == GraphEventKind::test && event.has(has_element) && event.other == member && event.outcome)
      asks = true; // while (!dependency->finished) …
    // The state of the record that an element leads to: tasks.at(dependency).state != State::done.
    if (event.kind == GraphEventKind::walk && event.object == member)
      for (const GraphEvent& test : function.events)
        if ((test.kind == GraphEventKind::test || test.kind == GraphEventKind::call) && test.order > event.order &&
            test.outcome && function.is_inside(test, loop.loop) &&
            (test.kind == GraphEventKind::test || (test.has(hands_element) && test.other == member)))
          asks = true;
    if (event.kind == GraphEventKind::call && !event.has(recursive)) {
      if (event.has(hands_element) && event.other == member && event.outcome) asks = true;
      if (event.object != function.id && answers_about(graphs, event.object, member, 1) &&
          (event.outcome || event.has(hands_container)))
        asks = true;
    }
  }
  // A traversal goes on to the elements; in-degrees go down until nothing is ready.
  return asks && grows.empty() && !counts_down;
}

static std::vector<std::string> last_words(std::string_view name) {
  const std::size_t colon = name.rfind("::");
  return words_of(colon == std::string_view::npos ? name : name.substr(colon + 2));
}

static bool is_one_of(const std::string& word, std::initializer_list<std::string_view> wanted) {
  return std::find(wanted.begin(), wanted.end(), word) != wanted.end();
}

static bool is_telling_name(std::string_view name, std::initializer_list<std::string_view> wanted) {
  const std::vector<std::string> words = last_words(name);
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return is_one_of(word, wanted); });
}

// The name asks for cycles: has_cycle, is_dag, toposort. What reads or runs a DAG takes it for granted, and a cycle
// that runs is a round.
static bool asks_for_cycles(std::string_view name) {
  const std::vector<std::string> words = last_words(name);
  if (words.empty() || is_one_of(words.front(), {"allow", "permit", "ignore"})) return false;
  const bool checks = is_one_of(words.front(), {"is", "check", "assert", "validate", "verify", "ensure", "test"});
  const bool runs = is_one_of(words.front(), {"run", "main", "next", "do", "update", "start", "step", "tick", "duty",
                                              "life", "poll", "process", "execute", "begin", "end", "work"});
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return is_one_of(word, {"cyclic", "acyclic", "circular", "toposort", "topological", "topologically"}) ||
           (!runs && is_one_of(word, {"cycle", "cycles"})) || (checks && word == "dag");
  });
}

// The record's own id goes to where ids are looked for only after its dependencies were found there.
static bool takes_only_known(const GraphFunction& function, EntityId member) {
  std::map<unsigned, unsigned> around; // loop -> the loop around it
  std::set<unsigned> over_member;      // loops whose elements are the member's
  std::set<unsigned> waiting;          // there, what is known grows as work is done
  for (const GraphEvent& event : function.events) {
    if (event.kind != GraphEventKind::loop) continue;
    around[event.loop] = static_cast<unsigned>(event.other);
    if (event.has(waits_for_work) || event.has(endless)) waiting.insert(event.loop);
  }
  for (const GraphEvent& event : function.events)
    if (event.kind == GraphEventKind::walk && event.object == member && event.loop != 0 &&
        event.order == event.loop + 1)
      over_member.insert(event.loop);
  auto record_loop = [&](unsigned loop) {
    while (loop != 0 && over_member.contains(loop)) loop = around[loop];
    return loop;
  };
  for (const GraphEvent& lookup : function.events) {
    if (lookup.kind != GraphEventKind::lookup || lookup.object != member || lookup.other == EntityId::none ||
        lookup.has(of_some) || !(lookup.outcome & (reports | skips | leaves)))
      continue;
    bool waits = false;
    for (unsigned loop = lookup.loop; loop != 0; loop = around[loop]) waits = waits || waiting.contains(loop);
    if (waits) continue;
    bool earlier = false, later = false;
    for (const GraphEvent& event : function.events) {
      bool inserts = (event.kind == GraphEventKind::mark && event.object == lookup.other && event.text != "-");
      if (!inserts) continue;
      if (event.order < lookup.order) earlier = true;
      if (event.order > lookup.order) {
        // The same record's turn: the insertion's loop is the one in which the look-up's record is.
        unsigned loop = record_loop(lookup.loop);
        unsigned at = event.loop;
        while (at != loop && at != 0) at = around[at];
        if (at == loop) later = true;
      }
    }
    if (later && !earlier) return true;
  }
  return false;
}

// Whether somebody else changes what a record that is kept already names: known_.at(id).parents = parents.
static bool is_changed_later(const DependencyGraphs& graphs, const GraphFunction& taker, EntityId member) {
  for (std::uint32_t number : graphs.users(member)) {
    const GraphFunction& function = graphs.functions[number];
    if (function.id == taker.id || takes_only_known(function, member)) continue;
    for (const GraphEvent& event : function.events)
      if (event.kind == GraphEventKind::fill && event.object == member && event.has(of_own_map)) return true;
  }
  return false;
}

// Whether the function, or one that it calls in a ring, goes through the member and on.
static bool searches(const DependencyGraphs& graphs, const GraphFunction& function, EntityId member) {
  if (!graphs.touches(function, member)) return false;
  if (function.ring != 0) return true;
  for (const GraphEvent& event : function.events) {
    if (event.kind == GraphEventKind::call && event.has(recursive)) return true;
    if (event.kind == GraphEventKind::loop && (event.text.starts_with("while") || event.text.starts_with("do")))
      return true;
  }
  return false;
}

// Calls of something that searches the member, whose answer decides; in a function that fills it, or that complains.
static bool asks_reachability(const DependencyGraphs& graphs, const GraphFunction& function, EntityId member) {
  bool fills = false;
  unsigned last_fill = 0;
  for (const GraphEvent& event : function.events)
    if (event.kind == GraphEventKind::fill &&
        (event.object == member || graphs.projected_from(event.object).contains(member)))
      fills = true, last_fill = event.order;
  for (const GraphEvent& event : function.events) {
    if (event.kind != GraphEventKind::call || event.outcome == 0 || event.has(recursive)) continue;
    const GraphFunction* asked = graphs.function(event.object);
    if (!asked || asked->id == function.id || (asked->ring != 0 && asked->ring == function.ring)) continue;
    bool found = searches(graphs, *asked, member);
    for (EntityId inner : graphs.callees(asked->id))
      if (const GraphFunction* deeper = graphs.function(inner); deeper && !found)
        found = searches(graphs, *deeper, member);
    if (!found) continue;
    // reaches(a, b), would_cycle(a, b) ask about two ends; visit(a) that fails does not. What is called when all edges
    // are there is no question about one: graph.add(a, b); return graph.depth();
    if (fills && event.order < last_fill && (event.outcome & (reports | leaves | skips | wraps))) return true;
    const EntityFact* entity = graphs.program.entity(asked->id);
    if ((event.outcome & reports) && entity &&
        (asks_for_cycles(entity->name) ||
         is_telling_name(entity->name, {"reaches", "reachable", "path", "leads", "ancestor", "descendant", "creates",
                                        "introduces", "closes"})))
      return true;
  }
  // A search of its own before it fills: while (…) { if (current == from) return false; … }
  if (fills)
    for (const GraphEvent& event : function.events)
      if (event.kind == GraphEventKind::same && (event.outcome & (reports | leaves)) && event.loop != 0)
        for (const GraphEvent& loop : function.events)
          if (loop.kind == GraphEventKind::loop && loop.loop == event.loop &&
              (loop.text.starts_with("while") || loop.text.starts_with("do")))
            return true;
  return false;
}

// A search from each record that looks for itself: if (current == step.id) throw …
static bool searches_itself(const GraphFunction& function, EntityId member) {
  std::map<unsigned, const GraphEvent*> loops;
  for (const GraphEvent& event : function.events)
    if (event.kind == GraphEventKind::loop) loops[event.loop] = &event;
  for (const GraphEvent& event : function.events) {
    if ((event.kind != GraphEventKind::same && event.kind != GraphEventKind::lookup) || event.object != member ||
        !(event.outcome & reports))
      continue;
    if (event.kind == GraphEventKind::lookup && !(event.has(of_own_map) && event.other == EntityId::none)) continue;
    for (unsigned loop = event.loop; loop != 0 && loops.contains(loop);
         loop = static_cast<unsigned>(loops[loop]->other))
      if (loops[loop]->text.starts_with("while") || loops[loop]->text.starts_with("do")) return true;
  }
  return false;
}

static bool names_setting(std::string_view qualified, std::string_view wanted) {
  if (!qualified.ends_with(wanted)) return false;
  return qualified.size() == wanted.size() || qualified.substr(0, qualified.size() - wanted.size()).ends_with("::");
}

// A function that the settings name, or that some library offers for this.
static bool is_known_check(const DependencyGraphs& graphs, EntityId callee) {
  const EntityFact* entity = graphs.program.entity(callee);
  if (!entity) return false;
  for (const std::string& name : graphs.program.settings->cycle_checks)
    if (names_setting(entity->qualified, name)) return true;
  if (entity->has(is_defined) && !entity->has(is_external)) return false;
  return asks_for_cycles(entity->qualified);
}

// The name says that it looks for cycles, and it does more than compare two ids.
static bool is_named_check(const DependencyGraphs& graphs, const GraphFunction& function) {
  const EntityFact* entity = graphs.program.entity(function.id);
  if (!entity || !asks_for_cycles(entity->name)) return false;
  if (function.ring != 0) return true;
  for (const GraphEvent& event : function.events) {
    if (event.kind == GraphEventKind::call && event.has(recursive)) return true;
    if (event.kind == GraphEventKind::loop && (event.text.starts_with("while") || event.text.starts_with("do")))
      return true;
  }
  return false;
}

// if (graph.reachable(b, a)) return false; graph.add_edge(a, b);
static bool is_asked_beside(const DependencyGraphs& graphs, EntityId member) {
  for (std::uint32_t number : graphs.users(member)) {
    const GraphFunction& filler = graphs.functions[number];
    bool fills = std::any_of(filler.events.begin(), filler.events.end(), [&](const GraphEvent& event) {
      return event.kind == GraphEventKind::fill && event.object == member;
    });
    if (!fills) continue;
    for (EntityId caller : graphs.callers(filler.id))
      for (EntityId sibling : graphs.callees(caller)) {
        const GraphFunction* asked = graphs.function(sibling);
        const EntityFact* entity = graphs.program.entity(sibling);
        if (asked && entity && asked->id != filler.id && searches(graphs, *asked, member) &&
            is_telling_name(entity->name, {"reaches", "reachable", "path", "cycle", "cycles", "cyclic", "ancestor",
                                           "descendant", "depends"}))
          return true;
      }
  }
  return false;
}

bool finds_cycles(const DependencyGraphs& graphs, const GraphFunction& function) {
  bool recurses = false, counted = false;
  const std::vector<const GraphEvent*> events = events_of(graphs, function, recurses);
  if (has_colours(events, recurses) || is_named_check(graphs, function)) return true;
  if (has_kahn(events, counted)) {
    if (counted || compares_counts(function)) return true;
    for (EntityId caller : graphs.callers(function.id))
      if (const GraphFunction* above = graphs.function(caller); above && compares_counts(*above)) return true;
  }
  bool lowers = false;
  for (const GraphEvent* event : events) {
    if (event->kind == GraphEventKind::minimum) lowers = true;
    if (event->kind == GraphEventKind::roots && event->outcome & (reports | leaves)) return true;
    // Only smaller ids may be named.
    if (event->kind == GraphEventKind::order && event->outcome & reports) return true;
  }
  return lowers && recurses;
}

// What a name says beside that there are edges, and which way they go.
static std::set<std::string> kind_of_edges(std::string_view name) {
  static constexpr std::string_view said_of_all[] = {
      "in",   "out",   "input",   "inputs",   "output",   "outputs",   "incoming", "outgoing", "from",
      "to",   "back",  "reverse", "reversed", "rev",      "inverse",   "forward",  "up",       "down",
      "left", "right", "source",  "sources",  "target",   "targets",   "direct",   "all",      "list",
      "set",  "map",   "vec",     "vector",   "array",    "ids",       "id",       "names",    "name",
      "node", "nodes", "prev",    "previous", "incident", "following", "waiting",  "waiters",  "unlocks",
      "of",   "by",    "the",     "my",       "m",        "s",         "g",        "ptrs",     "ptr"};
  std::set<std::string> kind;
  for (const std::string& word : words_of(name))
    if (graph_name(word) == GraphName::none &&
        std::find(std::begin(said_of_all), std::end(said_of_all), word) == std::end(said_of_all))
      kind.insert(word);
  return kind;
}

bool are_other_edges(std::string_view one, std::string_view other) {
  const std::set<std::string> first = kind_of_edges(one), second = kind_of_edges(other);
  return !first.empty() && !second.empty() &&
         std::none_of(first.begin(), first.end(), [&](const std::string& word) { return second.contains(word); });
}

bool follows_others_only(const DependencyGraphs& graphs, const GraphFunction& function, const GraphMember& member) {
  bool recurses = false, follows = false;
  for (const GraphEvent* event : events_of(graphs, function, recurses)) {
    const GraphFunction* callee = event->kind == GraphEventKind::call ? graphs.function(event->object) : nullptr;
    const bool again = event->has(recursive) || (callee && callee->ring != 0 && callee->ring == function.ring);
    const bool leads = event->kind == GraphEventKind::call && again;
    if (!leads && !(event->kind == GraphEventKind::mark && event->has(has_element))) continue;
    if (leads && !event->has(hands_element) && !event->has(hands_container)) return false; // with what, nobody knows
    std::map<EntityId, GraphMember>::const_iterator followed = graphs.members.find(event->other);
    if (followed == graphs.members.end() || !followed->second.is_field ||
        !are_other_edges(followed->second.name, member.name))
      return false;
    follows = true;
  }
  return follows;
}

static bool is_checked_itself(const DependencyGraphs& graphs, EntityId member) {
  if (std::map<EntityId, GraphMember>::const_iterator found = graphs.members.find(member);
      found != graphs.members.end() && found->second.shape == GraphShape::pointers &&
      graphs.is_target_checked(found->second))
    return true;
  for (std::uint32_t number : graphs.touching(member)) {
    const GraphFunction& function = graphs.functions[number];
    if (graphs.checks(function.id, member) || searches_itself(function, member)) return true;
    if (takes_only_known(function, member) && !is_changed_later(graphs, function, member)) return true;
    for (const GraphEvent& event : function.events)
      if (event.kind == GraphEventKind::call && is_known_check(graphs, event.object)) return true;
    for (EntityId callee : graphs.callees(function.id)) {
      if (is_known_check(graphs, callee) || graphs.checks(callee, member)) return true;
      if (graphs.function(callee))
        for (EntityId deeper : graphs.callees(callee))
          if (graphs.checks(deeper, member)) return true;
    }
    // graph.assert_acyclic() beside graph.load()
    for (EntityId caller : graphs.callers(function.id))
      for (EntityId sibling : graphs.callees(caller))
        if (is_known_check(graphs, sibling)) return true;
  }
  for (std::uint32_t number : graphs.around_touching(member)) {
    const GraphFunction& function = graphs.functions[number];
    if (asks_reachability(graphs, function, member)) return true;
    const EntityFact* entity = graphs.program.entity(function.id);
    if (entity &&
        is_telling_name(entity->name, {"order",  "ordered",  "sort",   "sorted",  "plan",   "planned", "resolve",
                                       "levels", "validate", "check",  "batches", "stages", "layers",  "schedule",
                                       "load",   "parse",    "linear", "waves",   "build",  "compile"}) &&
        has_rounds(graphs, function, member))
      return true;
  }
  return is_asked_beside(graphs, member);
}

bool is_checked(const DependencyGraphs& graphs, EntityId member) {
  const std::set<EntityId>& mirrors = graphs.mirrors(member);
  return is_checked_itself(graphs, member) || std::any_of(mirrors.begin(), mirrors.end(), [&](EntityId mirror) {
           return is_checked_itself(graphs, mirror);
         });
}

bool is_noticed(const DependencyGraphs& graphs, EntityId member) {
  for (std::uint32_t number : graphs.around_touching(member))
    if (has_rounds(graphs, graphs.functions[number], member)) return true;
  return false;
}

} // namespace plumbline
