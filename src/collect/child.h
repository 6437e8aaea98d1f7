// One worker process as its parent sees it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <sys/types.h>

namespace plumbline {

struct PoolOptions;

class Child {
 public:
  explicit Child(const PoolOptions& options) : options(options) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { stop(); }

  bool running() const { return process > 0; }
  unsigned answered() const { return answers; } // requests, by this process
  // Starts `executable worker` with the limit on its address space. It dies with the calling *thread*. Returns why it
  // could not, or "".
  std::string start();

  enum class Outcome { answered, timed_out, died };
  // Sends one frame and receives one. The process is gone after anything but `answered`, and `trouble` says how it
  // died.
  Outcome exchange(const std::string& request, std::chrono::milliseconds patience, std::string& response,
                   std::string& trouble);
  // Lets it end by itself, or kills it when it has not after the farewell.
  void stop();

 private:
  void close_all();
  int reap(bool kill_first);
  std::string death(int status) const;
  void read_messages();

  const PoolOptions& options;
  pid_t process = 0;
  int requests = -1, responses = -1, messages = -1; // its standard input, output and error
  unsigned answers = 0;
  std::string last_messages; // the end of its standard error
};

} // namespace plumbline
