// What to do first, and what it will cost (design.md §2, §3).
//
// The priority is a decision of people: the check's default for that kind of finding, which the settings override per
// check and raise per module. The score orders findings within a priority: each priority has a band of 0–100, and named
// factors add points inside it, so that a list by score is also a list by priority and a reader can ask why one comes
// before another. The points are judgement, not measurement; they stand in one table each, with the reason.
#pragma once

#include "audit/finding.h"
#include "project/settings.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// The factors that count for a finding; module and scope must be set.
std::vector<Factor> factors_of(const Finding& finding, const Settings& settings);

// 70–100 for P0, 40–69 for P1, 0–39 for P2: the band's floor and the factors' points, at most the band's top.
int score_of(Priority priority, const std::vector<Factor>& factors);

// Finding::priority is the check's default for its kind; `checks.<name>.priority` of the settings replaces it, a
// module's priority raises it, and test code is P2 whatever they say.
Priority priority_of(const Finding& finding, const Settings& settings);

// Hours for a developer who knows the code: by kind, what configuration is at hand, and how many places and files the
// evidence names. Multiples of a quarter.
EffortHours effort_of(const Finding& finding, const Settings& settings);

// Sets score, factors and effort; the factors add up to the score. Priority, module and scope must be set.
void weigh(Finding& finding, const Settings& settings);

// What `explain` shows: a line of the tables of weights, as the settings have them.
struct WeightLine {
  std::string factor, value; // "kind", "no-seam"
  int points = 0;
  std::optional<EffortHours> effort; // of kinds
  std::string why;
};
std::vector<WeightLine> weights_of(std::string_view check, std::span<const std::string_view> kinds,
                                   const Settings& settings);

} // namespace plumbline
