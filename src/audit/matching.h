// Which finding of now is which of then (design.md §5 "Identity").
//
// Matching goes in passes, from the most to the least certain. Each pass joins what is still unpaired on some of the
// ingredients of identity and on how much of the code around the anchor is equal; so each finding is paired at most
// once, and a pass never takes away what a more certain one has given. The order of certainty, in short:
//
//   all ingredients equal, and the code around       not touched, or moved within its file
//   path equal, owner or entity not                  enclosing function or class renamed
//   path not equal, much code around equal           file renamed, or code moved between files
//   path not equal, the function or name equal       a function or a constant moved alone
//   after that, names that the pairs so far agree on (this file is now called that, this class that) are translated,
//   and the passes go again with less code around; then with none, where all ingredients agree
//   all but the anchor's text, with the code around  another value at the same place: still frozen, hence not fixed
//
// What must not happen is worse than what is missed: a finding that was fixed must not hide one that was added. Hence
// equal text in another file is a match only with the code around it (all of its function, or the line that declares
// it under its qualified name), or when the old file is gone.
//
// The code around is compared as hashes of tokens, so that formatting does not matter and the baseline holds no source.
// The cost is one hash join per pass over what is unpaired: linear.
#pragma once

#include "audit/identity.h"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace plumbline {

// Hashes of the tokens before and after an anchor: [0] and [1] of the nearest 4 and 16, [3] of the shape of the nearest
// 32 (names and texts do not count). [2]: halves of a sketch of the function's names, or of 64. All 0: not known.
struct Surroundings {
  static constexpr std::size_t widths[] = {4, 16, 64};
  static constexpr std::size_t shape_width = 32;
  std::array<std::uint32_t, 4> before{}, after{};
  bool known() const { return before != std::array<std::uint32_t, 4>{} || after != std::array<std::uint32_t, 4>{}; }
  friend bool operator==(const Surroundings&, const Surroundings&) = default;
};

// The bytes of a file by its project-relative path; nothing if it cannot be read.
using SourceReader = std::function<std::optional<std::string>(std::string_view path)>;

// Of each place, in their order.
std::vector<Surroundings> surroundings_of(const std::vector<Place>& places, const SourceReader& read);

// 64 hex digits, and back; nothing for anything else.
std::string text_of(const Surroundings& surroundings);
std::optional<Surroundings> surroundings_from(std::string_view text);

struct Matchable {
  FingerprintParts parts;
  Surroundings around;
  std::uint32_t line = 0; // orders equals
};

inline constexpr std::size_t no_match = ~std::size_t{0};

// For each of `now`, the index of its match in `then`, or no_match. `still_there` says whether a file of then still
// exists; where it does, its findings have not moved out of it by renaming.
std::vector<std::size_t> match(const std::vector<Matchable>& then, const std::vector<Matchable>& now,
                               const std::function<bool(const std::string& path)>& still_there);

// The same for the places of tunables: what stood where `then` says is now at which of `now`? Text does not count,
// because it is what was replaced; it holds the role instead, and `entity` what consumes the value. Paths must have
// been translated.
std::vector<std::size_t> match_sites(const std::vector<Matchable>& then, const std::vector<Matchable>& now);

// The certain part of match(): same path, entity, owner and text. For what was fixed long ago and may have come back.
std::vector<std::size_t> match_unmoved(const std::vector<Matchable>& then, const std::vector<Matchable>& now);

} // namespace plumbline
