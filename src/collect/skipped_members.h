// Members that code names which this build leaves out: another build reads what nothing here does.
#pragma once

#include "collect/context.h"

#include <vector>

namespace plumbline {

// members-left-out   location: where code begins that is left out of the file
//                    names: the members that any such code of the file reads, sorted, with a space between them
//
// One fact per file and unit, not per name: headers are in many units, and their names are interned once that way.
inline constexpr std::string_view members_left_out = "members-left-out";

// Writes these facts about the ranges, as SkippedCollector remembers them.
void collect_skipped_members(CollectContext& context, const std::vector<clang::SourceRange>& ranges);

} // namespace plumbline
