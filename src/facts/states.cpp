#include "facts/states.h"

#include <bit>
#include <charconv>

namespace plumbline {

bool Pairs::empty() const {
  for (StateMask row : rows)
    if (row) return false;
  return true;
}
StateMask Pairs::old_states() const {
  StateMask mask = 0;
  for (unsigned i = 0; i < max_states; ++i)
    if (rows[i]) mask |= StateMask(1) << i;
  return mask;
}
StateMask Pairs::new_states() const {
  StateMask mask = 0;
  for (StateMask row : rows) mask |= row;
  return mask;
}
StateMask Pairs::same() const {
  StateMask mask = 0;
  for (unsigned i = 0; i < max_states; ++i) mask |= rows[i] & StateMask(1) << i;
  return mask;
}
bool Pairs::is_diagonal() const {
  for (unsigned i = 0; i < max_states; ++i)
    if (rows[i] & ~(StateMask(1) << i)) return false;
  return std::popcount(same()) > 1;
}
bool Pairs::is_product() const {
  const StateMask all = new_states();
  for (StateMask row : rows)
    if (row && row != all) return false;
  return true;
}
Pairs& Pairs::operator&=(const Pairs& other) {
  for (unsigned i = 0; i < max_states; ++i) rows[i] &= other.rows[i];
  return *this;
}
Pairs& Pairs::operator|=(const Pairs& other) {
  for (unsigned i = 0; i < max_states; ++i) rows[i] |= other.rows[i];
  return *this;
}
Pairs Pairs::product(StateMask old_states, StateMask new_states) {
  Pairs pairs;
  for (unsigned i = 0; i < max_states; ++i)
    if (old_states >> i & 1) pairs.rows[i] = new_states;
  return pairs;
}

bool operator==(const Consult& a, const Consult& b) {
  if (a.answer != b.answer || a.what != b.what || a.same_object != b.same_object || a.direct != b.direct ||
      a.arguments.size() != b.arguments.size())
    return false;
  for (std::size_t i = 0; i < a.arguments.size(); ++i)
    if (a.arguments[i].kind != b.arguments[i].kind || a.arguments[i].constant != b.arguments[i].constant) return false;
  return true;
}

// Lists travel as text: numbers in hexadecimal with separators. Facts are cached by content, so nothing here may depend
// on anything but the value.
static std::string hex(std::uint64_t value) {
  char text[17];
  std::to_chars_result end = std::to_chars(text, text + sizeof text, value, 16);
  return std::string(text, end.ptr);
}

// Reads what hex() and single characters wrote, from left to right.
class FactReader {
 public:
  explicit FactReader(std::string_view text) : rest(text) {}
  bool at_end() const { return rest.empty(); }
  std::uint64_t number() {
    std::uint64_t value = 0;
    std::from_chars_result end = std::from_chars(rest.data(), rest.data() + rest.size(), value, 16);
    rest.remove_prefix(static_cast<std::size_t>(end.ptr - rest.data()));
    return value;
  }
  char character() {
    if (rest.empty()) return 0;
    const char c = rest.front();
    rest.remove_prefix(1);
    return c;
  }
  bool take(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }

 private:
  std::string_view rest;
};

// row,row,…: a row equal to the one before is left out, empty ones at the end are dropped.
static std::string encode(const Pairs& pairs) {
  std::string text;
  unsigned count = max_states;
  while (count > 0 && pairs.rows[count - 1] == 0) --count;
  for (unsigned i = 0; i < count; ++i) {
    if (i == 0 || pairs.rows[i] != pairs.rows[i - 1]) text += hex(pairs.rows[i]);
    text += ',';
  }
  return text;
}
static Pairs decode_pairs(std::string_view text) {
  Pairs pairs;
  FactReader reader(text);
  for (unsigned i = 0; i < max_states && !reader.at_end(); ++i) {
    if (reader.take(',')) {
      pairs.rows[i] = i ? pairs.rows[i - 1] : 0;
      continue;
    }
    pairs.rows[i] = reader.number();
    reader.take(',');
  }
  return pairs;
}

// answer, table, object, direct, same state excepted, id, then one letter an argument ('#' with the constant), then
// ';'.
static std::string encode(const std::vector<Consult>& consults) {
  std::string text;
  for (const Consult& consult : consults) {
    text += "ynr"[static_cast<int>(consult.answer)];
    text += consult.is_table ? 'T' : 'F';
    text += consult.same_object ? 'S' : 'O';
    text += consult.direct ? 'd' : 'i';
    text += consult.except_same ? 'e' : 'a';
    text += hex(static_cast<std::uint64_t>(consult.what)) + ":";
    for (const StateOperand& argument : consult.arguments) {
      text += "?on#"[static_cast<int>(argument.kind)];
      if (argument.kind == StateOperand::Kind::constant) text += hex(argument.constant) + ".";
    }
    text += ';';
  }
  return text;
}
static std::vector<Consult> decode_consults(std::string_view text) {
  std::vector<Consult> consults;
  FactReader reader(text);
  while (!reader.at_end()) {
    Consult consult;
    const char answer = reader.character();
    consult.answer = answer == 'y'   ? Consult::Answer::yes
                     : answer == 'n' ? Consult::Answer::no
                                     : Consult::Answer::returned;
    consult.is_table = reader.character() == 'T';
    consult.same_object = reader.character() == 'S';
    consult.direct = reader.character() == 'd';
    consult.except_same = reader.character() == 'e';
    consult.what = static_cast<EntityId>(reader.number());
    reader.take(':');
    while (!reader.at_end() && !reader.take(';')) {
      StateOperand operand;
      const char kind = reader.character();
      operand.kind = kind == 'o'   ? StateOperand::Kind::old_state
                     : kind == 'n' ? StateOperand::Kind::new_state
                     : kind == '#' ? StateOperand::Kind::constant
                                   : StateOperand::Kind::other;
      if (kind == '#') {
        operand.constant = static_cast<unsigned>(reader.number());
        reader.take('.');
      }
      consult.arguments.push_back(operand);
    }
    consults.push_back(std::move(consult));
  }
  return consults;
}

// index@line:column-end_line:end_column; of the event's own file.
static std::string encode(const std::vector<std::pair<unsigned, Location>>& labels) {
  std::string text;
  for (const std::pair<unsigned, Location>& label : labels)
    text += hex(label.first) + "@" + hex(label.second.line) + ":" + hex(label.second.column) + "-" +
            hex(label.second.end_line) + ":" + hex(label.second.end_column) + ";";
  return text;
}
static std::vector<std::pair<unsigned, Location>> decode_labels(std::string_view text, StringId file) {
  std::vector<std::pair<unsigned, Location>> labels;
  FactReader reader(text);
  while (!reader.at_end()) {
    std::pair<unsigned, Location> label;
    label.first = static_cast<unsigned>(reader.number());
    label.second.file = file;
    for (std::uint32_t* part :
         {&label.second.line, &label.second.column, &label.second.end_line, &label.second.end_column}) {
      reader.character();
      *part = static_cast<std::uint32_t>(reader.number());
    }
    reader.character();
    labels.push_back(label);
  }
  return labels;
}

static std::string encode(const std::vector<EntityId>& ids) {
  std::string text;
  for (EntityId id : ids) text += hex(static_cast<std::uint64_t>(id)) + ",";
  return text;
}
static std::vector<EntityId> decode_ids(std::string_view text) {
  std::vector<EntityId> ids;
  FactReader reader(text);
  while (!reader.at_end()) {
    ids.push_back(static_cast<EntityId>(reader.number()));
    reader.take(',');
  }
  return ids;
}

static std::int64_t number_of(EntityId id) { return static_cast<std::int64_t>(id); }
static EntityId id_of(std::int64_t number) { return static_cast<EntityId>(number); }
static std::int64_t number_of(StateMask mask) { return static_cast<std::int64_t>(mask); }

void write(FactTable& table, const StateEnumFact& fact) {
  {
    FactBuilder builder(table, "state_enum");
    builder.subject(fact.id)
        .at(fact.location)
        .text("name", fact.name)
        .text("qualified", fact.qualified)
        .number("mentioned", number_of(fact.mentioned))
        .number("from_number", fact.from_number);
  }
  for (std::size_t i = 0; i < fact.states.size(); ++i)
    FactBuilder(table, "state")
        .subject(fact.id)
        .at(fact.places[i])
        .number("index", static_cast<std::int64_t>(i))
        .text("name", fact.states[i])
        .number("value", fact.values[i]);
}

void write(FactTable& table, const StateHolderFact& fact) {
  FactBuilder(table, "state_holder")
      .subject(fact.variable)
      .object(fact.enumeration)
      .at(fact.location)
      .number("initial", number_of(fact.initial));
}

void write(FactTable& table, const StateFlowFact& fact) {
  FactBuilder(table, "state_flow")
      .subject(fact.id)
      .object(fact.function)
      .at(fact.location)
      .number("enum", number_of(fact.enumeration))
      .number("holder", number_of(fact.holder))
      .number("old", fact.old_parameter + 1)
      .number("new", fact.new_parameter + 1)
      .number("compares", fact.compares)
      .number("compares_same", fact.compares_same)
      .number("lambda", fact.in_lambda)
      .text("labels", encode(fact.labels));
}

void write(FactTable& table, const StateEvent& fact) {
  FactBuilder(table, "state_event")
      .subject(fact.flow)
      .object(fact.target)
      .at(fact.location)
      .number("is", static_cast<int>(fact.kind))
      .text("pairs", encode(fact.pairs))
      .number("old_states", number_of(fact.old_states))
      .number("constants", number_of(fact.value.constants))
      .number("parameters", fact.value.parameters)
      .text("calls", encode(fact.value.calls))
      .number("unknown", fact.value.unknown)
      .number("copy", fact.value.copy)
      .number("argument", fact.argument + 1)
      .text("consults", encode(fact.consults))
      .number("outcome", static_cast<int>(fact.outcome))
      .text("text", fact.text)
      .number("creates", fact.creates)
      .number("many", fact.of_many)
      .number("again", fact.again)
      .number("kept", fact.kept)
      .number("after_write", fact.after_write)
      .number("compared", fact.compared)
      .number("once", fact.once)
      .number("apart", fact.apart)
      .number("in_state", fact.in_state)
      .text("labels", encode(fact.labels));
}

void write(FactTable& table, const StateTableEntry& fact) {
  FactBuilder(table, "state_entry")
      .subject(fact.table)
      .object(fact.enumeration)
      .at(fact.location)
      .number("from", fact.from)
      .number("to", fact.to + 1)
      .number("call", fact.call)
      .number("by_event", fact.by_event);
}

void write(FactTable& table, const StateFillerFact& fact) {
  FactBuilder(table, "state_filler").subject(fact.function).object(fact.table).number("swapped", fact.swapped);
}

void write(FactTable& table, const StateReplaceFact& fact) {
  FactBuilder(table, "state_replaced")
      .subject(fact.holder)
      .object(fact.enumeration)
      .at(fact.location)
      .number("function", number_of(fact.function));
}

void write(FactTable& table, const StateSwitchFact& fact) {
  FactBuilder(table, "state_switch")
      .subject(fact.enumeration)
      .object(fact.function)
      .at(fact.location)
      .number("missing", number_of(fact.missing));
}

void write(FactTable& table, const StateNamesFact& fact) {
  std::string text;
  for (const std::string& name : fact.names) text += (text.empty() ? "" : " ") + name;
  FactBuilder(table, "state_names").text("names", text);
}

void write(FactTable& table, const StateLargeFact& fact) {
  FactBuilder(table, "state_large")
      .subject(fact.id)
      .at(fact.location)
      .text("name", fact.name)
      .text("qualified", fact.qualified)
      .text("holder", fact.holder)
      .number("count", fact.count);
}

static std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

static StateEvent read_event(const FactTable& table, const Fact& fact) {
  StateEvent event;
  event.flow = fact.subject;
  event.target = fact.object;
  event.location = fact.location;
  event.kind = static_cast<StateEventKind>(table.number(fact, "is"));
  event.pairs = decode_pairs(table.text(fact, "pairs"));
  event.old_states = static_cast<StateMask>(table.number(fact, "old_states"));
  event.value.constants = static_cast<StateMask>(table.number(fact, "constants"));
  event.value.parameters = static_cast<std::uint32_t>(table.number(fact, "parameters"));
  event.value.calls = decode_ids(table.text(fact, "calls"));
  event.value.unknown = table.number(fact, "unknown") != 0;
  event.value.copy = table.number(fact, "copy") != 0;
  event.argument = static_cast<int>(table.number(fact, "argument")) - 1;
  event.consults = decode_consults(table.text(fact, "consults"));
  event.outcome = static_cast<Outcome>(table.number(fact, "outcome"));
  event.text = table.text(fact, "text");
  event.creates = table.number(fact, "creates") != 0;
  event.of_many = table.number(fact, "many") != 0;
  event.again = table.number(fact, "again") != 0;
  event.kept = table.number(fact, "kept") != 0;
  event.after_write = table.number(fact, "after_write") != 0;
  event.compared = table.number(fact, "compared") != 0;
  event.once = table.number(fact, "once") != 0;
  event.apart = table.number(fact, "apart") != 0;
  event.in_state = table.number(fact, "in_state") != 0;
  event.labels = decode_labels(table.text(fact, "labels"), fact.location.file);
  return event;
}

StateFacts read_state_facts(const FactTable& table) {
  StateFacts facts;
  const StringId enum_kind = table.strings.find("state_enum"), state_kind = table.strings.find("state"),
                 holder_kind = table.strings.find("state_holder"), flow_kind = table.strings.find("state_flow"),
                 event_kind = table.strings.find("state_event"), entry_kind = table.strings.find("state_entry"),
                 switch_kind = table.strings.find("state_switch"), replace_kind = table.strings.find("state_replaced"),
                 filler_kind = table.strings.find("state_filler"), names_kind = table.strings.find("state_names"),
                 large_kind = table.strings.find("state_large");
  std::vector<std::pair<EntityId, const Fact*>> states;
  for (const Fact& fact : table.facts) {
    if (fact.kind == StringId::empty) continue;
    if (fact.kind == enum_kind) {
      StateEnumFact enumeration;
      enumeration.id = fact.subject;
      enumeration.location = fact.location;
      enumeration.name = table.text(fact, "name");
      enumeration.qualified = table.text(fact, "qualified");
      enumeration.mentioned = static_cast<StateMask>(table.number(fact, "mentioned"));
      enumeration.from_number = table.number(fact, "from_number") != 0;
      facts.enums.push_back(std::move(enumeration));
    } else if (fact.kind == state_kind) {
      states.emplace_back(fact.subject, &fact);
    } else if (fact.kind == holder_kind) {
      facts.holders.push_back(
          {fact.subject, fact.object, fact.location, static_cast<StateMask>(table.number(fact, "initial"))});
    } else if (fact.kind == flow_kind) {
      StateFlowFact flow;
      flow.id = fact.subject;
      flow.function = fact.object;
      flow.location = fact.location;
      flow.enumeration = id_of(table.number(fact, "enum"));
      flow.holder = id_of(table.number(fact, "holder"));
      flow.old_parameter = static_cast<int>(table.number(fact, "old")) - 1;
      flow.new_parameter = static_cast<int>(table.number(fact, "new")) - 1;
      flow.compares = table.number(fact, "compares") != 0;
      flow.compares_same = table.number(fact, "compares_same") != 0;
      flow.in_lambda = table.number(fact, "lambda") != 0;
      flow.labels = decode_labels(table.text(fact, "labels"), fact.location.file);
      facts.flows.push_back(flow);
    } else if (fact.kind == event_kind) {
      facts.events.push_back(read_event(table, fact));
    } else if (fact.kind == entry_kind) {
      facts.entries.push_back({fact.subject, fact.object, static_cast<int>(table.number(fact, "from")),
                               static_cast<int>(table.number(fact, "to")) - 1, fact.location,
                               table.number(fact, "call") != 0, table.number(fact, "by_event") != 0});
    } else if (fact.kind == names_kind) {
      facts.names.push_back({split(table.text(fact, "names"))});
    } else if (fact.kind == large_kind) {
      facts.large.push_back({fact.subject, fact.location, std::string(table.text(fact, "name")),
                             std::string(table.text(fact, "qualified")), std::string(table.text(fact, "holder")),
                             table.number(fact, "count")});
    } else if (fact.kind == filler_kind) {
      facts.fillers.push_back({fact.subject, fact.object, table.number(fact, "swapped") != 0});
    } else if (fact.kind == replace_kind) {
      facts.replacements.push_back({fact.subject, fact.object, id_of(table.number(fact, "function")), fact.location});
    } else if (fact.kind == switch_kind) {
      facts.switches.push_back(
          {fact.subject, fact.object, fact.location, static_cast<StateMask>(table.number(fact, "missing"))});
    }
  }
  // Each enum's first fact gets its states.
  std::unordered_map<EntityId, std::size_t> first;
  for (std::size_t i = 0; i < facts.enums.size(); ++i) first.try_emplace(facts.enums[i].id, i);
  for (const std::pair<EntityId, const Fact*>& state : states) {
    const std::unordered_map<EntityId, std::size_t>::const_iterator found = first.find(state.first);
    const std::size_t index = static_cast<std::size_t>(table.number(*state.second, "index"));
    if (found == first.end() || index >= max_states) continue;
    StateEnumFact& enumeration = facts.enums[found->second];
    if (enumeration.states.size() <= index) {
      enumeration.states.resize(index + 1);
      enumeration.values.resize(index + 1);
      enumeration.places.resize(index + 1);
    }
    enumeration.states[index] = table.text(*state.second, "name");
    enumeration.values[index] = table.number(*state.second, "value");
    enumeration.places[index] = state.second->location;
  }
  return facts;
}

} // namespace plumbline
