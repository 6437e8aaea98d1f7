// Values that no configuration can reach because of how the program is put together: an owner that nobody can give any
// (no-seam), a way in that nobody uses (never-injected), and a line that goes past a setting that exists (bypassed).
//
// The questions are asked of the tunables that hard-coded-* report: which code holds each, and through which parameter
// or field somebody outside could change it (src/program/seams.h). What must change for an owner without a seam, and
// upwards from there, is src/program/cascade.h; how it would look, src/program/plan.h.
//
// Deliberately not reported: owners that have any configuration at hand, main(), tests, what tests pass to seams, and
// seams whose callers are elsewhere (a library's interface). Known misses: calls through pointers to functions, objects
// that a framework makes, and objects of one class of which some are configured by a setter and others not.

#include "check.h"
#include "facts/words.h"
#include "program/cascade.h"
#include "program/configuration.h"
#include "program/members_elsewhere.h"
#include "program/plan.h"

#include <algorithm>
#include <map>
#include <set>

namespace plumbline::missing_config_injection {

static constexpr std::size_t max_calls_shown = 50; // of a seam; what nobody reads only makes reports slow

class Judge {
 public:
  Judge(const Program& program, std::vector<Finding>& findings)
      : program(program), findings(findings), seams(program), access(program), cascades(program, seams, access),
        planner(program), left_out(program) {}

  void run() {
    for (const Tunable& tunable : program.tunables)
      if (tunable.constant.id != EntityId::none) by_constant.emplace(tunable.constant.id, &tunable);
    owners_without_seam();
    for (const Holding& holding : seams.holdings)
      if (holding.seam != EntityId::none) by_seam[holding.seam].push_back(&holding);
    // In the order in which seams are first seen, not of their ids.
    std::set<EntityId> done;
    for (const Holding& holding : seams.holdings)
      if (holding.seam != EntityId::none && done.insert(holding.seam).second) judge_seam(holding.seam);
    for (const DefaultLeft& left : seams.defaults_left) report_default_left(left);
  }

 private:
  struct Owned {
    std::vector<const Holding*> holdings;
  };

  static void show(Finding& finding, const Program& program, const Location& location, std::string message) {
    if (!program.is_ours(location)) return;
    Place place = program.place(location);
    for (const Evidence& step : finding.evidence)
      if (step.place == place && step.message == message) return;
    finding.evidence.push_back({std::move(place), std::move(message)});
  }

  static std::string list(const std::vector<std::string>& texts, std::size_t most = 6) {
    std::string joined;
    for (std::size_t i = 0; i < texts.size() && i < most; ++i) joined += (i ? ", " : "") + texts[i];
    return texts.size() > most ? joined + ", …" : joined;
  }

  static std::string count(std::size_t number, const std::string& noun) {
    return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
  }

  std::string name_of_code(EntityId id) const {
    const EntityFact* fact = program.entity(id);
    if (!fact) return "code outside all functions";
    const EntityFact* around = program.entity(fact->owner);
    bool member = fact->kind == EntityKind::function && around && around->kind == EntityKind::record;
    return (member ? around->name + "::" : std::string()) + fact->name +
           (fact->kind == EntityKind::function ? "()" : "");
  }

  // ---- no-seam

  void owners_without_seam() {
    std::map<EntityId, Owned> owned; // looked up; the order is that of first holdings
    std::vector<EntityId> order;
    for (const Holding& holding : seams.holdings) {
      if (holding.seam != EntityId::none || holding.owner == EntityId::none) continue;
      const EntityFact* owner = program.entity(holding.owner);
      const EntityFact* function = program.entity(holding.function);
      if (!owner || owner->has(is_main) || (function && function->has(is_main)) || owner->has(is_external) ||
          owner->name.empty() || owner->name.starts_with("operator") || !program.is_ours(owner->location) ||
          seams.is_test(owner->location) || seams.is_test(holding.location) || seams.is_test_code(holding.function) ||
          program.configuration->is_config_type(owner->id))
        continue;
      std::pair<std::map<EntityId, Owned>::iterator, bool> entry = owned.try_emplace(owner->id);
      if (entry.second) order.push_back(owner->id);
      entry.first->second.holdings.push_back(&holding);
    }
    for (EntityId id : order) judge_owner(*program.entity(id), owned[id].holdings);
  }

  // Configuration that is only there to be bounded does not bring its own bounds: see the page.
  bool has_configuration(const EntityFact& owner, const std::vector<const Holding*>& holdings,
                         std::vector<EntityId>& bounds) const {
    constexpr std::size_t policy = 3; // one or two fit beside the fields that they bound
    std::vector<ConfigAtHand> at_hand = access.of_owner(owner.id);
    if (at_hand.empty()) return false;
    std::set<const Tunable*> distinct;
    for (const Holding* holding : holdings) {
      if (holding->bounds == EntityId::none) return true;
      distinct.insert(holding->tunable);
      if (std::find(bounds.begin(), bounds.end(), holding->bounds) == bounds.end()) bounds.push_back(holding->bounds);
    }
    return distinct.size() < policy ||
           std::any_of(
               at_hand.begin(), at_hand.end(),
               [&](const ConfigAtHand& config) {
                 return std::find(bounds.begin(), bounds.end(), config.type) == bounds.end();
               });
  }

  static bool matters(const Tunable& tunable) {
    const std::string& role = tunable.consumer.role;
    return role != "sleep" && role != "other" && role != "threshold" && role != "clamp";
  }

  void judge_owner(const EntityFact& owner, const std::vector<const Holding*>& holdings) {
    std::vector<EntityId> bounds;
    if (has_configuration(owner, holdings, bounds)) return;
    std::vector<const Tunable*> tunables;
    std::vector<EntityId> functions;
    bool in_default = false;
    for (const Holding* holding : holdings) {
      if (std::find(tunables.begin(), tunables.end(), holding->tunable) == tunables.end())
        tunables.push_back(holding->tunable);
      if (holding->function == EntityId::none)
        in_default = true;
      else if (std::find(functions.begin(), functions.end(), holding->function) == functions.end())
        functions.push_back(holding->function);
    }
    if (in_default) functions.clear(); // a member's default: whoever makes the object
    Cascade cascade = cascades.cascade_of(owner.id, functions);

    Finding finding = start("no-seam", owner);
    bool record = owner.kind == EntityKind::record;
    std::vector<std::string> values;
    for (const Tunable* tunable : tunables) values.push_back(tunable->value);
    finding.message = "'" + owner.qualified + "' has ";
    if (bounds.empty()) {
      finding.message += count(tunables.size(), "hard-coded value") + " (" + list(values) +
                         ") and no way to be given " + (tunables.size() == 1 ? "another" : "others");
    } else {
      std::vector<std::string> types;
      for (EntityId type : bounds)
        if (const EntityFact* fact = program.entity(type)) types.push_back(fact->name);
      finding.message += count(tunables.size(), "bound") + " (" + list(values) + ") on what " + list(types) +
                         " says, and is given no other configuration";
    }
    finding.message += "; " + places_text(cascade, record);
    finding.suggestion = planner.plan_of(owner, tunables, functions, bounds, cascade);
    finding.uses = static_cast<int>(tunables.size());
    if (tunables.size() == 1) finding.role = tunables.front()->consumer.role, finding.value = values.front();
    finding.priority = tunables.size() > 1 || matters(*tunables.front()) ? Priority::p1 : Priority::p2;
    for (const Tunable* tunable : tunables) {
      finding.causes.push_back(program.place(tunable->constant.location));
      show(finding, program, tunable->constant.location,
           tunable->value + (tunable->consumer.role == "other" ? "" : " (" + tunable->consumer.role + ")") + ": " +
               (tunable->named ? "'" + tunable->named->name + "'" : tunable->consumer.what));
      for (const Holding* holding : holdings)
        if (holding->tunable == tunable && (holding->location.file != tunable->constant.location.file ||
                                            holding->location.line != tunable->constant.location.line))
          show(finding, program, holding->location, tunable->value + " is used here");
    }
    for (const ChangeSite& site : cascade.sites) show(finding, program, site.location, site_text(site));
    if (cascade.left_out)
      show(finding, program, owner.location,
           "and " + count(cascade.left_out, "further place") + " on the way to callers that have a configuration");
    findings.push_back(std::move(finding));
  }

  std::string places_text(const Cascade& cascade, bool record) const {
    if (cascade.production + cascade.tests == 0)
      return record ? "nothing in this program makes one by name" : "nothing in this program calls it by name";
    std::string text;
    if (cascade.production) text = count(cascade.production, "place");
    if (cascade.tests) text += (text.empty() ? "" : " and ") + count(cascade.tests, "test");
    return text + " must change";
  }

  std::string site_text(const ChangeSite& site) const {
    const EntityFact* target = program.entity(site.target);
    const EntityFact* holder = program.entity(site.holder);
    bool record = target && target->kind == EntityKind::record;
    bool inherits = record && holder && site.caller == EntityId::none && site.location == holder->location;
    std::string who = name_of_code(site.caller != EntityId::none ? site.caller : site.holder);
    std::string text = who + (inherits ? " derives from " : record ? " makes " : " calls ") + name_of_code(site.target);
    switch (site.end) {
    case SiteEnd::at_hand: {
      const EntityFact* type = program.entity(site.config->type);
      return text + "; it has '" + site.config->expression + "'" + (type ? " (" + type->qualified + ")" : "") +
             " at hand";
    }
    case SiteEnd::lacks:
      return text + "; " + (holder ? name_of_code(holder->id) : who) +
             " has no configuration, so it must be given one as well";
    case SiteEnd::root: {
      const EntityFact* caller = program.entity(site.caller);
      if (caller && caller->has(is_main)) return text + "; there is no configuration yet, this is where to load one";
      if (!holder) return text + "; it is made before any configuration can be there";
      return text + "; " + name_of_code(holder->id) + " has no configuration, and nothing in this program " +
             (holder->kind == EntityKind::record ? "makes one" : "calls it") + " that could pass one";
    }
    case SiteEnd::test:
      return text + " in a test";
    }
    return text;
  }

  // ---- never-injected, bypassed

  Finding start(std::string_view kind, const EntityFact& anchor) const {
    Finding finding;
    finding.check = "missing-config-injection";
    finding.kind = kind;
    finding.place = program.place(anchor.location);
    finding.source_text = anchor.name;
    finding.entity = anchor.qualified;
    finding.owner = anchor.qualified;
    finding.priority = Priority::p1;
    return finding;
  }

  // A function of a class with one parameter, which it keeps.
  bool is_setter(const EntityFact& function) const {
    const EntityFact* record = program.entity(function.owner);
    if (!record || record->kind != EntityKind::record || function.has(is_constructor)) return false;
    EntityId parameter = EntityId::none;
    for (std::uint32_t index : program.members_of(function.id)) {
      const EntityFact& member = program.entities[index];
      if (member.kind != EntityKind::parameter) continue;
      if (parameter != EntityId::none) return false;
      parameter = member.id;
    }
    for (std::uint32_t index : program.flows_from(parameter)) {
      const EntityFact* to = program.entity(program.flows[index].to);
      if (to && to->kind == EntityKind::field && to->owner == record->id) return true;
    }
    return false;
  }

  std::string seam_text(const EntityFact& seam) const {
    const EntityFact* function = program.entity(seam.owner);
    if (seam.kind != EntityKind::parameter) return "'" + seam.qualified + "'";
    if (function && is_setter(*function)) return function->name + "()";
    return "'" + seam.name + "' of " + (function ? function->name : "a function") + "()";
  }

  std::string value_of(EntityId constant) const {
    std::map<EntityId, const Tunable*>::const_iterator it = by_constant.find(constant);
    if (it != by_constant.end()) return it->second->value;
    if (const ConstantFact* fact = program.constant(constant)) return fact->text;
    const EntityFact* named = program.entity(constant);
    return named ? "'" + named->name + "'" : std::string();
  }

  void judge_seam(EntityId node) {
    const EntityFact* seam = program.entity(node);
    if (!seam || !program.is_ours(seam->location) || seams.is_test(seam->location)) return;
    std::vector<const Holding*> production;
    for (const Holding* holding : by_seam[node])
      if (!seams.is_test(holding->location) && !seams.is_test_code(holding->function) &&
          program.is_ours(holding->tunable->constant.location) && !seams.is_test(holding->tunable->constant.location))
        production.push_back(holding);
    if (production.empty()) return;
    if (program.configuration->reaches(node)) {
      if (!seams.settings.is_given_one(node) || seams.is_for_what_is_handed_in(*seam)) return;
      // A setting for this purpose that the code cannot get at is another component's.
      for (const Holding* holding : production)
        if (!holding->is_default && !makes_first(holding->function, *seam) &&
            !seams.is_variant(holding->function, *seam) && !seams.settings.are_consulted_in(holding->function, node) &&
            is_in_reach(*seam, holding->owner, holding->function,
                        {holding->location,
                         holding->tunable->consumer.dimension,
                         {holding->tunable->named ? holding->tunable->named->name : holding->tunable->constant.macro}}))
          report_bypass(*seam, *holding);
    } else if (!seams.is_open(node) && !is_override(node) && !is_fallback(*seam) &&
               !program.may_be_used_elsewhere(node) && !left_out.may_use(*seam, MemberUse::given)) {
      report_never_injected(*seam, production);
    }
  }

  // Whether the code that passes the constant, or who calls it, could have passed the setting.
  bool is_in_reach(const EntityFact& seam, EntityId owner, EntityId function, Passing passing) const {
    constexpr std::size_t most_callers = 50, levels = 2; // further up, nobody would see the connection
    if (seams.settings.are_for_it(seam) && seams.settings.are_anybodys(seam.id, passing.location)) return true;
    std::vector<EntityId> functions{function};
    std::set<EntityId> seen{function};
    std::size_t begin = 0;
    for (std::size_t level = 0; level <= levels; ++level) {
      const std::size_t end = functions.size();
      for (; begin < end; ++begin) {
        if (level > 0) owner = owner_of_code(program, functions[begin]);
        Passing here = passing;
        for (const EntityFact* named : {program.entity(functions[begin]), program.entity(owner)})
          if (named) here.names.push_back(named->name);
        if (seams.settings.are_in_reach(seam.id, here, access.of_owner(owner))) return true;
        if (level == 0) passing = {{}, here.dimension, here.names};
        for (std::uint32_t call : seams.calls_of(functions[begin]))
          if (seen.size() <= most_callers && seen.insert(program.calls[call].caller).second)
            functions.push_back(program.calls[call].caller);
      }
    }
    return false;
  }

  // int get_int(key, int fallback): what is passed there is the default of a setting.
  static bool is_fallback(const EntityFact& seam) {
    const std::vector<std::string> words = words_of(seam.name);
    static constexpr std::string_view names[] = {"fallback", "default", "dflt", "def", "deflt"};
    return seam.kind == EntityKind::parameter && words.size() == 1 &&
           std::find(std::begin(names), std::end(names), words.front()) != std::end(names);
  }

  // void client_init(client* c) { c->interval = 100; }: what a member starts with, before anybody can set it.
  bool makes_first(EntityId function, const EntityFact& seam) const {
    const EntityFact* maker = program.entity(function);
    if (!maker || seam.kind != EntityKind::field || maker->owner == seam.owner) return false;
    const std::vector<std::string> words = words_of(maker->name);
    static constexpr std::string_view making[] = {"init",     "new",   "create",    "default",
                                                  "defaults", "alloc", "initialize"};
    return std::any_of(words.begin(), words.end(), [](const std::string& word) {
      return std::find(std::begin(making), std::end(making), word) != std::end(making);
    });
  }

  // Calls of what it overrides reach it: the seam is there.
  bool is_override(EntityId parameter) const {
    for (std::uint32_t index : program.flows_to(parameter))
      if (program.flows[index].kind == FlowKind::capture) return true;
    return false;
  }

  void report_bypass(const EntityFact& seam, const Holding& holding) {
    const Tunable& tunable = *holding.tunable;
    Finding finding = start("bypassed", seam);
    const EntityFact* function = seam.kind == EntityKind::parameter ? program.entity(seam.owner) : nullptr;
    if (function) finding.entity = function->qualified;
    finding.owner = tunable.owner;
    finding.place = program.place(tunable.constant.location);
    finding.source_text = tunable.constant.text;
    finding.line_text = tunable.constant.line;
    finding.role = tunable.consumer.role;
    finding.value = tunable.value;
    finding.message = tunable.value +
                      (function ? " is passed to " + seam_text(seam) : " is written to " + seam_text(seam)) +
                      ", which configuration reaches elsewhere";
    show(finding, program, tunable.constant.location, "the constant " + tunable.constant.text);
    show(finding, program, holding.location,
         function ? "passed to " + function->name + "()" : "stored in " + seam_text(seam));
    std::string configured = show_configured(finding, seam);
    finding.suggestion = "Pass the setting here too" + (configured.empty() ? "" : ": " + configured) +
                         ". If this place needs another value, it needs a setting of its own.";
    findings.push_back(std::move(finding));
  }

  // Where configuration comes in; gives the first setting's name.
  std::string show_configured(Finding& finding, const EntityFact& seam) const {
    constexpr std::size_t most = 3;
    std::string name;
    std::pair<std::map<EntityId, std::vector<std::uint32_t>>::iterator, bool> entry = configured.try_emplace(seam.id);
    if (entry.second)
      for (std::uint32_t index : program.flows_to(seam.id)) {
        const FlowFact& flow = program.flows[index];
        if (program.configuration->reaches(flow.from) && program.is_ours(flow.location) &&
            entry.first->second.size() < most)
          entry.first->second.push_back(index);
      }
    for (std::uint32_t index : entry.first->second) {
      const FlowFact& flow = program.flows[index];
      const EntityFact* from = program.entity(flow.from);
      if (!from) from = program.entity(program.function_of(flow.from));
      std::string text = from ? from->qualified + (from->kind == EntityKind::function ? "()" : "") : std::string();
      bool setting = from && program.configuration->is_source(flow.from);
      if (name.empty() && setting) name = text;
      show(finding, program, flow.location, "configuration reaches it here" + (text.empty() ? "" : ", from " + text));
    }
    return name;
  }

  void report_default_left(const DefaultLeft& left) {
    const EntityFact* parameter = program.entity(left.parameter);
    const EntityFact* function = program.entity(parameter->owner);
    const CallFact& call = program.calls[left.call];
    if (!is_in_reach(*parameter, owner_of_code(program, call.caller), call.caller,
                     {call.location, left.consumer.dimension, {}}))
      return;
    Finding finding = start("bypassed", *parameter);
    finding.entity = function->qualified;
    if (const EntityFact* owner = program.entity(owner_of_code(program, call.caller))) finding.owner = owner->qualified;
    finding.place = program.place(call.location);
    finding.source_text = function->name + "(" + parameter->name + ")";
    finding.role = left.consumer.role;
    finding.value = default_value(left, *parameter);
    finding.message = "this call of " + function->name + "() leaves '" + parameter->name + "' at its default " +
                      finding.value + ", while configuration reaches it at other calls";
    show(finding, program, call.location, "the call");
    show(finding, program, parameter->location, "the default");
    std::string configured = show_configured(finding, *parameter);
    finding.suggestion = "Pass the setting here too" + (configured.empty() ? "." : ": " + configured + ".");
    findings.push_back(std::move(finding));
  }

  std::string default_value(const DefaultLeft& left, const EntityFact& parameter) const {
    const ConstantFact* constant = program.constant(left.constant);
    if (!constant) return value_of(left.constant);
    if (left.consumer.dimension != Dimension::duration) return format_number(constant->value);
    std::int64_t tick = constant->tick > 0 ? constant->tick : left.consumer.tick;
    if (tick <= 0) tick = unit_of_name(parameter.name);
    return tick > 0 ? format_duration(constant->value * static_cast<double>(tick)) : format_number(constant->value);
  }

  void report_never_injected(const EntityFact& seam, const std::vector<const Holding*>& holdings) {
    const EntityFact* function = seam.kind == EntityKind::parameter ? program.entity(seam.owner) : nullptr;
    bool setter = function && is_setter(*function);
    Finding finding = start("never-injected", setter ? *function : seam);
    if (function) finding.entity = function->qualified;
    EntityId owner = function ? owner_of_code(program, function->id) : seam.owner;
    if (const EntityFact* fact = program.entity(owner)) finding.owner = fact->qualified;

    std::vector<std::string> passed, left;
    std::size_t calls_passing = 0;
    for (const Holding* holding : holdings) {
      std::vector<std::string>& values = holding->is_default ? left : passed;
      if (std::find(values.begin(), values.end(), holding->tunable->value) == values.end())
        values.push_back(holding->tunable->value);
      if (!holding->is_default) ++calls_passing;
      if (finding.evidence.size() < max_calls_shown)
        show(finding, program, holding->location,
             holding->is_default
                 ? "the default: " + holding->tunable->value
                 : name_of_code(holding->function) + (function ? " passes " : " writes ") + holding->tunable->value);
    }
    std::size_t calls_leaving = show_calls_leaving(finding, seam, function, owner, left);
    // Nothing uses it: whoever does is elsewhere.
    if (calls_passing == 0 && calls_leaving == 0) return;

    const Tunable& first = *holdings.front()->tunable;
    finding.role = first.consumer.role;
    if (passed.size() + left.size() == 1) finding.value = passed.empty() ? left.front() : passed.front();
    finding.uses = static_cast<int>(calls_passing + calls_leaving);
    finding.message = "configuration never reaches " + seam_text(seam) + ": ";
    if (calls_passing) {
      finding.message +=
          (calls_passing == 1 ? "the only " + std::string(function ? "call" : "write") + " that gives it a value"
                              : "all " + std::to_string(calls_passing) + (function ? " calls" : " writes")) +
          (function ? (calls_passing == 1 ? " passes " : " pass ") : (calls_passing == 1 ? " stores " : " store ")) +
          list(passed);
      if (!left.empty()) finding.message += "; else the default " + list(left) + " stays";
    } else {
      finding.message += (function ? setter ? nobody_calls(function->id) : "no call gives it" : nobody_sets(seam.id)) +
                         ", so the default " + list(left) + " stays";
    }
    finding.suggestion = "Pass a setting where it is " + std::string(function ? setter ? "set" : "called" : "set") +
                         ", with today's value as its default" + nearest_setting(holdings) + ".";
    findings.push_back(std::move(finding));
  }

  // Calls that pass zero or "for ever" are there, and give it nothing that a setting would say.
  std::string nobody_calls(EntityId setter) const {
    const std::size_t calls = seams.calls_of(setter).size();
    return calls == 0 ? "nobody calls it" : "none of its " + count(calls, "call") + " passes a span or limit";
  }

  std::string nobody_sets(EntityId field) const {
    const std::span<const std::uint32_t> flows = program.flows_to(field);
    const bool written = std::any_of(flows.begin(), flows.end(), [&](std::uint32_t index) {
      const EntityFact* from = program.entity(program.flows[index].from);
      return from && from->kind == EntityKind::parameter;
    });
    return written ? "nobody sets it to a span or limit" : "nobody sets it";
  }

  // The first of those who pass constants that has a configuration at hand.
  std::string nearest_setting(const std::vector<const Holding*>& holdings) const {
    for (const Holding* holding : holdings) {
      // Who has a default is not who would pass a setting.
      if (holding->is_default || holding->function == EntityId::none) continue;
      const ConfigAtHand* config = access.at(holding->function);
      if (!config) continue;
      const EntityFact* type = program.entity(config->type);
      return "; " + name_of_code(holding->function) + " has '" + config->expression + "'" +
             (type ? " (" + type->qualified + ")" : "") + " at hand";
    }
    return {};
  }

  // Calls that give no value, or objects that are made and never told.
  std::size_t show_calls_leaving(Finding& finding, const EntityFact& seam, const EntityFact* function, EntityId owner,
                                 const std::vector<std::string>& defaults) {
    if (defaults.empty()) return 0;
    bool by_call = false; // the default of a parameter, rather than of a member
    for (std::uint32_t index : program.flows_to(seam.id))
      by_call |= program.flows[index].kind == FlowKind::default_argument;
    std::size_t left = 0;
    for (std::uint32_t index : by_call&& function ? seams.calls_of(function->id) : seams.constructions_of(owner)) {
      const CallFact& call = program.calls[index];
      if (by_call && call.arguments > static_cast<unsigned>(seam.index)) continue;
      bool within = call.caller != EntityId::none && owner_of_code(program, call.caller) == owner;
      if (within || seams.is_test(call.location) || !program.is_ours(call.location)) continue;
      ++left;
      if (finding.evidence.size() < max_calls_shown)
        show(finding, program, call.location,
             name_of_code(call.caller) + (by_call ? " leaves the default" : " makes one"));
    }
    return left;
  }

  const Program& program;
  std::vector<Finding>& findings;
  SeamModel seams;
  ConfigAccess access;
  CascadeFinder cascades;
  Planner planner;
  MembersLeftOut left_out;
  std::map<EntityId, const Tunable*> by_constant;
  std::map<EntityId, std::vector<const Holding*>> by_seam;
  mutable std::map<EntityId, std::vector<std::uint32_t>> configured; // seam -> the first flows of configuration into it
};

static void judge(const Program& program, std::vector<Finding>& findings) { Judge(program, findings).run(); }

static constexpr std::string_view kinds[] = {"no-seam", "never-injected", "bypassed"};
static constexpr std::string_view kinds_of_absence[] = {"never-injected"};
static constexpr MemberClaim claims[] = {{"never-injected", MemberUse::given}};

extern const Check check;
const Check check = {
    .title = "Configuration cannot reach the code that needs it",
    .priority = Priority::p1,
    .kinds = kinds,
    .kinds_of_absence = kinds_of_absence,
    .claims_about_members = claims,
    .judge = judge,
};

} // namespace plumbline::missing_config_injection
