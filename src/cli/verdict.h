// From an audit to the exit status.
#pragma once

#include "cli/options.h"

#include <llvm/Support/Error.h>

#include <optional>

namespace plumbline {

// The verdict that `options` ask for, by --fail-on or by the settings; nothing where they ask for none.
llvm::Expected<std::optional<GateResult>> gate_result(const Audit& audit, const ScanOptions& options,
                                                      const GateSetting& setting);

// Says on standard error what is broken or missing, and returns the exit status. Incomplete goes before broken: a
// verdict about half a program is none.
int verdict(const Audit& audit, const ScanOptions& options, const GateSetting& setting);

} // namespace plumbline
