// Who includes whom in the whole program, and which names come through each include.
#pragma once

#include "program/graph.h"
#include "program/program.h"

#include <string>
#include <vector>

namespace plumbline {

inline constexpr std::uint32_t no_index = ~std::uint32_t(0);

// One per pair of files, however many directives there are: the first without a condition, else the first.
struct Include {
  std::uint32_t from = 0, to = 0; // files
  Location location;
  std::string text, spelled;           // the directive; the name in it
  std::vector<std::string> conditions; // all must hold; empty: always
  bool at_end = false;                 // only directives follow it, and the names are related: x.h, x-inl.h
};

// A name that a file spells and another declares; one per file and name, where it stands first.
struct Mention {
  std::uint32_t from = 0;
  Location location;
  std::string name;
  std::uint32_t home = no_index;    // the file whose inclusion declares it
  std::uint32_t defined = no_index; // where it really belongs: a type's definition, the header of a function
  bool own = false;                 // the file declares it by hand as well
  bool binds = false;               // function or variable
};

struct IncludeGraph {
  std::vector<std::string> files;           // ours that include or mention another, or the other way round; sorted
  std::vector<Include> includes;            // sorted by file and line
  std::vector<Mention> mentions;            // sorted by file and name
  DirectedGraph graph;                      // of the files; its edges are parallel to `includes`
  std::vector<std::uint32_t> first_mention; // of each file, one entry more than there are files

  std::span<const Mention> mentions_of(std::uint32_t file) const {
    return std::span<const Mention>(mentions).subspan(first_mention[file],
                                                      first_mention[file + 1] - first_mention[file]);
  }
};

IncludeGraph include_graph(const Program& program);

// Says through which of a file's includes each of its names comes: the one that names the home, else the one from which
// the home is fewest includes away (the first of several). Keeps its memory from file to file.
class UseResolver {
 public:
  explicit UseResolver(const IncludeGraph& includes);

  // The include (index) for each of mentions_of(file); no_index for what the file only declares by hand.
  const std::vector<std::uint32_t>& resolve(std::uint32_t file);
  // The includes on the way to `home` in the last resolve(), the file's own first; empty if there is no way.
  std::vector<std::uint32_t> way_to(std::uint32_t home) const;

 private:
  const IncludeGraph& includes;
  std::vector<std::uint32_t> origin, last, touched, through; // by file: the first and the last include of the way there
};

// The names that each include brings to one of `files`, to the file it stands in as well as to those that get them by
// way of that file: indexes into `mentions`, one for each name and sorted by it, by include.
std::vector<std::vector<std::uint32_t>> names_by_include(const IncludeGraph& includes,
                                                         std::span<const std::uint32_t> files);

// "3 names", "1 name", "no name"
std::string count_of_names(std::size_t count);
// "A, B and C"; of more than `most`: "A, B and 4 more"
std::string listed(const std::vector<std::string>& texts, std::size_t most);

} // namespace plumbline
