#include "audit/comparison.h"

#include "project/project.h"

#include <llvm/Support/JSON.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace plumbline {

SeenCode seen_code(std::span<const TuFacts> units, bool partial) {
  SeenCode seen;
  seen.whole = !partial;
  for (const TuFacts& unit : units) {
    const bool analysed = unit.state == UnitState::analysed;
    if (analysed)
      seen.sources.insert(unit.main_file);
    else
      seen.doubtful.insert(unit.main_file);
    for (const InputFile& input : unit.inputs) (analysed ? seen.files : seen.doubtful).insert(input.path);
    if (unit.state == UnitState::failed) seen.whole = false;
  }
  return seen;
}

// The checks of comments look at what was suppressed, and say so only about a whole program.
static bool judged(const SeenCode& seen, const BaselineEntry& entry) {
  if (seen.not_judged.contains(entry.check + "/" + entry.kind)) return false;
  return entry.check == "suppression" ? seen.whole : seen.checks.contains(entry.check);
}

static bool surely_fixed(const BaselineEntry& entry, const SeenCode& seen, const Settings& settings) {
  const std::string& path = entry.place.path;
  if (!judged(seen, entry) || !is_ours(settings, path)) return false;
  if (seen.whole && seen.doubtful.empty() && !seen.exists(path)) return true;
  auto was_read = [&](const std::string& file) { return seen.files.contains(file) && !seen.doubtful.contains(file); };
  if (!was_read(path)) return false;
  // Who failed may have read it too, and nobody knows what a header means there.
  if (!seen.whole && !seen.sources.contains(path)) return false;
  return std::all_of(entry.also.begin(), entry.also.end(),
                     [&](const std::string& file) { return was_read(file) || (seen.whole && !seen.exists(file)); });
}

// Text as it comes out of the baseline's JSON again.
static std::string as_stored(const std::string& text) {
  return llvm::json::isUTF8(text) ? text : llvm::json::fixUTF8(text);
}

static Matchable matchable_of(const BaselineEntry& entry) { return {parts_of(entry), entry.around, entry.place.line}; }

static std::vector<Matchable> matchables_of(const std::vector<Finding>& findings, const SourceReader& read) {
  std::vector<Place> places;
  for (const Finding& finding : findings) places.push_back(finding.place);
  const std::vector<Surroundings> around = surroundings_of(places, read);
  std::vector<FingerprintParts> parts = parts_of(findings);
  std::vector<Matchable> items;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    for (std::string* text : {&parts[i].path, &parts[i].entity, &parts[i].owner, &parts[i].text, &parts[i].context})
      *text = as_stored(*text);
    items.push_back({std::move(parts[i]), around[i], findings[i].place.line});
  }
  return items;
}

// For each finding the index of its entry, or no_match.
static std::vector<std::size_t> entries_of(const std::vector<Matchable>& now, const Baseline& baseline,
                                           const SeenCode& seen) {
  std::vector<std::size_t> live, fixed;
  for (std::size_t i = 0; i < baseline.entries.size(); ++i)
    (baseline.entries[i].status == Status::fixed ? fixed : live).push_back(i);
  auto items_of = [&](const std::vector<std::size_t>& indices) {
    std::vector<Matchable> items;
    for (std::size_t i : indices) items.push_back(matchable_of(baseline.entries[i]));
    return items;
  };
  auto still_there = [&](const std::string& path) { return seen.files.contains(path) || seen.exists(path); };
  std::vector<std::size_t> result = match(items_of(live), now, still_there);
  std::vector<Matchable> rest;
  std::vector<std::size_t> rest_indices;
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (result[i] != no_match) {
      result[i] = live[result[i]];
    } else {
      rest.push_back(now[i]);
      rest_indices.push_back(i);
    }
  }
  const std::vector<std::size_t> again = match_unmoved(items_of(fixed), rest);
  for (std::size_t k = 0; k < rest.size(); ++k)
    if (again[k] != no_match) result[rest_indices[k]] = fixed[again[k]];
  return result;
}

static bool has_expired(const BaselineEntry& entry, std::string_view today) {
  return entry.status == Status::accepted && !entry.until.empty() && !today.empty() && entry.until < today;
}

static Suppression suppression_of(const BaselineEntry& entry) {
  return {.reason = entry.reason, .until = entry.until, .place = {}, .by = entry.by};
}

static void recognise(Finding& finding, const BaselineEntry& entry, BaselineOutcome& outcome,
                      std::vector<std::string>& notes) {
  outcome.present = true;
  if (finding.status == Status::suppressed) {
    outcome.status = Status::suppressed;
    return;
  }
  finding.status = entry.status == Status::fixed ? Status::reopened : Status::open;
  if (entry.status == Status::accepted) {
    if (!outcome.expired) finding.status = Status::accepted;
    finding.suppression = suppression_of(entry);
    if (outcome.expired)
      notes.push_back(finding.place.path + ":" + std::to_string(finding.place.line) + ": was accepted until " +
                      entry.until + (entry.by.empty() ? "" : " by " + entry.by) + " (" + entry.reason +
                      "); that day has passed, so it counts as open again");
  }
  outcome.status = finding.status;
}

// Fingerprints of what is new must not be those of the baseline, also where an entry has moved on and left its
// ingredients to another finding.
static void give_free_fingerprint(Finding& finding, FingerprintParts parts, std::set<std::string>& taken) {
  while (!taken.insert(finding.fingerprint).second) {
    ++parts.ordinal;
    finding.fingerprint = fingerprint_of(parts);
  }
}

static void set_fingerprints(std::vector<Finding>& findings, const std::vector<Matchable>& now,
                             const std::vector<std::size_t>& entry_index, const Baseline& baseline) {
  std::map<std::string, std::string> renamed;
  std::set<std::string> taken;
  const bool same_algorithm = baseline.algorithm == fingerprint_algorithm;
  if (same_algorithm)
    for (const BaselineEntry& entry : baseline.entries) taken.insert(entry.fingerprint);
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const std::string before = findings[i].fingerprint;
    if (entry_index[i] != no_match && same_algorithm)
      findings[i].fingerprint = baseline.entries[entry_index[i]].fingerprint;
    else
      give_free_fingerprint(findings[i], now[i].parts, taken);
    renamed[before] = findings[i].fingerprint;
  }
  for (Finding& finding : findings)
    if (auto other = renamed.find(finding.related); other != renamed.end()) finding.related = other->second;
}

// What stands in the baseline only: not seen, or fixed since.
static void append_known(Audit& audit, const BaselineEntry& entry, const BaselineOutcome& outcome,
                         const Settings& settings) {
  Finding finding = finding_of(entry);
  finding.module = module_of(settings, finding.place.path);
  finding.scope = scope_of(settings, finding.place.path, finding.owner);
  finding.status = outcome.status;
  if (outcome.status != Status::fixed && entry.status == Status::accepted) finding.suppression = suppression_of(entry);
  audit.findings.push_back(std::move(finding));
}

Comparison compare(Audit& audit, const Baseline& baseline, const SeenCode& seen, const Settings& settings,
                   const SourceReader& read, std::string_view today) {
  const std::vector<Matchable> now = matchables_of(audit.findings, read);
  const std::vector<std::size_t> entry_index = entries_of(now, baseline, seen);
  Comparison comparison;
  comparison.outcomes.resize(baseline.entries.size());
  for (std::size_t i = 0; i < baseline.entries.size(); ++i)
    comparison.outcomes[i].expired = has_expired(baseline.entries[i], today);
  set_fingerprints(audit.findings, now, entry_index, baseline);
  std::vector<std::string> notes;
  for (std::size_t i = 0; i < audit.findings.size(); ++i) {
    std::size_t entry = entry_index[i];
    if (entry != no_match) recognise(audit.findings[i], baseline.entries[entry], comparison.outcomes[entry], notes);
  }
  std::size_t unseen = 0;
  for (std::size_t i = 0; i < baseline.entries.size(); ++i) {
    const BaselineEntry& entry = baseline.entries[i];
    BaselineOutcome& outcome = comparison.outcomes[i];
    if (outcome.present) continue;
    outcome.status = Status::fixed;
    if (entry.status == Status::fixed) continue; // an older audit's news
    if (!surely_fixed(entry, seen, settings))
      outcome.status = entry.status == Status::accepted && !outcome.expired ? Status::accepted : Status::unknown;
    unseen += outcome.status == Status::unknown;
    append_known(audit, entry, outcome, settings);
  }
  std::vector<std::string> fingerprint_of_entry(baseline.entries.size());
  for (std::size_t i = 0; i < now.size(); ++i)
    if (entry_index[i] != no_match) fingerprint_of_entry[entry_index[i]] = audit.findings[i].fingerprint;
  sort_findings(audit.findings);
  std::map<std::string_view, std::size_t> index;
  for (std::size_t i = 0; i < audit.findings.size(); ++i) index.emplace(audit.findings[i].fingerprint, i);
  for (std::size_t i = 0; i < baseline.entries.size(); ++i)
    if (comparison.outcomes[i].present) comparison.outcomes[i].finding = index.at(fingerprint_of_entry[i]);
  std::sort(notes.begin(), notes.end());
  audit.notes.insert(audit.notes.end(), notes.begin(), notes.end());
  if (unseen != 0)
    audit.notes.push_back(std::to_string(unseen) + (unseen == 1 ? " finding" : " findings") +
                          " of the baseline: in code that this scan did not see, or for checks that did not run; they "
                          "count as they did before");
  return comparison;
}

// Whether an entry would still be found without doubt: only then may it stay as it is.
static bool is_fresh(const BaselineEntry& entry, const BaselineEntry& now) {
  auto identity = [](const BaselineEntry& each) {
    return std::tie(each.check, each.kind, each.place.path, each.entity, each.owner, each.priority, each.also);
  };
  auto side_is_equal = [](const std::array<std::uint32_t, 4>& a, const std::array<std::uint32_t, 4>& b) {
    return a[1] == b[1];
  };
  return identity(entry) == identity(now) && parts_of(entry).text == parts_of(now).text &&
         (side_is_equal(entry.around.before, now.around.before) || side_is_equal(entry.around.after, now.around.after));
}

// Findings that were seen, with the code around them.
static std::vector<BaselineEntry> entries_now(const Audit& audit, const SourceReader& read) {
  std::vector<Place> places;
  for (const Finding& finding : audit.findings) places.push_back(finding.place);
  const std::vector<Surroundings> around = surroundings_of(places, read);
  std::vector<BaselineEntry> entries;
  for (std::size_t i = 0; i < places.size(); ++i) {
    BaselineEntry entry = entry_of(audit.findings[i], around[i]);
    for (std::string* text : {&entry.place.path, &entry.entity, &entry.owner, &entry.source_text, &entry.line_text})
      *text = as_stored(*text);
    entries.push_back(std::move(entry));
  }
  return entries;
}

static BaselineEntry updated_entry(const BaselineEntry& entry, const BaselineOutcome& outcome, const BaselineEntry* now,
                                   const std::string& commit) {
  BaselineEntry result = entry;
  if (now && !is_fresh(entry, *now)) {
    result = *now;
    result.status = entry.status;
    result.since = entry.since;
    result.reason = entry.reason;
    result.by = entry.by;
    result.until = entry.until;
  }
  if (now) result.fingerprint = now->fingerprint;
  if (outcome.status == Status::reopened) {
    result.status = Status::open;
    result.fixed.clear();
  } else if (outcome.status == Status::fixed && entry.status != Status::fixed) {
    result.status = Status::fixed;
    result.fixed = commit;
  }
  return result;
}

// What was not found keeps its ingredients, and gets the fingerprint that today's algorithm makes of them.
static void rekey(Baseline& baseline, const Comparison& comparison) {
  if (baseline.algorithm == fingerprint_algorithm) return;
  std::set<std::string> taken;
  for (std::size_t i = 0; i < comparison.outcomes.size(); ++i)
    if (comparison.outcomes[i].present) taken.insert(baseline.entries[i].fingerprint);
  for (std::size_t i = 0; i < comparison.outcomes.size(); ++i) {
    if (comparison.outcomes[i].present) continue;
    FingerprintParts parts = parts_of(baseline.entries[i]);
    while (!taken.insert(fingerprint_of(parts)).second) ++parts.ordinal;
    baseline.entries[i].fingerprint = fingerprint_of(parts);
  }
  baseline.algorithm = fingerprint_algorithm;
}

Baseline updated(const Baseline& baseline, const Audit& audit, const Comparison& comparison, const SourceReader& read,
                 const std::string& commit) {
  const std::vector<BaselineEntry> now = entries_now(audit, read);
  Baseline result = baseline;
  result.entries.clear();
  for (std::size_t i = 0; i < baseline.entries.size(); ++i) {
    const BaselineEntry* found = nullptr;
    if (comparison.outcomes[i].present) found = &now[comparison.outcomes[i].finding];
    result.entries.push_back(updated_entry(baseline.entries[i], comparison.outcomes[i], found, commit));
  }
  rekey(result, comparison);
  for (std::size_t i = 0; i < audit.findings.size(); ++i) {
    if (audit.findings[i].status != Status::new_) continue;
    result.entries.push_back(now[i]);
    result.entries.back().since = commit;
  }
  normalise(result);
  return result;
}

Baseline baseline_of(const Audit& audit, const SourceReader& read, const std::string& commit) {
  Baseline result;
  result.commit = commit;
  result.sites = audit.sites.size();
  result.configured = static_cast<std::uint64_t>(std::count_if(
      audit.sites.begin(), audit.sites.end(), [](const Site& site) { return site.fed_by == "configuration"; }));
  return updated(result, audit, {}, read, commit);
}

} // namespace plumbline
