// Code that the preprocessor leaves out in this build: what happens only there happens for other people. Findings that
// say "nobody does this" have to look.
#pragma once

#include "collect/context.h"

#include <clang/Lex/PPCallbacks.h>
#include <llvm/ADT/StringSet.h>

namespace plumbline {

// Remembers the ranges between `#if` and `#else`, `#elif` or `#endif` that were left out.
class SkippedCollector : public clang::PPCallbacks {
 public:
  explicit SkippedCollector(std::vector<clang::SourceRange>& ranges) : ranges(ranges) {}
  void SourceRangeSkipped(clang::SourceRange range, clang::SourceLocation) override { ranges.push_back(range); }

 private:
  std::vector<clang::SourceRange>& ranges;
};

// The identifiers there, in our files, that may be values: not what only a `case` or a comparison names. Costs one pass
// of the lexer over the text that was left out.
llvm::StringSet<> names_left_out(CollectContext& context, const std::vector<clang::SourceRange>& ranges);

// The same of a whole text, which ends in a zero.
llvm::StringSet<> values_named_in(llvm::StringRef text);

// A unit with errors: Clang drops statements that it does not understand, and nobody knows which. The whole main file
// may name what they did.
void add_lost(const CollectContext& context, std::vector<clang::SourceRange>& ranges);

} // namespace plumbline
