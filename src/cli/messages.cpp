#include "cli/messages.h"

#include "report/escape.h"

#include <llvm/Support/raw_ostream.h>

namespace plumbline {

// Later lines are set in, so that none of them looks like a message of its own.
static std::string printable(llvm::StringRef text) {
  std::string shown;
  for (const char character : printable_lines(text)) shown += character == '\n' ? "\n  " : std::string(1, character);
  return shown;
}

void say(llvm::StringRef message) { llvm::errs() << "plumbline: " + printable(message) + "\n"; }

std::string counted(std::uint64_t count, llvm::StringRef noun) {
  return std::to_string(count) + " " + noun.str() + (count == 1 ? "" : "s");
}

} // namespace plumbline
