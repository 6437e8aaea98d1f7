// From an audit to bytes: one JSON document model (design.md §3.6 "JSON", schemas/report.schema.json), from which every
// other format is rendered.
#pragma once

#include "audit/audit.h"

#include <llvm/Support/Error.h>
#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace plumbline {

enum class Format { text, json, sarif, markdown };
std::optional<Format> format_from(std::string_view name);       // "text", "json", "sarif", "markdown"
std::optional<Format> format_of_file(std::string_view path);    // by extension: .md .json .sarif .txt

using Json = nlohmann::ordered_json;

// Deterministic: no clock, no absolute path, no pointer order.
Json report_model(const Audit& audit);

struct RenderOptions {
  bool color = false;          // text only
  bool verbose = false;        // text only: evidence and suggestion too
  std::string template_file;   // markdown: replaces the built-in template
};

// Fails only for a template that cannot be read.
llvm::Expected<std::string> render(Format format, const Json& model, const RenderOptions& options);

// Writes bytes to a file by writing beside it and renaming: a full disk or a kill leaves the old file or the new one.
llvm::Error write_file_atomically(llvm::StringRef path, llvm::StringRef bytes);

} // namespace plumbline
