// A throw-away project on disk, and the real binary run in it.
#pragma once

#include <gtest/gtest.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Path.h>
#include <llvm/Support/Program.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <string>
#include <vector>

struct RunResult {
  int status = -1;
  std::string out, err;
};

class Sandbox {
 public:
  Sandbox() {
    llvm::SmallString<128> unique;
    if (llvm::sys::fs::createUniqueDirectory("plumbline-test", unique)) ADD_FAILURE() << "no temporary folder";
    llvm::SmallString<128> real; // the temporary folder may be a link, and the database should say what Clang says
    llvm::sys::fs::real_path(unique, real);
    top = real.str().str();
    llvm::sys::fs::create_directory(path("project"));
  }
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  ~Sandbox() { llvm::sys::fs::remove_directories(top); }

  // Of a file in the folder that holds the project ("project/…"), the cache and the outputs.
  std::string path(const std::string& name) const { return top + "/" + name; }
  bool exists(const std::string& name) const { return llvm::sys::fs::exists(path(name)); }

  void write(const std::string& name, const std::string& bytes) const {
    llvm::sys::fs::create_directories(llvm::sys::path::parent_path(path(name)));
    std::ofstream(path(name), std::ios::binary) << bytes;
  }
  std::string read(const std::string& name) const {
    llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer = llvm::MemoryBuffer::getFile(path(name));
    return buffer ? (*buffer)->getBuffer().str() : "";
  }

  // One entry of the compile database; the file is project/<name>.
  nlohmann::json command(const std::string& name, const std::vector<std::string>& flags = {}) const {
    nlohmann::json arguments = {"clang++", "-std=c++20"};
    for (const std::string& flag : flags) arguments.push_back(flag);
    for (const char* word : {"-c", name.c_str(), "-o", "unit.o"}) arguments.push_back(word);
    return {{"directory", path("project")}, {"file", name}, {"arguments", arguments}};
  }
  void write_database(const std::vector<nlohmann::json>& commands) const {
    write("project/compile_commands.json", nlohmann::json(commands).dump(1));
  }

  // Through env(1), which changes to the project's folder and becomes the program: same process, no shell.
  std::vector<std::string> command_line(const std::vector<std::string>& arguments,
                                        const std::vector<std::string>& environment) const {
    std::vector<std::string> words = {"env", "--chdir=" + path("project"), "--unset=SOURCE_DATE_EPOCH",
                                      "HOME=" + path("home"), "PLUMBLINE_CACHE_DIR=" + path("cache")};
    words.insert(words.end(), environment.begin(), environment.end());
    words.push_back(PLUMBLINE_BINARY);
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
  }

  llvm::sys::ProcessInfo start(const std::vector<std::string>& arguments,
                               const std::vector<std::string>& environment = {}) const {
    const std::vector<std::string> words = command_line(arguments, environment);
    const std::vector<llvm::StringRef> views(words.begin(), words.end());
    const std::string out = path("out"), err = path("err");
    for (const std::string& file : {out, err}) llvm::sys::fs::remove(file); // a redirection does not truncate
    std::string problem;
    const llvm::sys::ProcessInfo process =
        llvm::sys::ExecuteNoWait("/usr/bin/env", views, std::nullopt, {llvm::StringRef(""), out, err}, 0, &problem);
    EXPECT_EQ(problem, "");
    return process;
  }

  RunResult run(const std::vector<std::string>& arguments, const std::vector<std::string>& environment = {}) const {
    const llvm::sys::ProcessInfo ended = llvm::sys::Wait(start(arguments, environment), /*SecondsToWait=*/120);
    return {.status = ended.ReturnCode, .out = read("out"), .err = read("err")};
  }

 private:
  std::string top;
};
