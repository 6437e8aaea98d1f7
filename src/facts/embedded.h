// Files that the build puts into the binary (cmake/embed.cmake).
#pragma once

#include <span>
#include <string_view>

namespace plumbline {

struct EmbeddedFile {
  std::string_view name; // without folders
  std::string_view bytes;
};

std::span<const EmbeddedFile> embedded_templates(); // templates/*.mustache

} // namespace plumbline
