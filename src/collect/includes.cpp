#include "collect/includes.h"

#include "facts/include_facts.h"

#include <clang/Lex/Lexer.h>
#include <clang/Lex/MacroInfo.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/Path.h>

#include <algorithm>

namespace plumbline {

// One line, single spaces: conditions are compared and shown.
static std::string folded(llvm::StringRef text) {
  std::string result;
  for (char c : text) {
    bool space = llvm::isSpace(c) || c == '\\';
    if (!space)
      result += c;
    else if (!result.empty() && result.back() != ' ')
      result += ' ';
  }
  return llvm::StringRef(result).trim().str();
}

// "!defined(NAME)" or "!defined NAME": the other way to write a guard.
static std::string macro_not_defined(llvm::StringRef condition) {
  condition = condition.trim();
  if (!condition.consume_front("!")) return {};
  condition = condition.ltrim();
  if (!condition.consume_front("defined")) return {};
  condition = condition.trim(" ()");
  bool is_name = !condition.empty() && llvm::all_of(condition, [](char c) { return llvm::isAlnum(c) || c == '_'; });
  return is_name ? condition.str() : "";
}

bool IncludeCollector::is_system(clang::SourceLocation place) {
  clang::FileID file = preprocessor.getSourceManager().getFileID(place);
  if (file == last_file) return last_is_system;
  last_file = file;
  last_is_system = preprocessor.getSourceManager().isInSystemHeader(place);
  return last_is_system;
}

void IncludeCollector::InclusionDirective(clang::SourceLocation hash, const clang::Token&, llvm::StringRef spelled,
                                          bool, clang::CharSourceRange name, clang::OptionalFileEntryRef file,
                                          llvm::StringRef, llvm::StringRef, const clang::Module*, bool,
                                          clang::SrcMgr::CharacteristicKind kind) {
  if (!file || kind != clang::SrcMgr::C_User || is_system(hash)) return;
  IncludeLog::Directive directive{hash, name, spelled.str(), *file, {}};
  const clang::SourceManager& sources = preprocessor.getSourceManager();
  for (const IncludeLog::Condition& condition : open)
    if (sources.getFileID(condition.place) == sources.getFileID(hash)) directive.conditions.push_back(condition);
  log.directives.push_back(std::move(directive));
}

// A guard is defined by the directive that follows it; a default (#ifndef SIZE, #define SIZE 8) looks the same, but
// nobody includes anything in it.
void IncludeCollector::MacroDefined(const clang::Token& name, const clang::MacroDirective*) {
  if (open.empty()) return;
  IncludeLog::Condition& condition = open.back();
  if (condition.is_guard || condition.macro.empty() || name.getIdentifierInfo()->getName() != condition.macro) return;
  const clang::SourceManager& sources = preprocessor.getSourceManager();
  clang::FileID file = sources.getFileID(name.getLocation());
  if (file != sources.getFileID(condition.place)) return;
  condition.is_guard = true;
  log.guards.emplace_back(file, condition.macro);
}

void IncludeCollector::use_macro(const clang::Token& name, const clang::MacroDefinition& definition) {
  const clang::MacroInfo* info = definition.getMacroInfo();
  if (!info || info->isBuiltinMacro() || name.getLocation().isMacroID() || is_system(name.getLocation())) return;
  if (!macros_seen.insert({info, last_file.getHashValue()}).second) return;
  log.macro_uses.push_back({name.getIdentifierInfo()->getName().str(), name.getLocation(), info->getDefinitionLoc()});
}

void IncludeCollector::MacroExpands(const clang::Token& name, const clang::MacroDefinition& definition,
                                    clang::SourceRange, const clang::MacroArgs*) {
  use_macro(name, definition);
}

void IncludeCollector::Defined(const clang::Token& name, const clang::MacroDefinition& definition, clang::SourceRange) {
  use_macro(name, definition);
}

void IncludeCollector::Ifdef(clang::SourceLocation place, const clang::Token& name,
                             const clang::MacroDefinition& definition) {
  use_macro(name, definition);
  open.push_back({"defined(" + name.getIdentifierInfo()->getName().str() + ")", "", place, false});
}

void IncludeCollector::Ifndef(clang::SourceLocation place, const clang::Token& name, const clang::MacroDefinition&) {
  std::string macro = name.getIdentifierInfo()->getName().str();
  open.push_back({"!defined(" + macro + ")", macro, place, false});
}

static std::string text_of(const clang::Preprocessor& preprocessor, clang::SourceRange condition) {
  // The range ends at the last token's first character.
  return folded(clang::Lexer::getSourceText(clang::CharSourceRange::getTokenRange(condition),
                                            preprocessor.getSourceManager(), preprocessor.getLangOpts()));
}

void IncludeCollector::If(clang::SourceLocation place, clang::SourceRange condition, ConditionValueKind) {
  std::string text = text_of(preprocessor, condition);
  std::string macro = macro_not_defined(text);
  open.push_back({std::move(text), std::move(macro), place, false});
}

void IncludeCollector::Elif(clang::SourceLocation, clang::SourceRange condition, ConditionValueKind value,
                            clang::SourceLocation) {
  if (open.empty() || value == CVK_NotEvaluated) return;
  open.back().text = text_of(preprocessor, condition);
  open.back().macro.clear();
}

void IncludeCollector::Else(clang::SourceLocation, clang::SourceLocation) {
  if (open.empty()) return;
  IncludeLog::Condition& condition = open.back();
  llvm::StringRef text = condition.text;
  if (text.starts_with("!defined(") && text.find_first_of("&|") == llvm::StringRef::npos)
    condition.text = text.drop_front().str();
  else if (text.starts_with("defined(") && text.find_first_of("&|") == llvm::StringRef::npos)
    condition.text = "!" + condition.text;
  else
    condition.text = "!(" + condition.text + ")";
  condition.macro.clear();
}

void IncludeCollector::Endif(clang::SourceLocation, clang::SourceLocation) {
  if (!open.empty()) open.pop_back();
}

// Whether nothing but directives follows in the file. Stops at the first token of anything else, so it is cheap.
static bool only_directives_follow(const CollectContext& context, clang::FileID file, unsigned offset) {
  llvm::StringRef bytes = context.sources.getBufferData(file);
  clang::Lexer lexer(context.sources.getLocForStartOfFile(file), context.ast.getLangOpts(), bytes.begin(),
                     bytes.begin() + std::min<std::size_t>(offset, bytes.size()), bytes.end());
  bool in_directive = true; // the rest of the include's own line
  for (clang::Token token;;) {
    lexer.LexFromRawLexer(token);
    if (token.is(clang::tok::eof)) return true;
    if (token.isAtStartOfLine()) in_directive = token.is(clang::tok::hash);
    if (!in_directive) return false;
  }
}

// x.h and what may hold its inline or template part: x-inl.h, x_impl.hpp, x.ipp, x.cpp, detail/x.h.
static bool are_related(llvm::StringRef from, llvm::StringRef to) {
  llvm::StringRef stem = llvm::sys::path::filename(from).split('.').first;
  return llvm::sys::path::filename(to).starts_with(stem);
}

// A condition that holds in every build of a C++ program, or that only repeats the target's own guard.
static bool says_nothing(const IncludeLog::Condition& condition, llvm::ArrayRef<std::string> target_guards) {
  return condition.is_guard || condition.text == "1" || condition.text == "defined(__cplusplus)" ||
         condition.text == "true" || llvm::is_contained(target_guards, condition.macro);
}

static void write_directive(CollectContext& context, const IncludeLog::Directive& directive,
                            const llvm::StringMap<std::vector<std::string>>& guards) {
  std::pair<clang::FileID, unsigned> at = context.sources.getDecomposedLoc(directive.hash);
  std::string from = context.path_of(at.first).str();
  IncludeFact fact;
  fact.target = context.path_of(directive.target);
  if (from.empty() || fact.target.empty()) return;

  llvm::StringRef bytes = context.sources.getBufferData(at.first);
  llvm::StringRef line = bytes.substr(at.second, bytes.find('\n', at.second) - at.second);
  clang::SourceLocation end = directive.name.getEnd();
  unsigned length = static_cast<unsigned>(line.rtrim().size());
  if (end.isFileID() && context.sources.getFileID(end) == at.first) {
    unsigned end_offset = context.sources.getFileOffset(end);
    if (end_offset > at.second && end_offset - at.second <= line.size()) length = end_offset - at.second;
  }
  fact.text = line.take_front(length).str();
  fact.spelled = directive.spelled;
  fact.location = context.location_of(directive.hash);
  fact.location.end_line = fact.location.line;
  fact.location.end_column = fact.location.column + length;
  const auto known = guards.find(fact.target);
  llvm::ArrayRef<std::string> target_guards;
  if (known != guards.end()) target_guards = known->second;
  for (const IncludeLog::Condition& condition : directive.conditions)
    if (!says_nothing(condition, target_guards)) fact.conditions.push_back(condition.text);
  fact.at_end = are_related(from, fact.target) && only_directives_follow(context, at.first, at.second + length);
  write(context.table, fact);
}

void collect_includes(CollectContext& context, const IncludeLog& log) {
  llvm::StringMap<std::vector<std::string>> guards;
  for (const auto& [file, macro] : log.guards)
    if (context.is_ours(file)) guards[context.path_of(file)].push_back(macro);
  for (const IncludeLog::Directive& directive : log.directives) write_directive(context, directive, guards);

  for (const IncludeLog::MacroUse& use : log.macro_uses) {
    if (!context.is_ours(use.use) || !context.is_ours(use.definition)) continue;
    MentionFact fact;
    fact.home = context.path_of(context.sources.getFileID(use.definition)).str();
    fact.location = context.location_of(use.use);
    fact.name = use.name;
    if (fact.location.line != 0 && context.table.strings.text(fact.location.file) != fact.home)
      write(context.table, fact);
  }
}

} // namespace plumbline
