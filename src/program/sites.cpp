// Every consumer of a tunable with what feeds it (design.md §5 "Sites").
//
// A value counts once on its way, where it is first used as a time span or limit: a frozen one where the constant
// stands, any other where the expression stands that gives it. `timeout_ms_(options.timeout_ms)` is a site, and
// `usleep(timeout_ms_ * 1000)` behind it none: otherwise what is configured would count for each use and what is frozen
// only once. A helper's parameter is no site, its callers' arguments are; a parameter that nobody here gives anything
// is one, fed by the caller.
#include "program/owner_names.h"
#include "program/tunables.h"

#include <algorithm>

namespace plumbline {

namespace {

class SiteFinder {
 public:
  explicit SiteFinder(const Program& program) : program(program), configuration(*program.configuration) {
    // What is passed to be filled, `parse(config.timeout, text)`, is written there and not used.
    for (const FlowFact& flow : program.flows)
      if (flow.kind == FlowKind::output) filled[flow.from].insert(flow.to);
  }

  std::vector<Site> find() {
    for (const Tunable& tunable : program.tunables) add_constant(tunable);
    for (const FlowFact& flow : program.flows) add_flow(flow);
    for (const UseFact& use : program.uses) add_use(use);
    return std::move(sites);
  }

 private:
  enum class Feed : std::uint8_t { none, constant, computed, caller };

  static std::string_view check_of(Dimension dimension) {
    return dimension == Dimension::duration ? "hard-coded-duration" : "hard-coded-limit";
  }

  void add_constant(const Tunable& tunable) {
    Site site;
    site.check = check_of(tunable.consumer.dimension);
    site.place = program.place(tunable.constant.location);
    site.owner = tunable.owner;
    site.entity = tunable.entity;
    site.role = tunable.consumer.role;
    site.fed_by = "constant";
    site.source = tunable.value;
    sites.push_back(std::move(site));
  }

  void add(const Consumer& consumer, const Location& location, EntityId function, EntityId to, std::string_view fed_by,
           EntityId source) {
    Site site;
    site.check = check_of(consumer.dimension);
    site.place = program.place(location);
    site.owner = owner_name_of_code(program, function);
    const EntityFact* target = program.entity(to);
    const EntityFact* owner = target ? program.entity(target->owner) : nullptr;
    if (site.owner.empty() && owner) site.owner = owner->qualified;
    site.role = consumer.role;
    site.fed_by = fed_by;
    const EntityFact* named = program.entity(source);
    if (!named) named = program.entity(program.function_of(source));
    if (named) site.source = named->qualified;
    sites.push_back(std::move(site));
  }

  // The consumer that a flow ends in, if it is sure enough to count.
  std::optional<Consumer> consumer_behind(const FlowFact& flow) const {
    if (configuration.is_source(flow.to) || flow.kind == FlowKind::derived || flow.kind == FlowKind::output ||
        flow.kind == FlowKind::capture || !program.is_ours(flow.location))
      return std::nullopt;
    const std::unordered_map<EntityId, std::unordered_set<EntityId>>::const_iterator written = filled.find(flow.to);
    if (written != filled.end() && written->second.contains(flow.from)) return std::nullopt;
    std::optional<Consumer> consumer = consumer_of(program, flow);
    if (consumer && consumer->certainty == Certainty::by_weak_name) consumer.reset();
    return consumer;
  }

  // Whether a variable or member counted as a consumer when it got its value.
  bool is_counted(EntityId node, Dimension dimension) {
    const EntityFact* entity = program.entity(node);
    if (!entity || (entity->kind != EntityKind::variable && entity->kind != EntityKind::field) ||
        configuration.is_source(node))
      return false;
    const std::pair<std::unordered_map<EntityId, Dimension>::iterator, bool> entry =
        counted.try_emplace(node, Dimension::none);
    if (entry.second)
      for (std::uint32_t index : program.flows_to(node))
        if (std::optional<Consumer> consumer = consumer_behind(program.flows[index])) {
          entry.first->second = consumer->dimension;
          break;
        }
    return entry.first->second == dimension;
  }

  void add_flow(const FlowFact& flow) {
    if (program.constant(flow.from)) return; // a tunable, or no finding
    const EntityFact* from = program.entity(flow.from);
    if (from && from->has(is_constant)) return;
    const bool parameter = from && from->kind == EntityKind::parameter && !configuration.is_source(flow.from);
    const bool configured = configuration.reaches(flow.from);
    if (parameter && (configured || is_given(flow.from))) return; // the caller's call is the site
    std::optional<Consumer> consumer = consumer_behind(flow);
    if (!consumer || is_counted(flow.from, consumer->dimension)) return;
    if (configured) return add(*consumer, flow.location, flow.function, flow.to, "configuration", flow.from);
    if (configuration.is_loader(flow.function)) return; // it makes configuration of text
    switch (feed_of(flow.from)) {
    case Feed::caller:
      return add(*consumer, flow.location, flow.function, flow.to, "caller", flow.from);
    case Feed::computed:
      // A variable that is named like a time and computed is the program's state; what an API is told is not.
      if (flow.kind == FlowKind::argument &&
          (consumer->certainty == Certainty::by_api || consumer->certainty == Certainty::by_type))
        add(*consumer, flow.location, flow.function, flow.to, "computed", flow.from);
      return;
    case Feed::none:
    case Feed::constant:
      return;
    }
  }

  // `attempt < config.max_attempts`, `now - last > options.idle`. Of what is not configured, the flows say enough: in a
  // comparison either side may be the one that is bounded.
  void add_use(const UseFact& use) {
    const EntityFact* from = program.entity(use.from);
    if (!is_setting(use.from) || !program.is_ours(use.location) || (from && from->kind == EntityKind::parameter) ||
        configuration.reaches(use.other))
      return;
    std::optional<Consumer> consumer = consumer_of(program, use);
    if (!consumer || consumer->certainty == Certainty::by_weak_name || is_counted(use.from, consumer->dimension))
      return;
    add(*consumer, use.location, use.function, EntityId::none, "configuration", use.from);
  }

  // A setting, or a variable that is another name for one: what is made of it on the way counted there.
  bool is_setting(EntityId node) const {
    if (configuration.is_source(node)) return true;
    const std::span<const std::uint32_t> flows = program.flows_to(node);
    return std::any_of(flows.begin(), flows.end(), [&](std::uint32_t index) {
      const FlowFact& flow = program.flows[index];
      return flow.kind != FlowKind::derived && configuration.is_source(flow.from);
    });
  }

  // Whether something here gives the parameter a value; that of an override gets what is given to the overridden.
  bool is_given(EntityId parameter, bool overridden = true) const {
    const std::span<const std::uint32_t> flows = program.flows_to(parameter);
    return std::any_of(flows.begin(), flows.end(), [&](std::uint32_t index) {
      const FlowFact& flow = program.flows[index];
      return flow.kind != FlowKind::capture || (overridden && is_given(flow.from, false));
    });
  }

  // Where a value comes from that configuration does not reach: from a constant if any of it does, which is a site of
  // its own then; else from whoever calls; else it is computed.
  Feed feed_of(EntityId start) {
    // Behind that many, nobody can say any more: computed.
    // plumbline: allow(hard-coded-limit) the same code has the same findings, whoever scans it
    constexpr std::size_t max_nodes = 200;
    const std::pair<std::unordered_map<EntityId, Feed>::iterator, bool> entry = feeds.try_emplace(start, Feed::none);
    if (!entry.second) return entry.first->second;
    Feed found = Feed::computed;
    std::vector<EntityId> open{start};
    std::unordered_set<EntityId> seen{start};
    for (std::size_t next = 0; next < open.size() && next < max_nodes && found != Feed::constant; ++next) {
      const EntityFact* entity = program.entity(open[next]);
      if (program.constant(open[next]) || (entity && entity->has(is_constant))) found = Feed::constant;
      const std::span<const std::uint32_t> flows = program.flows_to(open[next]);
      if (flows.empty() && entity && entity->kind == EntityKind::parameter && !entity->has(is_external))
        found = std::max(found, Feed::caller);
      for (std::uint32_t index : flows.first(std::min(flows.size(), max_nodes)))
        if (program.flows[index].kind != FlowKind::derived && seen.insert(program.flows[index].from).second)
          open.push_back(program.flows[index].from);
    }
    return feeds[start] = found;
  }

  const Program& program;
  const Configuration& configuration;
  std::unordered_map<EntityId, std::unordered_set<EntityId>> filled; // parameter -> what it writes to
  std::unordered_map<EntityId, Dimension> counted;
  std::unordered_map<EntityId, Feed> feeds;
  std::vector<Site> sites;
};

} // namespace

std::vector<Site> sites_of(const Program& program) { return SiteFinder(program).find(); }

} // namespace plumbline
