// Who looked at a text before it is parsed, so that only digits get there.
#pragma once

#include <clang/AST/Expr.h>

#include <vector>

namespace plumbline::unvalidated_config {

// `if (!is_number(text)) throw …; port = atoi(text);`: somebody looks at the text instead of the result, and minds. In
// `if (isdigit(*text)) return atoi(text); …; return -1;` it is what else the text may be that is minded. `around`: the
// statements around the call, from the outside in.
bool is_vetted(const clang::CallExpr& parse, const clang::FunctionDecl& function,
               const std::vector<const clang::Stmt*>& around);

// `if (isxdigit(p[1]) && isxdigit(p[2])) *to++ = strtol(hex, nullptr, 16);`: a piece of a text's encoding, one by one.
bool decodes_escape(const clang::CallExpr& parse, const std::vector<const clang::Stmt*>& around);

} // namespace plumbline::unvalidated_config
