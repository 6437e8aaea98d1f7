// Which members code reads, by its text alone: of code that is not compiled here, nothing else is known.
#pragma once

#include <clang/Lex/Token.h>
#include <llvm/ADT/STLFunctionalExtras.h>
#include <llvm/ADT/StringRef.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plumbline {

// `read`: the name in front of a member and the member: `conf` and `port` of `conf->port` and of `list.conf[i].port`;
// the first is "" where no name tells whose member it is, as in `find(x)->port`. `declared`: such a name and the type,
// or one of the names of the type, with which the same text declares it.
struct NamedMembers {
  std::set<std::pair<std::string, std::string>> read, declared;
};

// `x->name` and `x.name` read a member of that name unless it is assigned to, or only goes back to its like
// (`a->name = b->name`); so do `&Record::name` and `offsetof(struct record, name)`. The tokens are raw, as a lexer
// gives them that has no preprocessor.
void add_members_read(const std::vector<clang::Token>& tokens, NamedMembers& members);

// The declarations in the tokens of names that members are read of.
void add_declarations(const std::vector<clang::Token>& tokens, NamedMembers& members);

// Both for a whole file. A zero byte must stand behind the text.
NamedMembers members_read_in(llvm::StringRef text);
std::vector<clang::Token> raw_tokens(llvm::StringRef text);

// Whether the text may read the member of a record. Not if it is the member of something that the text declares with
// another type, or else of something that `is_of_record` says is none: nothing where no such name is known.
bool may_read(const NamedMembers& members, std::string_view record, std::string_view member,
              llvm::function_ref<std::optional<bool>(std::string_view)> is_of_record);

} // namespace plumbline
