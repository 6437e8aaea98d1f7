// Code that is at home with what it reads, although it belongs to no config type: by its shape alone.
#pragma once

#include <clang/AST/Decl.h>
#include <clang/Basic/SourceManager.h>

namespace plumbline::ambient_config_read {

// getenv() and its like, of POSIX, Windows, Qt and GLib.
bool reads_environment(const clang::FunctionDecl& callee);

// Whether all that the function does is to give or set something of a variable that its own file declares. In C, such
// functions are what methods of a config type are in C++.
bool is_accessor_of(const clang::FunctionDecl& function, const clang::VarDecl& variable,
                    const clang::SourceManager& sources);

// Whether the function takes over what it is given: `static Params params; … params = *given;`
bool takes_over(const clang::FunctionDecl& function, const clang::VarDecl& variable);

// Whether the function sets the variable up or frees it: globalconf_init(), in the file that defines `globalconf`.
bool keeps_up(const clang::FunctionDecl& function, const clang::VarDecl& variable, const clang::SourceManager& sources);

// Whether the function is a method of a class that says by its name that it reads the environment.
bool is_about_environment(const clang::FunctionDecl& function);

// Whether the function does nothing but take several variables of the environment to where they are kept: it loads
// configuration, though into no config type.
bool only_loads_environment(const clang::FunctionDecl& function);

} // namespace plumbline::ambient_config_read
