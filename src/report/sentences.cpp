#include "report/sentences.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/ADT/StringRef.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace plumbline {

// ---- reading

static constexpr std::pair<std::string_view, SentencePartKind> kind_names[] = {
    {"", SentencePartKind::copied},       {"name", SentencePartKind::name}, {"value", SentencePartKind::value},
    {"phrase", SentencePartKind::phrase}, {"list", SentencePartKind::list}, {"names", SentencePartKind::names},
    {"role", SentencePartKind::role}};

// "{1:name} waits" as parts; braces that hold no placeholder are text. Nothing for a kind that there is not.
static std::optional<std::vector<SentencePart>> parts_of(llvm::StringRef pattern) {
  std::vector<SentencePart> parts;
  std::string literal;
  while (!pattern.empty()) {
    const std::size_t close = pattern.find('}');
    if (pattern.size() < 3 || pattern[0] != '{' || !llvm::isDigit(pattern[1]) || close == llvm::StringRef::npos) {
      literal += pattern[0];
      pattern = pattern.drop_front();
      continue;
    }
    if (!literal.empty()) parts.push_back({SentencePartKind::literal, std::move(literal), 0});
    literal.clear();
    const auto [number, kind] = pattern.slice(1, close).split(':');
    SentencePart part;
    const auto* known = std::find_if(std::begin(kind_names), std::end(kind_names), [&, &kind = kind](const auto& one) {
      return one.first == std::string_view(kind);
    });
    if (known == std::end(kind_names) || number.getAsInteger(10, part.number) || part.number < 1 || part.number > 9)
      return std::nullopt;
    if (!parts.empty() && parts.back().number != 0) return std::nullopt; // nobody could tell where the first ends
    part.kind = known->second;
    parts.push_back(part);
    pattern = pattern.drop_front(close + 1);
  }
  if (!literal.empty()) parts.push_back({SentencePartKind::literal, std::move(literal), 0});
  return parts;
}

// "1 test{?s}" with and without what may be missing.
static std::vector<std::string> variants_of(const std::string& pattern) {
  const std::size_t open = pattern.find("{?"), close = open == pattern.npos ? open : pattern.find('}', open);
  if (close == pattern.npos) return {pattern};
  std::vector<std::string> variants;
  for (const std::string& rest : variants_of(pattern.substr(close + 1)))
    for (const std::string& optional : {pattern.substr(open + 2, close - open - 2), std::string()})
      variants.push_back(pattern.substr(0, open) + optional + rest);
  return variants;
}

static std::set<int> numbers_in(const std::vector<SentencePart>& parts) {
  std::set<int> numbers;
  for (const SentencePart& part : parts)
    if (part.number != 0) numbers.insert(part.number);
  return numbers;
}

static void index(Sentences& sentences) {
  for (std::size_t i = 0; i < sentences.patterns.size(); ++i) {
    const SentencePart& first = sentences.patterns[i].english.front();
    const std::size_t space = first.text.find(' ');
    if (first.kind == SentencePartKind::literal && space != std::string::npos)
      sentences.by_first_word[first.text.substr(0, space)].push_back(i);
    else
      sentences.by_placeholder.push_back(i);
  }
}

llvm::Expected<Sentences> read_sentences(std::string_view json, std::map<std::string, std::string> roles,
                                         const std::string& name) {
  const nlohmann::json entries = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!entries.is_object())
    return llvm::createStringError(name + " is no JSON object of sentences; mend it and build again");
  Sentences sentences;
  sentences.roles = std::move(roles);
  std::multimap<std::size_t, Sentence, std::greater<>> by_length; // equally long ones in the order of their text
  for (const auto& [english, own] : entries.items()) {            // sorted by the English text
    const auto complain = [&, &english = english](const std::string& what) {
      return llvm::createStringError(name + ": \"" + english + "\" " + what + "; correct it and build again");
    };
    if (!own.is_string() || own.get<std::string>().empty()) return complain("has no translation");
    const std::optional<std::vector<SentencePart>> parts = parts_of(own.get<std::string>());
    for (const std::string& variant : variants_of(english)) {
      Sentence sentence;
      const std::optional<std::vector<SentencePart>> pattern = parts_of(variant);
      if (!parts || !pattern) return complain("has a placeholder that is none");
      if (numbers_in(*pattern) != numbers_in(*parts)) return complain("has other placeholders than its translation");
      if (numbers_in(*pattern).empty()) {
        sentences.whole[variant] = own.get<std::string>();
        continue;
      }
      sentence.english = *pattern;
      sentence.own = *parts;
      for (const SentencePart& part : *pattern) sentence.literal_bytes += part.text.size();
      if (sentence.literal_bytes == 0) return complain("would fit every text");
      by_length.emplace(sentence.literal_bytes, std::move(sentence));
    }
  }
  for (auto& [length, sentence] : by_length) sentences.patterns.push_back(std::move(sentence));
  index(sentences);
  return sentences;
}

// ---- writing

static bool ends_in_ideograph(llvm::StringRef text) {
  if (text.size() < 3) return false;
  const unsigned char* last = text.bytes_end() - 3;
  const unsigned point = (last[0] & 0x0Fu) << 12 | (last[1] & 0x3Fu) << 6 | (last[2] & 0x3Fu);
  return last[0] >> 4 == 0xE && point >= 0x3400 && point <= 0x9FFF;
}
static bool begins_with_ideograph(llvm::StringRef text) { return ends_in_ideograph(text.take_front(3)); }
static bool is_western(char c) { return llvm::isAlnum(c) || c == '`'; }

// Puts a translation together: between ideographs and western letters, digits or code stands a space
// (https://www.w3.org/TR/clreq/#mixed_text_composition_in_horizontal_writing_mode); within code nothing is added.
struct Writer {
  std::string text;
  bool in_code = false;

  void add(llvm::StringRef piece) {
    if (!in_code && !text.empty() && !piece.empty() &&
        ((ends_in_ideograph(text) && is_western(piece.front())) ||
         (is_western(text.back()) && begins_with_ideograph(piece))))
      text += ' ';
    in_code ^= piece.count('`') % 2 == 1;
    text += piece;
  }
};

// ---- matching

// Phrases in phrases, and no deeper.
static constexpr int deepest_phrase = 2;

// A text that looks like very many sentences in one another is left as it is rather than tried in every way.
// plumbline: allow(hard-coded-limit) the same text reads the same in every report
static constexpr int most_attempts = 5000;

struct Search {
  const Sentences& sentences;
  int attempts_left;
};

static std::optional<std::string> one_sentence(Search& search, llvm::StringRef english, int depth);

// Brackets and quotes that open and close: what a name or an expression of the code looks like.
static bool is_balanced(llvm::StringRef text) {
  std::string open;
  for (const char c : text) {
    if (c == '(' || c == '[' || c == '{') open += c == '(' ? ')' : c == '[' ? ']' : '}';
    if (c != ')' && c != ']' && c != '}') continue;
    if (open.empty() || open.back() != c) return false;
    open.pop_back();
  }
  return open.empty() && text.count('`') % 2 == 0 && text.count('"') % 2 == 0;
}

static bool is_quoted(llvm::StringRef text) {
  return text.size() > 2 && text.front() == '\'' && text.back() == '\'' &&
         !text.drop_front().drop_back().contains("' ");
}
static std::string as_code(llvm::StringRef text) { return ("`" + text + "`").str(); }

static std::optional<std::string> as_phrase(Search& search, llvm::StringRef text, int depth) {
  if (is_quoted(text)) return as_code(text.drop_front().drop_back());
  return one_sentence(search, text, depth + 1);
}

// A name of code has no words side by side, unless its spelling says that it is code: `operator bool()`.
static std::optional<std::string> as_name(Search& search, llvm::StringRef text, int depth) {
  if (std::optional<std::string> phrase = as_phrase(search, text, depth)) return phrase;
  if (text.contains(' ') && text.find_first_of("(<:[*&\"") == llvm::StringRef::npos) return std::nullopt;
  return as_code(text);
}

static std::string as_value(Search& search, llvm::StringRef text, int depth) {
  return as_phrase(search, text, depth).value_or(text.str());
}

// Where `text` is divided: before each of `marks` that stands outside of quotes and brackets. Each piece but the first
// begins with its mark.
static std::vector<llvm::StringRef> divided(llvm::StringRef text, llvm::ArrayRef<llvm::StringRef> marks) {
  std::vector<llvm::StringRef> pieces;
  std::size_t begin = 0, depth = 0;
  bool quoted = false, code = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i], before = i == 0 ? ' ' : text[i - 1], after = i + 1 < text.size() ? text[i + 1] : ' ';
    const bool outside = !quoted && !code && depth == 0;
    if (outside && std::any_of(marks.begin(), marks.end(),
                               [&](llvm::StringRef mark) { return text.substr(i).starts_with(mark); })) {
      pieces.push_back(text.slice(begin, i));
      begin = i;
    }
    if (c == '`') code = !code;
    // An apostrophe stands between letters.
    if (c == '\'' && !code) quoted = quoted ? llvm::isAlnum(after) : !llvm::isAlnum(before) && after != ' ';
    if (quoted || code) continue;
    // `f<int, long>`, but neither `a < b` nor `a->b`.
    if (c == '(' || c == '[' || c == '{' || (c == '<' && llvm::isAlnum(before))) ++depth;
    if ((c == ')' || c == ']' || c == '}' || (c == '>' && before != '-' && before != ' ')) && depth > 0) --depth;
  }
  pieces.push_back(text.substr(begin));
  return pieces;
}

static constexpr llvm::StringRef ends_of_sentences[] = {"; ", ". "};

// What a placeholder may hold: a whole name or expression, and never the next sentence as well. Where the code's own
// text is cut off in the middle, no more can be asked than that it does not look like two sentences.
static bool is_one_piece(llvm::StringRef text) {
  return is_balanced(text) && divided(text, ends_of_sentences).size() == 1;
}
static bool is_several_sentences(llvm::StringRef text) {
  return std::any_of(std::begin(ends_of_sentences), std::end(ends_of_sentences),
                     [&](llvm::StringRef end) { return text.contains(end); });
}

static std::optional<std::string> as_list(Search& search, llvm::StringRef text, bool of_names, int depth) {
  Writer list;
  for (llvm::StringRef item : divided(text, {", ", " and "})) {
    for (const llvm::StringRef mark : {", ", " and "})
      if (item.consume_front(mark)) {
        if (item == "…") break; // "and so on" takes no comma before it where it is one word
        const auto between = search.sentences.whole.find(mark.str());
        if (between == search.sentences.whole.end()) return std::nullopt;
        list.add(between->second);
      }
    const std::optional<std::string> said =
        of_names && item != "…" ? as_name(search, item, depth) : as_value(search, item, depth);
    if (!said) return std::nullopt;
    list.add(*said);
  }
  return std::move(list.text);
}

static std::optional<std::string> filling(Search& search, const SentencePart& part, llvm::StringRef text, int depth) {
  switch (part.kind) {
  case SentencePartKind::literal:
  case SentencePartKind::copied:
    return text.str();
  case SentencePartKind::name:
    return as_name(search, text, depth);
  case SentencePartKind::value:
    return as_value(search, text, depth);
  case SentencePartKind::phrase:
    return as_phrase(search, text, depth);
  case SentencePartKind::list:
    return as_list(search, text, /*of_names=*/false, depth);
  case SentencePartKind::names:
    return as_list(search, text, /*of_names=*/true, depth);
  case SentencePartKind::role: {
    const auto role = search.sentences.roles.find(text.str());
    return role == search.sentences.roles.end() ? text.str() : role->second;
  }
  }
  return std::nullopt;
}

// Fits one pattern to one text. `strict`: placeholders hold whole expressions only, which tells where a name ends that
// looks like a part of the sentence.
struct Fitting {
  Search& search;
  const Sentence& sentence;
  llvm::StringRef text;
  bool strict;
  int depth;
  std::map<int, std::string> values{};                        // by number
  std::map<int, llvm::StringRef> taken{};                     // what they were in the English text
  std::set<std::pair<std::size_t, std::size_t>> impossible{}; // part and place from which nothing fits

  // The quote or backtick that a placeholder stands in, or 0.
  char quote_around(std::size_t at_part) const {
    const std::vector<SentencePart>& parts = sentence.english;
    if (at_part == 0 || at_part + 1 >= parts.size()) return 0;
    const char before = parts[at_part - 1].text.back(), after = parts[at_part + 1].text.front();
    return before == after && (before == '\'' || before == '`') ? before : char(0);
  }

  bool take(std::size_t at_part, llvm::StringRef held) {
    const SentencePart& part = sentence.english[at_part];
    if (--search.attempts_left < 0) return false;
    const char quote = quote_around(at_part);
    const bool says_where_it_ends = quote != 0 && !held.contains(quote);
    if (!says_where_it_ends && (strict ? !is_one_piece(held) : is_several_sentences(held))) return false;
    std::optional<std::string> value = filling(search, part, held, depth);
    if (!value || search.attempts_left < 0) return false;
    values[part.number] = std::move(*value);
    taken[part.number] = held;
    return true;
  }

  bool fits(std::size_t at_part = 0, std::size_t at = 0) {
    const std::vector<SentencePart>& parts = sentence.english;
    if (at_part == parts.size()) return at == text.size();
    const SentencePart& part = parts[at_part];
    const llvm::StringRef rest = text.substr(at);
    if (part.kind == SentencePartKind::literal)
      return rest.starts_with(part.text) && fits(at_part + 1, at + part.text.size());
    if (rest.empty() || impossible.contains({at_part, at})) return false;
    if (at_part + 1 == parts.size()) {
      if (take(at_part, rest)) return true;
    } else {
      const std::string& next = parts[at_part + 1].text;
      for (std::size_t end = rest.find(next, 1); end != llvm::StringRef::npos; end = rest.find(next, end + 1)) {
        // The last literal ends the text.
        if (at_part + 2 == parts.size() && end + next.size() != rest.size()) continue;
        if (take(at_part, rest.take_front(end)) && fits(at_part + 1, at + end)) return true;
      }
    }
    impossible.insert({at_part, at});
    return false;
  }
};

// What a placeholder that stands twice holds must be the same.
static bool holds_the_same(const Sentence& sentence, llvm::StringRef text,
                           const std::map<int, llvm::StringRef>& taken) {
  std::string again;
  for (const SentencePart& part : sentence.english)
    again += part.kind == SentencePartKind::literal ? part.text : taken.at(part.number).str();
  return text == again;
}

// Whether the pattern's literals are there at all, in their order: most patterns are done with here.
static bool may_fit(const Sentence& sentence, llvm::StringRef text) {
  const SentencePart &first = sentence.english.front(), &last = sentence.english.back();
  if (text.size() <= sentence.literal_bytes || !text.starts_with(first.text) || !text.ends_with(last.text))
    return false;
  for (const SentencePart& part : sentence.english) {
    const std::size_t at = text.find(part.text);
    if (at == llvm::StringRef::npos) return false;
    text = text.drop_front(at + part.text.size());
  }
  return true;
}

static std::optional<std::string> by_pattern(Search& search, const Sentence& sentence, llvm::StringRef text,
                                             bool strict, int depth) {
  if (!may_fit(sentence, text)) return std::nullopt;
  Fitting fitting{search, sentence, text, strict, depth};
  if (!fitting.fits() || !holds_the_same(sentence, text, fitting.taken)) return std::nullopt;
  Writer own;
  for (const SentencePart& part : sentence.own) own.add(part.number == 0 ? part.text : fitting.values.at(part.number));
  return std::move(own.text);
}

static std::optional<std::string> one_sentence(Search& search, llvm::StringRef english, int depth) {
  const Sentences& sentences = search.sentences;
  if (const auto whole = sentences.whole.find(english.str()); whole != sentences.whole.end()) return whole->second;
  if (depth >= deepest_phrase || --search.attempts_left < 0) return std::nullopt;
  std::vector<std::size_t> candidates = sentences.by_placeholder;
  if (const auto known = sentences.by_first_word.find(std::string_view(english.take_until(llvm::isSpace)));
      known != sentences.by_first_word.end()) {
    candidates.insert(candidates.end(), known->second.begin(), known->second.end());
    std::sort(candidates.begin(), candidates.end());
  }
  for (const bool strict : {true, false})
    for (const std::size_t candidate : candidates)
      if (std::optional<std::string> said = by_pattern(search, sentences.patterns[candidate], english, strict, depth))
        return said;
  return std::nullopt;
}

std::optional<std::string> translated(const Sentences& sentences, std::string_view english) {
  static constexpr std::size_t most_pieces = 12; // joined in every way; code in a text may look like many sentences
  llvm::StringRef text = english;
  const bool has_stop = text.ends_with(".") && !text.ends_with("..");
  if (has_stop) text = text.drop_back();
  const auto mark = [&](llvm::StringRef one) {
    const auto known = sentences.whole.find(one.str());
    return known == sentences.whole.end() ? one.str() : known->second;
  };
  Search search{sentences, most_attempts};
  const std::vector<llvm::StringRef> pieces = divided(text, ends_of_sentences);
  if (pieces.size() > most_pieces) return one_sentence(search, text, 0);
  Writer own;
  for (std::size_t begin = 0; begin < pieces.size();) {
    std::size_t end = pieces.size();
    llvm::StringRef first = pieces[begin];
    if (begin > 0) {
      own.add(mark(first.take_front(2)));
      first = first.drop_front(2);
    }
    std::optional<std::string> said;
    for (; end > begin && !said; --end) // the longest that is known
      said = one_sentence(
          search, llvm::StringRef(first.data(), static_cast<std::size_t>(pieces[end - 1].end() - first.begin())), 0);
    if (!said || search.attempts_left < 0) return std::nullopt;
    own.add(*said);
    begin = end + 1;
  }
  if (has_stop) own.add(mark("."));
  return std::move(own.text);
}

} // namespace plumbline
