// What a template is given: the model's values in the form and order in which a page shows them, each already escaped
// for the place where it stands. A template therefore cannot forget to escape, and the only logic in it is "if there is
// one" and "for each". Lists come with a `has_…` beside them, because Mustache has no other way to print a heading
// once, and values that need not be there are null, because an empty text would count as one.
#pragma once

#include "report/words.h"

namespace plumbline {

// How text of the audited code is written into a page so that it stays text.
struct Dialect {
  std::string (*text)(std::string_view);
  std::string (*code)(std::string_view); // within a line; "" of ""
  // Whole lines, as code of that language ("cpp", "diff", "mermaid"); "" of "".
  std::string (*block)(std::string_view code, std::string_view language);
};
extern const Dialect markdown_dialect;
extern const Dialect html_dialect;

struct ViewOptions {
  const Words& words;
  const Dialect& dialect;
  const RenderOptions& render;
  std::size_t described_items; // items shown in full; the rest stands in the table, one line each
  std::size_t listed_items;    // rows of the table
  std::size_t listed_units;    // translation units that were not, or not wholly, seen
};

Json page_view(const Json& model, const ViewOptions& options);

// What is wrong, in one line of the page's language.
std::string headline(const Json& finding, const ViewOptions& options);

// The parts of page_view(), one file each.
void add_items(Json& view, const Json& model, const ViewOptions& options);    // items, details, next steps, summary
void add_progress(Json& view, const Json& model, const ViewOptions& options); // progress, modules, figures, history

// "0.25", "3", "1–2": hours, with at most two decimals.
std::string hours_text(double value);
std::string hours_range(double low, double high);
// "33 %", rounded down so that only all is 100 %; "" where there is nothing.
std::string percent_text(std::int64_t part, std::int64_t whole);
// A share from 0 to 1, the same way; "" of null.
std::string share_text(const Json& object, const char* key);
double decimal_of(const Json& object, const char* key);
Json or_null(std::string text);
// A sentence in which code stands between backticks: the code as code, the rest as text. All of it is escaped.
std::string prose(std::string_view text, const Dialect& dialect);
// What a judge says in English, in the page's language and escaped; nothing where that is English or has no words for
// it.
std::optional<std::string> in_own_words(std::string_view english, const ViewOptions& options);
// The same, else as the judge wrote it.
std::string in_some_words(std::string_view english, const ViewOptions& options);
// "path:line", as code.
std::string place_text(const Json& location, const Dialect& dialect);

} // namespace plumbline
