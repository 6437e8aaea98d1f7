#include "report/render.h"

#include <llvm/ADT/StringRef.h>
#include <llvm/ADT/StringSwitch.h>
#include <llvm/Support/Path.h>

namespace plumbline {

std::optional<Format> format_from(std::string_view name) {
  return llvm::StringSwitch<std::optional<Format>>(name)
      .Case("text", Format::text)
      .Case("json", Format::json)
      .Case("sarif", Format::sarif)
      .Case("markdown", Format::markdown)
      .Default(std::nullopt);
}

std::optional<Format> format_of_file(std::string_view path) {
  return llvm::StringSwitch<std::optional<Format>>(llvm::sys::path::extension(path))
      .CaseLower(".txt", Format::text)
      .CaseLower(".json", Format::json)
      .CaseLower(".sarif", Format::sarif)
      .CaseLower(".md", Format::markdown)
      .Default(std::nullopt);
}

std::string text_of(const Json& object, const char* key) {
  auto member = object.find(key);
  return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

std::int64_t number_of(const Json& object, const char* key) {
  auto member = object.find(key);
  return member != object.end() && member->is_number() ? member->get<std::int64_t>() : 0;
}

const Json& part_of(const Json& object, const char* key) {
  static const Json nothing = Json::array();
  auto member = object.find(key);
  return member != object.end() && member->is_structured() ? *member : nothing;
}

bool is_active(const Json& finding) {
  std::string status = text_of(finding, "status");
  return status == "new" || status == "open" || status == "reopened";
}

llvm::Expected<std::string> render(Format format, const Json& model, const RenderOptions& options) {
  switch (format) {
  case Format::text:
    return render_text(model, options);
  case Format::json:
    return model.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  case Format::sarif:
    return render_sarif(model, options);
  case Format::markdown:
    return render_markdown(model, options);
  }
  return "";
}

} // namespace plumbline
