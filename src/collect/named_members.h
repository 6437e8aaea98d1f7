// Which members code reads, by its text alone: of code that is not compiled here, nothing else is known.
#pragma once

#include <clang/Lex/Token.h>
#include <llvm/ADT/StringRef.h>

#include <set>
#include <string>
#include <vector>

namespace plumbline {

// `x->name` and `x.name` read a member of that name unless it is assigned to, or only goes back to its like
// (`a->name = b->name`); so do `&Record::name` and `offsetof(struct record, name)`. The tokens are raw, as a lexer
// gives them that has no preprocessor.
void add_members_read(const std::vector<clang::Token>& tokens, std::set<std::string>& names);

// The same for a whole file. A zero byte must stand behind the text.
std::set<std::string> members_read_in(llvm::StringRef text);

} // namespace plumbline
