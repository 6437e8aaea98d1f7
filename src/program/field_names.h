// What the setting would be called that takes a tunable's place. The names are built from those that the code has.
#pragma once

#include "program/tunables.h"

#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// In a configuration of the owner's own, or as its parameter: interval_ms.
std::string value_name(const Tunable& tunable);
// In a configuration that others share; where the name would fit any of them, the owner stands before
// it: uploader_interval_ms.
std::string proposed_field(const Tunable& tunable);

// The word that tells a tunable apart from others that would be called the same: of the function that it stands in, or
// of what stands on its line; "" if nothing does.
std::string distinguishing_words(const Program& program, const Tunable& tunable,
                                 const std::vector<const Tunable*>& namesakes);
// Whether two tunables of one name are one setting: the same value in the same role.
bool are_one_setting(const Tunable& one, const Tunable& other);

// Of what a value bounds, that name with the side: min_block_ms. Empty for other values.
std::string bound_field(const Tunable& tunable);
// What a bare constant is compared with, word by word: queue, size of `queue_.size() > 150`.
std::vector<std::string> compared_words(const Tunable& tunable);
// The unit that a plain number of the field would have, in nanoseconds, or 0.
std::int64_t tick_of(const Tunable& tunable);
// std::chrono::milliseconds of a millisecond; "" for what chrono has no name for.
std::string_view chrono_type(std::int64_t tick);

} // namespace plumbline
