#include "collect/skipped.h"

#include <clang/Lex/Lexer.h>

namespace plumbline {

static bool compares(const clang::Token& token) {
  return token.isOneOf(clang::tok::equalequal, clang::tok::exclaimequal) ||
         (token.is(clang::tok::raw_identifier) && token.getRawIdentifier() == "case");
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
  clang::Token before, token;
  before.startToken();
  while (true) {
    const bool last = lexer.LexFromRawLexer(token);
    if (last || context.sources.getFileOffset(token.getLocation()) >= end) return;
    // Job::state, ns::State::idle: what stands in front of the whole name decides.
    if (token.is(clang::tok::raw_identifier) && !compares(before)) names.insert(token.getRawIdentifier());
    if (!(compares(before) && token.isOneOf(clang::tok::raw_identifier, clang::tok::coloncolon))) before = token;
  }
}

llvm::StringSet<> names_left_out(CollectContext& context, const std::vector<clang::SourceRange>& ranges) {
  llvm::StringSet<> names;
  for (const clang::SourceRange& range : ranges)
    if (range.getBegin().isFileID() && context.is_ours(range.getBegin())) add_names(context, range, names);
  return names;
}

} // namespace plumbline
