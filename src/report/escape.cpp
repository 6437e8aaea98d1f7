#include "report/escape.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/JSON.h>

#include <algorithm>
#include <cstdint>

namespace plumbline {

std::string valid_utf8(std::string_view text) {
  return llvm::json::isUTF8(text) ? std::string(text) : llvm::json::fixUTF8(text);
}

// The code point at `at` of valid UTF-8, and its length in bytes.
static std::uint32_t code_point(std::string_view text, std::size_t at, std::size_t& length) {
  unsigned char lead = static_cast<unsigned char>(text[at]);
  length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint32_t value = length == 1 ? lead : lead & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) value = value << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3Fu);
  return value;
}

static bool is_deceptive(std::uint32_t point) {
  bool control = point < 0x20 || (point >= 0x7F && point <= 0x9F);
  bool bidirectional = point == 0x061C || point == 0x200E || point == 0x200F || (point >= 0x202A && point <= 0x202E) ||
                       (point >= 0x2066 && point <= 0x2069);
  bool invisible = point == 0x200B || point == 0x200C || point == 0x200D || point == 0x2060 || point == 0xFEFF ||
                   point == 0x00AD || (point >= 0xE0000 && point <= 0xE007F);
  bool line_end = point == 0x2028 || point == 0x2029;
  return control || bidirectional || invisible || line_end;
}

static std::string printable(std::string_view raw, bool keep_lines) {
  std::string text = valid_utf8(raw);
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0, length = 1; at < text.size(); at += length) {
    std::uint32_t point = code_point(text, at, length);
    bool windows_line_end = point == '\r' && at + 1 < text.size() && text[at + 1] == '\n';
    if (windows_line_end) continue;
    if (point == '\n')
      result += keep_lines ? '\n' : ' ';
    else if (point == '\t')
      result += keep_lines ? "    " : " ";
    else if (is_deceptive(point))
      result += "\\u{" + llvm::utohexstr(point) + "}";
    else
      result.append(text, at, length);
  }
  return result;
}

std::string printable_line(std::string_view text) { return printable(text, false); }

std::string printable_lines(std::string_view text) { return printable(text, true); }

// A comment that no reader sees: what GitHub recognises by its characters does not go on behind it.
static constexpr std::string_view words_end = "<!-- -->";

std::string markdown_text(std::string_view text) {
  std::string result;
  const std::string line = printable_line(text);
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    const llvm::StringRef rest = llvm::StringRef(line).substr(at + 1);
    switch (c) {
    case '&':
      result += "&amp;";
      break;
    case '<':
      result += "&lt;";
      break;
    case '>':
      result += "&gt;";
      break;
    // A report must not notify the people whose names the code mentions (an escaped @ still would), nor refer to issues
    // by number, nor link to addresses (GitHub Flavored Markdown 6.9, "Autolinks").
    case '@':
      result += c;
      result += words_end;
      break;
    case '#':
      result += c;
      if (!rest.empty() && llvm::isDigit(rest.front())) result += words_end;
      break;
    case ':':
      result += c;
      if (rest.starts_with("//")) result += words_end;
      break;
    case '.':
      if (llvm::StringRef(line).take_front(at).ends_with_insensitive("www")) result += words_end;
      result += c;
      break;
    case '\\':
    case '`':
    case '*':
    case '_':
    case '[':
    case ']':
    case '|':
    case '~':
    case '$':
    case '!':
      result += '\\';
      result += c;
      break;
    default:
      result += c;
    }
  }
  // What starts a list, a quotation or a heading does so only at a line's start, and what we print never stands there
  // but after text of ours.
  return result;
}

std::string html_text(std::string_view text) {
  std::string result;
  for (char c : printable_line(text)) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else if (c == '\'')
      result += "&#39;";
    else
      result += c;
  }
  return result;
}

static std::size_t longest_run(std::string_view text, char wanted) {
  std::size_t longest = 0, run = 0;
  for (char c : text) {
    run = c == wanted ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

std::string markdown_code(std::string_view text) {
  std::string line = printable_line(text);
  if (line.empty()) return "";
  // Only the pipe is special inside a code span, and only in a table: GFM §4.10 removes the backslash there, but not
  // outside of tables. A span with a pipe is therefore written as HTML, which renders the same in both.
  if (line.find('|') != std::string::npos) {
    std::string html;
    for (char c : line) {
      bool plain = llvm::isAlnum(c) || c == ' ' || static_cast<unsigned char>(c) >= 0x80;
      html += plain ? std::string(1, c) : "&#" + std::to_string(static_cast<int>(c)) + ";";
      if (c == '@') html += words_end; // addresses of mail are looked for when entities are text again
    }
    return "<code>" + html + "</code>";
  }
  std::string ticks(longest_run(line, '`') + 1, '`');
  bool pad = line.front() == '`' || line.back() == '`' || (line.front() == ' ' && line.back() == ' ');
  return ticks + (pad ? " " : "") + line + (pad ? " " : "") + ticks;
}

std::string markdown_fence(std::string_view code) {
  return std::string(std::max<std::size_t>(3, longest_run(code, '`') + 1), '`');
}

} // namespace plumbline
