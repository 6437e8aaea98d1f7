// Reads .plumbline.yaml. LLVM's YAML parser hands out nodes with their places in one pass over the text; each mapping
// is read through a table of its keys, and settings_keys() lists those same tables, so that what is accepted, what an
// error suggests and what the schema describes cannot drift apart.

#include "project/settings.h"

#include <llvm/ADT/STLFunctionalExtras.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/JSON.h>
#include <llvm/Support/SourceMgr.h>
#include <llvm/Support/YAMLParser.h>

namespace plumbline {

using llvm::ArrayRef;
using llvm::StringLiteral;
using llvm::StringRef;
using llvm::Twine;

std::vector<std::string> default_config_types() {
  return {"*Config",     "*Configuration", "*Options", "*Settings", "*Params", "*Parameters",
          "*Properties", "*Policy",        "*Cfg",     "*Conf",     "*Prefs"};
}

static constexpr StringLiteral units[] = {"ns", "us", "ms", "s", "min", "h", "d"};
static constexpr StringLiteral sink_kinds[] = {"duration", "limit"};
static constexpr StringLiteral roles[] = {"sleep",    "wait",    "timeout",   "interval", "ttl",
                                          "deadline", "backoff", "threshold", "clamp",    "other"};
static constexpr StringLiteral gate_rules[] = {"new",      "new:P0",      "new:P1",      "new:P2",
                                               "reopened", "reopened:P0", "reopened:P1", "reopened:P2",
                                               "open",     "open:P0",     "open:P1",     "open:P2"};
static constexpr StringLiteral incomplete_rules[] = {"fail", "warn"};

// A node and the place that an error about it names: its own, or its key's where there is nothing after the colon.
struct Value {
  llvm::yaml::Node* node;
  llvm::SMLoc at;
};

class Reader;

// One key of a mapping, and what puts its value into the record that the mapping describes.
template <typename Record> struct Key {
  StringLiteral name;
  void (*read)(Reader&, Value, Record&);
};

// "; did you mean 'x'?" with the closest of `known`, or "". Upper case and underscores cost nothing: fail_on is
// fail-on.
static std::string suggestion_for(StringRef word, ArrayRef<StringRef> known) {
  std::string wanted = word.lower();
  std::replace(wanted.begin(), wanted.end(), '_', '-');
  StringRef best;
  unsigned best_distance = static_cast<unsigned>(word.size() / 3 + 2);
  for (StringRef candidate : known) {
    unsigned distance = StringRef(wanted).edit_distance(candidate.lower(), true, best_distance);
    if (distance < best_distance && distance < candidate.size()) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best.empty() ? std::string() : ("; did you mean '" + best + "'?").str();
}

static std::string list_of(StringRef introduction, ArrayRef<StringRef> known) {
  return (" (" + introduction + ": " + llvm::join(known, ", ") + ")").str();
}

// The YAML shapes that settings are made of. The first error is kept and ends the reading: LLVM's parser walks over
// what was left unread by recursion, which a file of a hundred thousand brackets would turn into a crash.
class Reader {
 public:
  Reader(StringRef text, StringRef path, std::span<const std::string_view> known_checks)
      : path(path), known_checks(known_checks.begin(), known_checks.end()), stream(text, sources) {
    sources.setDiagHandler(
        [](const llvm::SMDiagnostic& diagnostic, void* reader) {
          Reader* self = static_cast<Reader*>(reader);
          self->fail(diagnostic.getLineNo(), diagnostic.getColumnNo() + 1,
                     "cannot be read as YAML: " + diagnostic.getMessage());
        },
        this);
  }

  const std::string path;
  const std::vector<StringRef> known_checks;
  std::string problem;

  bool failed() const { return !problem.empty(); }

  void fail(unsigned line, unsigned column, const Twine& message) {
    if (!failed()) problem = (path + ":" + Twine(line) + ":" + Twine(column) + ": " + message).str();
  }
  void fail(llvm::SMLoc at, const Twine& message) {
    std::pair<unsigned, unsigned> place = sources.getLineAndColumn(at);
    fail(place.first, place.second, message);
  }

  // LLVM's ranges are no use for three kinds of node: an alias's is that of the token behind it, a list or mapping in
  // brackets starts at its first item, and a missing value is wherever the next token is.
  Value value_of(llvm::yaml::Node* node, llvm::SMLoc key) const {
    if (const llvm::yaml::AliasNode* alias = llvm::dyn_cast<llvm::yaml::AliasNode>(node))
      return {node, llvm::SMLoc::getFromPointer(alias->getName().data() - 1)};
    if (llvm::isa<llvm::yaml::NullNode>(node)) return {node, key};
    llvm::SMLoc start = node->getSourceRange().Start;
    if (!llvm::isa<llvm::yaml::MappingNode, llvm::yaml::SequenceNode>(node)) return {node, start};
    StringRef text = sources.getMemoryBuffer(sources.getMainFileID())->getBuffer();
    StringRef before = text.take_front(start.getPointer() - text.data()).rtrim();
    bool in_brackets = before.ends_with("[") || before.ends_with("{");
    return {node, in_brackets ? llvm::SMLoc::getFromPointer(before.end() - 1) : start};
  }

  void fail_type(Value value, const Twine& expected) {
    if (const llvm::yaml::AliasNode* alias = llvm::dyn_cast<llvm::yaml::AliasNode>(value.node))
      return fail(value.at,
                  "YAML takes *" + alias->getName() + " for an alias; put it in quotes: '*" + alias->getName() + "'");
    if (llvm::isa<llvm::yaml::NullNode>(value.node))
      return fail(value.at, "has no value: expected " + expected + "; remove the key to get the default");
    if (llvm::isa<llvm::yaml::SequenceNode>(value.node))
      return fail(value.at, "expected " + expected + ", found a list");
    if (llvm::isa<llvm::yaml::MappingNode>(value.node))
      return fail(value.at, "expected " + expected + ", found a mapping (text that starts with { needs quotes)");
    fail(value.at, "expected " + expected + ", found '" + scalar(value.node).value_or("") + "'");
  }

  std::optional<std::string> scalar(llvm::yaml::Node* node) const {
    if (const llvm::yaml::BlockScalarNode* block = llvm::dyn_cast<llvm::yaml::BlockScalarNode>(node))
      return block->getValue().rtrim('\n').str();
    llvm::SmallString<64> storage;
    if (const llvm::yaml::ScalarNode* plain = llvm::dyn_cast<llvm::yaml::ScalarNode>(node))
      return plain->getValue(storage).str();
    return std::nullopt;
  }

  std::string text(Value value, StringRef expected) {
    std::optional<std::string> result = scalar(value.node);
    if (!result)
      fail_type(value, expected);
    else if (result->empty())
      fail(value.at, "expected " + expected + ", found empty text");
    return result.value_or("");
  }

  std::string one_of(Value value, StringRef what, ArrayRef<StringLiteral> allowed) {
    std::vector<StringRef> known(allowed.begin(), allowed.end());
    std::string result = text(value, what);
    if (!failed() && !llvm::is_contained(known, StringRef(result)))
      fail(value.at, "unknown " + what + " '" + result + "'" + suggestion_for(result, known) + list_of("known", known));
    return result;
  }

  bool boolean(Value value) {
    const llvm::yaml::ScalarNode* node = llvm::dyn_cast<llvm::yaml::ScalarNode>(value.node);
    std::optional<bool> result;
    if (node) result = llvm::yaml::parseBool(node->getRawValue().trim());
    if (!result) fail_type(value, "true or false");
    return result.value_or(false);
  }

  int number(Value value, int least) {
    std::optional<std::string> digits = scalar(value.node);
    int result = 0;
    if (!digits || StringRef(*digits).getAsInteger(10, result))
      fail_type(value, "a whole number");
    else if (result < least)
      fail(value.at, "must be at least " + Twine(least) + ", found " + Twine(result));
    return result;
  }

  // Of a factor of the score: more than 30 would fill a priority's whole band.
  int points(Value value) {
    int result = number(value, 0);
    if (!failed() && result > 30) fail(value.at, "must be at most 30, found " + Twine(result));
    return result;
  }

  double hours(Value value) {
    std::optional<std::string> digits = scalar(value.node);
    double result = 0;
    if (!digits || StringRef(*digits).getAsDouble(result))
      fail_type(value, "a number of hours");
    else if (!(result >= 0 && result <= 1000))
      fail(value.at, "must be from 0 to 1000 hours, found " + *digits);
    return result;
  }

  EffortHours effort(Value value) {
    std::vector<double> range;
    items(value, "a list of two numbers, least and most hours", [&](Value item) { range.push_back(hours(item)); });
    if (failed()) return {};
    if (range.size() != 2 || range[0] > range[1]) {
      fail(value.at, "expected two numbers, the least and the most hours: [0.5, 2]");
      return {};
    }
    return {range[0], range[1]};
  }

  std::optional<Priority> priority(Value value) {
    std::string name = text(value, "P0, P1 or P2");
    std::optional<Priority> result = priority_from(name);
    if (!result) fail(value.at, "unknown priority '" + name + "' (known: P0, P1, P2)");
    return result;
  }

  void items(Value value, StringRef expected, llvm::function_ref<void(Value)> each) {
    llvm::yaml::SequenceNode* list = llvm::dyn_cast<llvm::yaml::SequenceNode>(value.node);
    if (!list) return fail_type(value, expected);
    for (llvm::yaml::Node& item : *list) {
      each(value_of(&item, item.getSourceRange().Start));
      if (failed()) return;
    }
  }

  std::vector<std::string> texts(Value value, StringRef expected, StringRef expected_item) {
    std::vector<std::string> result;
    items(value, expected, [&](Value item) { result.push_back(text(item, expected_item)); });
    return result;
  }

  std::vector<std::string> globs(Value value) {
    std::vector<std::string> result;
    items(value, "a list of globs", [&](Value item) {
      std::string glob = text(item, "a glob");
      if (glob == ".." || StringRef(glob).starts_with("../"))
        fail(item.at, "'" + glob + "' leads out of the project's root, where no file is looked at");
      result.push_back(std::move(glob));
    });
    return result;
  }

  void entries(Value value, StringRef expected, llvm::function_ref<void(StringRef, llvm::SMLoc, Value)> each) {
    llvm::yaml::MappingNode* mapping = llvm::dyn_cast<llvm::yaml::MappingNode>(value.node);
    if (!mapping) return fail_type(value, expected);
    std::map<std::string, unsigned> seen; // key to line
    for (llvm::yaml::KeyValueNode& entry : *mapping) {
      llvm::yaml::Node* key_node = entry.getKey();
      if (!key_node) return;
      Value key = value_of(key_node, key_node->getSourceRange().Start);
      std::string name = text(key, "a key");
      if (failed()) return;
      unsigned line = sources.getLineAndColumn(key.at).first;
      if (!seen.emplace(name, line).second)
        return fail(key.at, "duplicate key '" + name + "'; it stands on line " + Twine(seen[name]) + " already");
      llvm::yaml::Node* node = entry.getValue();
      if (!node || failed()) return;
      each(name, key.at, value_of(node, key.at));
      if (failed()) return;
    }
  }

  template <typename Record, std::size_t count>
  void mapping(Value value, const Key<Record> (&keys)[count], Record& record) {
    std::vector<StringRef> known;
    for (const Key<Record>& key : keys) known.push_back(key.name);
    std::string expected = "a mapping" + list_of("keys", known);
    entries(value, expected, [&](StringRef name, llvm::SMLoc at, Value entry) {
      for (const Key<Record>& key : keys)
        if (key.name == name) return key.read(*this, entry, record);
      fail(at, "unknown key '" + name + "'" + suggestion_for(name, known) + list_of("known here", known));
    });
  }

  // Hands the document's root to `read`; without one (an empty file) nothing is called.
  void document(llvm::function_ref<void(Value)> read) {
    llvm::yaml::document_iterator document = stream.begin();
    llvm::yaml::Node* root = document->getRoot();
    if (!root || failed()) return;
    if (!llvm::isa<llvm::yaml::NullNode>(root)) read(value_of(root, root->getSourceRange().Start));
    if (failed()) return;
    ++document;
    if (failed() || document == stream.end()) return;
    if (llvm::yaml::Node* second = document->getRoot())
      fail(second->getSourceRange().Start, "a second YAML document; the settings are one");
  }

 private:
  llvm::SourceMgr sources; // above `stream`, which keeps a reference to it
  llvm::yaml::Stream stream;
};

// What the keys of the top level fill; `config-types` and `config-types-only` may come in either order.
struct Document {
  Settings settings;
  std::vector<std::string> config_types;
  bool config_types_only = false;
};

static const Key<Settings> path_keys[] = {
    {"include", [](Reader& reader, Value value, Settings& out) { out.include = reader.globs(value); }},
    {"exclude", [](Reader& reader, Value value, Settings& out) { out.exclude = reader.globs(value); }},
    {"tests", [](Reader& reader, Value value, Settings& out) { out.tests = reader.globs(value); }},
};

static const Key<ModuleSetting> module_keys[] = {
    {"name", [](Reader& reader, Value value, ModuleSetting& out) { out.name = reader.text(value, "a name"); }},
    {"paths", [](Reader& reader, Value value, ModuleSetting& out) { out.paths = reader.globs(value); }},
    {"priority", [](Reader& reader, Value value, ModuleSetting& out) { out.priority = reader.priority(value); }},
    {"owner", [](Reader& reader, Value value, ModuleSetting& out) { out.owner = reader.text(value, "a name"); }},
};

static const Key<KindSetting> kind_keys[] = {
    {"points", [](Reader& reader, Value value, KindSetting& out) { out.points = reader.points(value); }},
    {"effort", [](Reader& reader, Value value, KindSetting& out) { out.effort = reader.effort(value); }},
};

static const Key<CheckSetting> check_keys[] = {
    {"enabled", [](Reader& reader, Value value, CheckSetting& out) { out.enabled = reader.boolean(value); }},
    {"priority", [](Reader& reader, Value value, CheckSetting& out) { out.priority = reader.priority(value); }},
    {"points", [](Reader& reader, Value value, CheckSetting& out) { out.all_kinds.points = reader.points(value); }},
    {"effort", [](Reader& reader, Value value, CheckSetting& out) { out.all_kinds.effort = reader.effort(value); }},
    {"kinds",
     [](Reader& reader, Value value, CheckSetting& out) {
       reader.entries(value, "a mapping from kinds to their weights", [&](StringRef name, llvm::SMLoc, Value entry) {
         reader.mapping(entry, kind_keys, out.kinds[name.str()]);
       });
     }},
};

static const Key<WeightSetting> weight_keys[] = {
    {"roles",
     [](Reader& reader, Value value, WeightSetting& out) {
       reader.entries(value, "a mapping from roles to points", [&](StringRef name, llvm::SMLoc at, Value entry) {
         std::vector<StringRef> known(std::begin(roles), std::end(roles));
         if (!llvm::is_contained(known, name))
           return reader.fail(at, "unknown role '" + name + "'" + list_of("known", known));
         out.roles[name.str()] = reader.points(entry);
       });
     }},
    {"uses", [](Reader& reader, Value value, WeightSetting& out) { out.uses = reader.points(value); }},
    {"config", [](Reader& reader, Value value, WeightSetting& out) { out.config = reader.points(value); }},
    {"module", [](Reader& reader, Value value, WeightSetting& out) { out.module = reader.points(value); }},
    {"churn", [](Reader& reader, Value value, WeightSetting& out) { out.churn = reader.points(value); }},
    {"age", [](Reader& reader, Value value, WeightSetting& out) { out.age = reader.points(value); }},
};

static const Key<SinkSetting> sink_keys[] = {
    {"function",
     [](Reader& reader, Value value, SinkSetting& out) { out.function = reader.text(value, "a function's name"); }},
    {"argument", [](Reader& reader, Value value,
                    SinkSetting& out) { out.argument = static_cast<unsigned>(reader.number(value, 1)); }},
    {"unit", [](Reader& reader, Value value, SinkSetting& out) { out.unit = reader.one_of(value, "unit", units); }},
    {"role", [](Reader& reader, Value value, SinkSetting& out) { out.role = reader.one_of(value, "role", roles); }},
    {"kind",
     [](Reader& reader, Value value, SinkSetting& out) { out.kind = reader.one_of(value, "kind", sink_kinds); }},
};

static const Key<StateMachineSetting> state_machine_keys[] = {
    {"enum", [](Reader& reader, Value value,
                StateMachineSetting& out) { out.enum_name = reader.text(value, "an enum's name"); }},
    {"final",
     [](Reader& reader, Value value, StateMachineSetting& out) {
       out.final_states = reader.texts(value, "a list of enumerators", "an enumerator");
     }},
};

static void read_max_open(Reader& reader, Value value, GateSetting& out, Priority priority) {
  out.max_open[priority] = reader.number(value, 0);
}

static const Key<GateSetting> max_open_keys[] = {
    {"P0", [](Reader& reader, Value value, GateSetting& out) { read_max_open(reader, value, out, Priority::p0); }},
    {"P1", [](Reader& reader, Value value, GateSetting& out) { read_max_open(reader, value, out, Priority::p1); }},
    {"P2", [](Reader& reader, Value value, GateSetting& out) { read_max_open(reader, value, out, Priority::p2); }},
};

static const Key<GateSetting> gate_keys[] = {
    {"fail-on",
     [](Reader& reader, Value value, GateSetting& out) {
       out.fail_on.clear();
       reader.items(value, "a list of gate rules",
                    [&](Value item) { out.fail_on.push_back(reader.one_of(item, "gate rule", gate_rules)); });
     }},
    {"max-open", [](Reader& reader, Value value, GateSetting& out) { reader.mapping(value, max_open_keys, out); }},
    {"on-incomplete",
     [](Reader& reader, Value value, GateSetting& out) {
       out.on_incomplete = reader.one_of(value, "answer to an incomplete scan", incomplete_rules);
     }},
};

static void read_modules(Reader& reader, Value value, Document& out) {
  reader.items(value, "a list of modules", [&](Value item) {
    ModuleSetting module;
    reader.mapping(item, module_keys, module);
    if (module.name.empty()) reader.fail(item.at, "a module needs a 'name'");
    if (module.paths.empty()) reader.fail(item.at, "module '" + module.name + "' needs 'paths', a list of globs");
    out.settings.modules.push_back(std::move(module));
  });
}

static void read_layers(Reader& reader, Value value, Document& out) {
  std::map<std::string, std::size_t> seen; // name to layer, from 1
  reader.items(value, "a list of layers, highest first", [&](Value layer) {
    std::vector<std::string> names;
    reader.items(layer, "a list of module names or top folders", [&](Value item) {
      names.push_back(reader.text(item, "the name of a module or top folder"));
      if (!reader.failed() && !seen.emplace(names.back(), out.settings.layers.size() + 1).second)
        reader.fail(item.at, "'" + names.back() + "' stands in layer " + Twine(seen[names.back()]) + " already");
    });
    out.settings.layers.push_back(std::move(names));
  });
}

static void read_checks(Reader& reader, Value value, Document& out) {
  reader.entries(value, "a mapping from check names to settings", [&](StringRef name, llvm::SMLoc at, Value entry) {
    const std::vector<StringRef>& known = reader.known_checks;
    if (!known.empty() && !llvm::is_contained(known, name))
      return reader.fail(at, "unknown check '" + name + "'" + suggestion_for(name, known) + list_of("known", known));
    reader.mapping(entry, check_keys, out.settings.checks[name.str()]);
  });
}

static void read_sinks(Reader& reader, Value value, Document& out) {
  reader.items(value, "a list of sinks", [&](Value item) {
    SinkSetting sink;
    reader.mapping(item, sink_keys, sink);
    if (sink.function.empty()) reader.fail(item.at, "a sink needs a 'function'");
    if (sink.kind == "limit" && !sink.unit.empty())
      reader.fail(item.at, "a limit is a count and has no unit; remove 'unit' or make it kind: duration");
    out.settings.sinks.push_back(std::move(sink));
  });
}

static void read_state_machines(Reader& reader, Value value, Document& out) {
  reader.items(value, "a list of state machines", [&](Value item) {
    StateMachineSetting machine;
    reader.mapping(item, state_machine_keys, machine);
    if (machine.enum_name.empty()) reader.fail(item.at, "a state machine needs an 'enum'");
    out.settings.state_machines.push_back(std::move(machine));
  });
}

static const Key<Document> top_keys[] = {
    {"paths", [](Reader& reader, Value value, Document& out) { reader.mapping(value, path_keys, out.settings); }},
    {"config-types",
     [](Reader& reader, Value value, Document& out) {
       out.config_types = reader.texts(value, "a list of globs over type names", "a glob");
     }},
    {"config-types-only",
     [](Reader& reader, Value value, Document& out) { out.config_types_only = reader.boolean(value); }},
    {"modules", read_modules},
    {"layers", read_layers},
    {"checks", read_checks},
    {"sinks", read_sinks},
    {"config-sources",
     [](Reader& reader, Value value, Document& out) {
       out.settings.config_sources = reader.texts(value, "a list of functions", "a function's name");
     }},
    {"cycle-checks",
     [](Reader& reader, Value value, Document& out) {
       out.settings.cycle_checks = reader.texts(value, "a list of functions", "a function's name");
     }},
    {"state-machines", read_state_machines},
    {"weights",
     [](Reader& reader, Value value, Document& out) { reader.mapping(value, weight_keys, out.settings.weights); }},
    {"gate", [](Reader& reader, Value value, Document& out) { reader.mapping(value, gate_keys, out.settings.gate); }},
};

llvm::Expected<Settings> parse_settings(StringRef text, StringRef path,
                                        std::span<const std::string_view> known_checks) {
  text.consume_front("\xef\xbb\xbf");
  Reader reader(text, path, known_checks);
  Document document;
  document.settings.path = path.str();

  std::size_t bad_byte = 0;
  if (!llvm::json::isUTF8(text, &bad_byte))
    reader.fail(llvm::SMLoc::getFromPointer(text.data() + bad_byte), "not UTF-8; save the file in that encoding");
  else
    reader.document([&](Value root) { reader.mapping(root, top_keys, document); });
  if (reader.failed()) return llvm::createStringError(reader.problem);

  if (document.config_types_only) document.settings.config_types.clear();
  llvm::append_range(document.settings.config_types, document.config_types);
  return std::move(document.settings);
}

template <typename Record, std::size_t count>
static void append_keys(std::vector<std::string>& out, StringRef prefix, const Key<Record> (&keys)[count]) {
  for (const Key<Record>& key : keys) out.push_back((prefix + key.name).str());
}

std::vector<std::string> settings_keys() {
  std::vector<std::string> keys;
  append_keys(keys, "", top_keys);
  append_keys(keys, "paths.", path_keys);
  append_keys(keys, "modules[].", module_keys);
  append_keys(keys, "checks.*.", check_keys);
  append_keys(keys, "checks.*.kinds.*.", kind_keys);
  append_keys(keys, "weights.", weight_keys);
  append_keys(keys, "sinks[].", sink_keys);
  append_keys(keys, "state-machines[].", state_machine_keys);
  append_keys(keys, "gate.", gate_keys);
  append_keys(keys, "gate.max-open.", max_open_keys);
  llvm::sort(keys);
  return keys;
}

} // namespace plumbline
