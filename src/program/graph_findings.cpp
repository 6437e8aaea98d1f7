#include "program/graph_findings.h"
#include "facts/words.h"

#include <algorithm>

namespace plumbline {

std::string shown(const GraphMember& member) {
  if (member.shape == GraphShape::document && !member.is_field) return "the key \"" + member.name + "\"";
  return "'" + (member.qualified.empty() ? member.name : member.qualified) + "'";
}

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

namespace {

class Judge {
 public:
  explicit Judge(const DependencyGraphs& graphs) : graphs(graphs), program(graphs.program) {}

  std::vector<GraphFinding> judge() {
    for (const std::pair<const EntityId, GraphMember>& entry : graphs.members) {
      if (graphs.member_of(entry.first) != entry.first) continue;
      judge_member(entry.second);
    }
    std::sort(findings.begin(), findings.end(), [&](const GraphFinding& a, const GraphFinding& b) {
      return std::tuple(program.path(a.location), a.location.line, a.location.column, a.kind, a.member) <
             std::tuple(program.path(b.location), b.location.line, b.location.column, b.kind, b.member);
    });
    // One walk or wait that goes through two members is one finding.
    findings.erase(std::unique(findings.begin(), findings.end(),
                               [](const GraphFinding& a, const GraphFinding& b) {
                                 return a.kind == b.kind && a.location == b.location && a.kind != "accepted";
                               }),
                   findings.end());
    return std::move(findings);
  }

 private:
  void judge_member(const GraphMember& member) {
    GraphName name = graph_name(member.name);
    // Whatever a function was given; it is judged as the member that callers hand over.
    if (name == GraphName::none && member.parameter >= 0 && member.shape == GraphShape::pointers) return;
    Use use = use_of(member);
    if (use.both_ways || use.touched == 0) return;
    // A list of texts counts if its elements are looked up among the records that own it.
    if (name == GraphName::none && !use.own_map && !(member.shape == GraphShape::pointers) &&
        !(member.shape == GraphShape::adjacency))
      return;
    // A path names a file, and a record only where records are found by it.
    if (member.shape == GraphShape::ids && !use.own_map && !use.keyed && has_word(member.element, {"path"})) return;
    // Who is named did not exist before, or has one owner. What depends on an object may share it, though somebody made
    // it for this.
    const bool made_for_it = use.all_fresh && name != GraphName::dependency;
    if (member.shape == GraphShape::pointers && (made_for_it || use.owned || is_tree(member, name, use))) return;
    if (is_checked(graphs, member.id)) return;
    if (!is_noticed(graphs, member.id)) {
      if (!is_derived(member) && !tells_once(member)) accepted(member, name, use);
      walks(member);
    }
    waits(member, name);
  }

  // Who waits is told, and forgotten: a function goes on to each pointer once, and empties the list.
  bool tells_once(const GraphMember& member) const {
    if (member.shape != GraphShape::pointers) return false;
    for (std::uint32_t number : graphs.users(member.id)) {
      const GraphFunction& function = graphs.functions[number];
      const GraphEvent* told = nullptr;
      for (const GraphEvent& event : function.events) {
        if (event.kind == GraphEventKind::call && event.other == member.id && event.has(hands_element) &&
            event.has(recursive))
          told = &event;
        if (told && event.kind == GraphEventKind::mark && event.object == member.id && event.text == "-" &&
            is_guarded({&function}, *told, 0))
          return true;
      }
    }
    return false;
  }

  struct Use {
    bool both_ways = false, own_map = false, all_fresh = false, all_constant = false, by_lookup = false,
         follows = false, owned = false, only_itself = false, keyed = false;
    unsigned touched = 0, fills = 0, outside = 0;
    const GraphFunction* validator = nullptr;
    const GraphFunction* loader = nullptr;
    const GraphFunction* keeper = nullptr; // keeps records after a look at their own ids
    Location validated, loaded, kept;
  };

  // A record with children and one parent, linked by pointers that are at hand: no id decides who comes below whom.
  bool is_tree(const GraphMember& member, GraphName name, const Use& use) const {
    if (name > GraphName::tree || use.by_lookup) return false;
    const EntityId record = member.target != EntityId::none ? member.target : member.owner;
    for (std::uint32_t index : program.members_of(record)) {
      const EntityFact& field = program.entities[index];
      if (field.kind == EntityKind::field && field.type_entity == record && !field.has(is_plural_type) &&
          has_word(field.name, {"parent", "owner", "superior", "enclosing"}))
        return true;
    }
    return false;
  }

  // What a function collects on the way into a record's own graph is that graph.
  bool is_on_its_way(const GraphMember& member) const {
    return !member.is_field && member.shape == GraphShape::adjacency &&
           std::any_of(graphs.members.begin(), graphs.members.end(),
                       [&](const std::pair<const EntityId, GraphMember>& other) {
                         return other.second.is_field && graphs.projected_from(other.first).contains(member.id);
                       });
  }

  // Who names others is what its elements come from.
  bool is_derived(const GraphMember& member) const {
    for (EntityId from : graphs.projected_from(member.id)) {
      std::map<EntityId, GraphMember>::const_iterator origin = graphs.members.find(from);
      if (origin == graphs.members.end() || graphs.member_of(from) != from) continue;
      if (graphs.projected_from(from).contains(member.id) || is_on_its_way(origin->second)) continue;
      if (graph_name(origin->second.name) >= GraphName::tree) return true;
    }
    return false;
  }

  GraphSource source_of_fill(const GraphFunction& function, const GraphEvent& fill) const {
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

  bool validates(const GraphFunction& function, const GraphEvent& event, const GraphMember& member) const {
    if (!(event.outcome & reports)) return false;
    const EntityFact* entity = program.entity(function.id);
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

  Use use_of(const GraphMember& member) const {
    Use use;
    unsigned fresh = 0;
    for (std::uint32_t number : graphs.users(member.id)) {
      const GraphFunction& function = graphs.functions[number];
      bool first_fill = true;
      const bool drops_itself =
          std::any_of(function.events.begin(), function.events.end(), [](const GraphEvent& event) {
            return event.kind == GraphEventKind::drop && event.object == EntityId::none;
          });
      for (const GraphEvent& event : function.events) {
        // free_tree(child) for each child, and then free(node)
        if (drops_itself && event.kind == GraphEventKind::call && event.other == member.id &&
            event.has(hands_element) && event.has(recursive))
          use.owned = true;
        if (event.kind == GraphEventKind::call && event.other == member.id) {
          if (event.has(hands_element) && (event.has(recursive) || function.ring != 0)) use.follows = true;
          if ((!use.validator || use.only_itself) && validates(function, event, member))
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
          if ((!use.validator || use.only_itself) && validates(function, event, member))
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
          if (!use.validator && validates(function, event, member))
            use.validator = &function, use.validated = event.location, use.only_itself = true;
          break;
        case GraphEventKind::store:
          if (!use.keeper && source_of_fill(function, event) >= GraphSource::parameter && asks_unique(function, event))
            use.keeper = &function, use.kept = event.location;
          break;
        case GraphEventKind::fill: {
          ++use.touched, ++use.fills;
          if (event.has(both_ways)) use.both_ways = true;
          if (event.has(of_own_map)) use.keyed = true;
          GraphSource source = source_of_fill(function, event);
          if (const GraphEvent* asked = ends_asked(function, event);
              asked && member.shape == GraphShape::edges && (!use.validator || use.only_itself))
            use.validator = &function, use.validated = asked->location, use.only_itself = false;
          if (source == GraphSource::fresh)
            ++fresh;
          else if (source != GraphSource::constant) {
            ++use.outside;
            if (source == GraphSource::lookup) use.by_lookup = true;
            if (first_fill && is_better_loader(function, use.loader, member))
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
    use.all_fresh = use.fills > 0 && fresh == use.fills;
    use.all_constant = use.fills > 0 && use.outside == 0;
    return use;
  }

  // Of several that fill it, the first that reads it from somewhere (a setter or a constructor only passes it on), else
  // the record's own: who adds an edge from outside does so for a purpose.
  bool is_better_loader(const GraphFunction& function, const GraphFunction* known, const GraphMember& member) const {
    if (!known) return true;
    auto rank = [&](const GraphFunction& one) {
      const EntityFact* entity = program.entity(one.id);
      const bool reads = entity && has_word(entity->name, {"load", "parse", "read", "decode", "deserialize",
                                                           "deserialise", "from", "import", "unmarshal"});
      return reads ? 2 : entity && member.is_field && entity->owner == member.owner ? 1 : 0;
    };
    return rank(function) > rank(*known);
  }

  // What a function collects for itself is no record's: `next_level_files`.
  bool is_function_own(const GraphMember& member) const {
    const EntityFact* owner = program.entity(member.owner);
    return (member.shape == GraphShape::pointers || member.shape == GraphShape::ids) && !member.is_field && owner &&
           owner->kind == EntityKind::function;
  }

  void accepted(const GraphMember& member, GraphName name, const Use& use) {
    if (use.all_constant || is_on_its_way(member)) return;
    if (name == GraphName::network) return;
    const GraphFunction* at = use.validator ? use.validator : use.loader ? use.loader : use.keeper;
    if (!at) return;
    if (is_function_own(member) && (member.shape == GraphShape::pointers || name != GraphName::dependency)) return;
    // A list that a function makes for itself belongs to no record.
    if (!member.is_field && member.parameter < 0 &&
        (member.shape == GraphShape::edges || member.shape == GraphShape::ids) && name != GraphName::dependency)
      return;
    if (!use.validator) {
      if (name == GraphName::none) return;
      if (member.shape == GraphShape::pointers && name <= GraphName::tree && !use.by_lookup) return;
      if (member.shape == GraphShape::ids && member.is_field && member.id_field.empty() && !use.own_map &&
          !use.follows && !use.keyed)
        return;
      if (member.shape == GraphShape::ids && !member.is_field) return; // a parameter or a variable, not a record's
      if (member.shape == GraphShape::adjacency && name <= GraphName::tree && !use.follows) return;
      if (member.shape == GraphShape::edges && name == GraphName::graph && !use.follows) return; // a graph to draw
    } else if (name == GraphName::none && member.shape == GraphShape::ids && !use.own_map) {
      return;
    } else if (name == GraphName::none && member.shape == GraphShape::adjacency && !use.follows) {
      return;
    }
    GraphFinding finding;
    finding.kind = "accepted";
    finding.member = member.id;
    finding.validates = use.validator != nullptr;
    finding.keeps = at == use.keeper && !use.validator && !use.loader;
    if (!stand_at(finding, *at)) return;
    finding.evidence.push_back({member.location, shown(member) + " names other records"});
    if (use.loader && use.loader != at) finding.evidence.push_back({use.loaded, name_of(*use.loader) + "() fills it"});
    if (use.validator)
      finding.evidence.push_back(
          {use.validated, name_of(*at) + (use.only_itself ? "() refuses only what names itself"
                                                          : "() checks that the ids are known")});
    else if (use.loader)
      finding.evidence.push_back({use.loaded, name_of(*at) + "() fills it"});
    else
      finding.evidence.push_back({use.kept, name_of(*at) + "() keeps the record, and asks only for its own id"});
    findings.push_back(std::move(finding));
  }

  std::string name_of(const GraphFunction& function) const {
    const EntityFact* entity = program.entity(function.id);
    return entity ? entity->name : "?";
  }

  bool stand_at(GraphFinding& finding, const GraphFunction& function) const {
    const EntityFact* entity = program.entity(function.id);
    if (!entity || !program.is_ours(entity->location)) return false;
    finding.function = function.id;
    finding.location = entity->location;
    finding.anchor = entity->name;
    return true;
  }

  // Whether a call gets back to the function within few steps: a walk is short, a ring through half the program is not.
  bool comes_back(EntityId callee, EntityId function, int depth) const {
    if (callee == function) return true;
    if (depth == 0) return false;
    for (EntityId next : graphs.callees(callee))
      if (comes_back(next, function, depth - 1)) return true;
    return false;
  }

  // `from`: order of the first event that belongs to what calls itself.
  static bool is_guarded(const std::vector<const GraphFunction*>& ring, const GraphEvent& call, unsigned from) {
    for (const GraphFunction* function : ring) {
      std::map<EntityId, unsigned> tested, marked;
      std::set<EntityId> down, zero;
      bool bounded = false;
      for (const GraphEvent& event : function->events) {
        if (function->id == call.function && event.order > call.order) break;
        if (function->id == call.function && event.order < from) continue;
        if (event.kind == GraphEventKind::test) {
          tested.emplace(event.object, event.order);
          if (event.has(bounds_depth)) bounded = true;
        }
        if (event.kind == GraphEventKind::mark && event.text != "-") marked.emplace(event.object, event.order);
        if (event.kind == GraphEventKind::count_down) down.insert(event.object);
        if (event.kind == GraphEventKind::zero) zero.insert(event.object);
        if (event.kind == GraphEventKind::order && event.outcome) return true;
      }
      for (const std::pair<const EntityId, unsigned>& entry : marked)
        if (tested.contains(entry.first)) return true;
      for (EntityId marker : down)
        if (zero.contains(marker) || tested.contains(marker)) return true;
      if (bounded && (call.has(deeper) ||
                      std::any_of(function->events.begin(), function->events.end(), [&](const GraphEvent& event) {
                        return event.kind == GraphEventKind::call && event.has(deeper);
                      })))
        return true;
    }
    return false;
  }

  // The lambda that calls itself there by the name that it has, or null.
  static const GraphEvent* lambda_of(const GraphFunction& function, const GraphEvent& call) {
    const GraphEvent* found = nullptr;
    for (const GraphEvent& event : function.events)
      if (event.kind == GraphEventKind::lambda && event.object == call.object && event.order < call.order)
        found = &event;
    return found;
  }

  // Whether the call leads on: with an element, or with the whole member to somebody who goes on with its elements.
  bool goes_on(const GraphFunction& function, const GraphEvent& call, const GraphMember& member, bool whole) const {
    if (call.has(recursive)) return !whole && (call.has(hands_element) || call.has(hands_container));
    if (function.ring == 0 || !comes_back(call.object, function.id, 3)) return false;
    if (!whole) return call.has(hands_element);
    const GraphFunction* callee = graphs.function(call.object);
    return call.has(hands_container) && callee && callee->ring == function.ring &&
           std::any_of(callee->events.begin(), callee->events.end(), [&](const GraphEvent& event) {
             return event.kind == GraphEventKind::call && event.has(hands_element) && event.other == member.id;
           });
  }

  void walks(const GraphMember& member) {
    // Names that a function puts together on the way down, as those of folders are.
    if (is_function_own(member) && member.shape == GraphShape::ids && graph_name(member.name) <= GraphName::tree)
      return;
    std::set<EntityId> reported;
    for (const bool whole : {true, false}) // who reads the member speaks for who is given it
      for (std::uint32_t number : graphs.users(member.id))
        for (const GraphEvent& event : graphs.functions[number].events)
          if (event.kind == GraphEventKind::call && event.other == member.id)
            walk(graphs.functions[number], event, member, whole, reported);
  }

  void walk(const GraphFunction& function, const GraphEvent& event, const GraphMember& member, bool whole,
            std::set<EntityId>& reported) {
    const GraphEvent* lambda = event.has(recursive) ? lambda_of(function, event) : nullptr;
    const EntityId walker = lambda ? lambda->object : function.id;
    if (reported.contains(walker) || !goes_on(function, event, member, whole)) return;
    std::vector<const GraphFunction*> ring{&function};
    for (std::uint32_t other : graphs.ring(function.ring))
      if (graphs.functions[other].id != function.id &&
          (graphs.functions[other].id == event.object || comes_back(graphs.functions[other].id, function.id, 2)))
        ring.push_back(&graphs.functions[other]);
    if (is_guarded(ring, event, lambda ? lambda->order : 0)) return;
    GraphFinding finding;
    finding.kind = "endless-walk";
    finding.member = member.id;
    if (!stand_at(finding, function)) return;
    if (lambda) finding.location = lambda->location, finding.anchor = lambda->text;
    reported.insert(walker);
    if (whole) reported.insert(event.object);
    finding.evidence.push_back({member.location, shown(member) + " names other records"});
    finding.evidence.push_back(
        {event.location, event.has(recursive)
                             ? finding.anchor + "() calls itself for what the member names"
                             : name_of(function) + "() calls " + event.text + "(), which comes back to it"});
    findings.push_back(std::move(finding));
  }

  void waits(const GraphMember& member, GraphName name) {
    if (name == GraphName::network || name == GraphName::none) return;
    if (is_function_own(member) && name != GraphName::dependency) return;
    for (std::uint32_t number : graphs.around_touching(member.id)) {
      const GraphFunction& function = graphs.functions[number];
      std::set<unsigned> inside; // of a loop that is reported
      for (const GraphEvent& loop : function.events) {
        if (loop.kind != GraphEventKind::loop || !loop.has(waits_for_work) || loop.has(notices)) continue;
        if (inside.contains(static_cast<unsigned>(loop.other))) {
          inside.insert(loop.loop);
          continue;
        }
        if (!waits_for(graphs, function, loop, member.id)) continue;
        inside.insert(loop.loop);
        GraphFinding finding;
        finding.kind = "endless-wait";
        finding.member = member.id;
        finding.function = function.id;
        finding.location = loop.location;
        finding.anchor = loop.text;
        finding.evidence.push_back({member.location, shown(member) + " names other records"});
        finding.evidence.push_back({loop.location, name_of(function) + "() goes round until everything is done"});
        findings.push_back(std::move(finding));
      }
    }
  }

  const DependencyGraphs& graphs;
  const Program& program;
  std::vector<GraphFinding> findings;
};

} // namespace

std::vector<GraphFinding> graph_findings(const DependencyGraphs& graphs) { return Judge(graphs).judge(); }

} // namespace plumbline
