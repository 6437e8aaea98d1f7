#include "collect/skipped_members.h"
#include "collect/named_members.h"

#include <clang/AST/RecursiveASTVisitor.h>
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

namespace {

// Where member expressions name their members, in the files.
class UnderstoodMembers : public clang::RecursiveASTVisitor<UnderstoodMembers> {
 public:
  UnderstoodMembers(CollectContext& context, llvm::DenseSet<clang::SourceLocation>& places)
      : context(context), places(places) {}
  bool VisitMemberExpr(clang::MemberExpr* member) {
    places.insert(context.sources.getSpellingLoc(member->getMemberLoc()));
    return true;
  }

 private:
  CollectContext& context;
  llvm::DenseSet<clang::SourceLocation>& places;
};

} // namespace

void collect_skipped_members(CollectContext& context, const std::vector<clang::SourceRange>& ranges) {
  struct Members {
    clang::SourceLocation first;
    NamedMembers named;
  };
  llvm::DenseSet<clang::SourceLocation> understood;
  bool is_asked = false;
  llvm::MapVector<clang::FileID, Members> files;
  for (const clang::SourceRange& range : ranges) {
    std::vector<clang::Token> tokens = tokens_of(context, range);
    if (tokens.empty()) continue;
    const clang::FileID file = context.sources.getFileID(range.getBegin());
    if (range.getBegin() == context.sources.getLocForStartOfFile(file)) { // the whole file: the unit has errors
      if (!is_asked) UnderstoodMembers(context, understood).TraverseDecl(context.ast.getTranslationUnitDecl());
      is_asked = true;
      for (clang::Token& token : tokens) // a word, but no name any more
        if (understood.contains(token.getLocation())) token.setKind(clang::tok::unknown);
    }
    Members& members = files[file];
    if (members.first.isInvalid()) members.first = range.getBegin();
    add_members_used(tokens, members.named);
  }
  for (auto& [file, members] : files) {
    if (members.named.read.empty() && members.named.given.empty()) continue;
    add_declarations(raw_tokens(context.sources.getBufferData(file)), members.named);
    write_members_left_out(context.table, context.location_of(members.first), members.named);
  }
}

} // namespace plumbline
