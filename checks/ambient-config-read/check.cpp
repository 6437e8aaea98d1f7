// Configuration that is picked out of the air: the environment or a global configuration object, read by code that
// nobody gave it to.
//
// The collector writes down each read of the environment, of a global object and of what an argument-less function
// gives by reference or pointer; which of these are configuration, and whether the reading function is a config type's,
// main, or code that loads configuration (design.md §3.6), the judge knows. One finding per function and setting, at
// the first read. Known misses: singletons behind macros that hide the type, and registries that are asked by name.

#include "check.h"
#include "facts.h"
#include "program/configuration.h"
#include "program/owner_names.h"
#include "project/project.h"

#include <map>
#include <set>

namespace plumbline::ambient_config_read {

namespace {

class AmbientJudge {
 public:
  explicit AmbientJudge(const Program& program) : program(program), configuration(*program.configuration) {
    for (const CallFact& call : program.calls)
      if (call.caller != call.callee) callers[call.callee].push_back(call.caller);
  }

  void judge(std::vector<Finding>& findings) {
    const StringId kind = program.table.strings.find(ambient_read);
    find_counters();
    if (kind == StringId::empty) return;
    std::map<Place, AmbientRead> reads;
    for (const Fact& fact : program.table.facts) {
      if (fact.kind != kind || !program.is_ours(fact.location)) continue;
      AmbientRead read = read_ambient(program.table, fact);
      if (is_ambient(read) && !is_allowed(read)) reads.try_emplace(program.place(fact.location), std::move(read));
    }
    for (const std::pair<const Place, AmbientRead>& entry : reads) findings.push_back(finding_of(entry.second));
  }

 private:
  bool is_ambient(const AmbientRead& read) const {
    if (read.what == EntityId::none) return true;
    // AppConfig::instance().server(): the first of the two is read.
    if (read.through != EntityId::none && configuration.is_config_type(read.through)) return false;
    return read.type != EntityId::none && configuration.is_config_type(read.type) && !is_state(read);
  }

  // What the program counts in while it runs, and the objects at work that a record named config points to, are no
  // settings.
  bool is_state(const AmbientRead& read) const {
    if (counters.contains({read.what, read.part})) return true;
    return read.points_to != EntityId::none && !configuration.is_config_type(read.points_to);
  }

  // `options.verbose++` for each -v is how a setting is loaded.
  void find_counters() {
    const StringId kind = program.table.strings.find(ambient_count);
    if (kind == StringId::empty) return;
    for (const Fact& fact : program.table.facts) {
      const EntityFact* function = fact.kind == kind ? program.entity(fact.object) : nullptr;
      if (function && !function->has(is_main) && !configuration.is_loader(function->id) &&
          scope_of(*program.settings, program.path(function->location)) == Scope::production)
        counters.insert({fact.subject, std::string(program.table.text(fact, "part"))});
    }
  }

  bool is_allowed(const AmbientRead& read) {
    if (read.given_to != EntityId::none && configuration.is_loader(read.given_to)) return true; // to be filled
    if (read.function == EntityId::none) {
      const EntityFact* variable = program.entity(read.starts);
      // `Logger log(global_config);` gives a global object its configuration: that is how it would be in main().
      if (variable && variable->kind == EntityKind::variable && read.part.empty() && read.what != EntityId::none &&
          variable->type_class == TypeClass::record)
        return true;
      return variable && (configuration.is_source(variable->id) || configuration.is_config_type(variable->owner) ||
                          configuration.is_config_type(variable->type_entity));
    }
    const EntityFact* function = program.entity(read.function);
    if (!function || function->has(is_main) || configuration.is_loader(read.function)) return true;
    if (read.through != EntityId::none && function->owner == read.through) return true;
    return is_own(read, *function) || is_helper(*function, read.what == EntityId::none);
  }

  // A class reads what it keeps for all its objects and nobody else can reach: a static member that is not public.
  bool is_own(const AmbientRead& read, const EntityFact& function) const {
    const EntityFact* what = program.entity(read.what);
    return what && what->kind == EntityKind::variable && what->has(is_static) && !what->has(is_public) &&
           !what->has(is_local) && what->owner == function.owner;
  }

  // Whether only code that loads configuration calls the function, directly or through others. main() may have helpers
  // that look something up in the environment for it, but what it starts is not one, nor is what asks a configuration
  // that it could have been given.
  bool is_helper(const EntityFact& start, bool environment) {
    const std::pair<EntityId, bool> key(start.id, environment);
    std::map<std::pair<EntityId, bool>, bool>::const_iterator known = helpers.find(key);
    if (known != helpers.end()) return known->second;
    bool result = true;
    std::vector<EntityId> open{start.id};
    std::set<EntityId> seen{start.id};
    while (!open.empty() && result) {
      EntityId function = open.back();
      open.pop_back();
      std::unordered_map<EntityId, std::vector<EntityId>>::const_iterator it = callers.find(function);
      if (it == callers.end()) {
        result = false; // nobody calls it, or somebody whom we do not see
        break;
      }
      for (EntityId id : it->second) {
        const EntityFact* caller = program.entity(id);
        if (!caller) {
          result = false;
        } else if (caller->has(is_main)) {
          result &= environment && gives_value(*program.entity(function));
        } else if (!configuration.is_loader(id) && seen.insert(id).second) {
          open.push_back(id);
        }
      }
    }
    return helpers[key] = result;
  }
  bool gives_value(const EntityFact& function) const {
    const EntityFact* record = program.entity(function.owner);
    if (record && record->kind == EntityKind::record && !function.has(is_static)) return false; // an object at work
    return function.type_class == TypeClass::text || function.type_class == TypeClass::boolean ||
           configuration.reaches(return_of(function.id));
  }

  Finding finding_of(const AmbientRead& read) const {
    Finding finding;
    finding.check = "ambient-config-read";
    finding.kind = "ambient";
    finding.priority = Priority::p2;
    finding.place = program.place(read.location);
    finding.source_text = read.source;
    finding.line_text = read.line;
    const EntityFact* function = program.entity(read.function);
    const EntityFact* variable = program.entity(read.starts);
    finding.entity = function ? function->qualified : variable ? variable->qualified : "";
    finding.owner = function ? owner_name_of_code(program, read.function) : finding.entity;
    const EntityFact* what = program.entity(read.what);
    std::string where = function   ? "in " + function->qualified + "()"
                        : variable ? "when '" + variable->name + "' is initialised"
                                   : "outside of functions";
    if (!what) {
      std::string key = read.part.empty() ? "" : "\"" + read.part + "\"";
      finding.message = read.name + "(" + key + ") is read " + where + ", outside the code that loads configuration";
      finding.suggestion =
          "Read the variable where the configuration is loaded, keep it in a field of a config type, and "
          "give that to " +
          (finding.owner.empty() ? "whoever needs it." : finding.owner + ".");
    } else {
      std::string name = read.name + (what->kind == EntityKind::function ? "()" : "");
      std::string part = read.part.empty() ? "" : "'" + read.part + "' of ";
      finding.message = part + "the global configuration " + name + " is read " + where;
      finding.suggestion = "Give " + (finding.owner.empty() ? std::string("the code") : finding.owner) +
                           " what it needs of it, as a parameter or in its constructor.";
    }
    finding.evidence.push_back({finding.place, "read here"});
    if (what && program.is_ours(what->location))
      finding.evidence.push_back({program.place(what->location), "the global configuration"});
    return finding;
  }

  const Program& program;
  const Configuration& configuration;
  std::unordered_map<EntityId, std::vector<EntityId>> callers;
  std::set<std::pair<EntityId, std::string>> counters; // global objects and the members that are counted in
  std::map<std::pair<EntityId, bool>, bool> helpers;   // of functions, asked about the environment or a global object
};

} // namespace

static void judge(const Program& program, std::vector<Finding>& findings) { AmbientJudge(program).judge(findings); }

static constexpr std::string_view kinds[] = {"ambient"};

extern const Check check;
const Check check = {
    .title = "Configuration is read from the environment or a global object",
    .priority = Priority::p2,
    .kinds = kinds,
    .collect = collect,
    .judge = judge,
};

} // namespace plumbline::ambient_config_read
