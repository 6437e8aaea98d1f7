#include "cli/options.h"

#include "check.h"
#include "cli/command.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/BLAKE3.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/FormatVariadic.h>
#include <llvm/Support/MemoryBuffer.h>

#include <chrono>
#include <elf.h>
#include <link.h>

namespace plumbline {

void add_project_options(CLI::App& command, ProjectRequest& request) {
  llvm::SmallString<256> working_directory;
  llvm::sys::fs::current_path(working_directory);
  request.working_directory = working_directory.str().str();
  for (const RegisteredCheck& registered : all_checks()) request.known_checks.push_back(registered.name);
  command.add_option("-p", request.build_directory,
                     "Folder of compile_commands.json, or the file itself; else searched in build/ and upwards");
  command.add_option("--config", request.settings_file, "Settings file; else .plumbline.yaml, searched upwards");
}

void add_cache_folder_option(CLI::App& command, CacheOptions& cache) {
  command.add_option("--cache-dir", cache.folder,
                     "Where facts are kept between scans; else $PLUMBLINE_CACHE_DIR or the user's cache folder");
}

std::string cache_folder(const CacheOptions& options) {
  return options.folder.empty() ? default_store_folder() : options.folder;
}

std::unique_ptr<FactStore> open_store(const CacheOptions& options) {
  const std::string folder = cache_folder(options);
  if (!options.enabled || folder.empty()) return nullptr;
  return open_disk_store(folder, options.limit_bytes);
}

std::string executable_path() {
  static int in_this_binary;
  return llvm::sys::fs::getMainExecutable("plumbline", &in_this_binary);
}

// The linker's digest of what it wrote, from the note that it left in the program (ld.lld's --build-id): reading it
// takes no time, where hashing 50 MB of program would cost each start more than a warm scan does.
static std::string build_id_note() {
  std::string id;
  dl_iterate_phdr(
      [](dl_phdr_info* object, std::size_t, void* result) {
        for (int i = 0; i < object->dlpi_phnum; ++i) {
          const ElfW(Phdr) & segment = object->dlpi_phdr[i];
          if (segment.p_type != PT_NOTE) continue;
          const char* at = reinterpret_cast<const char*>(object->dlpi_addr + segment.p_vaddr);
          const char* end = at + segment.p_memsz;
          while (at + sizeof(ElfW(Nhdr)) <= end) {
            const ElfW(Nhdr) & note = *reinterpret_cast<const ElfW(Nhdr)*>(at);
            const char* name = at + sizeof(note);
            const char* bytes = name + llvm::alignTo(note.n_namesz, 4);
            if (note.n_type == NT_GNU_BUILD_ID && llvm::StringRef(name, note.n_namesz) == llvm::StringRef("GNU\0", 4))
              *static_cast<std::string*>(result) = llvm::toHex(llvm::StringRef(bytes, note.n_descsz), true);
            at = bytes + llvm::alignTo(note.n_descsz, 4);
          }
        }
        return 1; // the first object is the program itself
      },
      &id);
  return id;
}

static std::string digest_of_executable() {
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer =
      llvm::MemoryBuffer::getFile(executable_path(), /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer) return PLUMBLINE_VERSION;
  return llvm::toHex(llvm::BLAKE3::hash<20>(llvm::arrayRefFromStringRef((*buffer)->getBuffer())), true);
}

std::string build_id() {
  const std::string note = build_id_note();
  return note.empty() ? digest_of_executable() : note;
}

llvm::Expected<std::string> today() {
  std::chrono::sys_seconds now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (const char* epoch = std::getenv("SOURCE_DATE_EPOCH")) {
    std::int64_t seconds = 0;
    if (llvm::StringRef(epoch).getAsInteger(10, seconds) || seconds < 0 || seconds > 253402300799) // 9999-12-31
      return llvm::createStringError("SOURCE_DATE_EPOCH is '" + std::string(epoch) +
                                     "'; it must be a number of seconds since 1970");
    now = std::chrono::sys_seconds(std::chrono::seconds(seconds));
  }
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(now));
  return llvm::formatv("{0:4}-{1,0+2}-{2,0+2}", int(date.year()), unsigned(date.month()), unsigned(date.day())).str();
}

} // namespace plumbline
