#include "collect/skipped_members.h"
#include "collect/named_members.h"

#include <clang/Lex/Lexer.h>
#include <llvm/ADT/MapVector.h>

#include <set>
#include <string>

namespace plumbline {

// The tokens of a range, without comments; none if it is not in a file of ours that is read for the first time. A
// header that is included again is left out by its guard.
static std::vector<clang::Token> tokens_of(CollectContext& context, clang::SourceRange range) {
  std::vector<clang::Token> tokens;
  if (!range.getBegin().isFileID() || !context.is_ours(range.getBegin())) return tokens;
  const std::pair<clang::FileID, unsigned> begin = context.sources.getDecomposedLoc(range.getBegin());
  const clang::OptionalFileEntryRef file = context.sources.getFileEntryRefForID(begin.first);
  if (!file || context.sources.translateFile(*file) != begin.first) return tokens;
  const unsigned end = context.sources.getFileOffset(range.getEnd());
  bool invalid = false;
  const llvm::StringRef text = context.sources.getBufferData(begin.first, &invalid);
  if (invalid || begin.second >= end || end > text.size()) return tokens;
  // The buffer goes on behind the range; the lexer needs its end.
  clang::Lexer lexer(context.sources.getLocForStartOfFile(begin.first), context.ast.getLangOpts(), text.begin(),
                     text.begin() + begin.second, text.end());
  clang::Token token;
  while (!lexer.LexFromRawLexer(token) && context.sources.getFileOffset(token.getLocation()) < end)
    tokens.push_back(token);
  return tokens;
}

void collect_skipped_members(CollectContext& context, const std::vector<clang::SourceRange>& ranges) {
  struct Members {
    clang::SourceLocation first;
    std::set<std::string> names;
  };
  llvm::MapVector<clang::FileID, Members> files;
  for (const clang::SourceRange& range : ranges) {
    const std::vector<clang::Token> tokens = tokens_of(context, range);
    if (tokens.empty()) continue;
    Members& members = files[context.sources.getFileID(range.getBegin())];
    if (members.first.isInvalid()) members.first = range.getBegin();
    add_members_read(tokens, members.names);
  }
  for (const auto& [file, members] : files) {
    if (members.names.empty()) continue;
    std::string joined;
    for (const std::string& name : members.names) joined += (joined.empty() ? "" : " ") + name;
    FactBuilder(context.table, members_left_out).at(context.location_of(members.first)).text("names", joined);
  }
}

} // namespace plumbline
