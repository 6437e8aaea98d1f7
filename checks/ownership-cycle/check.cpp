// Objects that keep each other by shared_ptr are never freed.
//
// Members are edges between records, seen through containers, pairs, optionals,
// variants, other records and bases; a ring of edges with shared pointers in
// both directions is reported once, at the member that should become a
// weak_ptr. A list or a tree leads back to its own type as well, and ends; so
// do trees of several types behind a base class. Lambdas count where they are
// stored in a member of the very object that they keep. Known misses: lambdas
// that are kept by another object, and rings that are closed through `void` or
// type-erased holders.

#include "check.h"
#include "collect/context.h"
#include "collect/ownership.h"
#include "program/ownership.h"

namespace plumbline::ownership_cycle {

static void collect(CollectContext& context) { collect_ownership(context); }

static void judge(const Program& program, std::vector<Finding>& findings) {
  for (const OwnershipRing& ring : ownership_rings(program)) {
    const OwnershipFact& cut = ring.cut;
    Finding finding;
    finding.check = "ownership-cycle";
    finding.kind = "ring";
    finding.place = program.place(cut.location);
    finding.source_text = cut.type + " " + cut.name;
    finding.line_text = cut.type + " " + cut.name + ";";
    finding.entity = cut.qualified;
    const std::size_t colon = cut.qualified.rfind("::");
    finding.owner = colon == std::string::npos ? cut.qualified : cut.qualified.substr(0, colon);
    finding.priority = Priority::p1;
    if (ring.by_lambda) {
      finding.message = "'" + cut.qualified + "' stores a lambda that keeps the object itself by its copy of '" +
                        ring.stored.variable + "': neither is ever freed";
      finding.suggestion = "Capture a weak pointer and lock it in the body: "
                           "[weak = std::weak_ptr(" +
                           ring.stored.variable + ")] { if (auto strong = weak.lock()) … }";
      finding.evidence.push_back({program.place(cut.location), "'" + cut.qualified + "' holds the lambda"});
      finding.evidence.push_back(
          {program.place(ring.stored.location),
           "the lambda holds '" + ring.stored.variable + "', which is the object that has the member"});
    } else {
      std::string way;
      for (const OwnershipFact& step : ring.way) {
        if (!step.shared) continue;
        way += (way.empty() ? "'" : " → '") + step.qualified + "'";
      }
      finding.message = "shared pointers keep each other alive: " + way +
                        (ring.way.size() == 1 || way.find("→") == std::string::npos ? " leads back to itself" : "") +
                        "; what is in the ring is never freed";
      finding.suggestion =
          "Make the pointer back a std::weak_ptr<" + cut.target_name + "> and lock() it where it is used.";
      for (const OwnershipFact& step : ring.way) {
        if (step.location.line == 0) continue;
        std::string what = step.may_be         ? "it may be a " + step.target_name
                           : step.name.empty() ? "it is a " + step.target_name
                           : step.shared       ? "'" + step.qualified + "' shares a " + step.target_name
                                               : "'" + step.qualified + "' holds a " + step.target_name;
        finding.evidence.push_back({program.place(step.location), what});
      }
    }
    findings.push_back(std::move(finding));
  }
}

static constexpr std::string_view kinds[] = {"ring"};

extern const Check check;
const Check check = {
    .title = "Objects keep each other alive by shared_ptr, and are never freed",
    .priority = Priority::p1,
    .kinds = kinds,
    .collect = collect,
    .judge = judge,
};

} // namespace plumbline::ownership_cycle
