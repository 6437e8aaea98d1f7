// What pool and worker send each other: frames of eight bytes of length (little-endian) and as many bytes. A request is
// a command and its options; the overlay comes with the first one only, and holds for the worker's life. A response is
// encode() of the facts. Both ends are the same binary, so the form has no
// version.
#pragma once

#include "collect/collect.h"
#include "facts/binary.h"

#include <optional>

namespace plumbline {

inline constexpr std::size_t frame_header = 8;
// The largest encoding that decode() takes, with room; more means that the other side has lost its mind.
inline constexpr std::uint64_t largest_frame = 1ull << 31;

inline std::string framed(std::string_view bytes) {
  ByteWriter out;
  out.hash(bytes.size());
  out.bytes += bytes;
  return std::move(out.bytes);
}

struct Request {
  CompileCommand command;
  CollectOptions options;             // without the overlay
  std::optional<FileOverlay> overlay; // of a worker's first request, if there is one
};

inline std::string encode_request(const CompileCommand& command, const CollectOptions& options, bool is_first = true) {
  ByteWriter out;
  out.text(command.directory);
  out.text(command.file);
  out.number(command.arguments.size());
  for (const std::string& argument : command.arguments) out.text(argument);
  out.text(options.root);
  out.text(options.resource_directory);
  out.number(options.skip_system_bodies);
  const bool with_overlay = is_first && options.overlay;
  out.number(with_overlay);
  if (!with_overlay) return std::move(out.bytes);
  out.number(options.overlay->files.size());
  for (const auto& [path, bytes] : options.overlay->files) {
    out.text(path);
    out.number(bytes.has_value());
    out.text(bytes.value_or(""));
  }
  return std::move(out.bytes);
}

inline std::optional<Request> decode_request(std::string_view bytes) {
  ByteReader in(bytes);
  Request request;
  request.command.directory = in.text();
  request.command.file = in.text();
  request.command.arguments.resize(in.count());
  for (std::string& argument : request.command.arguments) argument = in.text();
  request.options.root = in.text();
  request.options.resource_directory = in.text();
  request.options.skip_system_bodies = in.number() != 0;
  if (in.number() != 0) {
    request.overlay.emplace();
    for (std::size_t left = in.count(); left > 0 && !in.problem; --left) {
      std::string path(in.text());
      const bool exists = in.number() != 0;
      std::string bytes(in.text());
      request.overlay->files.emplace(std::move(path), exists ? std::optional(std::move(bytes)) : std::nullopt);
    }
  }
  if (in.problem || in.left() != 0) return std::nullopt;
  return request;
}

} // namespace plumbline
