// What only a source file's text can tell: columns in other units, snippets, and GitHub's line hashes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// Lines as Clang counts them, each without its end (\n, \r\n or \r). The views point into `text`.
std::vector<std::string_view> split_lines(std::string_view text);

// One of them, from 1, without looking at those behind it; nothing if there are fewer.
std::optional<std::string_view> nth_line(std::string_view text, std::size_t line);

// Turns a column in bytes from 1 into one in UTF-16 code units from 1 (SARIF's columnKind utf16CodeUnits). A column
// behind the line's end keeps its distance from the end.
std::uint32_t utf16_column(std::string_view line, std::uint32_t byte_column);

// `primaryLocationLineHash` of each line: what GitHub code scanning recognises an alert by when its line moves. The
// algorithm is that of github/codeql-action, src/fingerprints.ts: a polynomial hash (base 37, modulo 2^64) over the 100
// UTF-16 code units from the line's start on, blanks and tabs not counted, every line end counted as \n, the file's end
// as U+FFFF and then zeros; printed in hexadecimal with ":n" for the n-th line with that hash. It must be theirs bit by
// bit: their action warns about other values.
std::vector<std::string> github_line_hashes(std::string_view text);

} // namespace plumbline
