// The markdown audit, by templates/report.md.mustache or the template that --template names.
//
// Templates hold the words and the layout; what they are given is a *view*: the model's values in the form and order in
// which they are shown, each already escaped for the place where it stands (text in a table's cell, code span, fence).
// Mustache's own escaping is for HTML and is switched off. A template therefore cannot forget to escape, and the only
// logic in it is "if there is one" and "for each". Lists come with a `has_…` beside them, because Mustache has no other
// way to print a heading once.
#include "facts/embedded.h"
#include "report/escape.h"
#include "report/flowchart.h"
#include "report/render.h"

#include <llvm/Support/JSON.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Mustache.h>
#include <llvm/Support/raw_ostream.h>

#include <cmath>
#include <map>

namespace plumbline {

// Items described in full. More would make a document that nobody reads and that code hosts refuse to render (GitHub
// shows markdown up to 512 KB); the rest stands in the table, one line each.
static constexpr std::size_t described_items = 50;

static std::string hours(double value) {
  double rounded = std::round(value * 100) / 100;
  std::string text = std::to_string(static_cast<long long>(rounded));
  int hundredths = static_cast<int>(std::llround(rounded * 100)) % 100;
  if (hundredths == 0) return text;
  text += "." + std::to_string(hundredths / 10);
  return hundredths % 10 == 0 ? text : text + std::to_string(hundredths % 10);
}

static std::string hours_range(double low, double high) {
  return low == high ? hours(low) : hours(low) + "–" + hours(high);
}

static double decimal_of(const Json& object, const char* key) {
  auto member = object.find(key);
  return member != object.end() && member->is_number() ? member->get<double>() : 0;
}

static std::string percent(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? "" : std::to_string(part * 100 / whole) + " %";
}

static std::string where_of(const Json& location) {
  std::string where = text_of(location, "path");
  if (std::int64_t line = number_of(location, "line")) where += ":" + std::to_string(line);
  return markdown_code(where);
}

static std::string check_of(const Json& finding) {
  std::string kind = text_of(finding, "kind");
  return markdown_code(text_of(finding, "check") + (kind.empty() ? "" : "/" + kind));
}

static std::string state_words(std::string state) {
  for (char& c : state)
    if (c == '_') c = ' ';
  return markdown_text(state);
}

// What a table's row shows of a finding.
static Json row_view(const Json& finding) {
  const Json& effort = part_of(finding, "effort");
  return Json{{"problem", markdown_text(text_of(finding, "message"))},
              {"where", where_of(part_of(finding, "location"))},
              {"check", check_of(finding)},
              {"priority", markdown_text(text_of(finding, "priority"))},
              {"effort", hours_range(decimal_of(effort, "low"), decimal_of(effort, "high"))},
              {"score", std::to_string(number_of(finding, "score"))},
              {"status", markdown_text(text_of(finding, "status"))}};
}

static void add_code(Json& view, const char* has, const char* fence, const char* key, const std::string& code) {
  std::string shown = printable_lines(code);
  while (shown.ends_with('\n')) shown.pop_back();
  view[has] = !shown.empty();
  view[fence] = markdown_fence(shown);
  view[key] = shown;
}

// For values that a template prints only if there is one: an empty string would count as one.
static Json or_null(std::string text) { return text.empty() ? Json(nullptr) : Json(std::move(text)); }

static Json detail_view(const Json& finding) {
  Json view = Json::object();
  view["owner"] = or_null(markdown_code(text_of(finding, "owner")));
  view["module"] = or_null(markdown_text(text_of(finding, "module")));
  view["test"] = text_of(finding, "scope") == "test";
  std::string line = text_of(finding, "line_text");
  add_code(view, "has_code", "fence", "code", line.empty() ? text_of(finding, "source") : line);
  view["suggestion"] = or_null(markdown_text(text_of(finding, "suggestion")));
  add_code(view, "has_rewritten", "rewritten_fence", "rewritten",
           text_of(part_of(finding, "config_in_reach"), "rewritten"));
  Json evidence = Json::array();
  for (const Json& step : part_of(finding, "evidence"))
    evidence.push_back({{"number", std::to_string(evidence.size() + 1)},
                        {"where", where_of(part_of(step, "location"))},
                        {"message", markdown_text(text_of(step, "message"))}});
  view["has_evidence"] = !evidence.empty();
  view["evidence"] = std::move(evidence);
  return view;
}

// A finding, and the one that is shown as the same item (design.md §3.6 "Durations", last sentence).
struct Item {
  const Json* finding = nullptr;
  const Json* also = nullptr;
};

static std::vector<Item> items_of(const Json& findings) {
  std::vector<Item> items;
  std::map<std::string, std::size_t> item_of_fingerprint;
  for (const Json& finding : findings) {
    if (!is_active(finding)) continue;
    std::string related = text_of(finding, "related");
    auto partner = related.empty() ? item_of_fingerprint.end() : item_of_fingerprint.find(related);
    if (partner != item_of_fingerprint.end() && !items[partner->second].also) {
      items[partner->second].also = &finding;
      continue;
    }
    item_of_fingerprint.emplace(text_of(finding, "fingerprint"), items.size());
    items.push_back({&finding, nullptr});
  }
  return items;
}

static void add_items(Json& view, const Json& findings) {
  std::vector<Item> items = items_of(findings);
  Json rows = Json::array(), details = Json::array();
  for (std::size_t i = 0; i < items.size(); ++i) {
    Json row = row_view(*items[i].finding);
    row["number"] = std::to_string(i + 1);
    row["described"] = i < described_items;
    // Sections of Mustache look a missing name up in the views around, so every view says it has no `also`.
    row["also"] = Json::array();
    if (items[i].also) row["also"].push_back(row_view(*items[i].also));
    if (i < described_items) {
      Json detail = row;
      detail.update(detail_view(*items[i].finding));
      details.push_back(std::move(detail));
    }
    rows.push_back(std::move(row));
  }
  view["has_items"] = !rows.empty();
  view["shown"] = std::to_string(details.size());
  view["rest"] = rows.size() > details.size() ? Json(std::to_string(rows.size() - details.size())) : Json(nullptr);
  view["items"] = std::move(rows);
  view["details"] = std::move(details);
}

struct Tally {
  std::int64_t count = 0;
  double low = 0, high = 0;
  void add(const Json& finding) {
    ++count;
    low += decimal_of(part_of(finding, "effort"), "low");
    high += decimal_of(part_of(finding, "effort"), "high");
  }
};

static void add_summary(Json& view, const Json& model) {
  std::map<std::string, Tally> by_priority{{"P0", {}}, {"P1", {}}, {"P2", {}}};
  Tally all;
  for (const Json& finding : part_of(model, "findings")) {
    if (!is_active(finding)) continue;
    by_priority[text_of(finding, "priority")].add(finding);
    all.add(finding);
  }
  Json priorities = Json::array();
  for (const auto& [priority, tally] : by_priority)
    priorities.push_back({{"priority", markdown_text(priority)},
                          {"count", std::to_string(tally.count)},
                          {"effort", hours_range(tally.low, tally.high)}});
  view["priorities"] = std::move(priorities);
  view["count"] = std::to_string(all.count);
  view["effort"] = hours_range(all.low, all.high);
  const Json& sites = part_of(model, "sites");
  std::int64_t total = number_of(sites, "total"), configured = number_of(sites, "configured");
  view["has_sites"] = total > 0;
  view["places"] = std::to_string(total);
  view["configured"] = std::to_string(configured);
  view["percent"] = percent(configured, total);
}

static void add_coverage(Json& view, const Json& coverage) {
  Json units = Json::object(), problems = Json::array(), notes = Json::array();
  for (const char* state : {"analysed", "analysed_with_errors", "skipped", "failed"})
    units[state] = std::to_string(number_of(part_of(coverage, "units"), state));
  for (const Json& problem : part_of(coverage, "problems")) {
    std::string state = text_of(problem, "state"), reason = text_of(problem, "reason");
    std::int64_t errors = number_of(problem, "errors");
    std::string ended = state_words(state);
    if (errors > 0) ended += " (" + std::to_string(errors) + ")";
    for (const Json& detail : part_of(problem, "details"))
      if (detail.is_string()) reason += (reason.empty() ? "" : "; ") + detail.get<std::string>();
    problems.push_back(
        {{"path", markdown_code(text_of(problem, "path"))}, {"state", ended}, {"reason", markdown_text(reason)}});
  }
  for (const Json& note : part_of(coverage, "notes"))
    if (note.is_string()) notes.push_back({{"note", markdown_text(note.get<std::string>())}});
  auto incomplete = coverage.find("incomplete");
  view["incomplete"] = incomplete != coverage.end() && *incomplete == true;
  view["units"] = std::move(units);
  view["has_unit_problems"] = !problems.empty();
  view["unit_problems"] = std::move(problems);
  view["has_notes"] = !notes.empty();
  view["notes"] = std::move(notes);
}

static void add_modules(Json& view, const Json& model) {
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
  for (auto& [name, row] : rows)
    modules.push_back({{"name", name.empty() ? "–" : markdown_text(name)},
                       {"p0", std::to_string(row.findings["P0"])},
                       {"p1", std::to_string(row.findings["P1"])},
                       {"p2", std::to_string(row.findings["P2"])},
                       {"places", std::to_string(row.places)},
                       {"configured", std::to_string(row.configured)},
                       {"percent", percent(row.configured, row.places)}});
  view["has_modules"] = !modules.empty();
  view["modules"] = std::move(modules);
}

static void add_inactive(Json& view, const Json& findings) {
  Json suppressed = Json::array(), others = Json::array();
  for (const Json& finding : findings) {
    if (is_active(finding)) continue;
    Json row = row_view(finding);
    if (text_of(finding, "status") != "suppressed") {
      others.push_back(std::move(row));
      continue;
    }
    const Json& suppression = part_of(finding, "suppression");
    row["reason"] = markdown_text(text_of(suppression, "reason"));
    row["until"] = markdown_text(text_of(suppression, "until"));
    suppressed.push_back(std::move(row));
  }
  view["has_suppressed"] = !suppressed.empty();
  view["suppressed"] = std::move(suppressed);
  view["has_others"] = !others.empty();
  view["others"] = std::move(others);
}

// Pictures of machines; more would make a document that code hosts refuse to render.
static constexpr std::size_t drawn_machines = 25;

// Machines with findings first, then by name; the others beyond the limit stand in the JSON only.
static void add_machines(Json& view, const Json& machines) {
  std::vector<std::pair<bool, const Json*>> order;
  for (const Json& machine : machines) {
    bool clean = true;
    for (const char* part : {"states", "transitions"})
      for (const Json& one : part_of(machine, part)) clean &= text_of(one, "finding").empty();
    order.emplace_back(clean, &machine);
  }
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : text_of(*a.second, "name") < text_of(*b.second, "name");
  });
  Json list = Json::array();
  for (const auto& [clean, machine] : order) {
    if (list.size() == drawn_machines) break;
    list.push_back({{"name", markdown_text(text_of(*machine, "name"))},
                    {"where", where_of(part_of(*machine, "location"))},
                    {"states", std::to_string(part_of(*machine, "states").size())},
                    {"transitions", std::to_string(part_of(*machine, "transitions").size())},
                    {"mermaid", text_of(*machine, "mermaid")}});
  }
  view["has_machines"] = !list.empty();
  if (order.size() > list.size()) view["machines_rest"] = std::to_string(order.size() - list.size());
  view["machines"] = std::move(list);
}

static void add_graphs(Json& view, const Json& graphs) {
  Json list = Json::array();
  bool back = false;
  for (const Json& graph : graphs) {
    std::size_t left_out = 0;
    std::string chart = flowchart(graph, left_out);
    for (const Json& edge : part_of(graph, "edges")) back = back || edge.value("back", false);
    list.push_back(
        {{"flowchart", std::move(chart)}, {"left_out", left_out > 0 ? Json(std::to_string(left_out)) : Json(nullptr)}});
  }
  view["has_graphs"] = !list.empty();
  view["has_back"] = back;
  view["charts"] = std::move(list);
}

static Json markdown_view(const Json& model) {
  Json view = Json::object();
  const Json& tool = part_of(model, "tool");
  view["tool"] = markdown_text(text_of(tool, "name"));
  view["version"] = markdown_text(text_of(tool, "version"));
  add_summary(view, model);
  add_coverage(view, part_of(model, "coverage"));
  add_items(view, part_of(model, "findings"));
  add_machines(view, part_of(model, "machines"));
  add_modules(view, model);
  add_graphs(view, part_of(model, "graphs"));
  add_inactive(view, part_of(model, "findings"));
  return view;
}

static llvm::Expected<std::string> template_text(const std::string& file) {
  if (!file.empty()) {
    llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer = llvm::MemoryBuffer::getFile(file);
    if (buffer) return (*buffer)->getBuffer().str();
    return llvm::createStringError("cannot read the template " + file + ": " + buffer.getError().message() +
                                   "; check the name given to --template, or leave it out for the built-in one");
  }
  for (const EmbeddedFile& embedded : embedded_templates())
    if (embedded.name == "report.md.mustache") return std::string(embedded.bytes);
  return llvm::createStringError("the built-in template report.md.mustache is missing from this build of plumbline");
}

llvm::Expected<std::string> render_markdown(const Json& model, const RenderOptions& options) {
  llvm::Expected<std::string> text = template_text(options.template_file);
  if (!text) return text.takeError();
  llvm::Expected<llvm::json::Value> view =
      llvm::json::parse(markdown_view(model).dump(-1, ' ', false, Json::error_handler_t::replace));
  if (!view) return view.takeError();

  llvm::BumpPtrAllocator allocator;
  llvm::StringSaver saver(allocator);
  llvm::mustache::MustacheContext context(allocator, saver);
  llvm::mustache::Template page(*text, context);
  for (const EmbeddedFile& embedded : embedded_templates()) {
    llvm::StringRef name = embedded.name;
    if (name.consume_back(".mustache")) page.registerPartial(name.str(), std::string(embedded.bytes));
  }
  page.overrideEscapeCharacters(llvm::mustache::EscapeMap());
  std::string rendered;
  llvm::raw_string_ostream out(rendered);
  page.render(*view, out);
  return rendered;
}

} // namespace plumbline
