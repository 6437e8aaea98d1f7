// The content-addressed store of facts (ccache's two steps): a key of everything that is known before parsing finds a
// manifest of the input digests seen last time; if they all still hold, the facts are read instead of collected.
#pragma once

#include "facts/facts.h"
#include "project/overlay.h"

#include <llvm/Support/Error.h>

#include <memory>
#include <optional>
#include <string>

namespace plumbline {

// What a unit's facts depend on besides the bytes of its inputs.
struct StoreKey {
  std::string text; // 64 hex digits
};
// build: id of this plumbline build; arguments: normalised; root and main_file: absolute.
StoreKey make_store_key(llvm::StringRef build, llvm::StringRef root, llvm::StringRef directory,
                        llvm::ArrayRef<std::string> arguments, llvm::StringRef main_file);

// The one interface of the program with more than one implementation: disk, and memory in tests.
class FactStore {
 public:
  virtual ~FactStore() = default;
  // The facts stored for `key` whose inputs all have the digests of the state that is asked for: what is on disk now,
  // with the overlay's files on top, if there is one. A damaged or foreign entry is a miss.
  virtual std::optional<TuFacts> load(const StoreKey& key, llvm::StringRef root,
                                      const FileOverlay* overlay = nullptr) = 0;
  // Best effort: a full disk or missing permission is reported once through problem(), never an error of the scan.
  virtual void save(const StoreKey& key, const TuFacts& facts) = 0;
  virtual std::string problem() const = 0; // empty: none
};

struct StoreStatistics {
  std::string folder;
  std::uint64_t bytes = 0, entries = 0, limit_bytes = 0;
};

// `folder` is created on demand. Safe for several processes at once (atomic renames, tolerant readers); bounded to
// `limit_bytes` with least-recently-used eviction.
std::unique_ptr<FactStore> open_disk_store(llvm::StringRef folder, std::uint64_t limit_bytes);
std::unique_ptr<FactStore> make_memory_store();
llvm::Expected<StoreStatistics> store_statistics(llvm::StringRef folder, std::uint64_t limit_bytes);
llvm::Error clear_store(llvm::StringRef folder);

} // namespace plumbline
