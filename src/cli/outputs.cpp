#include "cli/outputs.h"

#include <llvm/Support/FileSystem.h>
#include <llvm/Support/Path.h>
#include <llvm/Support/raw_ostream.h>

namespace plumbline {

static llvm::Error problem(const llvm::Twine& message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

static llvm::Error check_place(llvm::StringRef path) {
  if (llvm::sys::fs::is_directory(path)) return problem("-o " + path + ": is a folder; name a file in it");
  const llvm::StringRef folder = llvm::sys::path::parent_path(path);
  if (!folder.empty() && !llvm::sys::fs::is_directory(folder))
    return problem("-o " + path + ": there is no folder " + folder + "; create it first");
  return llvm::Error::success();
}

static std::string list_of_formats() {
  std::string list;
  for (const FormatName& format : format_names()) list += (list.empty() ? "" : ", ") + std::string(format.name);
  return list;
}

// The format that -o names, and the path without its prefix. `named` is that of --format.
static llvm::Expected<Output> resolve_file(llvm::StringRef file, std::optional<Format> named, bool& named_used) {
  const auto [prefix, rest] = file.split(':');
  if (const std::optional<Format> format = format_from(prefix); format && !rest.empty())
    return Output{.path = rest.str(), .format = *format};
  if (file == "-") {
    named_used = true;
    return Output{.path = "-", .format = named.value_or(Format::text)};
  }
  const std::optional<Format> by_extension = format_of_file(file);
  const bool takes_named = named && (!by_extension || suits(*named, file));
  named_used |= takes_named;
  if (takes_named) return Output{.path = file.str(), .format = *named};
  if (by_extension) return Output{.path = file.str(), .format = *by_extension};
  return problem("-o " + file +
                 ": the extension names no format (.md, .html, .json, .sarif, .xml, .txt); add --format " +
                 "or write -o FORMAT:" + file + " (formats: " + list_of_formats() + ")");
}

llvm::Expected<std::vector<Output>> resolve_outputs(const std::vector<std::string>& files, const std::string& format,
                                                    bool quiet) {
  const std::optional<Format> named = format_from(format);
  if (!format.empty() && !named)
    return problem("--format " + llvm::Twine(format) + ": no such format; there are " + list_of_formats());
  std::vector<Output> outputs;
  bool named_used = false, standard_output = false;
  for (const std::string& file : files) {
    llvm::Expected<Output> output = resolve_file(file, named, named_used);
    if (!output) return output.takeError();
    if (output->path == "-")
      standard_output = true;
    else if (llvm::Error error = check_place(output->path))
      return error;
    outputs.push_back(std::move(*output));
  }
  const bool asked_for = files.empty() || (named && !named_used);
  if (!standard_output && (asked_for || !quiet))
    outputs.push_back({.path = "-", .format = named && !named_used ? *named : Format::text});
  return outputs;
}

static llvm::Error print(llvm::StringRef bytes) {
  llvm::raw_fd_ostream& out = llvm::outs();
  out << bytes;
  out.flush();
  if (!out.has_error()) return llvm::Error::success();
  const std::string reason = out.error().message();
  out.clear_error(); // raw_fd_ostream's destructor aborts on an error that nobody took
  return problem("standard output cannot be written: " + llvm::Twine(reason));
}

llvm::Error write_reports(const std::vector<Output>& outputs, const Json& model, const RenderOptions& options) {
  RenderOptions for_files = options;
  for_files.color = false;
  std::vector<std::string> rendered;
  for (const Output& output : outputs) {
    llvm::Expected<std::string> bytes = render(output.format, model, output.path == "-" ? options : for_files);
    if (!bytes) return bytes.takeError();
    rendered.push_back(std::move(*bytes));
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    llvm::Error error =
        outputs[i].path == "-" ? print(rendered[i]) : write_file_atomically(outputs[i].path, rendered[i]);
    if (error) return error;
  }
  return llvm::Error::success();
}

} // namespace plumbline
