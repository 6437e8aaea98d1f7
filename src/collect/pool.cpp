#include "collect/pool.h"
#include "collect/child.h"
#include "collect/message.h"
#include "facts/encoding.h"

#include <llvm/ADT/SmallString.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/FileSystem.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <elf.h>
#include <link.h>
#include <mutex>
#include <numeric>
#include <pthread.h>
#include <thread>

namespace plumbline {

// Clang never gives back some of what it allocates; a worker is replaced before that adds up. Starting one takes a few
// milliseconds.
static constexpr unsigned units_per_worker = 50;

// What the linker says identifies this binary: the note that --build-id leaves, "" without. Reading it costs nothing,
// where hashing a hundred megabytes would take longer than a warm scan may.
static std::string linked_build_id() {
  std::string id;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* result) {
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          const ElfW(Phdr) & header = info->dlpi_phdr[i];
          if (header.p_type != PT_NOTE) continue;
          const char* note = reinterpret_cast<const char*>(info->dlpi_addr + header.p_vaddr);
          const char* end = note + header.p_memsz;
          while (note + sizeof(ElfW(Nhdr)) <= end) {
            const ElfW(Nhdr)* head = reinterpret_cast<const ElfW(Nhdr)*>(note);
            const char* name = note + sizeof *head;
            const char* content = name + llvm::alignTo(head->n_namesz, 4);
            if (head->n_type == NT_GNU_BUILD_ID && llvm::StringRef(name, head->n_namesz) == llvm::StringRef("GNU", 4))
              *static_cast<std::string*>(result) = llvm::toHex(llvm::StringRef(content, head->n_descsz));
            note = content + llvm::alignTo(head->n_descsz, 4);
          }
        }
        return 1; // the first object is the program itself
      },
      &id);
  return id;
}

// All that facts depend on besides the command and the files it reads.
static std::string build_id(const CollectOptions& options, const PoolOptions& pool) {
  std::string id = linked_build_id();
  llvm::sys::fs::file_status status;
  if (id.empty() && !llvm::sys::fs::status(pool.executable, status))
    id = std::to_string(status.getSize()) + "-" +
         std::to_string(status.getLastModificationTime().time_since_epoch().count());
  return id + (options.skip_system_bodies ? " without" : " with") + " system bodies; " + options.resource_directory;
}

// The facts of a unit that has none.
static TuFacts without_facts(const CompileCommand& command, const CollectOptions& options, UnitState state,
                             std::string reason) {
  TuFacts facts;
  facts.main_file = relative_path(command.file, options.root);
  facts.state = state;
  facts.reason = std::move(reason);
  return facts;
}

// A failure may be the machine's (memory, time), or end with a file that appears: only what the inputs decide is kept.
static bool may_be_stored(const TuFacts& facts) {
  return facts.state == UnitState::analysed || facts.state == UnitState::analysed_with_errors;
}

namespace {

// One scan's shared state. Units go to whichever thread is free; each writes only its own element of `collection`.
class Scan {
 public:
  Scan(const std::vector<CompileCommand>& commands, const CollectOptions& options, const PoolOptions& pool,
       FactStore* store, const std::function<void(const Progress&)>& report)
      : commands(commands), options(options), pool(pool), store(store), report(report), build(build_id(options, pool)) {
    collection.units.resize(commands.size());
    keys.resize(commands.size());
    progress.total = commands.size();
  }

  Collection run() {
    if (report) report(progress);
    std::vector<std::size_t> all(commands.size());
    std::iota(all.begin(), all.end(), 0);
    each(all, [this](std::size_t i, Child&) { look_up(i); });
    each(by_size(std::move(misses)), [this](std::size_t i, Child& child) { parse(i, child); });
    if (store && !store->problem().empty()) collection.notes.push_back(store->problem());
    return std::move(collection);
  }

 private:
  // Calls `work` for each of `indices`, in about their order, on `jobs` threads with a child each.
  template <typename Work> void each(const std::vector<std::size_t>& indices, const Work& work) {
    std::atomic<std::size_t> next = 0;
    auto serve = [&] {
      // Writing to a dead worker must be an error code, for this thread alone: the mask dies with it.
      sigset_t broken_pipe;
      sigemptyset(&broken_pipe);
      sigaddset(&broken_pipe, SIGPIPE);
      pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
      Child child(pool);
      for (std::size_t i; (i = next++) < indices.size();) work(indices[i], child);
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < std::min<std::size_t>(std::max(1u, pool.jobs), indices.size()); ++i)
      threads.emplace_back(serve);
    for (std::thread& thread : threads) thread.join();
  }

  void look_up(std::size_t i) {
    const CompileCommand& command = commands[i];
    if (std::string reason = reason_to_skip(command); !reason.empty())
      return done(i, without_facts(command, options, UnitState::skipped, reason), false);
    if (std::string reason = reason_not_understood(command); !reason.empty())
      return done(i, without_facts(command, options, UnitState::failed, reason), false);
    if (store) {
      std::vector<std::string> problems; // the worker finds the same ones and keeps them with the facts
      std::vector<std::string> arguments = normalised_arguments(command, options.root, problems);
      // Problems are part of the key: they stand in the facts.
      arguments.insert(arguments.end(), problems.begin(), problems.end());
      keys[i] = make_store_key(build, options.root, command.directory, arguments, command.file);
      // An entry under a wrong name is damage, too: it would hide this unit behind another one.
      if (std::optional<TuFacts> facts = store->load(keys[i], options.root, options.overlay))
        if (facts->main_file == relative_path(command.file, options.root)) return done(i, std::move(*facts), true);
    }
    std::lock_guard<std::mutex> lock(mutex);
    misses.push_back(i);
  }

  // Largest first: what is left at the end is then short, and the threads finish together.
  std::vector<std::size_t> by_size(std::vector<std::size_t> indices) const {
    std::vector<std::uint64_t> sizes(commands.size());
    for (std::size_t i : indices)
      if (llvm::sys::fs::file_size(commands[i].file, sizes[i])) sizes[i] = 0;
    std::sort(indices.begin(), indices.end(),
              [&](std::size_t a, std::size_t b) { return sizes[a] != sizes[b] ? sizes[a] > sizes[b] : a < b; });
    return indices;
  }

  void parse(std::size_t i, Child& child) {
    TuFacts facts = ask(commands[i], child);
    if (store && may_be_stored(facts)) store->save(keys[i], facts);
    {
      std::lock_guard<std::mutex> lock(mutex);
      ++collection.parsed;
    }
    done(i, std::move(facts), false);
  }

  TuFacts ask(const CompileCommand& command, Child& child) {
    auto failed = [&](std::string reason) {
      return without_facts(command, options, UnitState::failed, std::move(reason));
    };
    for (;;) {
      if (child.running() && child.answered() >= units_per_worker) child.stop();
      if (!child.running())
        if (std::string reason = child.start(); !reason.empty()) return failed(std::move(reason));
      bool was_used = child.answered() > 0;
      const std::string request = encode_request(command, options, /*is_first=*/!was_used);
      std::string response, trouble;
      std::chrono::seconds patience =
          pool.timeout_seconds ? std::chrono::seconds(pool.timeout_seconds) : std::chrono::years(1);
      switch (child.exchange(request, patience, response, trouble)) {
      case Child::Outcome::timed_out:
        return failed("took longer than " + std::to_string(pool.timeout_seconds) + " s");
      case Child::Outcome::died:
        // What earlier units left in the process may have caused it; the result must not depend on them.
        if (was_used) continue;
        if (trouble == "ran out of memory" && pool.memory_bytes != 0)
          trouble += " (limit " + std::to_string(pool.memory_bytes >> 20) + " MiB)";
        return failed(std::move(trouble));
      case Child::Outcome::answered: {
        llvm::Expected<TuFacts> facts = decode(response);
        if (facts) return std::move(*facts);
        child.stop();
        return failed("the worker's answer cannot be read: " + llvm::toString(facts.takeError()));
      }
      }
    }
  }

  void done(std::size_t i, TuFacts facts, bool from_cache) {
    std::lock_guard<std::mutex> lock(mutex); // one progress call at a time
    ++progress.done;
    progress.failed += facts.state == UnitState::failed;
    progress.from_cache += from_cache;
    collection.from_cache += from_cache;
    collection.units[i] = std::move(facts);
    if (report) report(progress);
  }

  const std::vector<CompileCommand>& commands;
  const CollectOptions& options;
  const PoolOptions& pool;
  FactStore* store;
  const std::function<void(const Progress&)>& report;
  const std::string build;
  std::vector<StoreKey> keys; // one per command, filled by look_up

  std::mutex mutex; // guards what follows
  Collection collection;
  Progress progress;
  std::vector<std::size_t> misses;
};

} // namespace

Collection collect_all(const std::vector<CompileCommand>& commands, const CollectOptions& collect,
                       const PoolOptions& pool, FactStore* store,
                       const std::function<void(const Progress&)>& progress) {
  return Scan(commands, collect, pool, store, progress).run();
}

} // namespace plumbline
