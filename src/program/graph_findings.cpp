#include "program/graph_findings.h"
#include "facts/words.h"
#include "program/graph_use.h"

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
    drop_mirrors();
    drop_said_by_walks();
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
    const GraphUse use = use_of(graphs, member);
    if (use.both_ways || use.touched == 0) return;
    // A list of texts counts if its elements are looked up among the records that own it.
    if (name == GraphName::none && !use.own_map && !(member.shape == GraphShape::pointers) &&
        !(member.shape == GraphShape::adjacency))
      return;
    // A path names a file, and a record only where records are found by it.
    const bool by_path = member.shape == GraphShape::ids && has_word(member.element, {"path"});
    const bool finds_records = use.follows_back && member.is_field && name == GraphName::dependency;
    if (by_path && !use.own_map && !use.keyed && !finds_records) return;
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

  // Edges that are kept both ways are taken in once: by the member whose name says most, else by the first.
  void drop_mirrors() {
    std::map<EntityId, GraphName> taken_in;
    for (const GraphFinding& finding : findings)
      if (finding.kind == "accepted")
        taken_in.emplace(finding.member, graph_name(graphs.members.at(finding.member).name));
    auto rank = [&](EntityId member) {
      const GraphMember& known = graphs.members.at(member);
      return std::tuple(-static_cast<int>(taken_in.at(member)), program.path(known.location), known.location.line,
                        known.location.column);
    };
    std::erase_if(findings, [&](const GraphFinding& finding) {
      const std::set<EntityId>& mirrors = graphs.mirrors(finding.member);
      return finding.kind == "accepted" && std::any_of(mirrors.begin(), mirrors.end(), [&](EntityId mirror) {
               return taken_in.contains(mirror) && rank(mirror) < rank(finding.member);
             });
    });
  }

  // What a function puts together on its way down, and hands on, is not taken in beside that.
  void drop_said_by_walks() {
    std::set<std::pair<EntityId, EntityId>> walked; // member, function
    for (const GraphFinding& finding : findings)
      if (finding.kind == "endless-walk") walked.emplace(finding.member, finding.function);
    std::erase_if(findings, [&](const GraphFinding& finding) {
      return finding.kind == "accepted" && !finding.validates && walked.contains({finding.member, finding.function});
    });
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

  // A record with children and one parent, linked by pointers that are at hand: no id decides who comes below whom.
  bool is_tree(const GraphMember& member, GraphName name, const GraphUse& use) const {
    if (name > GraphName::tree || use.by_lookup) return false;
    const EntityId record = member.target != EntityId::none ? member.target : member.owner;
    for (std::uint32_t index : program.members_of(record)) {
      const EntityFact& entity = program.entities[index];
      const std::vector<std::string> words = words_of(entity.name);
      const bool gives = entity.kind == EntityKind::function && (words.size() == 1 || words.front() == "get");
      if ((entity.kind == EntityKind::field || gives) && entity.type_entity == record && !entity.has(is_plural_type) &&
          has_word(entity.name, {"parent", "owner", "superior", "enclosing", "father"}))
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

  // What a function collects for itself is no record's: `next_level_files`.
  bool is_function_own(const GraphMember& member) const {
    const EntityFact* owner = program.entity(member.owner);
    return (member.shape == GraphShape::pointers || member.shape == GraphShape::ids) && !member.is_field && owner &&
           owner->kind == EntityKind::function;
  }

  void accepted(const GraphMember& member, GraphName name, const GraphUse& use) {
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
      // What is required by name and more may be anything: a library, a file, a feature.
      const bool of_records = !member.id_field.empty() && member.through.empty();
      if (member.shape == GraphShape::ids && member.is_field && !of_records && !use.own_map && !use.follows &&
          !use.keyed)
        return;
      if (member.shape == GraphShape::ids && !member.is_field) return; // a parameter or a variable, not a record's
      if (member.shape == GraphShape::adjacency && (use.only_shown || (name <= GraphName::tree && !use.follows)))
        return;
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

  // `from`: order of the first event that belongs to what calls itself.
  static bool is_guarded(const std::vector<const GraphFunction*>& ring, const GraphEvent& call, unsigned from) {
    for (const GraphFunction* function : ring) {
      std::map<EntityId, unsigned> tested, marked;
      std::set<EntityId> down, zero;
      bool bounded = false;
      for (const GraphEvent& event : function->events) {
        if (function->id == call.function && event.order > call.order) break;
        if (function->id == call.function && event.order < from) continue;
        // What each call has for itself says nothing of the calls above.
        if (from == 0 && event.has(of_local) && !event.has(bounds_depth)) continue;
        if (event.kind == GraphEventKind::test) {
          tested.emplace(event.object, event.order);
          if (event.has(bounds_depth) && event.outcome) bounded = true;
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
    if (function.ring == 0 || !comes_back(graphs, call.object, function.id, 3)) return false;
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
      if (graphs.functions[other].id != function.id && (graphs.functions[other].id == event.object ||
                                                        comes_back(graphs, graphs.functions[other].id, function.id, 2)))
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
