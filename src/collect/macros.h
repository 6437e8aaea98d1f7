// Object-like macros that spell a number: how constants were written before constexpr, and often still are in headers
// that only other programs use. Macros that the code expands are seen in the AST as well (constants.h).
#pragma once

#include "collect/context.h"

#include <clang/Lex/MacroInfo.h>
#include <clang/Lex/PPCallbacks.h>

namespace plumbline {

// Remembers definitions while preprocessing; write() turns those in our files into facts.
class MacroCollector : public clang::PPCallbacks {
 public:
  explicit MacroCollector(std::vector<const clang::MacroInfo*>& infos, std::vector<std::string>& names)
      : infos(infos), names(names) {}
  void MacroDefined(const clang::Token& name, const clang::MacroDirective* directive) override;

 private:
  std::vector<const clang::MacroInfo*>& infos;
  std::vector<std::string>& names;
};

void collect_macros(CollectContext& context, const std::vector<const clang::MacroInfo*>& infos,
                    const std::vector<std::string>& names);

} // namespace plumbline
