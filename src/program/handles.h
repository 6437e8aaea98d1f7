// Handles of client libraries – connections, transfers, call contexts, futures, sockets – and what limits the calls
// that wait on them.
//
//   wait-call   a call that waits           subject: the function     object: the handle, if it can be named
//   wait-limit  something limits a handle   subject: the handle       object: the function in which that happens
//   wait-edge   a handle goes somewhere     subject: from             object: to
//   wait-option a limiting option is passed to a function of ours     subject: the parameter it is passed to
//   wait-setter a parameter chooses which option is set               subject: the parameter   object: the handle
#pragma once

#include "program/program.h"

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace plumbline {

struct WaitCall {
  EntityId function = EntityId::none, handle = EntityId::none;
  Location location;
  std::string api;                  // condition, future, curl, hiredis, grpc, mysql, socket, asio
  std::string call;                 // as a reader would name it: "results_.get", "curl_easy_perform"
  std::string text, line;           // as written; the whole source line
  EntityId callee = EntityId::none; // a function of the project
  bool foreign = false;    // a future, as another component's function gives it: whoever made it, made it there
  bool asked_once = false; // a condition: an `if` asks before the wait, and nobody after it
};

// `foreign`: the result of another component's function, which says nothing about who limits it. `member`: from what a
// class's method hands out to an object of the class: what the class limits is limited in each, but not the other way.
enum class EdgeKind : std::uint8_t { value = 1, argument, from_result, to_result, foreign, member };

struct HandleEdge {
  EntityId from = EntityId::none, to = EntityId::none;
  EdgeKind kind = EdgeKind::value;
  Location location;
};

void write(FactTable& table, const WaitCall& call);
void write(FactTable& table, const HandleEdge& edge);
void write_wait_limit(FactTable& table, EntityId handle, EntityId function, const Location& location);
void write_wait_option(FactTable& table, EntityId parameter);
void write_wait_setter(FactTable& table, EntityId parameter, EntityId handle);

// How handles travel in the whole program, and which of them something limits. Linear in the facts: a limit spreads
// over each edge once. Handles are told apart by declaration, without order and without telling calls apart.
class Handles {
 public:
  explicit Handles(const Program& program);

  // In order of the units' facts.
  const std::vector<WaitCall>& calls() const { return waits; }
  bool sets_limits(EntityId function) const { return limiting_functions.contains(function); }
  // Whether a limit reaches the handle: set on it, or on everything that it can be. If not, `culprit` becomes the call
  // that passes one without a limit, where there is such a call.
  bool is_limited(EntityId handle, Location& culprit, unsigned depth = 0) const;
  // Whether code that a partial scan left out may limit the handle: it may call, hold, or be passed what the handle
  // comes from.
  bool may_be_limited_elsewhere(EntityId handle) const;
  // A descriptor that an unseen function made: nobody here can know what that one set.
  bool is_foreign(EntityId handle) const;
  // The function whose work a handle stands for, or null.
  const EntityFact* maker_of(EntityId handle) const;

 private:
  std::vector<HandleEdge> edges_to(EntityId node) const;
  std::vector<HandleEdge> edges_from(EntityId node) const;
  void mark(EntityId handle);
  void spread();
  bool outlives(EntityId node) const;
  bool gives_shared(EntityId result) const;

  const Program& program;
  std::vector<WaitCall> waits;
  std::vector<HandleEdge> edges;
  std::unordered_map<EntityId, std::vector<std::uint32_t>> by_from, by_to;
  std::unordered_set<EntityId> limited, limiting_functions;
  std::vector<EntityId> work;
};

} // namespace plumbline
