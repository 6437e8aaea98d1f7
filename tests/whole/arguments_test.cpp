#include "collect/collect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/Support/FileSystem.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace plumbline {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Arguments : public testing::Test {
 protected:
  Arguments() {
    llvm::SmallString<128> made, real;
    EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("plumbline-arguments", made));
    EXPECT_FALSE(llvm::sys::fs::real_path(made, real));
    top = real.str().str();
    root = top / "root";
    fs::create_directories(root / "build");
  }
  ~Arguments() override { fs::remove_all(top); }

  // What is kept between the compiler's name and what is always added around it.
  std::vector<std::string> kept(std::vector<std::string> arguments, const std::string& compiler = "c++") {
    arguments.insert(arguments.begin(), compiler);
    std::vector<std::string> all = whole(arguments);
    std::size_t first = 2 + (all.size() > 1 && all[1].starts_with("--target="));
    EXPECT_GE(all.size(), first + 3);
    EXPECT_EQ(all[first - 1], "--no-default-config");
    EXPECT_THAT(std::vector<std::string>(all.end() - 3, all.end()),
                ElementsAre("-w", "-Wno-c++11-narrowing", (root / "a.cpp").string()));
    return {all.begin() + first, all.end() - 3};
  }
  std::vector<std::string> whole(const std::vector<std::string>& arguments) {
    problems.clear();
    return normalised_arguments({(root / "build").string(), (root / "a.cpp").string(), arguments}, root.string(),
                                problems);
  }

  fs::path top, root;
  std::vector<std::string> problems;
};

using Words = std::vector<std::string>;

TEST_F(Arguments, KeepsWhatDecidesTheProgram) {
  Words relevant{"-std=gnu++20",
                 "-DA=1",
                 "-D",
                 "B",
                 "-UC",
                 "-Iinclude",
                 "-I",
                 "other",
                 "-isystem",
                 "/sys",
                 "-iquote",
                 "q",
                 "-imacros",
                 "m.h",
                 "-nostdinc++",
                 "-O2",
                 "-fno-exceptions",
                 "-fno-rtti",
                 "-fPIC",
                 "-march=x86-64-v3",
                 "-mavx2",
                 "-m32",
                 "-pthread",
                 "-fopenmp",
                 "-x",
                 "c++",
                 "--sysroot=/s",
                 "-stdlib=libc++",
                 "-funsigned-char",
                 "-fsanitize=address",
                 "-idirafter",
                 "late",
                 "-undef",
                 "-ftemplate-depth=2000",
                 "-fms-extensions",
                 "-isysroot",
                 "/sdk"};
  EXPECT_THAT(kept(relevant), ElementsAreArray(relevant));
  EXPECT_THAT(problems, IsEmpty());
}

TEST_F(Arguments, DropsWhatWritesFiles) {
  for (const Words& words : std::vector<Words>{{"-o", "a.o"},
                                               {"-oa.o"},
                                               {"--output", "a.o"},
                                               {"--output=a.o"},
                                               {"-MD"},
                                               {"-MMD"},
                                               {"-MP"},
                                               {"-MG"},
                                               {"-M"},
                                               {"-MM"},
                                               {"-MF", "a.d"},
                                               {"-MFa.d"},
                                               {"-MT", "a.o"},
                                               {"-MQ", "a.o"},
                                               {"-MJ", "a.json"},
                                               {"-Wp,-MD,a.d"},
                                               {"-Wp,-MMD,a.d"},
                                               {"--write-dependencies"},
                                               {"-save-temps"},
                                               {"-save-temps=obj"},
                                               {"--save-temps"},
                                               {"--serialize-diagnostics", "a.dia"},
                                               {"-serialize-diagnostics", "a.dia"},
                                               {"-ftime-trace"},
                                               {"-ftime-trace=/tmp/x"},
                                               {"-fprofile-generate"},
                                               {"-fprofile-generate=/tmp"},
                                               {"-fprofile-instr-generate=/tmp/x"},
                                               {"-fprofile-use=/tmp/x"},
                                               {"-fprofile-arcs"},
                                               {"-ftest-coverage"},
                                               {"--coverage"},
                                               {"-fcoverage-mapping"},
                                               {"-gsplit-dwarf"},
                                               {"-g"},
                                               {"-g3"},
                                               {"-ggdb"},
                                               {"-gdwarf-5"},
                                               {"-fstack-usage"},
                                               {"-fmodules-cache-path=/tmp/m"},
                                               {"-fmodules"},
                                               {"-fsave-optimization-record"},
                                               {"-foptimization-record-file=/tmp/x"},
                                               {"-fcrash-diagnostics-dir=/tmp"},
                                               {"-fproc-stat-report=/tmp/x"},
                                               {"-c"},
                                               {"-S"},
                                               {"-E"},
                                               {"-fsyntax-only"},
                                               {"-emit-llvm"},
                                               {"--precompile"},
                                               {"--analyze"},
                                               {"-dM"},
                                               {"-v"},
                                               {"-###"},
                                               {"-print-search-dirs"},
                                               {"--version"},
                                               {"-dumpversion"},
                                               {"-H"},
                                               {"-pipe"}}) {
    Words around{"-DBEFORE"};
    around.insert(around.end(), words.begin(), words.end());
    around.push_back("-DAFTER");
    EXPECT_THAT(kept(around), ElementsAre("-DBEFORE", "-DAFTER")) << words[0];
    EXPECT_THAT(problems, IsEmpty()) << words[0];
  }
}

TEST_F(Arguments, DropsWarningsLinkerAndAssembler) {
  EXPECT_THAT(kept({"-Wall",
                    "-Werror",
                    "-Werror=return-type",
                    "-Wextra",
                    "-pedantic",
                    "-pedantic-errors",
                    "-Wl,-rpath,x",
                    "-Wa,--noexecstack",
                    "-Xlinker",
                    "x",
                    "-L/lib",
                    "-lm",
                    "-shared",
                    "-static",
                    "-rdynamic",
                    "-fuse-ld=lld",
                    "-flto",
                    "-fcolor-diagnostics",
                    "-fdiagnostics-color=always",
                    "-mllvm",
                    "-info-output-file=/tmp/x",
                    "-Winvalid-pch",
                    "-w",
                    "-ferror-limit=1"}),
              IsEmpty());
  EXPECT_THAT(problems, IsEmpty());
}

// What GCC only warns of can be an error of Clang, that such a flag lifts.
TEST_F(Arguments, KeepsLiftedWarnings) {
  EXPECT_THAT(kept({"-Wno-narrowing", "-Wall", "-Wno-error=register"}),
              ElementsAre("-Wno-narrowing", "-Wno-error=register"));
}

TEST_F(Arguments, NamesPluginsThatItDoesNotLoad) {
  EXPECT_THAT(kept({"-fplugin=evil.so",
                    "-DA",
                    "-fplugin-arg-evil-x=1",
                    "-fpass-plugin=pass.so",
                    "-Xclang",
                    "-load",
                    "-Xclang",
                    "x.so",
                    "-Xclang",
                    "-add-plugin",
                    "-Xclang",
                    "name",
                    "-Xclang",
                    "-plugin",
                    "-Xclang",
                    "name2",
                    "-Xclang",
                    "-plugin-arg-name",
                    "-Xclang",
                    "help",
                    "-Wp,-load,y.so",
                    "-Xpreprocessor",
                    "-load",
                    "-Xpreprocessor",
                    "z.so",
                    "-Xclang",
                    "-fpass-plugin=w.so"}),
              ElementsAre("-DA"));
  EXPECT_THAT(problems, ElementsAre("-fplugin=evil.so is not loaded", "-fplugin-arg-evil-x=1 is not loaded",
                                    "-fpass-plugin=pass.so is not loaded", "-load x.so is not loaded",
                                    "-add-plugin name is not loaded", "-plugin name2 is not loaded",
                                    "-plugin-arg-name help is not loaded", "-load y.so is not loaded",
                                    "-load z.so is not loaded", "-fpass-plugin=w.so is not loaded"));
}

TEST_F(Arguments, DoesNotReadConfigurationFiles) {
  EXPECT_THAT(kept({"--config=evil.cfg", "--config", "more.cfg", "--config-user-dir=/x", "-DA"}), ElementsAre("-DA"));
  ASSERT_EQ(problems.size(), 3u);
  EXPECT_THAT(problems[0], HasSubstr("--config=evil.cfg is not read"));
  EXPECT_THAT(problems[1], HasSubstr("--config more.cfg is not read"));
}

TEST_F(Arguments, PassesOnlyHarmlessOptionsToTheCompilerProper) {
  EXPECT_THAT(kept({"-Xclang", "-fno-validate-pch",
                    "-Xclang", "-DX",
                    "-Xclang", "-o",
                    "-Xclang", "/tmp/out",
                    "-Xclang", "-emit-pch",
                    "-Xclang", "-dependency-dot",
                    "-Xclang", "/tmp/dot",
                    "-Xclang", "-dependency-file",
                    "-Xclang", "/tmp/d",
                    "-Xclang", "-stats-file=/tmp/s",
                    "-Xclang", "-mllvm",
                    "-Xclang", "-x"}),
              ElementsAre("-Xclang", "-DX"));
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0], HasSubstr("-dependency-dot /tmp/dot"));
}

TEST_F(Arguments, ReadsHeadersInsteadOfPrecompiledOnes) {
  EXPECT_THAT(kept({"-Xclang", "-include-pch", "-Xclang", "cmake_pch.hxx.pch", "-Xclang", "-include", "-Xclang",
                    "cmake_pch.hxx", "-Winvalid-pch", "-fpch-instantiate-templates"}),
              ElementsAre("-Xclang", "-include", "-Xclang", "cmake_pch.hxx"));
  // The driver would take cmake_pch.hxx.pch beside it; its compiler proper reads what is named.
  EXPECT_THAT(kept({"-include", "cmake_pch.hxx", "-include", "b.h"}),
              ElementsAre("-Xclang", "-include", "-Xclang", "cmake_pch.hxx", "-Xclang", "-include", "-Xclang", "b.h"));
  EXPECT_THAT(problems, IsEmpty());
}

TEST_F(Arguments, LeavesOutWhatClangDoesNotKnow) {
  EXPECT_THAT(kept({"-fno-canonical-system-headers", "-DA", "-fconcepts-ts-x", "-mno-such-feature", "--no-such"}),
              ElementsAre("-DA"));
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0], "flags that Clang does not know or need are left out: -fno-canonical-system-headers "
                         "-fconcepts-ts-x -mno-such-feature --no-such");
}

TEST_F(Arguments, CompilesOnlyTheMainFile) {
  EXPECT_THAT(kept({"../a.cpp", "other.cpp", "-", "x.o", "-DA", "--", "more.cpp"}), ElementsAre("-DA"));
}

TEST_F(Arguments, ToleratesAnOptionWithoutItsValue) {
  EXPECT_THAT(kept({"-DA", "-I"}), ElementsAre("-DA"));
  EXPECT_THAT(kept({"-DA", "-Xclang"}), ElementsAre("-DA"));
  EXPECT_THAT(kept({"-Xclang", "-load"}), IsEmpty());
}

TEST_F(Arguments, KeepsTheCompilersName) {
  EXPECT_EQ(whole({"/usr/bin/g++-12", "-c", "a.cpp"})[0], "/usr/bin/g++-12");
  EXPECT_EQ(whole({"gcc", "-c", "a.c"})[0], "gcc");
  EXPECT_EQ(whole({})[0], "c++");
}

TEST_F(Arguments, DropsLaunchers) {
  EXPECT_EQ(whole({"ccache", "g++", "-DA"})[0], "g++");
  EXPECT_EQ(whole({"/usr/bin/sccache", "distcc", "clang++", "-DA"})[0], "clang++");
  EXPECT_EQ(whole({"env", "LANG=C", "ccache", "CCACHE_DIR=/x", "g++", "-DA"})[0], "g++");
  EXPECT_EQ(whole({"cmake", "-E", "__run_co_compile", "--tidy=x", "--", "g++", "-DA"})[0], "g++");
  EXPECT_THAT(whole({"ccache", "g++", "-DA"}), Contains("-DA"));
  EXPECT_EQ(whole({"ccache"})[0], "ccache") << "nothing follows it";
}

TEST_F(Arguments, TakesTheTargetFromTheCompilersName) {
  EXPECT_EQ(whole({"/opt/bin/aarch64-linux-gnu-g++", "-DA"})[1], "--target=aarch64-linux-gnu");
  EXPECT_EQ(whole({"arm-none-eabi-gcc-12.2", "-DA"})[1], "--target=arm-none-eabi");
  EXPECT_EQ(whole({"ccache", "riscv64-unknown-elf-g++", "-DA"})[1], "--target=riscv64-unknown-elf");
  EXPECT_THAT(whole({"g++", "-DA"}), Not(Contains(HasSubstr("--target"))));
  EXPECT_THAT(whole({"clang++-22", "-DA"}), Not(Contains(HasSubstr("--target"))));
  EXPECT_THAT(whole({"my-g++", "-DA"}), Not(Contains(HasSubstr("--target"))));
  EXPECT_THAT(whole({"aarch64-linux-gnu-clang++", "--target=x86_64-linux-gnu"}),
              Not(Contains("--target=aarch64-linux-gnu")));
  EXPECT_THAT(kept({"-target", "x86_64-linux-gnu"}, "aarch64-linux-gnu-clang++"),
              ElementsAre("-target", "x86_64-linux-gnu"));
}

TEST_F(Arguments, ExpandsResponseFilesOfTheProject) {
  std::ofstream(root / "build" / "flags.rsp") << "-DA -I\"with space\" '-DB=\"x\"'\n@more.rsp -o x.o";
  std::ofstream(root / "build" / "more.rsp") << "-DC -fplugin=evil.so";
  EXPECT_THAT(kept({"@flags.rsp", "-DZ"}), ElementsAre("-DA", "-Iwith space", "-DB=\"x\"", "-DC", "-DZ"));
  EXPECT_THAT(problems, ElementsAre("-fplugin=evil.so is not loaded"));
  EXPECT_THAT(kept({"@" + (root / "build" / "more.rsp").string()}), ElementsAre("-DC"));
}

TEST_F(Arguments, DoesNotReadResponseFilesOutsideTheProject) {
  std::ofstream(top / "secret") << "-DSECRET";
  fs::create_directories(top / "root2");
  std::ofstream(top / "root2" / "secret") << "-DSECRET";
  fs::create_symlink(top / "secret", root / "build" / "link.rsp");
  for (const std::string& file : {(top / "secret").string(), std::string("../../secret"), std::string("link.rsp"),
                                  (top / "root2" / "secret").string(), std::string("../../root2/secret")}) {
    EXPECT_THAT(kept({"@" + file, "-DA"}), ElementsAre("-DA")) << file;
    EXPECT_THAT(problems, ElementsAre("the response file " + file + " is not read: it is outside the project"));
  }
  EXPECT_THAT(kept({"@gone.rsp", "-DA"}), ElementsAre("-DA"));
  EXPECT_THAT(problems, ElementsAre("the response file gone.rsp is not read: No such file or directory"));
  EXPECT_THAT(kept({"@.", "-DA"}), ElementsAre("-DA"));
  EXPECT_THAT(problems, ElementsAre(HasSubstr("is not read: ")));
}

TEST_F(Arguments, SurvivesResponseFilesThatNameThemselves) {
  std::ofstream(root / "build" / "self.rsp") << "-DA @self.rsp";
  std::vector<std::string> words = kept({"@self.rsp"});
  EXPECT_LT(words.size(), 20u);
  EXPECT_THAT(problems, ElementsAre(HasSubstr("too many response files inside one another")));
  std::ofstream(root / "build" / "twice.rsp")
      << "-DA @twice.rsp @twice.rsp @twice.rsp @twice.rsp @twice.rsp @twice.rsp";
  kept({"@twice.rsp"});
  EXPECT_LT(problems.size(), 300u) << "without a bound it would be 6^8";
  EXPECT_THAT(problems, Contains(HasSubstr("too many response files")));
}

TEST_F(Arguments, AreDeterministic) {
  Words words{"-DA", "-Xclang", "-DX", "-include", "x.h", "-fno-such", "@gone"};
  EXPECT_EQ(kept(words), kept(words));
}

static std::string skipped(const std::string& file, Words arguments = {}) {
  arguments.insert(arguments.begin(), "c++");
  return reason_to_skip({"/d", "/d/" + file, arguments});
}

TEST(ReasonToSkip, IsTheLanguage) {
  for (const char* file :
       {"a.cpp", "a.cc", "a.cxx", "a.c", "a.C", "a.c++", "a.ixx", "a.cppm", "a.h", "a.hpp", "a.inc", "a.ii", "a"})
    EXPECT_EQ(skipped(file), "") << file;
  EXPECT_EQ(skipped("a.s"), "not C or C++ (assembly)");
  EXPECT_EQ(skipped("a.S"), "not C or C++ (assembly)");
  EXPECT_EQ(skipped("a.asm"), "not C or C++ (assembly)");
  EXPECT_EQ(skipped("a.cu"), "not C or C++ (CUDA)");
  EXPECT_EQ(skipped("a.mm"), "not C or C++ (Objective-C)");
  EXPECT_EQ(skipped("a.rc"), "not C or C++ (a resource for the linker)");
  EXPECT_EQ(skipped("a.cpp", {"-x", "cuda"}), "not C or C++ (-x cuda)");
  EXPECT_EQ(skipped("a.cpp", {"-xassembler-with-cpp"}), "not C or C++ (-x assembler-with-cpp)");
  EXPECT_EQ(skipped("a.cu", {"-x", "c++"}), "");
  EXPECT_EQ(skipped("a.cu", {"-xc++"}), "");
}

TEST(ReasonNotUnderstood, IsTheCompiler) {
  auto reason = [](Words arguments) { return reason_not_understood({"/d", "/d/a.cpp", arguments}); };
  EXPECT_EQ(reason({"g++"}), "");
  EXPECT_EQ(reason({"ccache", "clang++"}), "");
  EXPECT_EQ(reason({"some-unknown-compiler"}), "");
  EXPECT_THAT(reason({"/usr/local/cuda/bin/nvcc"}), HasSubstr("compiled with nvcc"));
  EXPECT_THAT(reason({"C:/VC/cl.exe"}), HasSubstr("compiled with cl,"));
  EXPECT_THAT(reason({"CL.EXE"}), HasSubstr("compiled with cl,"));
  EXPECT_THAT(reason({"clang-cl"}), HasSubstr("compiled with clang-cl"));
  EXPECT_THAT(reason({"clang", "--driver-mode=cl"}), HasSubstr("compiled with clang-cl"));
  EXPECT_THAT(reason({}), HasSubstr("the compile command is empty"));
}

TEST_F(Arguments, FindsTheResourceDirectoryBesideTheBinary) {
  fs::path headers = top / "prefix" / "lib" / "plumbline" / "clang" / "include";
  fs::create_directories(headers);
  fs::create_directories(top / "prefix" / "bin");
  std::ofstream(top / "prefix" / "bin" / "plumbline") << "";
  std::string fallback = resource_directory((top / "prefix" / "bin" / "plumbline").string());
  EXPECT_NE(fallback, headers.parent_path().string()) << "an empty folder has no headers";
  std::ofstream(headers / "stddef.h") << "";
  std::ofstream(headers / "stdarg.h") << "";
  EXPECT_EQ(resource_directory((top / "prefix" / "bin" / "plumbline").string()), headers.parent_path().string());
  fs::create_symlink(top / "prefix" / "bin" / "plumbline", top / "link");
  EXPECT_EQ(resource_directory((top / "link").string()), headers.parent_path().string());
  // Here, where LLVM 22 is installed to build this test:
  std::string installed = resource_directory((top / "nowhere").string());
  EXPECT_TRUE(fs::exists(installed + "/include/stddef.h")) << installed;
}

} // namespace plumbline
