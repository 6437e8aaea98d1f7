// The audited code is not trusted (design.md §7): what it wrote must not drive a terminal, break out of a table or a
// code block, or turn text around.
#pragma once

#include <string>
#include <string_view>

namespace plumbline {

// Replaces bytes that are not UTF-8 with U+FFFD.
std::string valid_utf8(std::string_view text);

// One line that a terminal shows as it is: tabs and line ends become spaces; other control characters (C0, DEL, C1) and
// the invisible ones that reorder or hide text (bidirectional controls, zero-width characters, the byte order mark; see
// "Trojan Source", CVE-2021-42574) become \u{XX}.
std::string printable_line(std::string_view text);

// The same, but line ends stay and tabs become four spaces: for code blocks.
std::string printable_lines(std::string_view text);

// One line of markdown text that renders as the characters given, also in a table's cell (GitHub Flavored Markdown,
// https://github.github.com/gfm/: backslash escapes for ASCII punctuation, character references for < > &).
std::string markdown_text(std::string_view text);

// The same characters as a code span, fit for a table's cell. Empty text gives "".
std::string markdown_code(std::string_view text);

// One line of HTML text or of an attribute's value in quotes.
std::string html_text(std::string_view text);

// A fence of backticks longer than any run of them in `code`, at least three.
std::string markdown_fence(std::string_view code);

} // namespace plumbline
