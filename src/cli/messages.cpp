#include "cli/messages.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/raw_ostream.h>

namespace plumbline {

static std::string printable(llvm::StringRef text) {
  std::string shown;
  for (const char character : text) {
    const unsigned char byte = static_cast<unsigned char>(character);
    if (byte >= 0x20 && byte != 0x7f)
      shown += character;
    else if (byte == '\n')
      shown += "\n  ";
    else
      shown += "\\x" + llvm::utohexstr(byte, true, 2);
  }
  return shown;
}

void say(llvm::StringRef message) { llvm::errs() << "plumbline: " + printable(message) + "\n"; }

std::string counted(std::uint64_t count, llvm::StringRef noun) {
  return std::to_string(count) + " " + noun.str() + (count == 1 ? "" : "s");
}

} // namespace plumbline
