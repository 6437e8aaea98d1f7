// The pages that are written from templates: templates/<page>.mustache, or the one that --template names. Partials are
// the other files of templates/; those beside a template of the user's replace the built-in ones of the same name.
//
// Mustache's own escaping is for HTML text and is switched off: what a view holds is escaped already, by dialects.cpp.
#include "facts/embedded.h"
#include "report/render.h"
#include "report/template_check.h"
#include "report/view.h"

#include <llvm/Support/FileSystem.h>
#include <llvm/Support/JSON.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Mustache.h>
#include <llvm/Support/Path.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>
#include <map>
#include <set>

namespace plumbline {

// Items described in full. More would make a document that nobody reads and that code hosts refuse to render (GitHub
// shows markdown up to 512 KB); the rest stands in the table, one line each.
static constexpr std::size_t described_items = 50;
static constexpr std::size_t everything = ~std::size_t(0);

// Units named on a page with a limit; it says how many more there are.
static constexpr std::size_t few_units = 50;

struct Page {
  Format format;
  std::string_view name; // of the template
  const Dialect& dialect;
  std::size_t described_items;
  // What the service takes, in bytes; it counts characters where it says so, and those are never more than bytes.
  std::size_t limit;
};

// GitHub: a step summary may have 1 MiB
// (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits), the
// text of a comment 65,536 characters (what its API answers to a longer one).
static const Page pages[] = {
    {Format::markdown, "report.md.mustache", markdown_dialect, described_items, everything},
    {Format::html, "report.html.mustache", html_dialect, everything, everything},
    {Format::github_summary, "github-summary.md.mustache", markdown_dialect, 0, 1 << 20},
    {Format::pull_request, "pr-comment.md.mustache", markdown_dialect, 10, 65'536},
};

bool is_html_template(std::string_view file) {
  llvm::StringRef name = llvm::sys::path::filename(file);
  name.consume_back(".mustache");
  return name.ends_with_insensitive(".html") || name.ends_with_insensitive(".htm");
}

// Templates and partials by file name, with the language's words in them.
using Templates = std::map<std::string, std::string>;

static llvm::Error add_template(Templates& templates, llvm::StringRef path, const std::string& name,
                                const Words& words) {
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return llvm::createStringError("cannot read the template " + path.str() + ": " + buffer.getError().message() +
                                   "; check the name given to --template, or leave it out for the built-in one");
  llvm::Expected<std::string> text = with_words((*buffer)->getBuffer(), words, path.str());
  if (!text) return text.takeError();
  templates[name] = std::move(*text);
  return llvm::Error::success();
}

// Only what the user's template really uses: other files may lie beside it.
static llvm::Error check_templates(const Templates& templates, const std::string& user_template) {
  std::set<std::string> checked{""};
  std::vector<std::string> waiting{""};
  while (!waiting.empty()) {
    const std::string file = std::move(waiting.back());
    waiting.pop_back();
    llvm::SmallString<128> shown(user_template);
    if (!file.empty()) {
      llvm::sys::path::remove_filename(shown);
      llvm::sys::path::append(shown, file);
    }
    std::vector<std::string> partials;
    if (llvm::Error error = check_template(templates.at(file), shown.str().str(), partials)) return error;
    for (const std::string& partial : partials) {
      const std::string name = partial + ".mustache";
      if (!templates.count(name))
        return llvm::createStringError(shown.str().str() + ": there is no partial '" + partial +
                                       "'; write it beside the template, as " + name);
      if (checked.insert(name).second) waiting.push_back(name);
    }
  }
  return llvm::Error::success();
}

static llvm::Expected<Templates> templates_for(const std::string& user_template, const Words& words) {
  Templates templates;
  for (const EmbeddedFile& embedded : embedded_templates()) {
    if (!embedded.name.ends_with(".mustache")) continue;
    llvm::Expected<std::string> text = with_words(embedded.bytes, words, "templates/" + std::string(embedded.name));
    if (!text) return text.takeError();
    templates[std::string(embedded.name)] = std::move(*text);
  }
  if (user_template.empty()) return templates;
  if (llvm::Error error = add_template(templates, user_template, "", words)) return error;
  llvm::SmallString<128> folder(llvm::sys::path::parent_path(user_template));
  if (folder.empty()) folder = ".";
  std::error_code code;
  for (llvm::sys::fs::directory_iterator file(folder, code), end; file != end && !code; file.increment(code)) {
    std::string name = llvm::sys::path::filename(file->path()).str();
    if (!name.ends_with(".mustache")) continue;
    if (llvm::Error error = add_template(templates, file->path(), name, words)) return error;
  }
  if (llvm::Error error = check_templates(templates, user_template)) return error;
  return templates;
}

static llvm::Expected<std::string> filled_page(const Templates& templates, const std::string& name, const Json& view) {
  llvm::Expected<llvm::json::Value> value =
      llvm::json::parse(view.dump(-1, ' ', false, Json::error_handler_t::replace));
  if (!value) return value.takeError();
  auto text = templates.find(name);
  if (text == templates.end())
    return llvm::createStringError("the built-in template " + name + " is missing from this build of plumbline");
  llvm::BumpPtrAllocator allocator;
  llvm::StringSaver saver(allocator);
  llvm::mustache::MustacheContext context(allocator, saver);
  llvm::mustache::Template page(text->second, context);
  for (const auto& [file, partial] : templates)
    if (llvm::StringRef partial_name = file; partial_name.consume_back(".mustache"))
      page.registerPartial(partial_name.str(), partial);
  page.overrideEscapeCharacters(llvm::mustache::EscapeMap());
  std::string rendered;
  llvm::raw_string_ostream out(rendered);
  page.render(*value, out);
  return rendered;
}

// A comment on a change speaks about the change.
static Json without_known_findings(const Json& model) {
  Json changed = model;
  Json& findings = changed["findings"];
  for (Json& finding : findings)
    if (text_of(finding, "status") == "open") finding["status"] = "known";
  return changed;
}

llvm::Expected<std::string> render_page(Format format, const Json& model, const RenderOptions& options) {
  const Page* page = nullptr;
  for (const Page& each : pages)
    if (each.format == format) page = &each;
  llvm::Expected<Words> words = words_of(options.language);
  if (!words) return words.takeError();
  bool may_be_users = format == Format::markdown || format == Format::html;
  bool users = may_be_users && !options.template_file.empty() &&
               is_html_template(options.template_file) == (format == Format::html);
  llvm::Expected<Templates> templates = templates_for(users ? options.template_file : "", *words);
  if (!templates) return templates.takeError();
  bool about_the_change = format == Format::pull_request && has_baseline(model);
  const Json shown = about_the_change ? without_known_findings(model) : Json();

  auto render_with = [&](std::size_t items) -> llvm::Expected<std::string> {
    ViewOptions view{*words,  page->dialect,
                     options, std::min(items, page->described_items),
                     items,   page->limit == everything ? everything : few_units};
    return filled_page(*templates, users ? "" : std::string(page->name),
                       page_view(about_the_change ? shown : model, view));
  };
  llvm::Expected<std::string> all = render_with(everything);
  if (!all || all->size() <= page->limit) return all;
  // Between the most items that are known to fit and the fewest that do not, the next guess is where the limit would be
  // if all items were equally long; a page that fills nine tenths of what it may is good enough.
  llvm::Expected<std::string> none = render_with(0);
  if (!none) return none;
  std::string best = std::move(*none);
  std::size_t fits = 0, too_many = part_of(model, "findings").size(), too_long = all->size();
  while (fits + 1 < too_many && best.size() < page->limit / 10 * 9) {
    double part = static_cast<double>(page->limit - best.size()) / static_cast<double>(too_long - best.size());
    std::size_t more = static_cast<std::size_t>(part * 0.97 * static_cast<double>(too_many - fits));
    std::size_t guess = std::clamp(fits + more, fits + 1, too_many - 1);
    llvm::Expected<std::string> attempt = render_with(guess);
    if (!attempt) return attempt;
    if (attempt->size() > page->limit) {
      too_many = guess;
      too_long = attempt->size();
    } else {
      fits = guess;
      best = std::move(*attempt);
    }
  }
  return best;
}

} // namespace plumbline
