// The code around a finding, as hashes of its tokens.
#include "audit/matching.h"
#include "audit/tokens.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/ADT/StringRef.h>
#include <llvm/Support/xxhash.h>

#include <algorithm>
#include <map>
#include <set>

namespace plumbline {

// The hash of `count` words from `first` on, going by `step`; the file's end counts as a word.
static std::uint32_t hash_of(const std::vector<Word>& all, std::ptrdiff_t first, std::ptrdiff_t step, std::size_t count,
                             bool shape) {
  std::string words;
  std::ptrdiff_t at = first;
  for (std::size_t k = 0; k < count; ++k, at += step) {
    if (at < 0 || at >= static_cast<std::ptrdiff_t>(all.size())) {
      words += "\1";
      break;
    }
    const Word& word = all[static_cast<std::size_t>(at)];
    const bool is_name = word.kind == TokenKind::word || word.kind == TokenKind::literal; // "header.h" is one, too
    words += shape && is_name ? "w" : word.text;
    words += '\0';
  }
  std::uint32_t hash = static_cast<std::uint32_t>(llvm::xxh3_64bits(llvm::StringRef(words)));
  return hash == 0 ? 1 : hash; // 0 means: not known
}

// Each name votes for the bits of its hash, once however often it is there.
static std::uint64_t sketch_of(const std::vector<Word>& words, std::size_t first, std::size_t last) {
  std::set<std::string_view> names;
  for (std::size_t i = first; i < last; ++i)
    if (words[i].kind == TokenKind::word || words[i].kind == TokenKind::literal) names.insert(words[i].text);
  std::array<int, 64> votes{};
  for (std::string_view name : names) {
    const std::uint64_t hash = llvm::xxh3_64bits(llvm::StringRef(name));
    for (std::size_t bit = 0; bit < votes.size(); ++bit) votes[bit] += (hash >> bit & 1) != 0 ? 1 : -1;
  }
  std::uint64_t sketch = 0;
  for (std::size_t bit = 0; bit < votes.size(); ++bit)
    if (votes[bit] > 0) sketch |= std::uint64_t{1} << bit;
  return sketch == 0 ? 1 : sketch; // 0 means: not known
}

static std::size_t offset_of(const std::vector<std::size_t>& line_starts, std::size_t size, std::uint32_t line,
                             std::uint32_t column) {
  if (line == 0) return 0;
  if (line > line_starts.size()) return size;
  return std::min(size, line_starts[line - 1] + (column == 0 ? 0 : column - 1));
}

struct WordRange {
  std::size_t first = 0, last = 0; // exclusive
};

// Where its line ends, and those that a backslash joins to it.
static std::size_t end_of_directive(std::string_view source, std::size_t begin) {
  std::size_t end = source.find('\n', begin);
  while (end != std::string_view::npos && end > 0) {
    const std::size_t last = source[end - 1] == '\r' && end > 1 ? end - 2 : end - 1;
    if (source[last] != '\\') return end;
    end = source.find('\n', end + 1);
  }
  return source.size();
}

// Where functions are defined, from the end of what stands before each to its closing brace: a brace that opens behind
// ')', behind what may follow a parameter list, or behind the braces of an initialiser. Good enough to tell what
// belongs together; where a macro unbalances braces, the rest of the file has none. Directives belong to no function,
// and end a declaration: the first function of a file does not begin at its includes.
static std::vector<WordRange> functions_in(const std::vector<Word>& words, std::string_view source) {
  static const std::set<std::string_view> behind_parameters = {")", "const", "noexcept", "override", "final", "}"};
  std::vector<WordRange> functions;
  std::size_t depth = 0, function_depth = 0, begin = 0, declaration = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& text = words[i].text;
    if (text == "#") {
      const std::size_t end = end_of_directive(source, words[i].begin);
      while (i + 1 < words.size() && words[i + 1].begin < end) ++i;
      if (function_depth == 0) declaration = i + 1;
      continue;
    }
    if (text == "{") {
      ++depth;
      const bool is_body = i > 0 && behind_parameters.contains(words[i - 1].text);
      if (function_depth == 0 && is_body) {
        function_depth = depth;
        begin = declaration;
      }
    } else if (text == "}") {
      if (depth == function_depth && depth != 0) {
        functions.push_back({begin, i + 1});
        function_depth = 0;
      }
      if (depth > 0) --depth;
    }
    const bool ends_declaration = text == ";" || text == "{" || text == "}";
    if (function_depth == 0 && ends_declaration) declaration = i + 1;
  }
  return functions;
}

static Surroundings around(const std::vector<Word>& words, const std::vector<WordRange>& functions, std::size_t begin,
                           std::size_t end) {
  auto first_at = [&](std::size_t offset) {
    return std::lower_bound(words.begin(), words.end(), offset,
                            [](const Word& word, std::size_t at) { return word.begin < at; }) -
           words.begin();
  };
  std::ptrdiff_t before = first_at(begin) - 1, after = first_at(std::max(begin, end));
  Surroundings result;
  for (std::size_t i = 0; i < 2; ++i) {
    result.before[i] = hash_of(words, before, -1, Surroundings::widths[i], false);
    result.after[i] = hash_of(words, after, 1, Surroundings::widths[i], false);
  }
  result.before[3] = hash_of(words, before, -1, Surroundings::shape_width, true);
  result.after[3] = hash_of(words, after, 1, Surroundings::shape_width, true);
  const std::size_t middle = static_cast<std::size_t>(before + 1), width = Surroundings::widths[2];
  WordRange near{middle > width ? middle - width : 0, static_cast<std::size_t>(after) + width};
  for (const WordRange& function : functions)
    if (function.first <= middle && middle < function.last) near = function;
  const std::uint64_t sketch = sketch_of(words, near.first, std::min(words.size(), near.last));
  result.before[2] = static_cast<std::uint32_t>(sketch);
  result.after[2] = static_cast<std::uint32_t>(sketch >> 32);
  return result;
}

std::vector<Surroundings> surroundings_of(const std::vector<Place>& places, const SourceReader& read) {
  std::vector<Surroundings> result(places.size());
  std::map<std::string_view, std::vector<std::size_t>> by_file;
  for (std::size_t i = 0; i < places.size(); ++i) by_file[places[i].path].push_back(i);
  for (const auto& [file, indices] : by_file) {
    const std::optional<std::string> source = read ? read(file) : std::nullopt;
    if (!source) continue;
    const std::vector<Word> words = words_of(*source);
    const std::vector<WordRange> functions = functions_in(words, *source);
    std::vector<std::size_t> line_starts{0};
    for (std::size_t at = 0; (at = source->find('\n', at)) != std::string::npos;) line_starts.push_back(++at);
    for (std::size_t i : indices) {
      const Place& place = places[i];
      result[i] = around(words, functions, offset_of(line_starts, source->size(), place.line, place.column),
                         offset_of(line_starts, source->size(), place.end_line, place.end_column));
    }
  }
  return result;
}

std::string text_of(const Surroundings& surroundings) {
  std::string text;
  for (const std::array<std::uint32_t, 4>* side : {&surroundings.before, &surroundings.after})
    for (std::uint32_t hash : *side) text += llvm::utohexstr(hash, /*LowerCase=*/true, /*Width=*/8);
  return text;
}

std::optional<Surroundings> surroundings_from(std::string_view text) {
  Surroundings result;
  if (text.size() != 64) return std::nullopt;
  for (std::size_t i = 0; i < 8; ++i) {
    std::uint32_t& hash = i < 4 ? result.before[i] : result.after[i - 4];
    if (llvm::StringRef(text.substr(i * 8, 8)).getAsInteger(16, hash)) return std::nullopt;
  }
  return result;
}

} // namespace plumbline
