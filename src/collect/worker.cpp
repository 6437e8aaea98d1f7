#include "collect/message.h"
#include "collect/pool.h"
#include "facts/encoding.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace plumbline {

// Whether all of it could be read. False at the end of the stream as well.
static bool read_all(int file, char* to, std::size_t size) {
  while (size > 0) {
    ssize_t got = read(file, to, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got, size -= static_cast<std::size_t>(got);
  }
  return true;
}

static bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t put = write(file, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

// A descriptor of our own for what `standard` was, and nothing behind `standard`: Clang prints for some flags, and
// reads for the input "-", and neither may meddle with the frames.
static int detached(int descriptor, int standard, int mode) {
  if (descriptor != standard) return descriptor;
  int own = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  int nothing = open("/dev/null", mode | O_CLOEXEC);
  if (nothing >= 0) {
    dup2(nothing, standard);
    close(nothing);
  }
  return own < 0 ? descriptor : own;
}

int run_worker(int in, int out, const Collector& collector) {
  in = detached(in, STDIN_FILENO, O_RDONLY);
  out = detached(out, STDOUT_FILENO, O_WRONLY);
  std::optional<FileOverlay> overlay;
  for (;;) {
    std::string header(frame_header, '\0');
    if (!read_all(in, header.data(), header.size())) return 0; // the parent is done, or gone
    std::uint64_t size = ByteReader(header).hash();
    if (size > largest_frame) return 1;
    std::string bytes(size, '\0');
    if (!read_all(in, bytes.data(), bytes.size())) return 1;
    std::optional<Request> request = decode_request(bytes);
    if (!request) return 1;
    if (request->overlay) overlay = std::move(request->overlay);
    if (overlay) request->options.overlay = &*overlay;
    if (!write_all(out, framed(encode(collector(request->command, request->options))))) return 1;
  }
}

} // namespace plumbline
