// Who includes whom among our files, as the preprocessor of one translation unit sees it.
//
// A file that is skipped because of its include guard or #pragma once is still reported by its directive, so a ring
// shows whole wherever a unit enters it. What stands in an inactive #if block is not seen: it is no include of this
// unit, and resolving it by guess would invent rings that no build has.
#pragma once

#include "collect/context.h"

#include <clang/Basic/FileEntry.h>
#include <clang/Lex/PPCallbacks.h>
#include <clang/Lex/Preprocessor.h>

#include <string>
#include <utility>
#include <vector>

namespace plumbline {

// What the callbacks remember; locations, because which files are ours is only asked once parsing is over.
struct IncludeLog {
  struct Condition {
    std::string text;  // "defined(USE_TLS)", "!defined(USE_TLS)", an expression
    std::string macro; // of #ifndef NAME and #if !defined(NAME): may be a guard
    clang::SourceLocation place;
    bool is_guard = false;
  };
  struct Directive {
    clang::SourceLocation hash;
    clang::CharSourceRange name;
    std::string spelled;
    clang::FileEntryRef target;
    std::vector<Condition> conditions;
  };
  struct MacroUse {
    std::string name;
    clang::SourceLocation use, definition;
  };
  std::vector<Directive> directives;
  std::vector<MacroUse> macro_uses;                          // each macro once per file that spells it
  std::vector<std::pair<clang::FileID, std::string>> guards; // a file, and the macro that guards it
};

class IncludeCollector : public clang::PPCallbacks {
 public:
  IncludeCollector(IncludeLog& log, clang::Preprocessor& preprocessor) : log(log), preprocessor(preprocessor) {}

  void InclusionDirective(clang::SourceLocation hash, const clang::Token& include, llvm::StringRef spelled, bool angled,
                          clang::CharSourceRange name, clang::OptionalFileEntryRef file, llvm::StringRef search_path,
                          llvm::StringRef relative_path, const clang::Module* module, bool module_imported,
                          clang::SrcMgr::CharacteristicKind kind) override;
  void MacroDefined(const clang::Token& name, const clang::MacroDirective* directive) override;
  void MacroExpands(const clang::Token& name, const clang::MacroDefinition& definition, clang::SourceRange range,
                    const clang::MacroArgs* arguments) override;
  void Defined(const clang::Token& name, const clang::MacroDefinition& definition, clang::SourceRange range) override;
  void Ifdef(clang::SourceLocation place, const clang::Token& name, const clang::MacroDefinition& definition) override;
  void Ifndef(clang::SourceLocation place, const clang::Token& name, const clang::MacroDefinition& definition) override;
  void If(clang::SourceLocation place, clang::SourceRange condition, ConditionValueKind value) override;
  void Elif(clang::SourceLocation place, clang::SourceRange condition, ConditionValueKind value,
            clang::SourceLocation if_place) override;
  void Else(clang::SourceLocation place, clang::SourceLocation if_place) override;
  void Endif(clang::SourceLocation place, clang::SourceLocation if_place) override;

 private:
  void use_macro(const clang::Token& name, const clang::MacroDefinition& definition);
  bool is_system(clang::SourceLocation place);

  IncludeLog& log;
  clang::Preprocessor& preprocessor;
  std::vector<IncludeLog::Condition> open;                      // of all files on the include stack, innermost last
  llvm::DenseSet<std::pair<const void*, unsigned>> macros_seen; // the macro, and the file that spells it
  clang::FileID last_file;
  bool last_is_system = false;
};

// Writes the includes between our files, and the macros that one of them takes from another.
void collect_includes(CollectContext& context, const IncludeLog& log);

} // namespace plumbline
