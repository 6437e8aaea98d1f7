// Where reports go, and in which format.
#pragma once

#include "report/report.h"

#include <string>
#include <vector>

namespace plumbline {

struct Output {
  std::string path; // "-": standard output
  Format format = Format::text;
};

// What -o FILE… and --format NAME ("" for none) mean together:
//   -o NAME:FILE   that format
//   -o FILE        the format of --format if such files have this extension, else the extension's own: with
//                  `--format codequality`, report.json is Code Quality and report.md still markdown
//   -o -           standard output in the format of --format
// Standard output gets the format of --format unless a file took it, and text without it. `quiet` keeps it for what was
// asked for by name. Errors: a format or extension that is none, a folder that is missing: found now, not after a scan
// of minutes.
llvm::Expected<std::vector<Output>> resolve_outputs(const std::vector<std::string>& files, const std::string& format,
                                                    bool quiet);

// Renders all, then writes all: when one cannot be rendered, none is written.
llvm::Error write_reports(const std::vector<Output>& outputs, const Json& model, const RenderOptions& options);

} // namespace plumbline
