// A compile command is written for another program than the one that parses it here, and by people we need not trust.
// What is kept is what decides which program the compiler sees: include paths, macros, language, dialect, target. What
// goes: whatever writes a file, loads code or reads what another compiler made, and what only affects code generation.
//
// Each argument is read with Clang's own option table, so that joined and separate values, aliases and spellings that
// only look like an option are told apart as the driver does; kept ones are passed on as they were written.
#include "collect/collect.h"

#include <clang/Options/Options.h>
#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/ADT/StringSwitch.h>
#include <llvm/Option/Arg.h>
#include <llvm/Option/ArgList.h>
#include <llvm/Option/OptTable.h>
#include <llvm/Support/Allocator.h>
#include <llvm/Support/CommandLine.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Path.h>
#include <llvm/Support/Program.h>
#include <llvm/Support/StringSaver.h>
#include <llvm/TargetParser/Triple.h>

namespace plumbline {

namespace options = clang::options;

// Beyond this a command is taken for an attempt to exhaust memory; the longest real ones have some thousand.
static constexpr std::size_t most_arguments = 200'000;
static constexpr llvm::StringLiteral about_response_files = "the response file ";
static constexpr int deepest_response_file = 8;
static constexpr unsigned most_response_files = 200;

// "clang++" of "/opt/bin/aarch64-linux-gnu-clang++-22.exe", and what stands before it.
struct ProgramName {
  std::string target; // "aarch64-linux-gnu"; may be anything, or empty
  std::string base;
};

static ProgramName program_name(llvm::StringRef program) {
  llvm::StringRef name = llvm::sys::path::filename(program);
  name.consume_back_insensitive(".exe");
  std::size_t version = name.find_last_not_of("0123456789.");
  if (version != llvm::StringRef::npos && name[version] == '-' && version + 1 < name.size())
    name = name.take_front(version);
  for (llvm::StringRef base : {"clang++", "clang", "g++", "gcc", "c++", "cc"}) {
    if (name == base) return {"", base.str()};
    if (name.ends_with(("-" + base).str())) return {name.drop_back(base.size() + 1).str(), base.str()};
  }
  return {"", name.lower()};
}

// What stands before the compiler: launchers, and CMake's wrapper for running analysers beside it.
static llvm::ArrayRef<std::string> without_launchers(llvm::ArrayRef<std::string> arguments) {
  while (arguments.size() > 1) {
    llvm::StringRef name = llvm::sys::path::stem(arguments[0]);
    if (name == "cmake") {
      const std::string* end = llvm::find(arguments, "--");
      if (end == arguments.end() || end + 1 == arguments.end()) return arguments;
      arguments = arguments.drop_front(end + 1 - arguments.begin());
      continue;
    }
    bool launcher = llvm::StringSwitch<bool>(name)
                        .Cases({"ccache", "distcc", "sccache", "icecc", "gomacc", "buildcache", "env", "time"}, true)
                        .Default(false);
    if (!launcher) return arguments;
    arguments = arguments.drop_front();
    // `ccache CCACHE_DIR=x g++`, `env LANG=C g++`
    while (arguments.size() > 1 && llvm::StringRef(arguments[0]).contains('=')) arguments = arguments.drop_front();
  }
  return arguments;
}

static bool is_below(llvm::StringRef path, llvm::StringRef folder) {
  return path.starts_with(folder) && (folder.ends_with("/") || path.substr(folder.size()).starts_with("/"));
}

// Appends `argument`, or what the response file that it names says. Only files really below the root are read: the
// content reaches the report through file names and problems, and /etc/shadow should not.
static void expand(llvm::StringRef argument, const CompileCommand& command, llvm::StringRef root, int depth,
                   unsigned& files_read, std::vector<std::string>& expanded, std::vector<std::string>& problems) {
  if (expanded.size() >= most_arguments) return;
  if (!argument.starts_with("@") || argument.size() == 1) return expanded.push_back(argument.str());
  llvm::SmallString<256> path(argument.drop_front());
  llvm::sys::path::make_absolute(command.directory, path);
  llvm::SmallString<256> real, real_root;
  auto refuse = [&](llvm::StringRef why) {
    std::string problem = (about_response_files + argument.drop_front() + " is not read: " + why).str();
    if (!llvm::is_contained(problems, problem)) problems.push_back(std::move(problem));
  };
  if (depth > deepest_response_file) return refuse("too many response files inside one another");
  if (files_read > most_response_files) return; // said below, once
  if (files_read++ == most_response_files) return refuse("the command names too many response files");
  if (std::error_code error = llvm::sys::fs::real_path(path, real)) return refuse(error.message());
  if (llvm::sys::fs::real_path(root, real_root) || !is_below(real, real_root))
    return refuse("it is outside the project");
  if (!llvm::sys::fs::is_regular_file(real)) return refuse("it is not a file");
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> text = llvm::MemoryBuffer::getFile(real, /*IsText=*/true);
  if (!text) return refuse(text.getError().message());
  llvm::BumpPtrAllocator allocator;
  llvm::StringSaver saver(allocator);
  llvm::SmallVector<const char*, 64> tokens;
  llvm::cl::TokenizeGNUCommandLine((*text)->getBuffer(), saver, tokens);
  for (const char* token : tokens) expand(token, command, root, depth + 1, files_read, expanded, problems);
}

// Options that have nothing to say about the program, by the beginning of their names; groups are below.
static bool is_irrelevant(llvm::StringRef name) {
  // clang-format off
  static constexpr llvm::StringRef beginnings[] = {
      // written files
      "--output", "--analyze", "-save-temps", "--save-temps", "-serialize-diagnostic", "--serialize-diagnostic", "-ftime-",
      "-fprofile", "-fno-profile", "-fcoverage", "-fcs-profile", "-fauto-profile", "-fmemory-profile",
      "-ftest-coverage", "-coverage", "--coverage", "-fsave-optimization", "-foptimization-record", "-fstack-usage",
      "-fcrash-diagnostics", "-gen-reproducer", "-fproc-stat-report", "-index-", "-dsym-dir", "-fdump", "-dump",
      "-fcallgraph", "-gen-cdb", "-fdriver-only", "-emit-", "-extract-api", "--product-name",
      // made by another compiler
      "-include-pch", "-fpch", "-fmodule", "-fno-module", "-fprebuilt-module", "-fimplicit-module",
      "-fno-implicit-module", "-fbuild-session", "-fapinotes", "-resource-dir",
      // messages
      "-fdiagnostics", "-fno-diagnostics", "-fcolor-diagnostics", "-fno-color-diagnostics", "-fansi-escape", "-fshow-",
      "-fno-show-", "-fcaret-diagnostics", "-fno-caret-diagnostics", "-ferror-limit", "-fmessage-length", "-print",
      "--print", "--version", "--verbose", "-help", "--help",
      // later steps: code generation, assembler, linker, devices
      "-mllvm", "-Xlinker", "-Xassembler", "-Wl,", "-Wa,", "-Xanalyzer", "-Xarch", "-Xcuda", "-Xopenmp-target",
      "-Xoffload", "-Xthinlto", "-fuse-ld", "-flto", "-fno-lto", "-fembed", "-fbasic-block", "-fopenmp-targets",
      "-fthinlto", "-fsplit", "-fno-split", "-fdebug-", "-frecord-", "-ccc-", "-fsyntax-only", "--no-default-config"};
  static constexpr llvm::StringRef names[] = {"-o", "-v", "-w", "-###", "-H", "-Q", "-pipe"};
  // clang-format on
  return llvm::is_contained(names, name) ||
         llvm::any_of(beginnings, [&](llvm::StringRef beginning) { return name.starts_with(beginning); });
}

static bool is_plugin(llvm::StringRef name) {
  return name.starts_with("-fplugin") || name.starts_with("-fpass-plugin") || name == "-load" ||
         name.starts_with("-add-plugin") || name.starts_with("-plugin");
}

static bool is_in_dropped_group(const llvm::opt::Option& option) {
  for (unsigned group : {options::OPT_Action_Group,
                         options::OPT_M_Group,
                         options::OPT_d_Group,
                         options::OPT_W_Group,
                         options::OPT_R_Group,
                         options::OPT_pedantic_Group,
                         options::OPT_DebugInfo_Group,
                         options::OPT_StaticAnalyzer_Group,
                         options::OPT_gfortran_Group,
                         options::OPT_cuda_Group,
                         options::OPT_hip_Group,
                         options::OPT_opencl_Group,
                         options::OPT_offload_Group,
                         options::OPT_sycl_Group,
                         options::OPT_reserved_lib_Group,
                         options::OPT_internal_Group,
                         options::OPT_clang_ignored_f_Group,
                         options::OPT_clang_ignored_gcc_optimization_f_Group,
                         options::OPT_clang_ignored_m_Group,
                         options::OPT_clang_ignored_legacy_options_Group})
    if (option.matches(group)) return true;
  return option.matches(options::OPT_Link_Group) && !option.matches(options::OPT_undef);
}

// -cc1 options can do far more than the driver's (write any file, load code): only those that shape the program pass.
static bool is_allowed_inside(const llvm::opt::Option& option) {
  if (option.matches(options::OPT_M_Group) || option.matches(options::OPT_d_Group)) return false;
  for (unsigned kind : {options::OPT_Preprocessor_Group, options::OPT_f_Group, options::OPT_f_clang_Group,
                        options::OPT_m_Group, options::OPT_std_EQ, options::OPT_target_feature})
    if (option.matches(kind)) return true;
  return false;
}

static std::string joined(llvm::ArrayRef<const char*> words) {
  std::string text;
  for (const char* word : words) text += (text.empty() ? "" : " ") + std::string(word);
  return text;
}

namespace {

class Filter {
 public:
  explicit Filter(std::vector<std::string>& problems) : problems(problems) {}

  std::vector<std::string> kept;

  void driver_arguments(llvm::ArrayRef<std::string> arguments) {
    std::vector<std::string> inside; // for Clang's compiler proper, in order
    each(arguments, options::ClangOption, [&](const llvm::opt::Arg& arg, llvm::ArrayRef<const char*> words) {
      const llvm::opt::Option& option = arg.getOption();
      // Most of a command; the questions below would cost a warm scan a tenth of a millisecond per unit.
      unsigned id = option.getID();
      if (id == options::OPT_D || id == options::OPT_I || id == options::OPT_isystem) return keep(words);
      std::string name = option.getPrefixedName().str();
      if (option.matches(options::OPT_Xclang) || option.matches(options::OPT_Xpreprocessor))
        return inside.push_back(arg.getValue());
      if (option.matches(options::OPT_Wp_COMMA)) { // -Wp,-MD,file is the kernel's way to ask for a dependency file
        llvm::StringRef first = arg.getValue();
        if (first != "-MD" && first != "-MMD") llvm::append_range(inside, arg.getValues());
        return;
      }
      if (is_plugin(name)) return refuse_plugin(words);
      if (llvm::StringRef(name).starts_with("--config"))
        return problems.push_back(joined(words) + " is not read: it could load code"), void();
      if (option.matches(options::OPT_UNKNOWN) || option.hasFlag(options::Unsupported)) return leave_out(words);
      if (option.matches(options::OPT_INPUT) || option.getKind() == llvm::opt::Option::RemainingArgsClass) return;
      // The driver would take x.h.pch beside x.h for it, made by who knows whom; its compiler proper does not.
      if (option.matches(options::OPT_include)) {
        inside.insert(inside.end(), {"-include", arg.getValue()});
        return;
      }
      // GCC accepts with a warning what Clang makes an error unless told otherwise, so -Wno-… can decide what parses.
      if (option.matches(options::OPT_W_Group) && llvm::StringRef(words[0]).starts_with("-Wno-")) return keep(words);
      if (option.matches(options::OPT_arch) && std::exchange(has_architecture, true)) return;
      if (option.matches(options::OPT_target)) has_target = true;
      if (option.matches(options::OPT_driver_mode)) return keep(words);
      if (is_irrelevant(name) || is_in_dropped_group(option)) return;
      keep(words);
    });
    each(inside, options::CC1Option, [&](const llvm::opt::Arg& arg, llvm::ArrayRef<const char*> words) {
      std::string name = arg.getOption().getPrefixedName().str();
      if (is_plugin(name)) return refuse_plugin(words);
      if (arg.getOption().matches(options::OPT_W_Group) || is_irrelevant(name)) return;
      if (!is_allowed_inside(arg.getOption())) return leave_out(words);
      for (const char* word : words) kept.insert(kept.end(), {"-Xclang", word});
    });
    if (!left_out.empty()) problems.push_back("flags that Clang does not know or need are left out:" + left_out);
  }

  bool has_target = false;

 private:
  // Calls `visit` with each option and the words that it was written with.
  template <typename Visit>
  static void each(llvm::ArrayRef<std::string> arguments, unsigned visibility, const Visit& visit) {
    std::vector<const char*> words;
    for (const std::string& argument : arguments) words.push_back(argument.c_str());
    unsigned missing_index = 0, missing_count = 0;
    llvm::opt::InputArgList list =
        clang::getDriverOptTable().ParseArgs(words, missing_index, missing_count, llvm::opt::Visibility(visibility));
    // An option at the end without its value is not in the list.
    std::size_t end = missing_count ? missing_index : words.size();
    std::vector<const llvm::opt::Arg*> args(list.begin(), list.end());
    for (std::size_t i = 0; i < args.size(); ++i) {
      std::size_t first = args[i]->getIndex();
      std::size_t last = i + 1 < args.size() ? args[i + 1]->getIndex() : end;
      visit(*args[i], llvm::ArrayRef<const char*>(words).slice(first, last - first));
    }
  }

  void keep(llvm::ArrayRef<const char*> words) { kept.insert(kept.end(), words.begin(), words.end()); }
  void leave_out(llvm::ArrayRef<const char*> words) { left_out += " " + joined(words); }
  void refuse_plugin(llvm::ArrayRef<const char*> words) { problems.push_back(joined(words) + " is not loaded"); }

  std::vector<std::string>& problems;
  std::string left_out;
  bool has_architecture = false;
};

} // namespace

std::vector<std::string> normalised_arguments(const CompileCommand& command, llvm::StringRef root,
                                              std::vector<std::string>& problems) {
  llvm::ArrayRef<std::string> given = without_launchers(command.arguments);
  std::vector<std::string> expanded;
  unsigned files_read = 0;
  for (const std::string& argument : given.drop_front(given.empty() ? 0 : 1))
    expand(argument, command, root, 0, files_read, expanded, problems);

  Filter filter(problems);
  filter.driver_arguments(expanded);
  std::vector<std::string> result{given.empty() ? "c++" : given[0]};
  ProgramName program = program_name(result[0]);
  // Clang's main function does this for its own name, but not its library.
  if (!filter.has_target && !program.target.empty() &&
      llvm::Triple(program.target).getArch() != llvm::Triple::UnknownArch)
    result.push_back("--target=" + program.target);
  // A configuration file beside the compiler could name plugins as well.
  result.push_back("--no-default-config");
  result.insert(result.end(), filter.kept.begin(), filter.kept.end());
  // No warnings; and GCC only warns of narrowing, so that a project may be full of it and compile.
  result.insert(result.end(), {"-w", "-Wno-c++11-narrowing", command.file});
  return result;
}

std::string missing_arguments(const std::vector<std::string>& problems) {
  for (llvm::StringRef problem : problems)
    if (problem.starts_with(about_response_files)) return problem.str();
  return "";
}

std::string reason_to_skip(const CompileCommand& command) {
  llvm::StringRef language;
  for (std::size_t i = 1; i < command.arguments.size(); ++i) {
    llvm::StringRef argument = command.arguments[i];
    if (argument == "-x" && i + 1 < command.arguments.size())
      language = command.arguments[i + 1];
    else if (argument.starts_with("-xc") || argument.starts_with("-xo") || argument.starts_with("-xa"))
      language = argument.drop_front(2);
  }
  if (language.starts_with("c++") || language == "c" || language == "cpp-output" || language == "c-header") return "";
  if (!language.empty() && language != "none") return ("not C or C++ (-x " + language + ")").str();
  llvm::StringRef extension = llvm::sys::path::extension(command.file);
  const char* what =
      llvm::StringSwitch<const char*>(extension)
          .Cases({".s", ".S", ".asm", ".sx", ".nasm"}, "assembly")
          .Cases({".cu", ".cuh"}, "CUDA")
          .Case(".hip", "HIP")
          .Cases({".m", ".mm", ".M"}, "Objective-C")
          .Cases({".rc", ".res", ".def", ".manifest"}, "a resource for the linker")
          .Cases({".f", ".F", ".for", ".f90", ".F90", ".f95", ".F95", ".f03", ".f08"}, "Fortran")
          .Cases({".cl", ".ispc", ".hlsl", ".metal", ".comp", ".vert", ".frag"}, "a shader or kernel")
          .Cases({".swift", ".rs", ".go", ".d", ".java", ".py", ".ll", ".bc", ".pcm"}, "another language")
          .Cases({".o", ".obj", ".a", ".so", ".lib"}, "an object file")
          .Default("");
  return *what ? std::string("not C or C++ (") + what + ")" : "";
}

std::string reason_not_understood(const CompileCommand& command) {
  llvm::ArrayRef<std::string> given = without_launchers(command.arguments);
  if (given.empty()) return "the compile command is empty; generate the compile database again";
  std::string base = program_name(given[0]).base;
  for (llvm::StringRef argument : given)
    if (argument.consume_front("--driver-mode=") && argument == "cl") base = "clang-cl";
  bool foreign = llvm::StringSwitch<bool>(base)
                     .Cases({"nvcc", "cl", "clang-cl", "icl", "bcc32", "armcc", "iccarm", "dcc"}, true)
                     .Default(false);
  if (!foreign) return "";
  return "compiled with " + base +
         ", whose command lines are not understood; add a compile database made with GCC or Clang";
}

std::string resource_directory(llvm::StringRef executable) {
  auto holds_headers = [](llvm::StringRef folder) {
    return llvm::sys::fs::exists(folder + "/include/stddef.h") && llvm::sys::fs::exists(folder + "/include/stdarg.h");
  };
  llvm::SmallString<256> real;
  if (!llvm::sys::fs::real_path(executable, real)) {
    llvm::sys::path::remove_filename(real);
    llvm::sys::path::append(real, "..", "lib", "plumbline", "clang");
    llvm::sys::path::remove_dots(real, /*remove_dot_dot=*/true);
    if (holds_headers(real)) return real.str().str();
  }
  for (llvm::StringRef folder : {PLUMBLINE_RESOURCE_DIR, "/usr/lib/llvm-22/lib/clang/22", "/usr/lib/clang/22",
                                 "/usr/lib64/clang/22", "/usr/local/lib/clang/22"})
    if (holds_headers(folder)) return folder.str();
  for (llvm::StringRef program : {"clang-22", "clang"}) {
    llvm::ErrorOr<std::string> found = llvm::sys::findProgramByName(program);
    if (!found || llvm::sys::fs::real_path(*found, real)) continue;
    llvm::sys::path::remove_filename(real);
    llvm::sys::path::append(real, "..", "lib", "clang", "22");
    llvm::sys::path::remove_dots(real, /*remove_dot_dot=*/true);
    if (holds_headers(real)) return real.str().str();
  }
  return "";
}

} // namespace plumbline
