#include "report/template_check.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/ADT/StringRef.h>

namespace plumbline {

using llvm::StringRef;

namespace {

struct Section {
  std::string name;
  std::size_t line;
};

} // namespace

llvm::Error check_template(std::string_view text, const std::string& name, std::vector<std::string>& partials) {
  std::string opens = "{{", closes = "}}";
  std::vector<Section> sections;
  std::size_t line = 1;
  auto problem = [&](std::size_t where, const std::string& what) {
    return llvm::createStringError(name + ":" + std::to_string(where) + ": " + what);
  };
  for (StringRef rest(text); !rest.empty();) {
    const std::size_t open = rest.find(opens);
    line += rest.take_front(open).count('\n');
    if (open == StringRef::npos) break;
    rest = rest.drop_front(open + opens.size());
    const bool triple = opens == "{{" && rest.starts_with("{");
    const std::string end = triple ? "}}}" : rest.starts_with("=") ? "=" + closes : closes;
    const std::size_t close = rest.find(end, rest.starts_with("=") ? 1 : 0);
    if (close == StringRef::npos) return problem(line, "a tag is opened with " + opens + " and never closed");
    const StringRef tag = rest.take_front(close);
    const std::size_t tag_line = line;
    line += tag.count('\n');
    rest = rest.drop_front(close + end.size());
    const StringRef key = tag.drop_front(tag.empty() ? 0 : 1).trim();
    if (tag.starts_with("#") || tag.starts_with("^")) {
      sections.push_back({key.str(), tag_line});
    } else if (tag.starts_with("/")) {
      if (sections.empty())
        return problem(tag_line, "{{/" + key.str() + "}} ends a section that nothing begins; remove it");
      const Section& section = sections.back();
      if (section.name != key)
        return problem(tag_line, "{{/" + key.str() + "}} ends the section '" + section.name + "' of line " +
                                     std::to_string(section.line) + "; end that one first");
      sections.pop_back();
    } else if (tag.starts_with(">")) {
      partials.push_back(key.str());
    } else if (tag.starts_with("=")) {
      const auto [first, second] = key.split(' ');
      if (first.empty() || second.trim().empty()) return problem(tag_line, "{{=…=}} wants two delimiters");
      opens = first.str();
      closes = second.trim().str();
    }
  }
  if (!sections.empty())
    return problem(sections.back().line,
                   "the section '" + sections.back().name + "' is never ended; add {{/" + sections.back().name + "}}");
  return llvm::Error::success();
}

} // namespace plumbline
