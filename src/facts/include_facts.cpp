#include "facts/include_facts.h"

namespace plumbline {

void write(FactTable& table, const IncludeFact& include) {
  std::string conditions; // a condition is folded to one line, so a line end separates them
  for (const std::string& condition : include.conditions) conditions += condition + '\n';
  FactBuilder(table, "include")
      .at(include.location)
      .text("target", include.target)
      .text("spelled", include.spelled)
      .text("text", include.text)
      .text("conditions", conditions)
      .number("at_end", include.at_end);
}

IncludeFact read_include(const FactTable& table, const Fact& fact) {
  IncludeFact include;
  include.location = fact.location;
  include.target = table.text(fact, "target");
  include.spelled = table.text(fact, "spelled");
  include.text = table.text(fact, "text");
  std::string_view rest = table.text(fact, "conditions");
  while (!rest.empty()) {
    std::size_t end = std::min(rest.find('\n'), rest.size());
    include.conditions.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  include.at_end = table.number(fact, "at_end") != 0;
  return include;
}

void write(FactTable& table, const MentionFact& mention) {
  FactBuilder(table, "mention")
      .subject(mention.entity)
      .at(mention.location)
      .text("name", mention.name)
      .text("home", mention.home)
      .number("own", mention.own)
      .number("function", mention.is_function);
}

MentionFact read_mention(const FactTable& table, const Fact& fact) {
  return {fact.subject,
          fact.location,
          std::string(table.text(fact, "name")),
          std::string(table.text(fact, "home")),
          table.number(fact, "own") != 0,
          table.number(fact, "function") != 0};
}

void write(FactTable& table, const HomeFact& home) {
  FactBuilder(table, "home").subject(home.entity).text("path", home.path);
}

HomeFact read_home(const FactTable& table, const Fact& fact) {
  return {fact.subject, std::string(table.text(fact, "path"))};
}

} // namespace plumbline
