// Reads compile_commands.json in one pass without building a document of it: databases of large projects are hundreds
// of megabytes, and every scan reads them.

#include "project/project.h"

#include <llvm/ADT/SmallString.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Path.h>
#include <nlohmann/json.hpp>

#include <cctype>
#include <optional>

namespace plumbline {

using llvm::StringRef;
using llvm::Twine;
namespace path = llvm::sys::path;

// Splits as a POSIX shell splits words: quotes and backslashes, no expansion of any kind.
// llvm::cl::TokenizeGNUCommandLine follows libiberty instead, which takes backslashes inside single quotes for escapes
// and so turns '-DNAME=\"x\"' into another macro.
// Empty when a quote is not closed.
static std::optional<std::vector<std::string>> split_words(StringRef text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quote == '\'') {
      if (c == quote)
        quote = 0;
      else
        word += c;
    } else if (c == '\\' && i + 1 < text.size()) {
      char next = text[i + 1];
      bool escapes = !quote || next == '"' || next == '\\' || next == '$' || next == '`' || next == '\n';
      if (!escapes) word += c;
      if (!escapes || next != '\n') word += next;
      in_word |= next != '\n' || quote;
      ++i;
    } else if (quote) {
      if (c == quote)
        quote = 0;
      else
        word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (isspace(static_cast<unsigned char>(c))) {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (quote) return std::nullopt;
  if (in_word) words.push_back(std::move(word));
  return words;
}

// An entry as it stands in the file; a member that is missing there is missing here.
struct RawEntry {
  std::optional<std::string> file, directory, command;
  std::optional<std::vector<std::string>> arguments;
};

// Receives the document's events. Each handler returns whether to go on; `problem` says why not.
class DatabaseReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  DatabaseReader(StringRef text, StringRef folder) : text(text), folder(folder) {}

  std::vector<CompileCommand> commands;
  std::string problem; // begins with the place in the file

  bool null() override { return other("null"); }
  bool boolean(bool) override { return other("true or false"); }
  bool number_integer(std::int64_t) override { return other("a number"); }
  bool number_unsigned(std::uint64_t) override { return other("a number"); }
  bool number_float(double, const std::string&) override { return other("a number"); }
  bool binary(binary_t&) override { return other("bytes"); }

  bool string(std::string& value) override {
    if (where == Where::arguments && ignored_depth == 0) return entry.arguments->push_back(std::move(value)), true;
    if (where != Where::entry || ignored_depth > 0 || member == "arguments") return other("text");
    if (member == "file") entry.file = std::move(value);
    if (member == "directory") entry.directory = std::move(value);
    if (member == "command") entry.command = std::move(value);
    return true;
  }

  bool key(std::string& name) override {
    if (ignored_depth == 0) member = std::move(name);
    return true;
  }

  bool start_object(std::size_t) override {
    if (where != Where::array || ignored_depth > 0) return start_ignored("an object");
    where = Where::entry;
    entry = {};
    return true;
  }

  bool end_object() override {
    if (ignored_depth > 0) return --ignored_depth, true;
    where = Where::array;
    return finish_entry();
  }

  bool start_array(std::size_t) override {
    if (where == Where::outside) return where = Where::array, true;
    if (where != Where::entry || ignored_depth > 0 || member != "arguments") return start_ignored("a list");
    where = Where::arguments;
    entry.arguments.emplace();
    return true;
  }

  bool end_array() override {
    if (ignored_depth > 0)
      --ignored_depth;
    else
      where = where == Where::arguments ? Where::entry : Where::outside;
    return true;
  }

  // `position` counts the bytes that were read, the offending one included.
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    StringRef before = text.take_front(position == 0 ? 0 : position - 1);
    std::size_t line = before.count('\n') + 1;
    std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;
    // nlohmann's text names its own error number and line in front, and may quote a whole compile command at the end.
    StringRef message = error.what();
    message = message.substr(message.find("syntax error")).split("; last read").first;
    problem = (":" + Twine(line) + ":" + Twine(column) + ": " + (message.empty() ? StringRef("not JSON") : message) +
               "; the file is damaged or was cut off: generate it again")
                  .str();
    return false;
  }

 private:
  enum class Where { outside, array, entry, arguments };

  // A value that is neither text nor the list or object that belongs here.
  bool other(StringRef found) {
    if (ignored_depth > 0) return true;
    switch (where) {
    case Where::outside:
      problem = (": expected a list of compile commands, found " + found).str();
      return false;
    case Where::array:
      return fail("expected an object with directory, file and command, found " + found);
    case Where::arguments:
      return fail("'arguments' must be a list of text, found " + found + " in it");
    case Where::entry:
      break;
    }
    if (member == "arguments") return fail("'arguments' must be a list of text, found " + found);
    if (member == "file" || member == "directory" || member == "command")
      return fail("'" + member + "' must be text, found " + found);
    return true;
  }

  // What stands under a name that means nothing here ("output", or an extension of some tool) is passed over.
  bool start_ignored(StringRef found) {
    if (!other(found)) return false;
    ++ignored_depth;
    return true;
  }

  bool fail(const Twine& message) {
    std::string named = entry.file ? " ('" + *entry.file + "')" : "";
    problem = (": entry " + Twine(commands.size() + 1) + named + ": " + message).str();
    return false;
  }

  bool finish_entry() {
    if (!entry.file || entry.file->empty()) return fail("has no 'file'");
    if (!entry.directory || entry.directory->empty()) return fail("has no 'directory'");
    if (!entry.arguments && !entry.command) return fail("has neither 'arguments' nor 'command'");
    // The format lets 'arguments' win, since nothing has to be guessed about its quoting.
    if (!entry.arguments) entry.arguments = split_words(*entry.command);
    if (!entry.arguments) return fail("'command' has a quote that is not closed");
    if (entry.arguments->empty()) return fail("has an empty command");

    CompileCommand& command = commands.emplace_back();
    llvm::SmallString<256> directory(*entry.directory);
    path::make_absolute(folder, directory);
    llvm::SmallString<256> file(*entry.file);
    path::make_absolute(directory, file);
    path::remove_dots(file, /*remove_dot_dot=*/true);
    command.directory = directory.str();
    command.file = file.str();
    command.arguments = std::move(*entry.arguments);
    entry = {};
    return true;
  }

  StringRef text, folder;
  Where where = Where::outside;
  unsigned ignored_depth = 0;
  std::string member; // the key whose value comes next
  RawEntry entry;
};

llvm::Expected<std::vector<CompileCommand>> read_compile_database(StringRef file) {
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer =
      llvm::MemoryBuffer::getFile(file, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer) return llvm::createStringError(Twine("cannot read '") + file + "': " + buffer.getError().message());

  llvm::SmallString<256> folder(file);
  llvm::sys::fs::make_absolute(folder);
  path::remove_filename(folder);
  StringRef text = (*buffer)->getBuffer();
  DatabaseReader reader(text, folder);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &reader))
    return llvm::createStringError(file + reader.problem);
  return std::move(reader.commands);
}

} // namespace plumbline
