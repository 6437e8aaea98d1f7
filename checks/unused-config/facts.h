// What the check remembers of a translation unit.
#pragma once

#include "collect/context.h"

#include <string_view>

namespace plumbline::unused_config {

// field-read       subject: a field or static member that is read; the location is one such place
//                  by_maker: 1 if all such places of the file are in functions that give such a record to their caller
// member-named     a template names a member of something whose type it does not know
// record-given     subject: a record whose bytes are handed to somebody
// record-offered   subject: a record that a callback gets, a std::function or a pointer to a function
// record-made      subject: a record that a function of something else gives to its caller, or a template of it
// static-declared  subject: a static member; the location is its declaration, the entity's own may be the definition
inline constexpr std::string_view field_read = "field-read", member_named = "member-named",
                                  record_given = "record-given", record_offered = "record-offered",
                                  record_made = "record-made", static_declared = "static-declared";

// Writes these facts.
void collect(CollectContext& context);

} // namespace plumbline::unused_config
