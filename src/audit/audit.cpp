#include "audit/audit.h"

#include "audit/identity.h"
#include "audit/priority.h"
#include "audit/suppressions.h"
#include "project/project.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace plumbline {

bool Audit::incomplete() const {
  return std::any_of(units.begin(), units.end(),
                     [](const UnitCoverage& unit) { return unit.state == UnitState::failed; });
}

static bool is_enabled(const Settings& settings, const std::string& check) {
  auto setting = settings.checks.find(check);
  return setting == settings.checks.end() || setting->second.enabled;
}

static auto merge_key(const Finding& finding) {
  return std::tie(finding.check, finding.kind, finding.place, finding.entity, finding.owner);
}

// Everything else that a judge may set, so that which of several equal findings is kept never depends on their order.
static auto rest_key(const Finding& finding) {
  static const ConfigInReach none;
  const ConfigInReach& config = finding.config_in_reach ? *finding.config_in_reach : none;
  return std::tie(finding.suggestion, finding.role, finding.value, finding.source_text, finding.line_text,
                  config.expression, config.type, config.field, config.rewritten);
}

// Makes one finding of those that several units or compile commands gave for the same thing. The trace that shows most
// is kept. Messages that differ (a macro with another value under another command) become evidence of the first.
static std::vector<Finding> merged(std::vector<Finding> findings) {
  std::sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    if (merge_key(a) != merge_key(b)) return merge_key(a) < merge_key(b);
    if (a.evidence.size() != b.evidence.size()) return a.evidence.size() > b.evidence.size();
    if (a.message != b.message) return a.message < b.message;
    auto step_less = [](const Evidence& x, const Evidence& y) {
      return std::tie(x.place, x.message) < std::tie(y.place, y.message);
    };
    if (std::lexicographical_compare(a.evidence.begin(), a.evidence.end(), b.evidence.begin(), b.evidence.end(),
                                     step_less))
      return true;
    if (std::lexicographical_compare(b.evidence.begin(), b.evidence.end(), a.evidence.begin(), a.evidence.end(),
                                     step_less))
      return false;
    return rest_key(a) < rest_key(b);
  });
  std::vector<Finding> result;
  for (Finding& finding : findings) {
    if (result.empty() || merge_key(result.back()) != merge_key(finding)) {
      result.push_back(std::move(finding));
      continue;
    }
    Finding& kept = result.back();
    kept.uses = std::max(kept.uses, finding.uses);
    kept.priority = std::min(kept.priority, finding.priority);
    if (!kept.config_in_reach) kept.config_in_reach = std::move(finding.config_in_reach);
    if (finding.message == kept.message) continue;
    std::string also = "in another translation unit: " + finding.message;
    bool known = std::any_of(kept.evidence.begin(), kept.evidence.end(),
                             [&](const Evidence& step) { return step.message == also; });
    if (!known) kept.evidence.push_back({finding.place, std::move(also)});
  }
  return result;
}

// A constant at a seam that configuration reaches elsewhere is two findings of one place (design.md §3.6), which a
// report shows as one item.
static void relate(std::vector<Finding>& findings) {
  std::map<Place, Finding*> constants;
  for (Finding& finding : findings)
    if (finding.check == "hard-coded-duration" || finding.check == "hard-coded-limit")
      constants.emplace(finding.place, &finding);
  for (Finding& finding : findings) {
    if (finding.check != "missing-config-injection" || finding.kind != "bypassed") continue;
    auto constant = constants.find(finding.place);
    if (constant == constants.end() || !constant->second->related.empty()) continue;
    finding.related = constant->second->fingerprint;
    constant->second->related = finding.fingerprint;
  }
}

static auto site_key(const Site& site) {
  return std::tie(site.place, site.check, site.entity, site.owner, site.role, site.fed_by, site.source);
}

static std::vector<Site> distinct_sites(std::vector<Site> sites, const Settings& settings) {
  for (Site& site : sites) {
    site.module = module_of(settings, site.place.path);
    site.scope = scope_of(settings, site.place.path);
  }
  std::sort(sites.begin(), sites.end(), [](const Site& a, const Site& b) { return site_key(a) < site_key(b); });
  sites.erase(
      std::unique(sites.begin(), sites.end(), [](const Site& a, const Site& b) { return site_key(a) == site_key(b); }),
      sites.end());
  return sites;
}

static bool comes_before(const Finding& a, const Finding& b) {
  if (a.priority != b.priority) return a.priority < b.priority;
  if (a.score != b.score) return a.score > b.score;
  return std::tie(a.place.path, a.place.line, a.place.column, a.check, a.kind, a.fingerprint) <
         std::tie(b.place.path, b.place.line, b.place.column, b.check, b.kind, b.fingerprint);
}

void sort_findings(std::vector<Finding>& findings) { std::sort(findings.begin(), findings.end(), comes_before); }

static void sort_units(std::vector<UnitCoverage>& units) {
  std::sort(units.begin(), units.end(), [](const UnitCoverage& a, const UnitCoverage& b) {
    return std::tie(a.path, a.state, a.error_count, a.reason, a.problems) <
           std::tie(b.path, b.state, b.error_count, b.reason, b.problems);
  });
}

static void date(Finding& finding, const Settings& settings, const CodeAge& age) {
  if (settings.weights.churn) {
    auto file = age.commits.find(finding.place.path);
    finding.commits = file == age.commits.end() ? 0 : file->second;
  }
  if (auto line = age.days.find({finding.place.path, finding.place.line}); line != age.days.end())
    finding.days = line->second;
}

Audit run_audit(AuditInput input) {
  static const Settings no_settings;
  const Settings& settings = input.settings ? *input.settings : no_settings;

  Audit audit;
  audit.units = std::move(input.units);
  sort_units(audit.units);
  std::erase_if(input.findings, [&](const Finding& finding) { return !is_enabled(settings, finding.check); });
  audit.findings = merged(std::move(input.findings));
  apply_suppressions(audit.findings, input, audit.incomplete());
  std::erase_if(audit.findings, [&](const Finding& finding) { return !is_enabled(settings, finding.check); });

  for (Finding& finding : audit.findings) {
    finding.module = module_of(settings, finding.place.path);
    finding.scope = scope_of(settings, finding.place.path, finding.owner);
    finding.priority = priority_of(finding, settings);
    if (input.age) date(finding, settings, *input.age);
    weigh(finding, settings);
  }
  set_fingerprints(audit.findings);
  relate(audit.findings);
  sort_findings(audit.findings);

  std::erase_if(input.sites, [&](const Site& site) { return !is_enabled(settings, site.check); });
  audit.sites = distinct_sites(std::move(input.sites), settings);
  audit.machines = std::move(input.machines);
  audit.graphs = std::move(input.graphs);
  return audit;
}

} // namespace plumbline
