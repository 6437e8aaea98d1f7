// Which names each of our files takes from another: how much an include is used, and what is used without one.
#pragma once

#include "collect/context.h"

#include <clang/Lex/Preprocessor.h>

namespace plumbline {

// Walks our declarations with Clang's indexer, the one that clangd and Xcode answer "find references" with.
void collect_mentions(CollectContext& context, clang::Preprocessor& preprocessor);

} // namespace plumbline
