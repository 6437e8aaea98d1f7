#include "audit/matching.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/ADT/StringRef.h>
#include <llvm/ADT/bit.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace plumbline {

// A SimHash (M. Charikar, "Similarity estimation techniques from rounding algorithms", 2002) of the names and texts
// around: two sketches differ in about as many bits as the two sets of names differ. Equal, it stands for many tokens;
// unequal, it tells apart what the hashes cannot, twin loops in which each name was changed a little. 0: not known.
static std::uint64_t sketch_of(const Surroundings& around) {
  return std::uint64_t{around.after[2]} << 32 | around.before[2];
}

namespace {

// What a pass compares. check and kind always count.
enum Ingredient : unsigned {
  path = 1,
  entity = 2,
  owner = 4,
  text = 8,
  line_text = 16, // the whole line
  everything = path | entity | owner | text,
};

// How much of the code around must be equal: bits of Surroundings::before and after.
enum Around : unsigned {
  before_4 = 1,
  before_16 = 2,
  before_sketch = 4,
  before_shape = 8,
  after_4 = 16,
  after_16 = 32,
  after_sketch = 64,
  after_shape = 128,
  around_4 = before_4 | after_4,
  around_16 = before_16 | after_16,
  around_sketch = around_16 | before_sketch | after_sketch,
  around_shape = before_shape | after_shape,
};

// What names say. Each program has a `main`, and what stands in it or nowhere in particular could be anybody's.
enum class Names {
  any,
  in_owner, // the owner has a name of its own
  declared, // the finding stands at the declaration of its entity, which a program has once
  ring,     // the text names a ring that goes through many files; which of them shows it changes
};

struct Pass {
  unsigned ingredients, around;
  bool unique = false; // only where one stands against one
  Names names = Names::any;
};

constexpr Pass unmoved_passes[] = {
    {everything, around_sketch}, {everything, around_16}, {everything, around_4},
    {everything, before_16},     {everything, after_16},  {everything | line_text, 0},
    {everything, around_shape},  {everything, before_4},  {everything, after_4},
};

constexpr Pass moved_passes[] = {
    {path | owner | text, around_16},
    {path | entity | text, around_16},
    {path | text, around_16},
    {path | owner | text, around_4},
    {path | entity | text, around_4},
    {path | text, around_4},
    {path | text, around_shape},
    {entity | owner | text, around_sketch},
    {entity | owner | text, around_16},
    {text, around_sketch},
    {text, around_16},
    // A function that was moved whole has other neighbours, and a constant nothing else.
    {entity | owner | text, before_sketch | after_sketch, true, Names::in_owner},
    {entity | owner | text | line_text, 0, true, Names::declared},
    {entity | owner | text, 0, true, Names::ring},
};

// With the names of then translated.
constexpr Pass translated_passes[] = {
    {everything, around_16},         {everything, around_4},         {everything, around_shape},
    {everything, before_4},          {everything, after_4},          {everything | line_text, 0},
    {path | text, around_16},        {path | text, around_4},        {path | text, around_shape},
    {path | owner | text, before_4}, {path | owner | text, after_4}, {path | entity | text, before_4},
    {path | entity | text, after_4},
};

constexpr Pass any_surroundings[] = {{everything, 0}};

constexpr Pass last_passes[] = {
    {path | owner | text, 0, true},
    {path | entity | text, 0, true},
    // Another text at the same place.
    {path | entity | owner, around_16},
    {path | entity | owner, around_4},
    {path | entity, around_16},
    {path | owner, around_16},
    {path, around_sketch},
    {path, around_16},
    {path | entity | owner, around_shape, true},
    {path | owner, around_shape, true}, // the text is a name that was changed: an #include
};

constexpr Pass site_passes[] = {
    {path | owner, around_16},
    {path | owner, around_4},
    {path, around_16},
    {path, around_4},
    {path | owner | text, before_16},
    {path | owner | text, after_16},
    {path | owner | text, before_4},
    {path | owner | text, after_4},
    {path | owner | entity, around_shape},
    {path | owner | entity | text, 0, true},
    {path | owner | text, 0, true},
};

// Several equals against several are paired by the names around them, and where those say nothing in the file's order;
// that is a guess, which must wait until each pass has taken what is certain: one against one.
enum class Pairing { unique, any };

class Matcher {
 public:
  Matcher(const std::vector<Matchable>& then, const std::vector<Matchable>& now)
      : then(then), now(now), then_order(in_order(then)), now_order(in_order(now)), taken(then.size(), false),
        matches(now.size(), no_match), translated(then.size()) {
    for (std::size_t i = 0; i < then.size(); ++i)
      translated[i] = {then[i].parts.path, then[i].parts.entity, then[i].parts.owner};
  }

  // `how` overrules what the passes say.
  template <std::size_t count> void run(const Pass (&passes)[count], Pairing how = Pairing::any) {
    for (Pass pass : passes) {
      pass.unique |= how == Pairing::unique;
      join(pass);
    }
  }

  // From here on, names of then count as what the pairs so far say they are called now.
  void translate(const std::function<bool(const std::string&)>& still_there) {
    Votes paths, names;
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (matches[i] == no_match) continue;
      const FingerprintParts &old_parts = then[matches[i]].parts, &parts = now[i].parts;
      paths[old_parts.path][parts.path] += 4;
      vote_for_name(names, old_parts.entity, parts.entity);
      vote_for_name(names, old_parts.owner, parts.owner);
    }
    const std::map<std::string, std::string> new_names = elected(names);
    for (std::size_t i = 0; i < then.size(); ++i) {
      translated[i].entity = renamed_from(new_names, then[i].parts.entity);
      translated[i].owner = renamed_from(new_names, then[i].parts.owner);
    }
    vote_for_renamed_files(still_there, paths);
    const std::map<std::string, std::string> new_paths = elected(paths);
    for (std::size_t i = 0; i < then.size(); ++i)
      if (auto renamed = new_paths.find(then[i].parts.path); renamed != new_paths.end() && !still_there(renamed->first))
        translated[i].path = renamed->second;
  }

  // Rings of includes of which both have moved, the file in their middle and the include that is cheapest to cut: one
  // stays the same where it shares a file with exactly one of now, and that with no other of then.
  void pair_rings() {
    std::map<std::size_t, std::vector<std::size_t>> partners, rivals;
    for (std::size_t i : then_order)
      for (std::size_t k : now_order) {
        if (taken[i] || matches[k] != no_match || !is_ring(then[i].parts) || !is_ring(now[k].parts)) continue;
        const std::set<std::string> before = files_of(then[i].parts), after = files_of(now[k].parts);
        if (std::none_of(before.begin(), before.end(), [&](const std::string& file) { return after.contains(file); }))
          continue;
        partners[i].push_back(k);
        rivals[k].push_back(i);
      }
    for (const auto& [old, newcomers] : partners)
      if (newcomers.size() == 1 && rivals[newcomers.front()].size() == 1) pair(old, newcomers.front());
  }

  std::vector<std::size_t> result() { return std::move(matches); }

 private:
  struct NamesNow {
    std::string path, entity, owner;
  };
  using Votes = std::map<std::string, std::map<std::string, unsigned>>;

  static bool is_ring(const FingerprintParts& parts) { return parts.check == "include-cycle"; }

  // The files of a ring that its finding names, by their names: where it is cut, what is included there, and the hub.
  static std::set<std::string> files_of(const FingerprintParts& parts) {
    auto name_of = [](llvm::StringRef path) { return path.substr(path.rfind('/') + 1).str(); };
    std::set<std::string> files{name_of(parts.path), parts.entity};
    for (const char quote : {'"', '<'}) {
      const auto [before, rest] = llvm::StringRef(parts.context).split(quote);
      if (!rest.empty()) files.insert(name_of(rest.take_until([](char c) { return c == '"' || c == '>'; })));
    }
    files.erase("");
    return files;
  }

  static std::vector<std::size_t> in_order(const std::vector<Matchable>& items) {
    std::vector<std::size_t> order(items.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return std::tie(items[a].parts.path, items[a].line, items[a].parts.ordinal, a) <
             std::tie(items[b].parts.path, items[b].line, items[b].parts.ordinal, b);
    });
    return order;
  }

  static bool suits(const Pass& pass, const FingerprintParts& parts) {
    if (pass.names == Names::any) return true;
    if (pass.names == Names::ring) return is_ring(parts);
    const bool in_owner = !parts.owner.empty() && parts.owner != "main";
    if (pass.names == Names::in_owner) return in_owner;
    return !parts.entity.empty() && parts.entity != "main" &&
           (parts.owner.empty() || parts.entity == parts.owner ||
            (in_owner && llvm::StringRef(parts.entity).starts_with(parts.owner + "::")));
  }

  // What a pass joins on, or nothing if the item has not what it asks for.
  static std::optional<std::string> key_of(const Pass& pass, const Matchable& item, const NamesNow& names) {
    if (pass.around && !item.around.known()) return std::nullopt;
    if (!suits(pass, item.parts)) return std::nullopt;
    std::string key;
    auto add = [&key](std::string_view part) {
      key += part;
      key += '\0';
    };
    add(item.parts.check);
    add(item.parts.kind);
    if (pass.ingredients & path) add(names.path);
    if (pass.ingredients & entity) add(names.entity);
    if (pass.ingredients & owner) add(names.owner);
    if (pass.ingredients & text) add(item.parts.text);
    if (pass.ingredients & line_text) add(item.parts.context);
    for (unsigned bit = 0; bit < 4; ++bit) {
      if (pass.around & (before_4 << bit)) add(llvm::utohexstr(item.around.before[bit]));
      if (pass.around & (after_4 << bit)) add(llvm::utohexstr(item.around.after[bit]));
    }
    return key;
  }

  void join(const Pass& pass) {
    std::map<std::string, std::vector<std::size_t>> waiting; // of then, in order
    for (std::size_t i : then_order)
      if (!taken[i])
        if (std::optional<std::string> key = key_of(pass, then[i], translated[i])) waiting[*key].push_back(i);
    if (waiting.empty()) return;
    std::map<std::string, std::vector<std::size_t>> arriving;
    for (std::size_t i : now_order) {
      if (matches[i] != no_match) continue;
      const FingerprintParts& parts = now[i].parts;
      if (std::optional<std::string> key = key_of(pass, now[i], {parts.path, parts.entity, parts.owner}))
        arriving[*key].push_back(i);
    }
    for (const auto& [key, newcomers] : arriving) {
      auto found = waiting.find(key);
      if (found == waiting.end()) continue;
      const std::vector<std::size_t>& old = found->second;
      if (pass.unique && (old.size() != 1 || newcomers.size() != 1)) continue;
      pair_off(old, newcomers);
    }
  }

  void pair(std::size_t old, std::size_t newcomer) {
    matches[newcomer] = old;
    taken[old] = true;
  }

  // All of the fewer ones get a partner: those first whose sketches differ least. Beyond what is worth comparing each
  // with each, and among those whose sketches say nothing, the order decides.
  void pair_off(const std::vector<std::size_t>& old, const std::vector<std::size_t>& newcomers) {
    static constexpr std::size_t most_comparisons = 4096;
    struct Candidate {
      int difference;
      std::size_t apart, old, newcomer; // apart: places in their orders
      auto operator<=>(const Candidate&) const = default;
    };
    if (old.size() * newcomers.size() > most_comparisons) {
      for (std::size_t k = 0; k < std::min(old.size(), newcomers.size()); ++k) pair(old[k], newcomers[k]);
      return;
    }
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < old.size(); ++i)
      for (std::size_t k = 0; k < newcomers.size(); ++k) {
        const std::uint64_t before = sketch_of(then[old[i]].around), after = sketch_of(now[newcomers[k]].around);
        const int difference = before != 0 && after != 0 ? llvm::popcount(before ^ after) : 0;
        candidates.push_back({difference, i > k ? i - k : k - i, old[i], newcomers[k]});
      }
    std::sort(candidates.begin(), candidates.end());
    for (const Candidate& candidate : candidates)
      if (!taken[candidate.old] && matches[candidate.newcomer] == no_match) pair(candidate.old, candidate.newcomer);
  }

  // `a::peer::send` that is now `a::client::send` says that `a::peer` is now `a::client`, too; and where nothing was
  // renamed, that it is called what it was.
  static void vote_for_name(Votes& names, std::string_view old_name, std::string_view name) {
    auto vote = [&names](std::string_view from, std::string_view to) {
      names[std::string(from)][std::string(to)] += 1;
    };
    vote(old_name, name);
    for (bool renamed = old_name != name;;) {
      const std::size_t old_end = old_name.rfind("::"), end = name.rfind("::");
      if (old_end == std::string_view::npos || end == std::string_view::npos) return;
      if (old_name.substr(old_end) != name.substr(end)) return;
      old_name = old_name.substr(0, old_end);
      name = name.substr(0, end);
      vote(old_name, name);
      if (!renamed || old_name == name) return;
    }
  }

  // A file that is gone votes for the new files that have findings like its own.
  void vote_for_renamed_files(const std::function<bool(const std::string&)>& still_there, Votes& paths) const {
    struct Likeness {
      Pass pass;
      unsigned votes;
      bool file_name = false; // the folder was renamed
    };
    static constexpr Likeness likenesses[] = {
        {{text, around_shape}, 2},
        {{entity | owner | text, 0, false, Names::in_owner}, 2},
        {{text, 0}, 1, true},
    };
    auto key_for = [](const Likeness& likeness, const Matchable& item, const NamesNow& names) {
      std::optional<std::string> key = key_of(likeness.pass, item, names);
      if (key && likeness.file_name) *key += item.parts.path.substr(item.parts.path.rfind('/') + 1);
      return key;
    };
    std::set<std::string> known;
    for (const Matchable& item : then) known.insert(item.parts.path);
    std::vector<std::size_t> gone, arrived;
    for (std::size_t i : then_order)
      if (!taken[i] && !still_there(then[i].parts.path)) gone.push_back(i);
    for (std::size_t i : now_order)
      if (matches[i] == no_match && !known.contains(now[i].parts.path)) arrived.push_back(i);
    for (const Likeness& likeness : likenesses) {
      std::map<std::string, std::set<std::string>> new_paths;
      for (std::size_t i : arrived) {
        const FingerprintParts& parts = now[i].parts;
        if (auto key = key_for(likeness, now[i], {parts.path, parts.entity, parts.owner}))
          new_paths[*key].insert(parts.path);
      }
      for (std::size_t i : gone)
        if (auto key = key_for(likeness, then[i], translated[i]))
          for (const std::string& candidate : new_paths[*key]) paths[then[i].parts.path][candidate] += likeness.votes;
    }
  }

  // The one name that has more than half of the votes.
  static std::map<std::string, std::string> elected(const Votes& votes) {
    std::map<std::string, std::string> result;
    for (const auto& [name, candidates] : votes) {
      unsigned all = 0;
      for (const auto& [candidate, count] : candidates) all += count;
      for (const auto& [candidate, count] : candidates)
        if (count * 2 > all) result[name] = candidate;
    }
    return result;
  }

  // By the whole name, or by the longest enclosing scope that was renamed.
  static std::string renamed_from(const std::map<std::string, std::string>& names, const std::string& name) {
    for (std::size_t end = name.size(); end != std::string::npos && end > 0; end = name.rfind("::", end - 1))
      if (auto renamed = names.find(name.substr(0, end)); renamed != names.end())
        return renamed->second + name.substr(end);
    return name;
  }

  const std::vector<Matchable>&then, &now;
  const std::vector<std::size_t> then_order, now_order;
  std::vector<bool> taken;          // of then
  std::vector<std::size_t> matches; // of now
  std::vector<NamesNow> translated; // of then
};

} // namespace

std::vector<std::size_t> match(const std::vector<Matchable>& then, const std::vector<Matchable>& now,
                               const std::function<bool(const std::string& path)>& still_there) {
  Matcher matcher(then, now);
  matcher.run(unmoved_passes, Pairing::unique);
  matcher.run(moved_passes, Pairing::unique);
  matcher.run(unmoved_passes);
  // Twice, because what is known by a translated name may say what its neighbours are called now.
  for (int round = 0; round < 2; ++round) {
    matcher.translate(still_there);
    matcher.run(translated_passes, Pairing::unique);
  }
  matcher.run(moved_passes);
  matcher.run(translated_passes);
  matcher.run(any_surroundings);
  matcher.run(last_passes);
  matcher.pair_rings();
  return matcher.result();
}

std::vector<std::size_t> match_unmoved(const std::vector<Matchable>& then, const std::vector<Matchable>& now) {
  Matcher matcher(then, now);
  matcher.run(unmoved_passes, Pairing::unique);
  matcher.run(unmoved_passes);
  matcher.run(any_surroundings);
  return matcher.result();
}

std::vector<std::size_t> match_sites(const std::vector<Matchable>& then, const std::vector<Matchable>& now) {
  Matcher matcher(then, now);
  matcher.run(site_passes, Pairing::unique);
  matcher.run(site_passes);
  return matcher.result();
}

} // namespace plumbline
