#include "audit/progress.h"

#include "audit/audit.h"
#include "audit/baseline.h"
#include "audit/comparison.h"
#include "project/project.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace plumbline {

std::optional<double> share_of(std::uint64_t done, std::uint64_t places) {
  if (places == 0) return std::nullopt;
  return static_cast<double>(done) / static_cast<double>(places);
}

namespace {

// A place with the file it belongs to.
struct LocatedRow {
  std::string path;
  ProgressRow row;
};

} // namespace

// What files of the baseline are called now, by the findings that were recognised in them.
static std::map<std::string, std::string> paths_now(const Audit& audit, const Baseline& baseline,
                                                    const Comparison& comparison) {
  std::map<std::string, std::map<std::string, unsigned>> votes;
  for (std::size_t i = 0; i < baseline.entries.size(); ++i)
    if (comparison.outcomes[i].present)
      ++votes[baseline.entries[i].place.path][audit.findings[comparison.outcomes[i].finding].place.path];
  std::map<std::string, std::string> result;
  for (const auto& [path, candidates] : votes)
    result[path] = std::max_element(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) {
                     return a.second < b.second;
                   })->first;
  return result;
}

// One line of code: a range that goes over several is joined.
static std::string joined_lines(std::string_view text) {
  std::string result;
  for (char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank)
      result += c;
    else if (!result.empty() && result.back() != ' ')
      result += ' ';
  }
  while (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

// The code of an anchor, as a table shows it. A number by itself says nothing; its line does.
static std::string shown_code(const std::string& anchor, const std::string& line) {
  static constexpr std::size_t longest_line = 100;
  const std::string code = joined_lines(anchor), whole = joined_lines(line);
  const bool is_number =
      code.find_first_of("0123456789") <= 1 && code.find_first_not_of("0123456789abcdefxlLuUsmnh'.{}, ") == code.npos;
  return is_number && !whole.empty() && whole.size() <= longest_line ? whole : code;
}

static std::size_t start_of_line(std::string_view source, std::uint32_t line) {
  std::size_t at = 0;
  for (; line > 1 && at != std::string_view::npos; --line) {
    at = source.find('\n', at);
    if (at != std::string_view::npos) ++at;
  }
  return at;
}

static std::string code_at(const Place& place, const SourceReader& read) {
  const std::optional<std::string> source = read ? read(place.path) : std::nullopt;
  if (!source || place.line == 0 || place.column == 0) return {};
  const std::size_t first = start_of_line(*source, place.line), last = start_of_line(*source, place.end_line);
  if (first == std::string::npos || last == std::string::npos) return {};
  const std::size_t begin = first + place.column - 1, end = last + (place.end_column ? place.end_column - 1 : 0);
  if (begin >= end || end > source->size()) return {};
  return joined_lines(std::string_view(*source).substr(begin, end - begin));
}

// For each fixed entry the site that configuration feeds where the constant stood, or null.
static std::vector<const Site*> replacements(const std::vector<const BaselineEntry*>& fixed,
                                             const std::map<std::string, std::string>& renamed, const Audit& audit,
                                             const SourceReader& read) {
  std::vector<Matchable> then, now;
  for (const BaselineEntry* entry : fixed) {
    Matchable item{.parts = {}, .around = entry->around, .line = entry->place.line};
    auto path = renamed.find(entry->place.path);
    item.parts.path = path == renamed.end() ? entry->place.path : path->second;
    item.parts.owner = entry->owner;
    item.parts.entity = entry->entity;
    item.parts.text = entry->role;
    then.push_back(std::move(item));
  }
  std::vector<const Site*> configured;
  std::vector<Place> places;
  for (const Site& site : audit.sites) {
    if (site.fed_by != "configuration") continue;
    configured.push_back(&site);
    places.push_back(site.place);
  }
  const std::vector<Surroundings> around = surroundings_of(places, read);
  for (std::size_t i = 0; i < configured.size(); ++i) {
    Matchable item{.parts = {}, .around = around[i], .line = configured[i]->place.line};
    item.parts.path = configured[i]->place.path;
    item.parts.owner = configured[i]->owner;
    item.parts.entity = configured[i]->entity;
    item.parts.text = configured[i]->role;
    now.push_back(std::move(item));
  }
  std::vector<const Site*> result(fixed.size(), nullptr);
  const std::vector<std::size_t> matches = match_sites(then, now);
  for (std::size_t i = 0; i < matches.size(); ++i)
    if (matches[i] != no_match) result[matches[i]] = configured[i];
  return result;
}

static ProgressRow row_of(const BaselineEntry& entry, Status status) {
  ProgressRow row;
  row.line_before = entry.place.line;
  row.before = shown_code(entry.source_text, entry.line_text);
  row.status = status;
  row.priority = entry.priority;
  row.check = entry.check;
  row.kind = entry.kind;
  row.fingerprint = entry.fingerprint;
  row.message = entry.message;
  return row;
}

static void show_finding(ProgressRow& row, const Finding& finding) {
  row.line_now = finding.place.line;
  row.now = shown_code(finding.source_text, finding.line_text);
  row.status = finding.status;
  row.priority = finding.priority;
  row.check = finding.check;
  row.kind = finding.kind;
  row.fingerprint = finding.fingerprint;
  row.message = finding.message;
}

static std::vector<LocatedRow> rows_of(const Audit& audit, const Baseline& baseline, const Comparison& comparison,
                                       const SourceReader& read) {
  const std::map<std::string, std::string> renamed = paths_now(audit, baseline, comparison);
  std::vector<const BaselineEntry*> fixed;
  for (std::size_t i = 0; i < baseline.entries.size(); ++i)
    if (comparison.outcomes[i].status == Status::fixed) fixed.push_back(&baseline.entries[i]);
  const std::vector<const Site*> sites = replacements(fixed, renamed, audit, read);
  std::vector<LocatedRow> rows;
  std::size_t next_fixed = 0;
  for (std::size_t i = 0; i < baseline.entries.size(); ++i) {
    const BaselineEntry& entry = baseline.entries[i];
    const BaselineOutcome& outcome = comparison.outcomes[i];
    LocatedRow located{entry.place.path, row_of(entry, outcome.status)};
    if (outcome.present) {
      const Finding& finding = audit.findings[outcome.finding];
      located.path = finding.place.path;
      show_finding(located.row, finding);
    } else if (outcome.status == Status::fixed) {
      if (auto path = renamed.find(entry.place.path); path != renamed.end()) located.path = path->second;
      if (const Site* site = sites[next_fixed++]) {
        located.row.line_now = site->place.line;
        located.row.now = code_at(site->place, read);
      }
    }
    rows.push_back(std::move(located));
  }
  for (const Finding& finding : audit.findings) {
    if (finding.status != Status::new_) continue;
    LocatedRow located{finding.place.path, {}};
    show_finding(located.row, finding);
    rows.push_back(std::move(located));
  }
  std::sort(rows.begin(), rows.end(), [](const LocatedRow& a, const LocatedRow& b) {
    auto key = [](const LocatedRow& located) {
      const ProgressRow& row = located.row;
      return std::tuple(std::string_view(located.path), row.line_now ? row.line_now : row.line_before, row.line_before,
                        std::string_view(row.fingerprint));
    };
    return key(a) < key(b);
  });
  return rows;
}

// Who has no seam, or one that nobody uses, is found together with the constants that should go through it. Those have
// findings of their own, and each place counts once.
static bool restates_places(std::string_view check) { return check == "missing-config-injection"; }

static std::uint64_t& counter_of(MigrationProgress& progress, Status status) {
  switch (status) {
  case Status::new_:
    return progress.new_;
  case Status::open:
    return progress.open;
  case Status::fixed:
    return progress.fixed;
  case Status::reopened:
    return progress.reopened;
  case Status::accepted:
  case Status::suppressed:
    return progress.accepted;
  case Status::unknown:
    break;
  }
  return progress.unknown;
}

static std::vector<ProgressCount> counts_of(const std::map<std::string, ProgressCount>& counts) {
  std::vector<ProgressCount> result;
  for (const auto& [name, count] : counts) result.push_back({name, count.places, count.done});
  return result;
}

static std::vector<ModuleProgress> modules_of(const std::vector<LocatedRow>& rows, const Settings& settings) {
  struct Module {
    ProgressCount count;
    std::set<std::string_view> files;
  };
  std::map<std::string, Module> modules;
  for (const LocatedRow& located : rows) {
    if (restates_places(located.row.check)) continue;
    Module& module = modules[module_of(settings, located.path)];
    ++module.count.places;
    module.count.done += located.row.status == Status::fixed;
    module.files.insert(located.path);
  }
  std::vector<ModuleProgress> result;
  auto take = [&](const std::string& name, const ModuleSetting* setting) {
    auto found = modules.find(name);
    if (found == modules.end()) return;
    ModuleProgress progress;
    progress.count = {name, found->second.count.places, found->second.count.done};
    progress.files = found->second.files.size();
    if (setting) progress.priority = setting->priority;
    if (setting) progress.owner = setting->owner;
    result.push_back(std::move(progress));
    modules.erase(found);
  };
  for (const ModuleSetting& setting : settings.modules) take(setting.name, &setting);
  while (!modules.empty()) take(modules.begin()->first, nullptr);
  return result;
}

MigrationProgress progress_of(const Audit& audit, const Baseline& baseline, const Comparison& comparison,
                              const Settings& settings, const SourceReader& read) {
  MigrationProgress progress;
  for (const BaselineEntry& entry : baseline.entries) progress.baseline_total += !restates_places(entry.check);
  progress.sites = audit.sites.size();
  for (const Site& site : audit.sites) progress.configured += site.fed_by == "configuration";
  std::vector<LocatedRow> rows = rows_of(audit, baseline, comparison, read);
  std::map<std::string, ProgressCount> by_check, by_priority;
  for (const LocatedRow& located : rows) {
    std::vector<ProgressCount*> counts{&by_check[located.row.check]};
    if (!restates_places(located.row.check)) {
      ++counter_of(progress, located.row.status);
      counts.push_back(&by_priority[std::string(name_of(located.row.priority))]);
    }
    for (ProgressCount* count : counts) {
      ++count->places;
      count->done += located.row.status == Status::fixed;
    }
  }
  progress.by_check = counts_of(by_check);
  progress.by_priority = counts_of(by_priority);
  progress.by_module = modules_of(rows, settings);
  for (LocatedRow& located : rows) {
    if (progress.files.empty() || progress.files.back().path != located.path)
      progress.files.push_back({located.path, {}});
    progress.files.back().rows.push_back(std::move(located.row));
  }
  return progress;
}

} // namespace plumbline
