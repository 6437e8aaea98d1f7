// What says how much data there is, which neither somebody sets nor load decides: the length beside a buffer.
#pragma once

#include "program/program.h"

namespace plumbline {

// Whether a parameter or field is the length of the bytes beside it, as C passes and keeps them: (char* reply, size_t
// reply_size), (u8* out, size_t len), u8* id; size_t id_len;. A container's size, or that of objects, may be a limit.
bool is_length_of_data(const Program& program, const EntityFact& entity);

} // namespace plumbline
