// Members that code names which this build leaves out: another build reads what nothing here does.
#pragma once

#include "collect/context.h"

#include <vector>

namespace plumbline {

// Writes facts (program/members_elsewhere.h) about the ranges, as SkippedCollector and add_lost() remember them. What
// Clang understood in there all the same, the AST tells better.
void collect_skipped_members(CollectContext& context, const std::vector<clang::SourceRange>& ranges);

} // namespace plumbline
