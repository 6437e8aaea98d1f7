// Which members code uses, by its text alone: of code that is not compiled here, nothing else is known.
#pragma once

#include "program/members_elsewhere.h"

#include <clang/Lex/Token.h>
#include <llvm/ADT/StringRef.h>

#include <vector>

namespace plumbline {

// `x->name` and `x.name` read a member of that name unless it is assigned to, or only goes back to its like
// (`a->name = b->name`); so do `&Record::name` and `offsetof(struct record, name)`, which may as well give it a value,
// as
// `&x->name` and an assignment of anything but a literal do. The tokens are raw, as a lexer gives them that has no
// preprocessor.
void add_members_used(const std::vector<clang::Token>& tokens, NamedMembers& members);

// The declarations in the tokens of names that members are named of.
void add_declarations(const std::vector<clang::Token>& tokens, NamedMembers& members);

// All declarations in the tokens.
void add_all_declarations(const std::vector<clang::Token>& tokens, NamedMembers& members);

// What a whole file uses, and declares of it. A zero byte must stand behind the text.
NamedMembers members_used_in(llvm::StringRef text);
std::vector<clang::Token> raw_tokens(llvm::StringRef text);

} // namespace plumbline
