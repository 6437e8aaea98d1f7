#include "audit/history.h"

#include "audit/audit.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace plumbline {

using Json = nlohmann::ordered_json;

static std::optional<HistoryEntry> entry_of(const Json& json) {
  HistoryEntry entry;
  for (auto [key, text] : {std::pair{"commit", &entry.commit}, std::pair{"date", &entry.date}}) {
    auto found = json.find(key);
    if (found == json.end() || !found->is_string()) return std::nullopt;
    *text = found->get<std::string>();
  }
  for (auto [key, number] :
       {std::pair{"open", &entry.open}, std::pair{"fixed", &entry.fixed}, std::pair{"new", &entry.new_},
        std::pair{"sites", &entry.sites}, std::pair{"configured", &entry.configured}}) {
    auto found = json.find(key);
    if (found == json.end() || !found->is_number_unsigned()) return std::nullopt;
    *number = found->get<std::uint64_t>();
  }
  return entry;
}

llvm::Expected<std::vector<HistoryEntry>> parse_history(llvm::StringRef text, llvm::StringRef name) {
  std::vector<HistoryEntry> history;
  llvm::SmallVector<llvm::StringRef> lines;
  text.split(lines, '\n');
  for (std::size_t i = 0; i < lines.size(); ++i) {
    llvm::StringRef line = lines[i].trim();
    if (line.empty()) continue;
    Json json = Json::parse(line.begin(), line.end(), nullptr, /*allow_exceptions=*/false);
    std::optional<HistoryEntry> entry = json.is_object() ? entry_of(json) : std::nullopt;
    if (!entry)
      return llvm::createStringError(
          name.str() + ":" + std::to_string(i + 1) +
          ": this line is no record of an audit; remove it, or take the file from git again");
    record(history, std::move(*entry));
  }
  return history;
}

std::string history_text(const std::vector<HistoryEntry>& history) {
  std::string out;
  for (const HistoryEntry& entry : history) {
    Json json{{"date", entry.date},
              {"commit", entry.commit},
              {"open", entry.open},
              {"fixed", entry.fixed},
              {"new", entry.new_},
              {"sites", entry.sites},
              {"configured", entry.configured}};
    out += json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  return out;
}

HistoryEntry history_entry(const Audit& audit, const std::string& commit, const std::string& date) {
  HistoryEntry entry;
  entry.commit = commit;
  entry.date = date;
  for (const Finding& finding : audit.findings) {
    entry.new_ += finding.status == Status::new_;
    entry.open += finding.status == Status::new_ || finding.status == Status::open ||
                  finding.status == Status::reopened || finding.status == Status::unknown;
  }
  if (audit.progress) entry.fixed = audit.progress->fixed;
  entry.sites = audit.sites.size();
  for (const Site& site : audit.sites) entry.configured += site.fed_by == "configuration";
  return entry;
}

void record(std::vector<HistoryEntry>& history, HistoryEntry entry) {
  std::erase_if(history, [&](const HistoryEntry& other) {
    return other.commit == entry.commit && (!entry.commit.empty() || other.date == entry.date);
  });
  // Two branches merged: by date, so that a trend is one.
  auto later = std::upper_bound(history.begin(), history.end(), entry,
                                [](const HistoryEntry& a, const HistoryEntry& b) { return a.date < b.date; });
  history.insert(later, std::move(entry));
}

} // namespace plumbline
