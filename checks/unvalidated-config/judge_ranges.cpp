// Numeric settings that reach a wait or a bound, and whose range nothing in the program looks at.
//
// A look counts wherever it stands: at the field, at what it was stored from, and at whatever it flows into (a copy,
// the receiver's parameter, a helper's). What a value was before it was stored is followed backwards for a few steps
// only: that is where a loader checks it.

#include "facts.h"
#include "facts/numbers.h"
#include "facts/words.h"
#include "judge.h"
#include "program/configuration.h"
#include "program/data_lengths.h"
#include "program/members_elsewhere.h"
#include "program/owner_names.h"
#include "program/tunables.h"
#include "program/walk.h"
#include "project/project.h"

#include <algorithm>

namespace plumbline::unvalidated_config {

namespace {

// Where a setting is used as a time span or limit.
struct Use {
  Consumer consumer;
  Location location;
  std::vector<std::uint32_t> path; // flows
};

class RangeJudge {
 public:
  explicit RangeJudge(const Program& program)
      : program(program), configuration(*program.configuration), left_out(program) {
    const StringId kind = program.table.strings.find("range-check");
    if (kind == StringId::empty) return;
    for (const Fact& fact : program.table.facts) {
      if (fact.kind != kind) continue;
      RangeCheckFact check = read_range_check(program.table, fact);
      // What a test asserts protects no user.
      if (!is_production(check.location)) continue;
      if (check.bound == EntityId::none || is_bound(check.value, check.bound)) checked.insert(check.value);
    }
  }

  void judge(std::vector<Finding>& findings) {
    for (const EntityFact& entity : program.entities) {
      if (!is_numeric_setting(entity) || is_checked_before(entity.id) || program.may_be_used_elsewhere(entity.id) ||
          is_copy_of_setting(entity.id) || left_out.may_use(entity, MemberUse::given)) // a loader that may look at it
        continue;
      if (std::optional<Use> use = use_of(entity)) findings.push_back(finding_of(entity, *use));
    }
  }

 private:
  bool is_numeric_setting(const EntityFact& entity) const {
    const bool number = is_number(entity.type_class);
    bool setting = entity.kind == EntityKind::field ||
                   (entity.kind == EntityKind::variable && entity.has(is_static) && !entity.has(is_local));
    return setting && number && !entity.has(is_plural_type) && !entity.has(is_constant) && !entity.has(is_external) &&
           program.is_ours(entity.location) && configuration.is_source(entity.id) &&
           !is_length_of_data(program, entity);
  }

  // Whether `bound` bounds `value`, rather than the other way round: it is a setting as well, is named like a bound, or
  // is a parameter beside the value's, or beside the local that is parsed, that callers give constants.
  bool is_bound(EntityId value, EntityId bound) const {
    if (configuration.is_source(bound) && configuration.is_source(value)) return true;
    const EntityFact* entity = program.entity(bound);
    const EntityFact* bounded = program.entity(value);
    if (!entity) return false;
    if (entity->kind == EntityKind::parameter) {
      const bool beside = bounded &&
                          (bounded->kind == EntityKind::parameter || bounded->kind == EntityKind::variable) &&
                          bounded->owner == entity->owner;
      if (!beside) return false;
      bool constant = false;
      for (std::uint32_t index : program.flows_to(bound)) {
        const EntityFact* from = program.entity(program.flows[index].from);
        bool fixed = program.constant(program.flows[index].from) || (from && from->has(is_constant)) ||
                     configuration.is_source(program.flows[index].from);
        if (!fixed) return false;
        constant = true;
      }
      return constant || names_a_bound(entity->name); // zero and negative constants leave no flow
    }
    return names_a_bound(entity->name);
  }
  static bool names_a_bound(std::string_view name) {
    for (const std::string& word : words_of(name))
      if (word == "min" || word == "max" || word == "minimum" || word == "maximum" || word == "lower" ||
          word == "upper" || word == "low" || word == "high" || word == "lo" || word == "hi" || word == "ceiling")
        return true;
    return false;
  }

  // Pool(const ServerConfig& config) : options_{config.size}: a setting that only ever gets another one is looked at
  // there, and what becomes of it is found from there.
  bool is_copy_of_setting(EntityId field) const {
    std::vector<EntityId> nodes{field};
    std::unordered_set<EntityId> seen{field};
    bool copies = false;
    for (std::size_t i = 0; i < nodes.size(); ++i)
      for (std::uint32_t index : program.flows_to(nodes[i])) {
        const EntityId from = program.flows[index].from;
        const EntityFact* source = program.entity(from);
        if (program.constant(from) || (source && source->has(is_constant)) || !seen.insert(from).second) continue;
        if (source && source->kind == EntityKind::field && is_numeric_setting(*source)) {
          copies = true;
        } else {
          // A library's parameter carries whatever anybody hands to it.
          const EntityFact* around = source ? program.entity(source->owner) : nullptr;
          const bool carries =
              source && ((source->kind == EntityKind::parameter && around && !around->has(is_external)) ||
                         (source->kind == EntityKind::variable && source->has(is_local)));
          if (!carries || program.flows_to(from).empty() || nodes.size() > 20) return false;
          nodes.push_back(from);
        }
      }
    return copies;
  }

  // Whether the value was looked at on its way into the field.
  bool is_checked_before(EntityId field) const {
    std::vector<EntityId> nodes{field};
    std::unordered_set<EntityId> seen{field};
    std::size_t begin = 0;
    for (unsigned depth = 0; depth < 5; ++depth) {
      const std::size_t end = nodes.size();
      for (; begin < end; ++begin) {
        if (checked.contains(nodes[begin])) return true;
        std::span<const std::uint32_t> flows = program.flows_to(nodes[begin]);
        if (flows.size() > 200) continue; // a helper that everything goes through says nothing about this field
        for (std::uint32_t index : flows) {
          const FlowFact& flow = program.flows[index];
          const EntityFact* from = program.entity(flow.from);
          // max_bytes = max_kbytes * 1000: what is computed from a setting is as good as that setting.
          if (nodes[begin] == field && from && from->kind == EntityKind::field && configuration.is_source(flow.from) &&
              checked.contains(flow.from))
            return true;
          // A share of a number that was looked at is as good as the number; what is made of text is another thing.
          const bool number = from && is_number(from->type_class);
          if ((flow.kind == FlowKind::derived && !number) || program.constant(flow.from) ||
              (from && from->has(is_external)) || (from && from->kind == EntityKind::field && from->id != field))
            continue;
          if (seen.insert(flow.from).second) nodes.push_back(flow.from);
        }
      }
    }
    return std::any_of(nodes.begin() + static_cast<std::ptrdiff_t>(begin), nodes.end(),
                       [&](EntityId node) { return checked.contains(node); });
  }

  bool is_production(const Location& location) const {
    return location.line != 0 && scope_of(*program.settings, program.path(location)) == Scope::production;
  }

  // valid_until < time(0): a moment, which has no longest value that makes sense. What is compared with a difference of
  // readings is a span.
  static bool is_compared_with_clock(const UseFact& use) {
    if (use.kind != UseKind::compare || use.other_text.find('-') != std::string::npos) return false;
    if (use.other_class == TypeClass::time_point) return true;
    const std::string_view names = use.other_names;
    const std::vector<std::string> words = words_of(names.substr(names.rfind(',') + 1));
    return (names == "time" && use.other_text.find("time(") != std::string::npos) ||
           std::find(words.begin(), words.end(), "now") != words.end() || names.starts_with("now,");
  }

  // The most certain use, if there is one and no look at the range.
  std::optional<Use> use_of(const EntityFact& field) const {
    std::optional<Use> best;
    const bool in_test = !is_production(field.location);
    auto consider = [&](std::optional<Consumer> consumer, const Location& location, const Walk* walk) {
      // A lone `capacity` may be anything, but what is given a setting of its own is a bound that somebody chooses.
      if (!consumer || (consumer->certainty == Certainty::by_weak_name && consumer->dimension != Dimension::limit) ||
          (!in_test && !is_production(location)))
        return;
      if (best && best->consumer.certainty <= consumer->certainty) return;
      best = Use{std::move(*consumer), location, walk ? walk->path() : std::vector<std::uint32_t>()};
    };
    auto consider_uses = [&](EntityId node, const Walk* walk) {
      for (std::uint32_t index : program.uses_of(node)) {
        const UseFact& use = program.uses[index];
        consider(consumer_of(program, use), use.location, walk);
        consider(own_meaning(field, use), use.location, walk);
      }
    };
    // sleep_for(config.base_pause * (1 << attempt)): a share of a span is as unbounded as the span.
    const bool is_span = field.type_class == TypeClass::duration ||
                         meaning_of(field.name, field.type_class).dimension == Dimension::duration;
    auto consider_shares = [&](EntityId node, const Walk* walk) {
      if (!is_span) return;
      for (std::uint32_t index : program.flows_from(node)) {
        const FlowFact& flow = program.flows[index];
        if (flow.kind != FlowKind::derived) continue;
        std::optional<Consumer> consumer = consumer_of(program, flow);
        if (consumer && consumer->dimension == Dimension::duration) consider(std::move(consumer), flow.location, walk);
      }
    };
    for (std::uint32_t index : program.uses_of(field.id))
      if (is_compared_with_clock(program.uses[index])) return std::nullopt;
    consider_uses(field.id, nullptr);
    consider_shares(field.id, nullptr);
    Walk walk(program);
    walk.start(field.id);
    while (walk.step()) {
      if (checked.contains(walk.node())) return std::nullopt;
      consider_uses(walk.node(), &walk);
      consider_shares(walk.node(), &walk);
      const EntityFact* to = program.entity(walk.node());
      bool setting = to && to->kind == EntityKind::field && configuration.is_source(to->id);
      // A getter uses nothing: whoever calls it does. Nor does a member of ours, whatever it is called.
      const bool kept = to && to->kind == EntityKind::field && !to->has(is_external);
      if (to && !setting && !kept) consider(consumer_of(program, walk.flow()), walk.flow().location, &walk);
    }
    return best;
  }

  // `items.size() >= options.batch_size`: the setting's own name says that it is a limit, and it is used as a bound.
  std::optional<Consumer> own_meaning(const EntityFact& field, const UseFact& use) const {
    if (use.kind != UseKind::compare && use.kind != UseKind::loop) return std::nullopt;
    if (use.operation != "<" && use.operation != ">" && use.operation != "<=" && use.operation != ">=")
      return std::nullopt;
    Meaning meaning = meaning_of(field.name, field.type_class);
    if (meaning.dimension == Dimension::none || !meaning.strong) return std::nullopt;
    if (const EntityFact* other = program.entity(use.other); other && other->id == field.id) return std::nullopt;
    return Consumer{meaning.dimension, std::string(meaning.role),
                    meaning.tick,      Certainty::by_operation,
                    use.other,         "the comparison with '" + use.other_text + "'",
                    field.name};
  }

  Finding finding_of(const EntityFact& field, const Use& use) const {
    Finding finding;
    finding.check = "unvalidated-config";
    finding.kind = "unranged";
    finding.priority = Priority::p1;
    finding.place = program.place(field.location);
    finding.source_text = field.type + " " + field.name;
    finding.entity = field.qualified;
    finding.owner = owner_name_of_member(program, field);
    finding.role = use.consumer.role;
    finding.message = "'" + field.name + "' reaches " + use.consumer.what +
                      (use.consumer.dimension == Dimension::limit ? " as a limit" : "") +
                      ", and nothing checks its range";
    bool limit = use.consumer.dimension == Dimension::limit;
    finding.suggestion =
        "Reject or clamp it where " + (finding.owner.empty() ? "it is loaded" : finding.owner + " is loaded") +
        (limit ? ": decide what zero means, and the most that the program can bear."
               : ": decide what zero and a negative value mean, and the longest span that makes sense.");
    finding.evidence.push_back({finding.place, "the setting '" + field.name + "'"});
    for (std::uint32_t index : use.path) {
      const FlowFact& flow = program.flows[index];
      const EntityFact* to = program.entity(flow.to);
      std::string step = to && !to->name.empty() ? "goes to '" + to->name + "'" : "goes on from here";
      if (flow.location.line) finding.evidence.push_back({program.place(flow.location), step});
    }
    finding.evidence.push_back({program.place(use.location), "used in " + use.consumer.what});
    return finding;
  }

  const Program& program;
  const Configuration& configuration;
  std::unordered_set<EntityId> checked;
  MembersLeftOut left_out;
};

} // namespace

void judge_ranges(const Program& program, std::vector<Finding>& findings) { RangeJudge(program).judge(findings); }

} // namespace plumbline::unvalidated_config
