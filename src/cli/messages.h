// What the program says on standard error.
#pragma once

#include <llvm/ADT/StringRef.h>

#include <cstdint>
#include <string>

namespace plumbline {

// Writes "plumbline: <message>" and a newline. Control characters are shown as \xNN: names of files and texts of the
// audited code are in here, and must not drive the terminal.
void say(llvm::StringRef message);

// "1 finding", "3 findings".
std::string counted(std::uint64_t count, llvm::StringRef noun);

} // namespace plumbline
