// How far the code base has come: modules, the two figures of progress, what stood where before, and the trend.
#include "report/render.h"
#include "report/view.h"

#include <algorithm>
#include <map>

namespace plumbline {

static const char* sign_of(const std::string& status) {
  if (status == "fixed") return "✅ ";
  if (status == "new") return "🆕 ";
  if (status == "reopened") return "🔁 ";
  if (status == "open") return "⏳ ";
  return "";
}

// Rows of one file's table; more than this is what nobody reads, and the JSON report has them.
static constexpr std::size_t most_rows = 200;

// What stands there now: the same as before is not written twice, and a seam that was missing is not "removed".
static std::string shown_now(const Json& row, const ViewOptions& options) {
  const std::string before = text_of(row, "before"), now = text_of(row, "now");
  if (now.empty()) return "–";
  if (now == before && text_of(row, "status") != "fixed") return words_at(options.words, {"group", "unchanged"});
  return options.dialect.code(now);
}

static std::string word_of(const Json& row) {
  const std::string status = text_of(row, "status");
  if (status != "fixed") return status;
  if (!text_of(row, "now").empty()) return "migrated";
  const std::string check = text_of(row, "check");
  return check.empty() || check.starts_with("hard-coded-") ? "removed" : "fixed";
}

static Json file_view(const Json& file, const ViewOptions& options) {
  const Dialect& dialect = options.dialect;
  Json rows = Json::array();
  std::int64_t done = 0, places = 0;
  std::size_t left_out = 0;
  for (const Json& row : part_of(file, "rows")) {
    std::string status = text_of(row, "status"), before = text_of(row, "before");
    if (status == "fixed" || is_active(row)) ++places;
    if (status == "fixed") ++done;
    if (rows.size() == most_rows) {
      ++left_out;
      continue;
    }
    auto line = [&](const char* key) {
      std::int64_t number = number_of(row, key);
      return number > 0 ? std::to_string(number) : std::string("–");
    };
    rows.push_back({{"line_before", line("line_before")},
                    {"line_now", line("line_now")},
                    {"before", before.empty() ? "–" : dialect.code(before)},
                    {"now", shown_now(row, options)},
                    {"status", sign_of(status) + dialect.text(word_for(options.words, "status", word_of(row)))}});
  }
  return Json{{"path", dialect.code(text_of(file, "path"))},
              {"done", std::to_string(done)},
              {"places", std::to_string(places)},
              {"share", percent_text(done, places)},
              {"rows_left_out", left_out > 0 ? Json(std::to_string(left_out)) : Json(nullptr)},
              {"rows", std::move(rows)}};
}

static Json counts_view(const Json& counts, const Dialect& dialect) {
  Json list = Json::array();
  for (const Json& count : counts)
    list.push_back({{"name", dialect.code(text_of(count, "name"))},
                    {"places", std::to_string(number_of(count, "places"))},
                    {"done", std::to_string(number_of(count, "done"))},
                    {"share", share_text(count, "share")}});
  return list;
}

static std::string module_name(const std::string& name, const ViewOptions& options) {
  return name.empty() ? words_at(options.words, {"group", "no_module"}) : options.dialect.text(name);
}

static void add_comparison(Json& view, const Json& model, const ViewOptions& options) {
  const Json& progress = part_of(model, "progress");
  view["has_progress"] = progress.is_object();
  if (!progress.is_object()) return;
  Json shown = Json::object();
  for (const char* key : {"baseline_total", "fixed", "open", "new", "reopened", "accepted", "unknown"})
    shown[key] = std::to_string(number_of(progress, key));
  shown["whole"] = std::to_string(number_of(progress, "baseline_total") + number_of(progress, "new"));
  shown["fixed_share"] = share_text(progress, "fixed_share");
  shown["configured_share"] = share_text(progress, "configured_share");
  // What a migration is about: constants that became configuration.
  std::int64_t constants = 0, moved = 0;
  for (const Json& check : part_of(progress, "by_check")) {
    if (!text_of(check, "name").starts_with("hard-coded-")) continue;
    constants += number_of(check, "places");
    moved += number_of(check, "done");
  }
  shown["has_constants"] = constants > 0;
  shown["constants"] = std::to_string(constants);
  shown["moved"] = std::to_string(moved);
  shown["moved_share"] = percent_text(moved, constants);
  Json modules = Json::array();
  for (const Json& module : part_of(progress, "by_module")) {
    std::string name = text_of(module, "name");
    modules.push_back({{"name", module_name(name, options)},
                       {"priority", options.dialect.text(text_of(module, "priority"))},
                       {"owner", options.dialect.text(text_of(module, "owner"))},
                       {"files", std::to_string(number_of(module, "files"))},
                       {"places", std::to_string(number_of(module, "places"))},
                       {"done", std::to_string(number_of(module, "done"))},
                       {"share", share_text(module, "share")}});
  }
  shown["has_modules"] = !modules.empty();
  shown["modules"] = std::move(modules);
  shown["by_check"] = counts_view(part_of(progress, "by_check"), options.dialect);
  shown["by_priority"] = counts_view(part_of(progress, "by_priority"), options.dialect);
  Json files = Json::array();
  for (const Json& file : part_of(progress, "files"))
    if (!part_of(file, "rows").empty()) files.push_back(file_view(file, options));
  shown["has_files"] = !files.empty();
  shown["files"] = std::move(files);
  view["progress"] = std::move(shown);
}

static void add_modules(Json& view, const Json& model, const ViewOptions& options) {
  struct Row {
    std::map<std::string, std::int64_t> findings;
    std::int64_t places = 0, configured = 0;
  };
  std::map<std::string, Row> rows;
  for (const Json& finding : part_of(model, "findings"))
    if (is_active(finding)) ++rows[text_of(finding, "module")].findings[text_of(finding, "priority")];
  for (const Json& module : part_of(part_of(model, "sites"), "by_module")) {
    Row& row = rows[text_of(module, "name")];
    row.places = number_of(module, "total");
    row.configured = number_of(module, "configured");
  }
  Json modules = Json::array();
  std::vector<std::pair<std::string, Row>> order(rows.begin(), rows.end());
  if (!order.empty() && order.front().first.empty()) std::rotate(order.begin(), order.begin() + 1, order.end());
  for (auto& [name, row] : order)
    modules.push_back({{"name", module_name(name, options)},
                       {"p0", std::to_string(row.findings["P0"])},
                       {"p1", std::to_string(row.findings["P1"])},
                       {"p2", std::to_string(row.findings["P2"])},
                       {"places", std::to_string(row.places)},
                       {"configured", std::to_string(row.configured)},
                       {"percent", percent_text(row.configured, row.places)}});
  view["has_modules"] = !modules.empty();
  view["modules"] = std::move(modules);
}

// What the settings' gate allows of a priority's open findings; without such a rule none of P0 and P1, any of P2.
static std::optional<std::int64_t> allowed_open(const Json& model, const std::string& priority) {
  for (const Json& rule : part_of(part_of(model, "gate"), "rules")) {
    std::string name = text_of(rule, "rule");
    if (name.starts_with("max-open") && name.ends_with(priority)) return number_of(rule, "limit");
  }
  if (priority == "P2") return std::nullopt;
  return 0;
}

static void add_figures(Json& view, const Json& model, const ViewOptions& options) {
  std::map<std::string, std::int64_t> open{{"P0", 0}, {"P1", 0}, {"P2", 0}};
  std::int64_t silenced = 0;
  for (const Json& finding : part_of(model, "findings")) {
    if (is_active(finding)) ++open[text_of(finding, "priority")];
    silenced += text_of(finding, "status") == "suppressed";
  }
  Json figures = Json::array();
  auto add = [&](std::string name, std::string now, std::string target, std::optional<bool> met) {
    figures.push_back({{"name", std::move(name)},
                       {"now", std::move(now)},
                       {"target", std::move(target)},
                       {"is_met", met && *met},
                       {"is_missed", met && !*met}});
  };
  for (const auto& [priority, count] : open) {
    std::optional<std::int64_t> allowed = allowed_open(model, priority);
    add(priority + " " + words_at(options.words, {"text", "figure_open"}), std::to_string(count),
        allowed ? "≤ " + std::to_string(*allowed) : "–",
        allowed ? std::optional<bool>(count <= *allowed) : std::nullopt);
  }
  const Json& sites = part_of(model, "sites");
  if (std::int64_t total = number_of(sites, "total"); total > 0) {
    std::int64_t configured = number_of(sites, "configured");
    add(words_at(options.words, {"text", "figure_configured"}),
        std::to_string(configured) + " / " + std::to_string(total) + " (" + percent_text(configured, total) + ")",
        "100 %", configured == total);
  }
  const Json& units = part_of(part_of(model, "coverage"), "units");
  std::int64_t unseen = number_of(units, "failed") + number_of(units, "skipped");
  add(words_at(options.words, {"text", "figure_unseen"}), std::to_string(unseen), "0", unseen == 0);
  add(words_at(options.words, {"text", "figure_suppressions"}), std::to_string(silenced), "–", std::nullopt);
  view["figures"] = std::move(figures);
}

// One character per value, from the lowest to the highest.
static std::string sparkline(const std::vector<double>& values) {
  static constexpr const char* bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  if (values.empty()) return "";
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  std::string line;
  for (double value : values) {
    double part = *high > *low ? (value - *low) / (*high - *low) : 0;
    line += bars[static_cast<std::size_t>(part * 7 + 0.5)];
  }
  return line;
}

static std::string signed_text(std::int64_t number) {
  return (number < 0 ? "−" : number > 0 ? "+" : "") + std::to_string(std::abs(number));
}

// What has happened since the last record, counted as history.cpp counts; null where there is none to compare with.
static Json since_last(const Json& model, const Dialect& dialect) {
  const Json& history = part_of(model, "history");
  const Json& progress = part_of(model, "progress");
  if (history.empty() || progress.empty()) return nullptr;
  std::int64_t open = 0, added = 0;
  for (const Json& finding : part_of(model, "findings")) {
    const std::string status = text_of(finding, "status");
    open += is_active(finding) || status == "unknown";
    added += status == "new";
  }
  const Json& last = history.back();
  return Json{{"date", dialect.text(text_of(last, "date").substr(0, 10))},
              {"open_then", std::to_string(number_of(last, "open"))},
              {"open_now", std::to_string(open)},
              {"fixed", signed_text(number_of(progress, "fixed") - number_of(last, "fixed"))},
              {"added", signed_text(added - number_of(last, "new"))}};
}

static void add_history(Json& view, const Json& model, const Dialect& dialect) {
  static constexpr std::size_t most_points = 60; // a line's width
  static constexpr std::size_t most_entries = 12;
  const Json& history = part_of(model, "history");
  std::vector<double> open, configured;
  Json rows = Json::array();
  std::size_t first_point = history.size() > most_points ? history.size() - most_points : 0;
  std::size_t first_row = history.size() > most_entries ? history.size() - most_entries : 0;
  for (std::size_t i = first_point; i < history.size(); ++i) {
    const Json& entry = history[i];
    open.push_back(decimal_of(entry, "open"));
    configured.push_back(decimal_of(entry, "configured_share"));
    if (i < first_row) continue;
    rows.push_back({{"commit", dialect.code(text_of(entry, "commit").substr(0, 10))},
                    {"date", dialect.text(text_of(entry, "date").substr(0, 10))},
                    {"open", std::to_string(number_of(entry, "open"))},
                    {"fixed", std::to_string(number_of(entry, "fixed"))},
                    {"new", std::to_string(number_of(entry, "new"))},
                    {"configured", share_text(entry, "configured_share")}});
  }
  view["has_history"] = !rows.empty();
  view["open_line"] = sparkline(open);
  view["configured_line"] = sparkline(configured);
  view["open_from"] = open.empty() ? "" : hours_text(open.front());
  view["open_to"] = open.empty() ? "" : hours_text(open.back());
  view["history"] = std::move(rows);
  view["last"] = since_last(model, dialect);
}

void add_progress(Json& view, const Json& model, const ViewOptions& options) {
  const Json& sites = part_of(model, "sites");
  std::int64_t total = number_of(sites, "total"), configured = number_of(sites, "configured");
  view["has_sites"] = total > 0;
  view["places"] = std::to_string(total);
  view["configured"] = std::to_string(configured);
  view["percent"] = percent_text(configured, total);
  add_comparison(view, model, options);
  add_modules(view, model, options);
  add_figures(view, model, options);
  add_history(view, model, options.dialect);
}

} // namespace plumbline
