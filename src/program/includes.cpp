#include "program/includes.h"

#include "facts/include_facts.h"
#include "project/project.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace plumbline {

// "!(A)" and "!A" for "A", and the other way round.
static bool are_opposite(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  return b == "!" + std::string(a) || b == "!(" + std::string(a) + ")";
}

// One directive for those of one pair of files, sorted by line.
static Include chosen(std::span<const Include> directives) {
  for (const Include& directive : directives)
    if (directive.conditions.empty()) return directive;
  Include first = directives.front();
  for (const Include& other : directives) // #if A … #else … #endif, and both include it
    if (first.conditions.size() == 1 && other.conditions.size() == 1 &&
        are_opposite(first.conditions.front(), other.conditions.front())) {
      first.conditions.clear();
      break;
    }
  return first;
}

namespace {

// Numbers files in the order of their paths; keeps out what is not ours.
class FileNumbers {
 public:
  explicit FileNumbers(const Settings& settings) : settings(settings) {}
  void add(std::string_view path) {
    if (path.empty() || numbers.contains(path)) return;
    if (is_ours(settings, path)) numbers.emplace(path, no_index);
  }
  std::vector<std::string> finish() {
    std::vector<std::string> files;
    for (auto& [path, number] : numbers) {
      number = static_cast<std::uint32_t>(files.size());
      files.push_back(path);
    }
    return files;
  }
  std::uint32_t of(std::string_view path) const {
    const auto at = numbers.find(path);
    return at == numbers.end() ? no_index : at->second;
  }

 private:
  const Settings& settings;
  std::map<std::string, std::uint32_t, std::less<>> numbers;
};

} // namespace

static bool stands_before(const Location& a, const Location& b) {
  return std::tie(a.line, a.column) < std::tie(b.line, b.column);
}

// Units can disagree about a header: what knows the home wins, then the first place.
static void unify_mentions(std::vector<Mention>& mentions) {
  std::sort(mentions.begin(), mentions.end(), [](const Mention& a, const Mention& b) {
    return std::tuple(a.from, std::string_view(a.name), a.home, a.location.line, a.location.column) <
           std::tuple(b.from, std::string_view(b.name), b.home, b.location.line, b.location.column);
  });
  std::vector<Mention> kept;
  for (Mention& mention : mentions) {
    if (kept.empty() || kept.back().from != mention.from || kept.back().name != mention.name) {
      kept.push_back(std::move(mention));
      continue;
    }
    Mention& first = kept.back();
    if (stands_before(mention.location, first.location)) first.location = mention.location;
    first.own = first.own || mention.own;
    if (first.defined == no_index) first.defined = mention.defined;
  }
  mentions = std::move(kept);
}

IncludeGraph include_graph(const Program& program) {
  const FactTable& table = program.table;
  const StringId include_kind = table.strings.find("include"), mention_kind = table.strings.find("mention"),
                 home_kind = table.strings.find("home");
  std::vector<IncludeFact> include_facts;
  std::vector<MentionFact> mention_facts;
  std::map<EntityId, std::string> homes; // of several (one-definition-rule violations), the first path
  FileNumbers numbers(*program.settings);
  for (const Fact& fact : table.facts) {
    if (fact.kind == include_kind) {
      include_facts.push_back(read_include(table, fact));
      numbers.add(program.path(fact.location));
      numbers.add(include_facts.back().target);
    } else if (fact.kind == mention_kind) {
      mention_facts.push_back(read_mention(table, fact));
      numbers.add(program.path(fact.location));
      numbers.add(mention_facts.back().home);
    } else if (fact.kind == home_kind) {
      HomeFact home = read_home(table, fact);
      numbers.add(home.path);
      auto [at, is_new] = homes.try_emplace(home.entity, home.path);
      if (!is_new) at->second = std::min(at->second, home.path);
    }
  }

  IncludeGraph result;
  result.files = numbers.finish();
  std::vector<Include> directives;
  for (IncludeFact& fact : include_facts) {
    const std::uint32_t from = numbers.of(program.path(fact.location)), to = numbers.of(fact.target);
    if (from == no_index || to == no_index || from == to) continue;
    directives.push_back({from, to, fact.location, std::move(fact.text), std::move(fact.spelled),
                          std::move(fact.conditions), fact.at_end});
  }
  std::sort(directives.begin(), directives.end(), [](const Include& a, const Include& b) {
    return std::tie(a.from, a.to, a.location.line, a.location.column, a.conditions) <
           std::tie(b.from, b.to, b.location.line, b.location.column, b.conditions);
  });
  for (std::size_t begin = 0, end; begin < directives.size(); begin = end) {
    for (end = begin; end < directives.size() && directives[end].from == directives[begin].from &&
                      directives[end].to == directives[begin].to;)
      ++end;
    result.includes.push_back(chosen(std::span<const Include>(directives).subspan(begin, end - begin)));
  }
  std::sort(result.includes.begin(), result.includes.end(), [](const Include& a, const Include& b) {
    return std::tie(a.from, a.location.line, a.location.column, a.to) <
           std::tie(b.from, b.location.line, b.location.column, b.to);
  });
  std::vector<NodePair> edges;
  for (const Include& include : result.includes) edges.emplace_back(include.from, include.to);
  result.graph = graph_of(static_cast<std::uint32_t>(result.files.size()), edges);

  for (MentionFact& fact : mention_facts) {
    Mention mention;
    mention.from = numbers.of(program.path(fact.location));
    mention.location = fact.location;
    mention.name = std::move(fact.name);
    mention.home = numbers.of(fact.home);
    mention.own = fact.own;
    mention.binds = fact.is_function;
    mention.defined = mention.home;
    if (const auto home = homes.find(fact.entity); home != homes.end() && fact.entity != EntityId::none)
      mention.defined = numbers.of(home->second);
    // A header that is not ours makes it known, whoever of us defines it.
    if (!mention.own && mention.home == no_index && !fact.home.empty()) continue;
    const bool elsewhere = mention.defined != no_index && mention.defined != mention.from;
    if (mention.from == no_index || (mention.home == no_index && !elsewhere)) continue;
    result.mentions.push_back(std::move(mention));
  }
  unify_mentions(result.mentions);
  result.first_mention.assign(result.files.size() + 1, 0);
  for (const Mention& mention : result.mentions) ++result.first_mention[mention.from + 1];
  for (std::size_t i = 1; i < result.first_mention.size(); ++i) result.first_mention[i] += result.first_mention[i - 1];
  return result;
}

UseResolver::UseResolver(const IncludeGraph& includes)
    : includes(includes), origin(includes.files.size(), no_index), last(includes.files.size(), no_index) {}

const std::vector<std::uint32_t>& UseResolver::resolve(std::uint32_t file) {
  for (const std::uint32_t seen : touched) origin[seen] = last[seen] = no_index;
  touched.clear();
  const std::span<const Mention> mentions = includes.mentions_of(file);
  through.assign(mentions.size(), no_index);
  const std::uint32_t first = includes.graph.first[file];
  std::uint32_t offset = 0;
  for (const std::uint32_t target : includes.graph.next(file)) {
    if (origin[target] == no_index) {
      origin[target] = last[target] = first + offset;
      touched.push_back(target);
    }
    ++offset;
  }
  std::size_t missing = 0;
  for (std::size_t i = 0; i < mentions.size(); ++i) {
    if (mentions[i].home == no_index) continue;
    through[i] = origin[mentions[i].home];
    if (through[i] == no_index && !mentions[i].own) ++missing;
  }
  std::vector<std::uint32_t> wanted;
  for (std::size_t i = 0; missing > 0 && i < mentions.size(); ++i)
    if (through[i] == no_index && mentions[i].home != no_index && !mentions[i].own) wanted.push_back(mentions[i].home);
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  std::size_t left = wanted.size();
  for (std::size_t at = 0; at < touched.size() && left > 0; ++at)
    for (std::uint32_t edge = includes.graph.first[touched[at]]; edge < includes.graph.first[touched[at] + 1]; ++edge) {
      const std::uint32_t next = includes.graph.targets[edge];
      if (next == file || origin[next] != no_index) continue;
      origin[next] = origin[touched[at]];
      last[next] = edge;
      touched.push_back(next);
      if (std::binary_search(wanted.begin(), wanted.end(), next)) --left;
    }
  for (std::size_t i = 0; i < mentions.size(); ++i)
    if (mentions[i].home != no_index && !mentions[i].own) through[i] = origin[mentions[i].home];
  return through;
}

std::vector<std::uint32_t> UseResolver::way_to(std::uint32_t home) const {
  std::vector<std::uint32_t> way;
  if (home == no_index || origin[home] == no_index) return way;
  for (std::uint32_t at = home; way.empty() || way.back() != origin[home]; at = includes.includes[way.back()].from)
    way.push_back(last[at]);
  std::reverse(way.begin(), way.end());
  return way;
}

std::vector<std::vector<std::uint32_t>> names_by_include(const IncludeGraph& includes,
                                                         std::span<const std::uint32_t> files) {
  std::vector<std::vector<std::uint32_t>> names(includes.includes.size());
  UseResolver resolver(includes);
  for (const std::uint32_t file : files) {
    const std::vector<std::uint32_t>& through = resolver.resolve(file);
    for (std::uint32_t i = 0; i < through.size(); ++i) {
      if (through[i] == no_index) continue;
      const std::uint32_t mention = includes.first_mention[file] + i;
      for (const std::uint32_t include : resolver.way_to(includes.mentions[mention].home))
        names[include].push_back(mention);
    }
  }
  for (std::vector<std::uint32_t>& mentions : names) {
    const auto name_of = [&](std::uint32_t mention) -> const std::string& { return includes.mentions[mention].name; };
    std::sort(mentions.begin(), mentions.end(),
              [&](std::uint32_t a, std::uint32_t b) { return std::tie(name_of(a), a) < std::tie(name_of(b), b); });
    mentions.erase(std::unique(mentions.begin(), mentions.end(),
                               [&](std::uint32_t a, std::uint32_t b) { return name_of(a) == name_of(b); }),
                   mentions.end());
  }
  return names;
}

std::string count_of_names(std::size_t count) {
  return count == 0 ? "no name" : count == 1 ? "1 name" : std::to_string(count) + " names";
}

std::string listed(const std::vector<std::string>& texts, std::size_t most) {
  const std::size_t shown = texts.size() > most ? most : texts.size();
  std::string result;
  for (std::size_t i = 0; i < shown; ++i) {
    const bool last = i + 1 == shown && shown == texts.size();
    result += (i == 0 ? "" : last ? " and " : ", ") + texts[i];
  }
  if (shown < texts.size()) result += " and " + std::to_string(texts.size() - shown) + " more";
  return result;
}

} // namespace plumbline
