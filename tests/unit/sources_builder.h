// Who includes whom and who uses what, written as collection would write it: one include or use a line.
//
//   Sources sources;
//   sources.include("a.h", "b.h").use("a.h", "B", "b.h");
//   const Program program = sources.program();
#pragma once

#include "facts/include_facts.h"
#include "program/program.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace plumbline {

class Sources {
 public:
  Sources& include(const std::string& from, const std::string& to, std::vector<std::string> conditions = {},
                   bool at_end = false) {
    IncludeFact fact;
    fact.location = next(from);
    fact.target = fact.spelled = to;
    fact.text = "#include \"" + to + "\"";
    fact.conditions = std::move(conditions);
    fact.at_end = at_end;
    write(unit.table, fact);
    return *this;
  }
  Sources& use(const std::string& from, const std::string& name, const std::string& home, bool is_function = false) {
    MentionFact fact;
    fact.is_function = is_function;
    fact.location = next(from);
    fact.name = name;
    fact.home = home;
    write(unit.table, fact);
    return *this;
  }
  // `from` declares the name itself: void notify(); for what stands in `home`.
  Sources& by_hand(const std::string& from, const std::string& name, const std::string& home, bool is_function = true) {
    MentionFact fact;
    fact.entity = entity_from_text(name);
    fact.location = next(from);
    fact.name = name;
    fact.own = true;
    fact.is_function = is_function;
    write(unit.table, fact);
    write(unit.table, HomeFact{fact.entity, home});
    return *this;
  }

  // The settings must outlive it.
  Program program(const Settings& settings) const { return link(std::span<const TuFacts>(&unit, 1), settings); }

  TuFacts unit;

 private:
  Location next(const std::string& file) {
    const std::uint32_t line = ++lines[file];
    return {unit.table.strings.intern(file), line, 1, line, 9};
  }
  std::map<std::string, std::uint32_t> lines;
};

} // namespace plumbline
