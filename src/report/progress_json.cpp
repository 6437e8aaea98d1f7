#include "report/progress_json.h"

#include "report/escape.h"

#include <cmath>

namespace plumbline {

static Json text(std::string_view value) { return valid_utf8(value); }

// Four digits are more than any figure here means, and spare readers 0.28205128205128205.
static Json share_json(std::uint64_t done, std::uint64_t places) {
  const std::optional<double> share = share_of(done, places);
  if (!share) return nullptr;
  return std::round(*share * 10000) / 10000;
}

static Json count_json(const ProgressCount& count) {
  return Json{{"name", text(count.name)},
              {"places", count.places},
              {"done", count.done},
              {"share", share_json(count.done, count.places)}};
}

static Json module_json(const ModuleProgress& module) {
  const ProgressCount& count = module.count;
  return Json{{"name", text(count.name)},
              {"priority", module.priority ? Json(name_of(*module.priority)) : Json(nullptr)},
              {"owner", text(module.owner)},
              {"files", module.files},
              {"places", count.places},
              {"done", count.done},
              {"share", share_json(count.done, count.places)}};
}

static Json row_json(const ProgressRow& row) {
  return Json{{"line_before", row.line_before}, {"line_now", row.line_now},          {"before", text(row.before)},
              {"now", text(row.now)},           {"status", name_of(row.status)},     {"check", text(row.check)},
              {"kind", text(row.kind)},         {"priority", name_of(row.priority)}, {"fingerprint", row.fingerprint},
              {"message", text(row.message)}};
}

static Json file_json(const FileProgress& file) {
  Json rows = Json::array();
  for (const ProgressRow& row : file.rows) rows.push_back(row_json(row));
  return Json{{"path", text(file.path)}, {"rows", std::move(rows)}};
}

template <typename Item> static Json list_json(const std::vector<Item>& items, Json (*item_json)(const Item&)) {
  Json list = Json::array();
  for (const Item& item : items) list.push_back(item_json(item));
  return list;
}

Json baseline_json(const Audit& audit) {
  if (!audit.baseline) return nullptr;
  const BaselineOrigin& origin = *audit.baseline;
  return Json{{"path", origin.path.empty() ? Json(nullptr) : text(origin.path)},
              {"commit", origin.commit.empty() ? Json(nullptr) : text(origin.commit)},
              {"schema", origin.schema}};
}

Json progress_json(const Audit& audit) {
  if (!audit.progress) return nullptr;
  const MigrationProgress& progress = *audit.progress;
  return Json{{"baseline_total", progress.baseline_total},
              {"fixed", progress.fixed},
              {"open", progress.open},
              {"new", progress.new_},
              {"reopened", progress.reopened},
              {"accepted", progress.accepted},
              {"unknown", progress.unknown},
              {"fixed_share", share_json(progress.fixed, progress.baseline_total + progress.new_)},
              {"configured_share", share_json(progress.configured, progress.sites)},
              {"by_module", list_json(progress.by_module, module_json)},
              {"by_check", list_json(progress.by_check, count_json)},
              {"by_priority", list_json(progress.by_priority, count_json)},
              {"files", list_json(progress.files, file_json)}};
}

Json history_json(const Audit& audit) {
  Json list = Json::array();
  for (const HistoryEntry& entry : audit.history)
    list.push_back({{"commit", text(entry.commit)},
                    {"date", text(entry.date)},
                    {"open", entry.open},
                    {"fixed", entry.fixed},
                    {"new", entry.new_},
                    {"configured_share", share_json(entry.configured, entry.sites)}});
  return list;
}

Json gate_json(const Audit& audit) {
  if (!audit.gate) return nullptr;
  Json rules = Json::array();
  for (const RuleResult& rule : audit.gate->rules)
    rules.push_back({{"rule", rule.rule},
                     {"limit", rule.limit},
                     {"actual", rule.actual},
                     {"broken", rule.broken},
                     {"findings", rule.findings}});
  return Json{{"passed", audit.gate->passed}, {"rules", std::move(rules)}};
}

} // namespace plumbline
