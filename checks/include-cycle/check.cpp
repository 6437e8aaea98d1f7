// Files that include each other, one finding per strongly connected component of the include graph.
//
// The graph is that of all translation units together (src/program/include_rings.h). The finding stands at the include
// through which the fewest names are used, and its identity is that line and what it includes, not the ring's members:
// a file that joins the ring, or another way of counting it round, is no new finding.
// Deliberately not reported: x.h that includes x-inl.h at its end, a file that includes itself (X macros), and rings
// that no build has because they need a macro both defined and not. Known misses: includes in blocks that are inactive
// in every translation unit.

#include "check.h"
#include "program/include_rings.h"

namespace plumbline::include_cycle {

static constexpr std::size_t shown_names = 12; // as evidence; nobody reads the thirteenth before cutting

static std::string quoted(const std::string& text) { return "'" + text + "'"; }

static std::vector<std::string> names_of(const IncludeGraph& includes, const std::vector<std::uint32_t>& mentions) {
  std::vector<std::string> names;
  for (const std::uint32_t mention : mentions) names.push_back(includes.mentions[mention].name);
  return names;
}

static std::string message_of(const IncludeGraph& includes, const IncludeRing& ring) {
  std::vector<std::string> files;
  for (const std::uint32_t include : ring.cycle)
    files.push_back(quoted(includes.files[includes.includes[include].from]));
  const std::size_t all = ring.files.size();
  std::string message;
  if (files.size() == all || all <= 4) {
    if (files.size() != all) {
      files.clear();
      for (const std::uint32_t file : ring.files) files.push_back(quoted(includes.files[file]));
    }
    message = listed(files, 6) + " include each other";
  } else {
    message = std::to_string(all) + " files include each other, " + listed(files, 4) + " on the shortest way round";
  }
  if (!ring.conditions.empty()) {
    std::string conditions;
    for (const std::string& condition : ring.conditions) conditions += (conditions.empty() ? "" : " && ") + condition;
    message += ", but only where " + conditions + " holds";
  }
  message += "; the cheapest include to cut is this one: " + count_of_names(ring.names.size()) +
             (ring.names.size() == 1 ? " comes"
              : ring.names.empty()   ? " comes"
                                     : " come") +
             " through it";
  if (ring.left > 0) message += "; " + std::to_string(ring.left) + " files stay in a ring without it";
  return message;
}

static std::string suggestion_of(const IncludeGraph& includes, const IncludeRing& ring) {
  const Include& cut = includes.includes[ring.cut];
  if (ring.names.empty())
    return "Drop this include: no file of the ring uses a name that comes through it. Who does can include " +
           quoted(cut.spelled) + " itself.";
  return "Declare " + listed(names_of(includes, ring.names), 4) +
         " forward where a pointer or a reference is enough; take what is needed whole out of " +
         quoted(includes.files[cut.to]) + " into a header that includes neither; then drop this include.";
}

static std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

static void judge(const Program& program, std::vector<Finding>& findings) {
  const IncludeGraph& includes = *program.includes;
  for (const IncludeRing& ring : include_rings(includes)) {
    const Include& cut = includes.includes[ring.cut];
    Finding finding;
    finding.check = "include-cycle";
    finding.kind = "cycle";
    finding.priority = Priority::p2;
    finding.place = program.place(cut.location);
    // The cheapest include moves from file to file as code comes to use more of one: the ring stays the same.
    finding.entity = file_name(includes.files[ring.hub]);
    finding.source_text = "ring of #include through " + finding.entity;
    finding.line_text = cut.text;
    finding.message = message_of(includes, ring);
    finding.suggestion = suggestion_of(includes, ring);
    for (const std::uint32_t step : ring.cycle) {
      const Include& include = includes.includes[step];
      std::string said = quoted(includes.files[include.from]) + " includes " + quoted(includes.files[include.to]);
      for (const std::string& condition : include.conditions) said += ", where " + condition;
      finding.evidence.push_back({program.place(include.location), std::move(said)});
    }
    for (std::size_t i = 0; i < ring.names.size() && i < shown_names; ++i) {
      const Mention& mention = includes.mentions[ring.names[i]];
      finding.evidence.push_back({program.place(mention.location), "uses " + quoted(mention.name)});
    }
    findings.push_back(std::move(finding));
  }
}

static constexpr std::string_view kinds[] = {"cycle"};

extern const Check check;
const Check check = {
    .title = "Files include each other",
    .priority = Priority::p2,
    .kinds = kinds,
    .judge = judge,
};

} // namespace plumbline::include_cycle
