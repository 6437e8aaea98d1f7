// Members that code names which this build leaves out: another build reads what nothing here does.
#pragma once

#include "collect/context.h"
#include "collect/named_members.h"

#include <vector>

namespace plumbline {

// members-left-out   location: where code begins that is left out of the file
//                    read: the members that any such code of the file reads, "conf.port .depth", sorted
//                    declared: with which types the file declares what they are members of, "conf:radio_conf"
//
// One fact per file and unit, not per name: headers are in many units, and their names are interned once that way.
inline constexpr std::string_view members_left_out = "members-left-out";

NamedMembers read_members_left_out(const FactTable& table, const Fact& fact);

// Writes these facts about the ranges, as SkippedCollector and add_lost() remember them. What Clang understood in there
// all the same, the AST tells better.
void collect_skipped_members(CollectContext& context, const std::vector<clang::SourceRange>& ranges);

} // namespace plumbline
