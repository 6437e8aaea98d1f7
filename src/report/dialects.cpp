// Markdown (GitHub Flavored) and HTML, as far as text of the audited code is concerned.
#include "report/escape.h"
#include "report/view.h"

namespace plumbline {

static std::string without_last_lines(std::string text) {
  while (text.ends_with('\n') || text.ends_with(' ')) text.pop_back();
  return text;
}

static std::string markdown_block(std::string_view code, std::string_view language) {
  std::string shown = without_last_lines(printable_lines(code));
  if (shown.empty()) return "";
  std::string fence = markdown_fence(shown);
  return fence + std::string(language) + "\n" + shown + "\n" + fence;
}

static std::string html_code(std::string_view text) {
  std::string shown = html_text(text);
  return shown.empty() ? "" : "<code>" + shown + "</code>";
}

static std::string html_block(std::string_view code, std::string_view language) {
  std::string shown = without_last_lines(printable_lines(code)), lines;
  if (shown.empty()) return "";
  // Each line of a difference in an element of its own, for the colours; never by colour alone: the signs stay.
  for (std::size_t start = 0; start <= shown.size();) {
    std::size_t end = std::min(shown.find('\n', start), shown.size());
    std::string line = html_text(std::string_view(shown).substr(start, end - start));
    bool added = line.starts_with('+'), removed = line.starts_with('-');
    if (language == "diff" && (added || removed))
      lines += std::string("<span class=\"") + (added ? "added" : "removed") + "\">" + line + "</span>";
    else
      lines += line;
    if (end < shown.size()) lines += "\n";
    start = end + 1;
  }
  return "<pre tabindex=\"0\"><code class=\"" + std::string(language) + "\">" + lines + "</code></pre>";
}

const Dialect markdown_dialect = {markdown_text, markdown_code, markdown_block};
const Dialect html_dialect = {html_text, html_code, html_block};

} // namespace plumbline
