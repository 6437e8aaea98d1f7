// Files that include each other: the strongly connected components of the include graph (design.md §3.5).
#pragma once

#include "program/includes.h"

namespace plumbline {

struct IncludeRing {
  std::vector<std::uint32_t> files;    // all of the component, sorted
  std::vector<std::uint32_t> cycle;    // includes of a shortest way round; begins with `cut` where that is on it
  std::uint32_t cut = 0;               // the include through which the fewest names come
  std::vector<std::uint32_t> names;    // through `cut`: indexes into IncludeGraph::mentions
  std::uint32_t hub = 0;               // the file of the ring that most files include, whichever; of equals the first
  std::size_t left = 0;                // files that are still in a ring when `cut` is gone
  std::vector<std::string> conditions; // what must hold for `cycle` to exist; empty: nothing
};

// One per component, in the order of their first files. `x.h` and the `x-inl.h` that it includes at its end count as
// one file; rings that need a condition and its opposite exist in no build and are left out.
std::vector<IncludeRing> include_rings(const IncludeGraph& includes);

} // namespace plumbline
