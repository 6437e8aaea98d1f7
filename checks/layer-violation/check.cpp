// Dependencies against the order of the layers that the settings declare (kind layer), and modules that depend on each
// other in a ring (kind module-cycle).
//
// An include against the layers is one finding, with the names that come through it as evidence; what is used without
// one, by a declaration written by hand or by way of a file in no layer, is a finding at its first use. A ring that
// only such violations close is reported as those violations and not once more as a ring (design.md §3.6). Deliberately
// not reported: test code as part of a module; a function that the lower layer declares in a header of its own and a
// higher one, including that, defines (a seam); pointers to declared types as a way round a ring of modules.

#include "check.h"
#include "program/modules.h"

#include <algorithm>

namespace plumbline::layer_violation {

static constexpr std::size_t shown_names = 20, shown_includes = 20; // as evidence

static std::string quoted(const std::string& text) { return "'" + text + "'"; }

static std::string count_of_includes(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " include" : " includes");
}

static void add_uses(const Program& program, const std::vector<std::uint32_t>& mentions, Finding& finding) {
  for (std::size_t i = 0; i < mentions.size() && i < shown_names; ++i) {
    const Mention& mention = program.includes->mentions[mentions[i]];
    finding.evidence.push_back({program.place(mention.location), "uses " + quoted(mention.name)});
  }
}

static std::vector<std::string> names_of(const Program& program, const std::vector<std::uint32_t>& mentions) {
  std::vector<std::string> names;
  for (const std::uint32_t mention : mentions) {
    std::string name = quoted(program.includes->mentions[mention].name);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

static Finding start(std::string_view kind, Priority priority) {
  Finding finding;
  finding.check = "layer-violation";
  finding.kind = kind;
  finding.priority = priority;
  return finding;
}

static void stand_at(const Program& program, const Include& include, Finding& finding) {
  finding.place = program.place(include.location);
  finding.source_text = finding.line_text = include.text;
}

static std::string suggestion_for_layers(const std::string& lower, const std::string& upper) {
  return "Let " + upper + " pass in what " + lower + " needs (a callback, or an interface that " + lower +
         " declares and " + upper + " implements), or move what both use down into " + lower + " or below it.";
}

static Finding layer_finding(const Program& program, const LayerViolation& violation) {
  const IncludeGraph& includes = *program.includes;
  const ModuleGraph& modules = *program.modules;
  const std::string& upper = modules.name_of[violation.higher];
  Finding finding = start("layer", Priority::p1);
  if (violation.include != no_index) {
    const Include& include = includes.includes[violation.include];
    const std::string& lower = modules.name_of[include.from];
    stand_at(program, include, finding);
    finding.entity = include.spelled;
    finding.message =
        quoted(lower) + " includes " + quoted(includes.files[include.to]) + " of " + quoted(upper) +
        ", which stands above it; " + count_of_names(names_of(program, violation.mentions).size()) +
        (names_of(program, violation.mentions).size() > 1 ? " are used through it" : " is used through it");
    finding.suggestion = violation.mentions.empty() ? "Drop this include: nothing that it brings is used."
                                                    : suggestion_for_layers(lower, upper);
    finding.evidence.push_back(
        {finding.place, quoted(includes.files[include.from]) + " includes " + quoted(includes.files[include.to])});
  } else {
    const Mention& first = includes.mentions[violation.mentions.front()];
    const std::string& lower = modules.name_of[first.from];
    finding.place = program.place(first.location);
    finding.entity = first.name;
    // The name as written is the last part of the qualified one; the line is not known to the facts.
    finding.source_text = first.name.substr(first.name.rfind(':') + 1);
    finding.message = quoted(lower) + " uses " + listed(names_of(program, violation.mentions), 3) + " of " +
                      quoted(upper) + ", which stands above it, " +
                      (first.own ? "through a declaration of its own" : "without including it");
    finding.suggestion = suggestion_for_layers(lower, upper);
    finding.evidence.push_back(
        {finding.place, quoted(first.name) + " belongs to " + quoted(includes.files[violation.higher])});
  }
  add_uses(program, violation.mentions, finding);
  return finding;
}

static std::string describe(const Program& program, const ModuleLink& link) {
  const std::vector<std::string>& names = program.modules->modules;
  std::string text = quoted(names[link.from]) + " uses " + quoted(names[link.to]) + ": " +
                     count_of_includes(link.includes.size()) + ", " + count_of_names(link.names);
  if (!link.by_hand.empty()) text += ", some of them declared by hand";
  return text;
}

static Finding ring_finding(const Program& program, const ModuleRing& ring) {
  const IncludeGraph& includes = *program.includes;
  const ModuleGraph& modules = *program.modules;
  const ModuleLink& cut = modules.links[ring.cut];
  const std::string &from = modules.modules[cut.from], &to = modules.modules[cut.to];
  std::vector<std::string> members;
  for (const std::uint32_t module : ring.modules) members.push_back(quoted(modules.modules[module]));
  Finding finding = start("module-cycle", Priority::p2);
  stand_at(program, includes.includes[ring.include], finding);
  finding.entity = from + " -> " + to;
  finding.message = "the modules " + listed(members, 5) + " depend on each other; the cheapest way to cut is from " +
                    quoted(from) + " to " + quoted(to) + ": " + count_of_includes(cut.includes.size()) + ", " +
                    count_of_names(cut.names);
  if (ring.left > 0) finding.message += "; " + std::to_string(ring.left) + " modules stay in a ring without it";
  finding.suggestion = "Decide which of " + quoted(from) + " and " + quoted(to) + " may know the other. If it is not " +
                       quoted(from) + ", take what it uses of " + quoted(to) +
                       " down into a module below both, or have it passed in; then declare the order under 'layers'.";
  for (const std::uint32_t link : ring.cycle) {
    const ModuleLink& step = modules.links[link];
    if (link == ring.cut || !step.includes.empty()) {
      const std::uint32_t include = link == ring.cut ? ring.include : step.includes.front();
      finding.evidence.push_back({program.place(includes.includes[include].location), describe(program, step)});
    } else {
      const std::uint32_t use = step.by_hand.empty() ? step.first_use : step.by_hand.front();
      finding.evidence.push_back({program.place(includes.mentions[use].location), describe(program, step)});
    }
  }
  std::size_t shown = 0;
  for (const std::uint32_t include : cut.includes) {
    if (include == ring.include || ++shown > shown_includes) continue;
    finding.evidence.push_back({program.place(includes.includes[include].location),
                                "to cut as well: includes " + quoted(includes.files[includes.includes[include].to])});
  }
  std::vector<std::uint32_t> uses;
  for (std::uint32_t mention = 0; mention < modules.through.size(); ++mention)
    if (modules.through[mention] == ring.include) uses.push_back(mention);
  add_uses(program, uses, finding);
  return finding;
}

static void judge(const Program& program, std::vector<Finding>& findings) {
  for (const LayerViolation& violation : layer_violations(*program.modules, *program.includes))
    findings.push_back(layer_finding(program, violation));
  for (const ModuleRing& ring : module_rings(*program.modules, *program.includes))
    findings.push_back(ring_finding(program, ring));
}

static constexpr std::string_view kinds[] = {"layer", "module-cycle"};

extern const Check check;
const Check check = {
    .title = "Modules depend on each other against the declared layers, or in a ring",
    .priority = Priority::p1,
    .kinds = kinds,
    .judge = judge,
};

} // namespace plumbline::layer_violation
