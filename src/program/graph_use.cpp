#include "program/graph_use.h"
#include "facts/words.h"

#include <algorithm>

namespace plumbline {

static bool has_word(std::string_view name, std::initializer_list<std::string_view> wanted) {
  for (const std::string& word : words_of(name))
    if (std::find(wanted.begin(), wanted.end(), word) != wanted.end()) return true;
  return false;
}

// What speaks of progress, not of which records there are.
static bool speaks_of_progress(std::string_view name) {
  return has_word(name,
                  {"done",    "finished", "completed", "complete", "satisfied", "succeeded", "executed", "processed",
                   "visited", "seen",     "emitted",   "built",    "loaded",    "started",   "ran",      "resolved",
                   "ready",   "visiting", "stack",     "path",     "finish",    "colour",    "color",    "state",
                   "states",  "mark",     "marks",     "marked",   "cache",     "memo",      "degree",   "indegree",
                   "order",   "sorted",   "result",    "results",  "status",    "met",       "stopped",  "blocked"});
}

// What does something with a record, whatever its signature says: no question about whether there is one.
static bool speaks_of_work(std::string_view name) {
  return has_word(name, {"run",      "execute", "start",    "build",   "process", "dispatch", "visit",   "walk",
                         "traverse", "wait",    "schedule", "launch",  "submit",  "install",  "compile", "update",
                         "apply",    "perform", "do",       "try",     "send",    "write",    "print",   "log",
                         "enqueue",  "push",    "emit",     "acquire", "lock",    "evaluate", "compute"});
}

static GraphSource source_of_fill(const DependencyGraphs& graphs, const GraphFunction& function,
                                  const GraphEvent& fill) {
  if (fill.source != GraphSource::parameter) return fill.source;
  std::span<const GraphArguments> calls = graphs.calls_of(function.id);
  if (calls.empty()) return GraphSource::parameter;
  bool constant = true, fresh = true;
  for (const GraphArguments& call : calls) {
    if ((call.constant & fill.parameters) != fill.parameters) constant = false;
    if ((call.fresh & fill.parameters) == 0) fresh = false;
  }
  return constant ? GraphSource::constant : fresh ? GraphSource::fresh : GraphSource::parameter;
}

// A look-up in a loop that waits asks for progress.
static bool waits_somewhere(const GraphFunction& function, const GraphEvent& event) {
  for (const GraphEvent& loop : function.events)
    if (loop.kind == GraphEventKind::loop && (loop.has(waits_for_work) || loop.has(endless)) &&
        loop.order < event.order && event.loop >= loop.loop) {
      for (const GraphEvent& end : function.events)
        if (end.kind == GraphEventKind::loop_end && end.loop == loop.loop && end.order > event.order) return true;
    }
  return false;
}

static bool validates(const DependencyGraphs& graphs, const GraphFunction& function, const GraphEvent& event,
                      const GraphMember& member) {
  if (!(event.outcome & reports)) return false;
  const EntityFact* entity = graphs.program.entity(function.id);
  std::string_view name = entity ? std::string_view(entity->name) : std::string_view();
  if (has_word(name, {"ready", "runnable", "satisfied", "done", "finished", "complete", "blocked", "eligible",
                      "startable", "can", "may"}))
    return false;
  for (const GraphEvent& one : function.events) // what goes on by it does not check it
    if (one.kind == GraphEventKind::call && one.has(recursive)) return false;
  if (event.kind == GraphEventKind::lookup && event.object == member.id) {
    if (speaks_of_progress(event.text) || event.has(of_its_state)) return false;
    if (waits_somewhere(function, event)) return false;
    return event.has(of_own_map) || event.other != EntityId::none;
  }
  // Only the record itself is looked for: if (other == step.id) throw …
  if (event.kind == GraphEventKind::same && event.object == member.id)
    return event.text == "itself" &&
           std::none_of(function.events.begin(), function.events.end(), [](const GraphEvent& one) {
             return one.kind == GraphEventKind::loop && (one.text.starts_with("while") || one.text.starts_with("do"));
           });
  if (event.kind == GraphEventKind::call && event.has(hands_element) && event.other == member.id) {
    std::size_t colon = event.text.rfind("::");
    std::string_view callee = std::string_view(event.text).substr(colon == std::string::npos ? 0 : colon + 2);
    if (speaks_of_progress(callee) || event.has(of_its_state)) return false;
    if (has_word(callee, {"find", "has", "exists", "contains", "known", "lookup", "resolve", "valid", "get", "exist",
                          "registered"}))
      return true;
    return event.has(only_asks) && !speaks_of_work(callee) && !waits_somewhere(function, event);
  }
  return false;
}

// Whether the container was asked, before the record went in, for what is a reason to refuse it: another of its id.
static bool asks_unique(const GraphFunction& function, const GraphEvent& store) {
  return std::any_of(function.events.begin(), function.events.end(), [&](const GraphEvent& event) {
    return event.kind == GraphEventKind::test && event.object == store.other && (event.outcome & reports) &&
           event.order < store.order;
  });
}

// if (!stages.count(from) || !stages.count(to)) throw …; edges.emplace_back(from, to);
static const GraphEvent* ends_asked(const GraphFunction& function, const GraphEvent& fill) {
  for (const GraphEvent& event : function.events)
    if (event.kind == GraphEventKind::test && (event.outcome & reports) && !event.has(bounds_depth) &&
        event.order < fill.order && event.loop == fill.loop)
      return &event;
  return nullptr;
}

// Of several that fill it, the first that reads it from somewhere (a setter or a constructor only passes it on), else
// the record's own: who adds an edge from outside does so for a purpose.
static bool is_better_loader(const DependencyGraphs& graphs, const GraphFunction& function, const GraphFunction* known,
                             const GraphMember& member) {
  if (!known) return true;
  auto rank = [&](const GraphFunction& one) {
    const EntityFact* entity = graphs.program.entity(one.id);
    const bool reads = entity && has_word(entity->name, {"load", "parse", "read", "decode", "deserialize",
                                                         "deserialise", "from", "import", "unmarshal"});
    return reads ? 2 : entity && member.is_field && entity->owner == member.owner ? 1 : 0;
  };
  return rank(function) > rank(*known);
}

bool comes_back(const DependencyGraphs& graphs, EntityId callee, EntityId function, int steps) {
  if (callee == function) return true;
  if (steps == 0) return false;
  for (EntityId next : graphs.callees(callee))
    if (comes_back(graphs, next, function, steps - 1)) return true;
  return false;
}

// Whether the event takes an edge's end further: to what asks the graph again, to a list of what is left, to a mark.
static bool leads_on(const DependencyGraphs& graphs, const GraphEvent& event, EntityId member) {
  switch (event.kind) {
  case GraphEventKind::lookup:
    return event.object == member;
  case GraphEventKind::mark:
  case GraphEventKind::test:
    return event.has(has_element) && event.other == member;
  case GraphEventKind::count_down:
  case GraphEventKind::zero:
    return true;
  case GraphEventKind::loop:
    return event.has(waits_for_work);
  case GraphEventKind::call: {
    if (event.other != member) return false;
    if (event.has(hands_container) || event.has(recursive)) return true;
    const GraphFunction* callee = graphs.function(event.object);
    if (callee && graphs.touches(*callee, member)) return true;
    const std::span<const EntityId> further = graphs.callees(event.object);
    return std::any_of(further.begin(), further.end(), [&](EntityId one) {
      const GraphFunction* deeper = graphs.function(one);
      return deeper && graphs.touches(*deeper, member);
    });
  }
  default:
    return false;
  }
}

// Whether some function reads the member, and none that does leads on.
static bool is_only_shown(const DependencyGraphs& graphs, EntityId member) {
  bool read = false;
  for (std::uint32_t number : graphs.users(member)) {
    bool walks = false, fills = false;
    for (const GraphEvent& event : graphs.functions[number].events) {
      if (event.object == member) {
        walks = walks || event.kind == GraphEventKind::walk;
        fills = fills || event.kind == GraphEventKind::fill || event.kind == GraphEventKind::load;
      }
      if (leads_on(graphs, event, member)) return false;
    }
    read = read || (walks && !fills);
  }
  return read;
}

GraphUse use_of(const DependencyGraphs& graphs, const GraphMember& member) {
  GraphUse use;
  unsigned fresh = 0;
  for (std::uint32_t number : graphs.users(member.id)) {
    const GraphFunction& function = graphs.functions[number];
    bool first_fill = true;
    const bool drops_itself = std::any_of(function.events.begin(), function.events.end(), [](const GraphEvent& event) {
      return event.kind == GraphEventKind::drop && event.object == EntityId::none;
    });
    for (const GraphEvent& event : function.events) {
      // free_tree(child) for each child, and then free(node)
      if (drops_itself && event.kind == GraphEventKind::call && event.other == member.id && event.has(hands_element) &&
          event.has(recursive))
        use.owned = true;
      if (event.kind == GraphEventKind::call && event.other == member.id) {
        if (event.has(hands_element) && (event.has(recursive) || function.ring != 0)) use.follows = true;
        if (event.has(hands_element) && !event.has(recursive) && function.ring != 0 &&
            comes_back(graphs, event.object, function.id, 2))
          use.follows_back = true;
        if ((!use.validator || use.only_itself) && validates(graphs, function, event, member))
          use.validator = &function, use.validated = event.location, use.only_itself = false;
      }
      if (event.object != member.id) continue;
      switch (event.kind) {
      case GraphEventKind::walk:
        ++use.touched;
        break;
      case GraphEventKind::lookup:
        ++use.touched;
        if (event.has(of_own_map)) use.own_map = true;
        if ((!use.validator || use.only_itself) && validates(graphs, function, event, member))
          use.validator = &function, use.validated = event.location, use.only_itself = false;
        break;
      case GraphEventKind::load:
        ++use.touched, ++use.outside;
        if (!use.loader) use.loader = &function, use.loaded = event.location;
        break;
      case GraphEventKind::drop:
        use.owned = true;
        break;
      case GraphEventKind::same:
        if (!use.validator && validates(graphs, function, event, member))
          use.validator = &function, use.validated = event.location, use.only_itself = true;
        break;
      case GraphEventKind::store:
        if (!use.keeper && source_of_fill(graphs, function, event) >= GraphSource::parameter &&
            asks_unique(function, event))
          use.keeper = &function, use.kept = event.location;
        break;
      case GraphEventKind::fill: {
        ++use.touched, ++use.fills;
        if (event.has(both_ways)) use.both_ways = true;
        if (event.has(of_own_map)) use.keyed = true;
        GraphSource source = source_of_fill(graphs, function, event);
        if (const GraphEvent* asked = ends_asked(function, event);
            asked && member.shape == GraphShape::edges && (!use.validator || use.only_itself))
          use.validator = &function, use.validated = asked->location, use.only_itself = false;
        if (source == GraphSource::fresh)
          ++fresh;
        else if (source != GraphSource::constant) {
          ++use.outside;
          if (source == GraphSource::lookup) use.by_lookup = true;
          if (first_fill && is_better_loader(graphs, function, use.loader, member))
            use.loader = &function, use.loaded = event.location;
          first_fill = false;
        }
        break;
      }
      default:
        break;
      }
    }
  }
  use.only_shown = member.shape == GraphShape::adjacency && is_only_shown(graphs, member.id);
  use.all_fresh = use.fills > 0 && fresh == use.fills;
  use.all_constant = use.fills > 0 && use.outside == 0;
  return use;
}

} // namespace plumbline
