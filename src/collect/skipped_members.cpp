#include "collect/skipped_members.h"

#include <clang/Lex/Lexer.h>
#include <llvm/ADT/MapVector.h>

#include <map>
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

static bool is_assignment(const clang::Token& token) {
  return token.isOneOf(clang::tok::equal, clang::tok::plusequal, clang::tok::minusequal, clang::tok::pipeequal,
                       clang::tok::ampequal, clang::tok::starequal, clang::tok::slashequal, clang::tok::caretequal);
}

// Whether what the member at `i` is, or a part of it, is assigned to: `.list[i].size = 3`. Behind a pointer it is read.
static bool is_written(const std::vector<clang::Token>& tokens, std::size_t i) {
  for (++i; i < tokens.size();) {
    if (tokens[i].is(clang::tok::period)) {
      i += 2;
    } else if (tokens[i].is(clang::tok::l_square)) {
      int depth = 0;
      do {
        depth += tokens[i].is(clang::tok::l_square) ? 1 : tokens[i].is(clang::tok::r_square) ? -1 : 0;
      } while (++i < tokens.size() && depth > 0);
    } else {
      return is_assignment(tokens[i]);
    }
  }
  return false;
}

static void add_members(const std::vector<clang::Token>& tokens, std::set<std::string>& names) {
  llvm::StringRef target; // of the assignment we are in
  unsigned open = 0;      // parentheses since it began
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    if (tokens[i].is(clang::tok::semi)) target = {};
    if (tokens[i].is(clang::tok::l_paren)) ++open;
    // What an assignment in parentheses gives is used: `if ((n = config.n) > 3)`.
    if (tokens[i].is(clang::tok::r_paren) && open-- == 0) target = {};
    if (!tokens[i].is(clang::tok::raw_identifier) || !tokens[i - 1].isOneOf(clang::tok::arrow, clang::tok::period))
      continue;
    const llvm::StringRef name = tokens[i].getRawIdentifier();
    if (is_written(tokens, i)) {
      target = name;
      open = 0;
    } else if (name != target) {
      names.insert(name.str());
    }
  }
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
    add_members(tokens, members.names);
  }
  for (const auto& [file, members] : files) {
    if (members.names.empty()) continue;
    std::string joined;
    for (const std::string& name : members.names) joined += (joined.empty() ? "" : " ") + name;
    FactBuilder(context.table, members_left_out).at(context.location_of(members.first)).text("names", joined);
  }
}

} // namespace plumbline
