// What is wrong with a Mustache template (https://mustache.github.io/mustache.5.html). LLVM's reader takes everything
// and leaves out what it cannot use, so that a section with a wrong end would make a report with a hole in it.
#pragma once

#include <llvm/Support/Error.h>

#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// Fails, naming `name`, line and what to do, where a tag has no end, a section none or the wrong one, or an end no
// section. Appends the partials that it names.
llvm::Error check_template(std::string_view text, const std::string& name, std::vector<std::string>& partials);

} // namespace plumbline
