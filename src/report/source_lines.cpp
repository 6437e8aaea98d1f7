#include "report/source_lines.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/ConvertUTF.h>
#include <llvm/Support/JSON.h>

#include <map>

namespace plumbline {

static llvm::SmallVector<llvm::UTF16> to_utf16(std::string_view text) {
  llvm::SmallVector<llvm::UTF16> units;
  if (!llvm::convertUTF8ToUTF16String(text, units)) {
    units.clear();
    llvm::convertUTF8ToUTF16String(llvm::json::fixUTF8(text), units);
  }
  return units;
}

// Where the line that begins at `start` ends; npos for the last one. find_first_of would search its set for each
// character, and a report asks for thousands of lines.
static std::size_t end_of_line(std::string_view text, std::size_t start) {
  for (std::size_t at = start; at < text.size(); ++at)
    if (text[at] == '\n' || text[at] == '\r') return at;
  return std::string_view::npos;
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  std::size_t start = 0;
  while (true) {
    std::size_t end = end_of_line(text, start);
    if (end == std::string_view::npos) break;
    lines.push_back(text.substr(start, end - start));
    start = end + (text.substr(end, 2) == "\r\n" ? 2 : 1);
  }
  if (start < text.size() || lines.empty()) lines.push_back(text.substr(start));
  return lines;
}

std::optional<std::string_view> nth_line(std::string_view text, std::size_t line) {
  std::size_t start = 0;
  for (std::size_t at = 1;; ++at) {
    const std::size_t end = end_of_line(text, start);
    if (at == line && (start < text.size() || line == 1)) return text.substr(start, end - start);
    if (at == line || end == std::string_view::npos) return std::nullopt;
    start = end + (text.substr(end, 2) == "\r\n" ? 2 : 1);
  }
}

std::uint32_t utf16_column(std::string_view line, std::uint32_t byte_column) {
  if (byte_column == 0) return 0;
  std::size_t bytes = byte_column - 1;
  std::size_t beyond = bytes > line.size() ? bytes - line.size() : 0;
  std::size_t units = to_utf16(line.substr(0, bytes)).size();
  return static_cast<std::uint32_t>(units + beyond + 1);
}

std::vector<std::string> github_line_hashes(std::string_view text) {
  static constexpr std::size_t window = 100;
  static constexpr std::uint64_t base = 37;
  static constexpr std::uint64_t end_of_file = 0xFFFF;

  // The characters that count, and where in them each line starts.
  std::vector<std::uint64_t> characters;
  std::vector<std::size_t> starts;
  bool line_start = true, after_return = false;
  auto add = [&](std::uint64_t character) {
    if (line_start) starts.push_back(characters.size());
    line_start = character == '\n';
    characters.push_back(character);
  };
  for (llvm::UTF16 unit : to_utf16(text)) {
    bool skipped = unit == ' ' || unit == '\t' || (after_return && unit == '\n');
    after_return = unit == '\r';
    if (!skipped) add(unit == '\r' ? '\n' : unit);
  }
  add(end_of_file);
  characters.resize(characters.size() + window, 0);

  // hash = sum of character[i] * base^(window - 1 - i), rolled over the whole file.
  std::uint64_t highest = 1;
  for (std::size_t i = 0; i < window; ++i) highest *= base;
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < window; ++i) hash = hash * base + characters[i];
  std::vector<std::string> result;
  std::map<std::uint64_t, unsigned> seen;
  std::size_t at = 0;
  for (std::size_t start : starts) {
    for (; at < start; ++at) hash = hash * base + characters[at + window] - highest * characters[at];
    result.push_back(llvm::utohexstr(hash, /*LowerCase=*/true) + ":" + std::to_string(++seen[hash]));
  }
  return result;
}

} // namespace plumbline
