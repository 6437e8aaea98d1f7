// link() and the judges on programs of growing size. Time per function must stay about level: design.md §7 asks for
// near-linear in facts. Build and run: see README.md.
//
// Two shapes. "services" is what code bases look like: many small units, values that travel a few calls deep.
// "hub" is the worst that a context-insensitive value flow can meet: all of the program writes one field with
// constants and all of it reads that field, so that every constant reaches every reader.
#include "../tests/unit/facts_builder.h"
#include "check.h"

#include <benchmark/benchmark.h>

namespace plumbline {

static const Settings settings;
static constexpr std::int64_t functions_per_unit = 20;

static std::string numbered(const std::string& name, std::int64_t index) { return name + std::to_string(index); }

// What a header that every unit includes says: the same facts each time.
struct Header {
  explicit Header(Unit& unit) {
    const std::string main_file = unit.facts.main_file;
    unit.in_file("include/timing.h");
    usleep = unit.library_function("usleep", {{"usec"}});
    options = unit.record("ServiceOptions");
    timeout = unit.field(options, "timeout_ms");
    shared = unit.variable("shared_delay_ms");
    unit.in_file(main_file);
  }
  EntityId usleep, options, timeout, shared;
};

// void work0(int n) { usleep(n * 1000); } … void work3(int n) { work2(n); }  void start() { work3(50); }
static void write_chain(Unit& unit, const Header& header, std::int64_t first, std::int64_t count) {
  constexpr std::int64_t depth = 4;
  EntityId callee = EntityId::none;
  for (std::int64_t i = first; i < first + count; ++i) {
    if (i % (depth + 1) == depth) {
      const EntityId start = unit.function(numbered("start", i));
      unit.call(start, callee, {unit.number(50)});
      unit.compare(start, unit.number(5), "<", "attempts");
      continue;
    }
    const EntityId work = unit.function(numbered("work", i), {{"n"}});
    const Value value(parameter_of(work, 0));
    if (i % (depth + 1) == 0)
      unit.call(work, header.usleep, {value * 1000});
    else
      unit.call(work, callee, {value});
    callee = work;
  }
}

// void tick() { shared_delay_ms = 7; usleep(shared_delay_ms); }
static void write_hub_users(Unit& unit, const Header& header, std::int64_t first, std::int64_t count) {
  for (std::int64_t i = first; i < first + count; ++i) {
    const EntityId tick = unit.function(numbered("tick", i));
    unit.assign(tick, header.shared, unit.number(7));
    unit.call(tick, header.usleep, {header.shared});
  }
}

using WriteFunctions = void (*)(Unit&, const Header&, std::int64_t, std::int64_t);

static std::vector<TuFacts> make_units(std::int64_t functions, WriteFunctions write) {
  std::vector<TuFacts> units;
  for (std::int64_t first = 0; first < functions; first += functions_per_unit) {
    Unit unit("src/" + numbered("part", first) + ".cpp");
    const Header header(unit);
    write(unit, header, first, std::min(functions_per_unit, functions - first));
    units.push_back(std::move(unit.facts));
  }
  return units;
}

static void report_per_function(benchmark::State& state) {
  state.counters["per_function"] = benchmark::Counter(
      double(state.range(0)), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
  state.SetComplexityN(state.range(0));
}

static void link_program(benchmark::State& state, WriteFunctions write) {
  const std::vector<TuFacts> units = make_units(state.range(0), write);
  while (state.KeepRunning()) {
    const Program program = link(units, settings);
    benchmark::DoNotOptimize(program.sites.data());
  }
  report_per_function(state);
}

static void judge_program(benchmark::State& state, WriteFunctions write) {
  const std::vector<TuFacts> units = make_units(state.range(0), write);
  const Program program = link(units, settings);
  std::size_t findings = 0;
  while (state.KeepRunning()) {
    std::vector<Finding> found;
    for (const RegisteredCheck& registered : all_checks())
      if (registered.check->judge) registered.check->judge(program, found);
    findings = found.size();
  }
  if (findings == 0) state.SkipWithError("nothing was found, so nothing was judged");
  state.counters["findings"] = double(findings);
  report_per_function(state);
}

BENCHMARK_CAPTURE(link_program, services, write_chain)->RangeMultiplier(2)->Range(1024, 16384)->Complexity();
BENCHMARK_CAPTURE(judge_program, services, write_chain)->RangeMultiplier(2)->Range(1024, 16384)->Complexity();
BENCHMARK_CAPTURE(link_program, hub, write_hub_users)->RangeMultiplier(2)->Range(128, 1024)->Complexity();
BENCHMARK_CAPTURE(judge_program, hub, write_hub_users)->RangeMultiplier(2)->Range(128, 1024)->Complexity();

} // namespace plumbline

BENCHMARK_MAIN();
