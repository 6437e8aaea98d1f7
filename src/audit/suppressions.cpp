#include "audit/suppressions.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/ADT/StringRef.h>
#include <llvm/Support/GlobPattern.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

namespace plumbline {

bool is_iso_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  int numbers[3] = {};
  const std::string_view parts[3] = {text.substr(0, 4), text.substr(5, 2), text.substr(8, 2)};
  for (int i = 0; i < 3; ++i)
    for (char c : parts[i]) {
      if (!llvm::isDigit(c)) return false;
      numbers[i] = numbers[i] * 10 + (c - '0');
    }
  return std::chrono::year_month_day(std::chrono::year(numbers[0]), std::chrono::month(numbers[1]),
                                     std::chrono::day(numbers[2]))
      .ok();
}

// Splits "…reason until 2027-03-01" or "…reason [until 2027-03-01]". "until" with anything that is not a date but was
// meant as one (it is bracketed, or starts with a digit) is a defect, so that a typing error cannot become forever.
static void split_until(llvm::StringRef rest, ParsedSuppression& parsed) {
  llvm::StringRef text = rest.trim();
  bool bracketed = false;
  if (text.ends_with("]")) {
    std::size_t open = text.rfind('[');
    if (open != llvm::StringRef::npos && text.substr(open + 1).ltrim().starts_with("until")) {
      bracketed = true;
      llvm::StringRef date = text.substr(open + 1).drop_back().trim();
      date.consume_front("until");
      parsed.until = date.trim().str();
      parsed.reason = text.take_front(open).trim().str();
    }
  }
  if (!bracketed) {
    auto [head, last] = text.rsplit(' ');
    llvm::StringRef before = head.rtrim();
    bool dated = before == "until" || before.ends_with(" until") || before.ends_with("\tuntil");
    if (dated && !last.empty() && llvm::isDigit(last.front())) {
      parsed.until = last.str();
      parsed.reason = before.drop_back(5).trim().str();
    } else {
      parsed.reason = text.str();
      return;
    }
  }
  if (!is_iso_date(parsed.until)) {
    parsed.defect = "'until " + parsed.until + "' names no date; write it as until 2027-03-01";
    parsed.until.clear();
  }
}

static std::vector<std::string> split_names(llvm::StringRef list) {
  llvm::SmallVector<llvm::StringRef> names;
  list.split(names, ',');
  std::vector<std::string> result;
  for (llvm::StringRef name : names)
    if (!name.trim().empty()) result.push_back(name.trim().str());
  return result;
}

static ParsedSuppression parse_allow(llvm::StringRef text) {
  ParsedSuppression parsed;
  static constexpr const char* form = "write it as plumbline: allow(check) reason";
  text = text.ltrim();
  if (!text.consume_front("allow")) return parsed.defect = std::string("it does not say allow; ") + form, parsed;
  text = text.ltrim();
  std::size_t close = text.find(')');
  if (!text.starts_with("(") || close == llvm::StringRef::npos)
    return parsed.defect = std::string("it has no list of checks in parentheses; ") + form, parsed;
  parsed.checks = split_names(text.slice(1, close));
  if (parsed.checks.empty()) return parsed.defect = std::string("it names no check; ") + form, parsed;
  split_until(text.substr(close + 1), parsed);
  if (parsed.defect.empty() && parsed.reason.empty())
    parsed.defect = "it gives no reason; say after the parenthesis why the code is right";
  return parsed;
}

static std::optional<ParsedSuppression> parse_nolint(llvm::StringRef text) {
  ParsedSuppression parsed;
  if (text.consume_front("NOLINTNEXTLINE"))
    parsed.form = SuppressionForm::nolint_next_line;
  else if (text.consume_front("NOLINTBEGIN"))
    parsed.form = SuppressionForm::nolint_begin;
  else if (text.consume_front("NOLINTEND"))
    parsed.form = SuppressionForm::nolint_end;
  else if (text.consume_front("NOLINT"))
    parsed.form = SuppressionForm::nolint;
  else
    return std::nullopt;
  std::size_t close = text.find(')');
  if (!text.starts_with("(") || close == llvm::StringRef::npos) return std::nullopt;
  for (const std::string& name : split_names(text.slice(1, close))) {
    llvm::StringRef check = name;
    if (check.consume_front("plumbline-")) parsed.checks.push_back(check.str());
  }
  if (parsed.checks.empty()) return std::nullopt;
  parsed.reason = text.substr(close + 1).ltrim(" \t:-").trim().str();
  return parsed;
}

std::optional<ParsedSuppression> parse_suppression(std::string_view text) {
  llvm::StringRef rest = llvm::StringRef(text).trim();
  rest.consume_back("*/");
  rest = rest.rtrim();
  if (rest.consume_front("plumbline:")) return parse_allow(rest);
  return parse_nolint(rest);
}

static bool is_glob(llvm::StringRef name) { return name.find_first_of("*?[{") != llvm::StringRef::npos; }

static bool names(llvm::StringRef pattern, llvm::StringRef check) {
  if (!is_glob(pattern)) return pattern == check;
  llvm::Expected<llvm::GlobPattern> glob = llvm::GlobPattern::create(pattern);
  if (glob) return glob->match(check);
  llvm::consumeError(glob.takeError()); // a broken pattern matches nothing, as in clang-tidy
  return false;
}

// One comment with the lines it speaks for, both ends included.
struct ActiveComment {
  const SuppressionComment* comment = nullptr;
  ParsedSuppression parsed;
  std::uint32_t first_line = 0, last_line = 0;
  std::vector<bool> used; // per check
};

static Finding finding_about(const SuppressionComment& comment, std::string kind, std::string entity,
                             std::string message, std::string suggestion) {
  Finding finding;
  finding.check = "suppression";
  finding.kind = std::move(kind);
  finding.place = comment.place;
  finding.source_text = comment.text;
  finding.line_text = comment.text;
  finding.entity = std::move(entity);
  finding.message = std::move(message);
  finding.suggestion = std::move(suggestion);
  finding.priority = Priority::p1;
  return finding;
}

static Finding finding_about_unknown(const SuppressionComment& comment, llvm::StringRef name,
                                     const std::vector<std::string>& known) {
  llvm::StringRef closest;
  unsigned best = name.size() / 2 + 1; // further away is another word, not a typing error
  for (const std::string& check : known) {
    unsigned distance = name.edit_distance(check);
    if (distance < best) best = distance, closest = check;
  }
  return finding_about(comment, "unknown-check", name.str(),
                       "The suppression names '" + name.str() + "', and there is no such check: it suppresses nothing",
                       closest.empty() ? "Remove the name; `plumbline checks` lists those that exist."
                                       : "Write " + closest.str() + ".");
}

// Sorted by place, each comment once: a header's comments are seen by every unit that includes it.
static std::vector<SuppressionComment> distinct(std::vector<SuppressionComment> comments) {
  auto key = [](const SuppressionComment& comment) { return std::tie(comment.place, comment.text, comment.own_line); };
  std::sort(comments.begin(), comments.end(),
            [&](const SuppressionComment& a, const SuppressionComment& b) { return key(a) < key(b); });
  comments.erase(
      std::unique(comments.begin(), comments.end(),
                  [&](const SuppressionComment& a, const SuppressionComment& b) { return key(a) == key(b); }),
      comments.end());
  return comments;
}

// The line after a comment that stands alone; comments stacked on each other all speak for the code below them.
static std::uint32_t line_below(const std::vector<SuppressionComment>& sorted, std::size_t index) {
  std::uint32_t line = std::max(sorted[index].place.line, sorted[index].place.end_line) + 1;
  for (std::size_t next = index + 1; next < sorted.size(); ++next) {
    const SuppressionComment& below = sorted[next];
    if (below.place.path != sorted[index].place.path || below.place.line != line || !below.own_line) break;
    line = std::max(below.place.line, below.place.end_line) + 1;
  }
  return line;
}

// The comments that are well-formed and not expired, with their lines; findings about the others.
static std::vector<ActiveComment> activate(const std::vector<SuppressionComment>& comments, const std::string& today,
                                           std::vector<Finding>& findings) {
  std::vector<ActiveComment> active;
  std::vector<std::size_t> open; // NOLINTBEGINs without their end yet, as indexes into `active`
  auto complain_about_open = [&]() {
    for (std::size_t index : open) {
      const SuppressionComment& comment = *active[index].comment;
      findings.push_back(finding_about(comment, "malformed", "",
                                       "This NOLINTBEGIN has no NOLINTEND: it suppresses nothing",
                                       "Add the NOLINTEND with the same list after the code it is meant for."));
      active[index].parsed.checks.clear();
    }
    open.clear();
  };
  std::string_view path;
  for (std::size_t i = 0; i < comments.size(); ++i) {
    const SuppressionComment& comment = comments[i];
    if (comment.place.path != path) complain_about_open();
    path = comment.place.path;
    std::optional<ParsedSuppression> parsed = parse_suppression(comment.text);
    if (!parsed) continue;
    if (!parsed->defect.empty()) {
      findings.push_back(finding_about(comment, "malformed", "",
                                       "This suppression suppresses nothing: " + parsed->defect,
                                       "Mend the comment, or remove it."));
      continue;
    }
    if (!parsed->until.empty() && !today.empty() && parsed->until < today) {
      findings.push_back(finding_about(comment, "expired", llvm::join(parsed->checks, ", "),
                                       "The suppression of " + llvm::join(parsed->checks, ", ") + " expired on " +
                                           parsed->until + ": " + parsed->reason,
                                       "Mend the code, or set a new date with the reason that holds now."));
      continue;
    }
    if (parsed->form == SuppressionForm::nolint_end) {
      auto begin = std::find_if(open.rbegin(), open.rend(),
                                [&](std::size_t index) { return active[index].parsed.checks == parsed->checks; });
      if (begin == open.rend()) {
        findings.push_back(finding_about(comment, "malformed", "",
                                         "This NOLINTEND has no NOLINTBEGIN with the same list",
                                         "Give both the same list, or remove this one."));
        continue;
      }
      active[*begin].last_line = comment.place.line;
      open.erase(std::next(begin).base());
      continue;
    }
    ActiveComment entry{
        &comment, std::move(*parsed), comment.place.line, std::max(comment.place.line, comment.place.end_line), {}};
    entry.used.resize(entry.parsed.checks.size());
    if (entry.parsed.form == SuppressionForm::nolint_begin) open.push_back(active.size());
    if (entry.parsed.form == SuppressionForm::nolint_next_line)
      entry.first_line = entry.last_line = entry.last_line + 1;
    if (entry.parsed.form == SuppressionForm::allow && comment.own_line) entry.last_line = line_below(comments, i);
    active.push_back(std::move(entry));
  }
  complain_about_open();
  return active;
}

// Findings at the lines of one comment, whatever other comments say about them: two comments for one finding are both
// needed as long as one of them could be removed first.
static void suppress(std::vector<Finding>& findings, ActiveComment& active,
                     const std::multimap<std::pair<std::string, std::uint32_t>, std::size_t>& by_line) {
  const std::string& path = active.comment->place.path;
  auto end = by_line.upper_bound({path, active.last_line});
  for (auto at = by_line.lower_bound({path, active.first_line}); at != end; ++at) {
    Finding& finding = findings[at->second];
    for (std::size_t i = 0; i < active.parsed.checks.size(); ++i) {
      if (!names(active.parsed.checks[i], finding.check)) continue;
      active.used[i] = true;
      if (finding.suppression) continue;
      finding.status = Status::suppressed;
      finding.suppression = Suppression{active.parsed.reason.empty() ? "NOLINT without a reason" : active.parsed.reason,
                                        active.parsed.until, active.comment->place};
    }
  }
}

// Who explained why each constant of an owner stays as it is need not explain again why the owner takes no setting.
static void suppress_what_follows(std::vector<Finding>& findings) {
  std::map<Place, const Suppression*> suppressed;
  for (const Finding& finding : findings)
    if (finding.status == Status::suppressed && finding.suppression) suppressed[finding.place] = &*finding.suppression;
  for (Finding& finding : findings) {
    const bool follows = finding.status != Status::suppressed && !finding.causes.empty() &&
                         std::all_of(finding.causes.begin(), finding.causes.end(),
                                     [&](const Place& cause) { return suppressed.contains(cause); });
    if (!follows) continue;
    finding.status = Status::suppressed;
    finding.suppression = *suppressed[finding.causes.front()];
  }
}

void apply_suppressions(std::vector<Finding>& findings, const AuditInput& input, bool incomplete) {
  const std::vector<SuppressionComment> comments = distinct(input.suppressions);
  std::vector<Finding> about;
  std::vector<ActiveComment> active = activate(comments, input.today, about);

  std::multimap<std::pair<std::string, std::uint32_t>, std::size_t> by_line;
  for (std::size_t i = 0; i < findings.size(); ++i)
    by_line.emplace(std::pair(findings[i].place.path, findings[i].place.line), i);

  for (ActiveComment& entry : active) {
    suppress(findings, entry, by_line);
    for (std::size_t i = 0; i < entry.parsed.checks.size(); ++i) {
      const std::string& name = entry.parsed.checks[i];
      bool glob = entry.parsed.form != SuppressionForm::allow && is_glob(name);
      if (entry.used[i] || glob) continue;
      bool known = std::find(input.known_checks.begin(), input.known_checks.end(), name) != input.known_checks.end();
      if (!known && !input.known_checks.empty()) {
        about.push_back(finding_about_unknown(*entry.comment, name, input.known_checks));
        continue;
      }
      bool enabled = true;
      if (input.settings) {
        auto setting = input.settings->checks.find(name);
        enabled = setting == input.settings->checks.end() || setting->second.enabled;
      }
      if (!enabled || input.partial || incomplete) continue;
      about.push_back(finding_about(*entry.comment, "needless", name,
                                    "Nothing here is suppressed: there is no finding of " + name + " on this line" +
                                        (entry.last_line > entry.first_line ? " or the next" : ""),
                                    "Remove the comment, so that it cannot hide the next one."));
    }
  }
  suppress_what_follows(findings);
  findings.insert(findings.end(), std::make_move_iterator(about.begin()), std::make_move_iterator(about.end()));
}

} // namespace plumbline
