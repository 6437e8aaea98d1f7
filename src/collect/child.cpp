#include "collect/child.h"
#include "collect/message.h"
#include "collect/pool.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/Errno.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <limits>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace plumbline {

static constexpr std::size_t kept_messages = 8192;
static constexpr int not_started = 127; // as in the shell

// Sanitizers reserve terabytes of address space for themselves.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
static constexpr bool sanitized = true;
#else
static constexpr bool sanitized = false;
#endif

// A pipe whose ends close on exec, and are none of the standard descriptors (which the parent may have closed).
static bool make_pipe(int (&ends)[2]) {
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  for (int& end : ends)
    if (end <= STDERR_FILENO) {
      int higher = fcntl(end, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
      close(end);
      end = higher;
    }
  return ends[0] >= 0 && ends[1] >= 0;
}

static void limit(int resource, rlim_t value) {
  rlimit limits{value, value};
  setrlimit(resource, &limits);
}

std::string Child::start() {
  int to[2] = {-1, -1}, from[2] = {-1, -1}, error[2] = {-1, -1};
  auto close_both = [](int (&ends)[2]) {
    for (int end : ends)
      if (end >= 0) close(end);
  };
  auto fail = [&](const char* what) {
    std::string reason = std::string("no worker process could be started: ") + what + ": " + llvm::sys::StrError();
    close_both(to), close_both(from), close_both(error);
    return reason;
  };
  if (!make_pipe(to) || !make_pipe(from) || !make_pipe(error)) return fail("pipe");
  char name[] = "plumbline", verb[] = "worker";
  char* arguments[] = {name, verb, nullptr};
  pid_t parent = getpid();
  process = fork();
  if (process < 0) {
    process = 0;
    return fail("fork");
  }
  if (process == 0) {
    // Only calls that are safe between fork and exec in a process with threads.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(0);
    dup2(to[0], STDIN_FILENO);
    dup2(from[1], STDOUT_FILENO);
    dup2(error[1], STDERR_FILENO);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    limit(RLIMIT_CORE, 0);
    if (options.memory_bytes != 0 && !sanitized) limit(RLIMIT_AS, options.memory_bytes);
    execv(options.executable.c_str(), arguments);
    const char* why = strerrordesc_np(errno);
    if (why && write(STDERR_FILENO, why, std::strlen(why)) < 0) _exit(not_started);
    _exit(not_started);
  }
  close(to[0]), close(from[1]), close(error[1]);
  requests = to[1], responses = from[0], messages = error[0];
  for (int descriptor : {requests, responses, messages}) fcntl(descriptor, F_SETFL, O_NONBLOCK);
  answers = 0;
  last_messages.clear();
  return "";
}

void Child::close_all() {
  for (int* descriptor : {&requests, &responses, &messages})
    if (*descriptor >= 0) close(std::exchange(*descriptor, -1));
}

int Child::reap(bool kill_first) {
  if (kill_first) kill(process, SIGKILL);
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  process = 0;
  return status;
}

// Not pidfd_open(): glibc 2.36 declares it without C linkage. -1 on a kernel before 5.3.
static int descriptor_of(pid_t process) { return static_cast<int>(syscall(SYS_pidfd_open, process, 0)); }

void Child::stop() {
  if (!running()) return;
  close_all();                                         // the worker reads the end of its input
  pollfd ending = {descriptor_of(process), POLLIN, 0}; // readable when the process has ended
  // A negative time would be for ever (poll(2)).
  const std::chrono::milliseconds farewell = std::max(options.farewell, std::chrono::milliseconds(0));
  const bool ended = ending.fd >= 0 && poll(&ending, 1, static_cast<int>(farewell.count())) > 0;
  if (ending.fd >= 0) close(ending.fd);
  reap(/*kill_first=*/!ended);
}

void Child::read_messages() {
  char buffer[4096];
  ssize_t got;
  while ((got = read(messages, buffer, sizeof buffer)) > 0) {
    last_messages.append(buffer, static_cast<std::size_t>(got));
    if (last_messages.size() > 2 * kept_messages) last_messages.erase(0, last_messages.size() - kept_messages);
  }
  if (got == 0) close(std::exchange(messages, -1));
}

std::string Child::death(int status) const {
  llvm::StringRef said = llvm::StringRef(last_messages).rtrim();
  llvm::StringRef last_line = said.substr(said.find_last_of('\n') + 1).trim();
  if (said.contains("out of memory") || said.contains("bad_alloc") || said.contains("Cannot allocate memory"))
    return "ran out of memory";
  if (WIFEXITED(status) && WEXITSTATUS(status) == not_started)
    return ("the worker process could not be started: " + last_line).str();
  // The line that LLVM prints when it ends by itself says more than the signal; stack traces say nothing here.
  std::size_t fatal = said.rfind("LLVM ERROR: ");
  std::string quoted = fatal == llvm::StringRef::npos ? "" : (" (" + said.substr(fatal).split('\n').first + ")").str();
  if (WIFSIGNALED(status))
    return "Clang crashed (signal " + std::to_string(WTERMSIG(status)) + ") while parsing" + quoted;
  return "the worker process ended (exit status " + std::to_string(WEXITSTATUS(status)) + ") while parsing" + quoted;
}

Child::Outcome Child::exchange(const std::string& request, std::chrono::milliseconds patience, std::string& response,
                               std::string& trouble) {
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::now() + patience;
  std::string out = framed(request), in;
  std::size_t sent = 0;
  char buffer[65536];
  auto died = [&](bool kill_first) {
    int status = reap(kill_first);
    if (messages >= 0) read_messages();
    close_all();
    trouble = death(status);
    return Outcome::died;
  };
  for (;;) {
    std::chrono::milliseconds left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      reap(/*kill_first=*/true);
      close_all();
      return Outcome::timed_out;
    }
    // Negative descriptors are ignored by poll.
    pollfd watched[] = {{responses, POLLIN, 0}, {messages, POLLIN, 0}, {sent < out.size() ? requests : -1, POLLOUT, 0}};
    int timeout = static_cast<int>(std::min<std::int64_t>(left.count(), std::numeric_limits<int>::max()));
    if (poll(watched, 3, timeout) < 0 && errno != EINTR) return died(true);
    if (watched[1].revents != 0) read_messages();
    if (watched[2].revents != 0) {
      // The thread blocks SIGPIPE (see pool.cpp), so a dead worker is an error here, and found below.
      ssize_t put = write(requests, out.data() + sent, out.size() - sent);
      if (put > 0)
        sent += static_cast<std::size_t>(put);
      else if (put < 0 && errno != EAGAIN && errno != EINTR)
        sent = out.size();
    }
    if (watched[0].revents == 0) continue;
    ssize_t got = read(responses, buffer, sizeof buffer);
    if (got == 0) return died(false);
    if (got < 0 && errno != EAGAIN && errno != EINTR) return died(true);
    if (got > 0) in.append(buffer, static_cast<std::size_t>(got));
    if (in.size() < frame_header) continue;
    std::uint64_t size = ByteReader(in).hash();
    if (size > largest_frame || in.size() > frame_header + size) return died(true);
    if (in.size() < frame_header + size) continue;
    response = in.substr(frame_header);
    ++answers;
    return Outcome::answered;
  }
}

} // namespace plumbline
