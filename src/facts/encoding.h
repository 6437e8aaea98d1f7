// The compact binary form of TuFacts, on disk and between worker and parent.
#pragma once

#include "facts/facts.h"

#include <llvm/ADT/StringRef.h>
#include <llvm/Support/Error.h>

namespace plumbline {

// Counts up with each change of the format; part of every store key.
inline constexpr unsigned fact_format_version = 1;

std::string encode(const TuFacts& facts);
// Rejects anything that is not exactly one well-formed encoding (length, checksum, index ranges): "damaged" errors.
llvm::Expected<TuFacts> decode(llvm::StringRef bytes);

} // namespace plumbline
