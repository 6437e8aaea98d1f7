#include "collect/skipped.h"

#include <clang/Lex/Lexer.h>

namespace plumbline {

static bool is_word(const clang::Token& token, llvm::StringRef word) {
  return token.is(clang::tok::raw_identifier) && token.getRawIdentifier() == word;
}

// Behind it stands what is asked for, and no value: `== idle`, `case idle`, `[idle] = "idle"`.
static bool asks(const clang::Token& token) {
  return token.isOneOf(clang::tok::equalequal, clang::tok::exclaimequal, clang::tok::l_square) ||
         is_word(token, "case");
}

namespace {

// Inside the braces of `enum Job : char { idle, busy }`, where names are declared and not used.
class EnumLists {
 public:
  bool contain(const clang::Token& token) {
    if (is_word(token, "enum")) {
      at = At::head;
    } else if (at == At::head) {
      if (token.is(clang::tok::l_brace))
        at = At::list;
      else if (!token.isOneOf(clang::tok::raw_identifier, clang::tok::colon, clang::tok::coloncolon))
        at = At::elsewhere;
    } else if (at == At::list && token.is(clang::tok::r_brace)) {
      at = At::elsewhere;
    }
    return at == At::list;
  }

 private:
  enum class At : std::uint8_t { elsewhere, head, list } at = At::elsewhere;
};

} // namespace

// From where the lexer is to `end`.
static void add_names(clang::Lexer& lexer, const char* end, llvm::StringSet<>& names) {
  clang::Token before, token;
  before.startToken();
  EnumLists lists;
  while (true) {
    const bool last = lexer.LexFromRawLexer(token);
    if (last || lexer.getBufferLocation() - token.getLength() >= end) return;
    // Job::state, ns::State::idle: what stands in front of the whole name decides.
    const bool declared = lists.contain(token);
    if (token.is(clang::tok::raw_identifier) && !declared && !asks(before)) names.insert(token.getRawIdentifier());
    if (!(asks(before) && token.isOneOf(clang::tok::raw_identifier, clang::tok::coloncolon))) before = token;
  }
}

static void add_names(CollectContext& context, clang::SourceRange range, llvm::StringSet<>& names) {
  const std::pair<clang::FileID, unsigned> begin = context.sources.getDecomposedLoc(range.getBegin());
  // A header that is included again is left out by its guard, and was compiled the first time.
  const clang::OptionalFileEntryRef file = context.sources.getFileEntryRefForID(begin.first);
  if (!file || context.sources.translateFile(*file) != begin.first) return;
  const unsigned end = context.sources.getFileOffset(range.getEnd());
  bool invalid = false;
  const llvm::StringRef text = context.sources.getBufferData(begin.first, &invalid);
  if (invalid || begin.second >= end || end > text.size()) return;
  // The buffer goes on behind the range; the lexer needs its end.
  clang::Lexer lexer(context.sources.getLocForStartOfFile(begin.first), context.ast.getLangOpts(), text.begin(),
                     text.begin() + begin.second, text.end());
  add_names(lexer, text.begin() + end, names);
}

llvm::StringSet<> values_named_in(llvm::StringRef text) {
  llvm::StringSet<> names;
  clang::LangOptions language;
  clang::Lexer lexer(clang::SourceLocation(), language, text.begin(), text.begin(), text.end());
  add_names(lexer, text.end(), names);
  return names;
}

llvm::StringSet<> names_left_out(CollectContext& context, const std::vector<clang::SourceRange>& ranges) {
  llvm::StringSet<> names;
  for (const clang::SourceRange& range : ranges)
    if (range.getBegin().isFileID() && context.is_ours(range.getBegin())) add_names(context, range, names);
  return names;
}

void add_lost(const CollectContext& context, std::vector<clang::SourceRange>& ranges) {
  const clang::FileID main = context.sources.getMainFileID();
  ranges.emplace_back(context.sources.getLocForStartOfFile(main), context.sources.getLocForEndOfFile(main));
}

} // namespace plumbline
