// Findings recognised from plain data: the ingredients of identity and the code around.
#include "audit/matching.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline {

using testing::ElementsAre;

// A finding for each `marker` in the source: the text from there to the next ')'.
static std::vector<Matchable> found_in(const std::string& path, const std::string& source, const std::string& marker) {
  std::vector<Place> places;
  std::uint32_t line = 1, column = 1;
  for (std::size_t at = 0; at < source.size(); ++at) {
    if (source.compare(at, marker.size(), marker) == 0)
      places.push_back({path, line, column, line, column + static_cast<std::uint32_t>(marker.size())});
    ++column;
    if (source[at] == '\n') ++line, column = 1;
  }
  const std::vector<Surroundings> around = surroundings_of(places, [&](std::string_view) { return source; });
  std::vector<Matchable> items;
  for (std::size_t i = 0; i < places.size(); ++i)
    items.push_back({FingerprintParts{"check", "kind", path, "wait_ms", "Manager", marker, "", unsigned(i)}, around[i],
                     places[i].line});
  return items;
}

static std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

static std::string worker_loop(const std::string& name) {
  const std::string pattern = R"(
void Manager::NAME_loop(Handle* handle) {
  bool skip_sleeping = false;
  while (!handle->stopping) {
    if (!skip_sleeping) {
      handle->status = Handle::sleeping;
      handle->event.wait_ms(1000);
      handle->event.reset();
      handle->status = Handle::working;
    }
    if (handle->stopping) break;
    skip_sleeping = false;
    std::size_t queue_length = 0;
    std::shared_ptr<Server> target = nullptr;
    {
      std::lock_guard<std::mutex> guard(NAME_queue_lock);
      auto entry = NAME_queue.begin();
      if (entry != NAME_queue.end()) {
        target = *entry;
        NAME_server_set.erase(target);
        NAME_queue.pop_front();
      }
    }
    if (target) target->NAME_in_background(queue_length);
  }
}
)";
  return replaced(pattern, "NAME", name);
}

static bool everything_is_there(const std::string&) { return true; }
static bool nothing_is_there(const std::string&) { return false; }

// Two loops that differ in names only, in the other order, in a class and with types of other names: nothing near the
// constants tells them apart, only that the one speaks of appending and the other of committing.
TEST(Match, TellsTwinLoopsApartByTheNamesAroundThem) {
  const std::string then = worker_loop("append") + worker_loop("commit");
  std::string now = worker_loop("commit") + worker_loop("append");
  now = replaced(replaced(replaced(now, "Server", "renamed_Server"), "Handle", "renamed_Handle"), "Manager", "Head");
  std::vector<Matchable> after = found_in("b.cpp", now, "1000");
  for (Matchable& item : after) item.parts.owner = "Head";
  EXPECT_THAT(match(found_in("a.cpp", then, "1000"), after, nothing_is_there), ElementsAre(1, 0));
}

TEST(Match, PairsEqualsInTheirOrderWhereNamesSayNothing) {
  const std::string one = "f(1000);\n";
  EXPECT_THAT(match(found_in("a.cpp", one + one + one, "1000"), found_in("a.cpp", one + one + one, "1000"),
                    everything_is_there),
              ElementsAre(0, 1, 2));
}

TEST(Match, TakesTheLikelierOfTwoForOne) {
  const std::string then = worker_loop("commit");
  const std::string now = replaced(worker_loop("append") + worker_loop("commit"), "handle", "worker");
  EXPECT_THAT(match(found_in("a.cpp", then, "1000"), found_in("a.cpp", now, "1000"), everything_is_there),
              ElementsAre(no_match, 0));
}

// Of a class that is defined in two files: the first keeps its other function, and nothing around stays the same.
TEST(Match, KnowsAFunctionThatWasMovedToAnotherFile) {
  const std::string other = "void Manager::stop() {\n  flag = true;\n  notify(listeners, stopping);\n}\n";
  const std::string pause = "void Manager::pause() {\n  wait_ms(1000);\n}\n";
  const std::vector<Matchable> then = found_in("a.cpp", other + pause + other, "1000");
  EXPECT_THAT(match(then, found_in("b.cpp", "#include \"b.h\"\n" + pause, "1000"), everything_is_there),
              ElementsAre(0));
  const std::string resume = replaced(pause, "pause", "resume"); // fixed there, and one like it added here
  EXPECT_THAT(match(then, found_in("b.cpp", resume, "1000"), everything_is_there), ElementsAre(no_match));
  // Two copies of one: nobody can say which of them it was.
  std::vector<Matchable> copies = found_in("b.cpp", pause, "1000");
  copies.push_back(found_in("c.cpp", pause, "1000").front());
  EXPECT_THAT(match(then, copies, everything_is_there), ElementsAre(no_match, no_match));
}

TEST(Match, DoesNotTakeOneMainForAnother) {
  std::vector<Matchable> then = found_in("a.cpp", "int main() { wait_ms(1000); }", "1000");
  std::vector<Matchable> now = found_in("b.cpp", "// b\nint main() { wait_ms(1000); }", "1000");
  then[0].parts.owner = now[0].parts.owner = "main";
  then[0].around.before[1] = 1; // more stood before it
  EXPECT_THAT(match(then, now, everything_is_there), ElementsAre(no_match));
}

TEST(Match, KnowsAConstantThatWasMovedToAnotherFile) {
  const std::string line = "constexpr int pause_ms = 1000;";
  std::vector<Matchable> then = found_in("a.cpp", "int a;\n" + line + "\nvoid f();", "1000");
  std::vector<Matchable> now = found_in("b.h", "#pragma once\n" + line + "\n", "1000");
  for (std::vector<Matchable>* each : {&then, &now}) {
    FingerprintParts& parts = each->front().parts;
    parts.entity = "net::pause_ms", parts.owner = "net", parts.context = line;
  }
  EXPECT_THAT(match(then, now, everything_is_there), ElementsAre(0));
  for (std::vector<Matchable>* each : {&then, &now})
    each->front().parts.entity = "usleep"; // not what the line declares
  EXPECT_THAT(match(then, now, everything_is_there), ElementsAre(no_match));
}

// A ring of includes is shown where it is cheapest to cut, and that may be another file tomorrow.
TEST(Match, KnowsARingWhoseCheapestIncludeIsElsewhereNow) {
  std::vector<Matchable> then = found_in("a.h", "#pragma once\n#include \"hub.h\"\nstruct A {};\n", "#include");
  std::vector<Matchable> now = found_in("b.h", "// b\nstruct Before;\n#include \"hub.h\"\nint b();\n", "#include");
  for (std::vector<Matchable>* each : {&then, &now}) {
    FingerprintParts& parts = each->front().parts;
    parts.check = "include-cycle", parts.entity = "hub.h", parts.owner = "", parts.text = "ring through hub . h";
    parts.context = "# include \"hub.h\"";
  }
  EXPECT_THAT(match(then, now, everything_is_there), ElementsAre(0));
  // The hub has moved as well: the file that is included there says that it is the same ring.
  now.front().parts.entity = "other.h", now.front().parts.text = "ring through other . h";
  EXPECT_THAT(match(then, now, everything_is_there), ElementsAre(0));
  // Two that it could be: nobody knows.
  now.push_back(now.front());
  now.back().parts.path = "c.h";
  EXPECT_THAT(match(then, now, everything_is_there), ElementsAre(no_match, no_match));
  // No file in common: another ring.
  now = found_in("far.h", "// far\n#include \"away.h\"\n", "#include");
  now.front().parts.check = "include-cycle", now.front().parts.entity = "other.h";
  now.front().parts.owner = "", now.front().parts.text = "ring through other . h";
  EXPECT_THAT(match(then, now, everything_is_there), ElementsAre(no_match));
}

// File, class and order are new, and the statement stands there twice: nothing around is what it was. What else is said
// of the class, in a file that kept its name, says what the class is called now; and then the class says the file's.
TEST(Match, FollowsAClassWhoseFileWasRenamedWithIt) {
  const std::string reset = "void Manager::reset() {\n  wait_ms(1000);\n}\n";
  const std::string stop = "void Manager::stop() {\n  flag = true;\n  notify(listeners, stopping);\n}\n";
  const std::string use = "void run(Manager& manager) {\n  manager.pause(1000);\n  log(\"paused\");\n}\n";
  std::vector<Matchable> then = found_in("manager.cpp", reset + stop, "1000");
  std::vector<Matchable> now = found_in(
      "head.cpp", replaced(stop + replaced(reset, "wait", "wait_ms(1000);\n  wait"), "Manager", "Head"), "1000");
  for (Matchable& item : now) item.parts.owner = "Head";
  then.push_back(found_in("run.cpp", use, "1000").front());
  now.push_back(found_in("run.cpp", use, "1000").front());
  then.back().parts.entity = "Manager::pause", then.back().parts.owner = "run";
  now.back().parts.entity = "Head::pause", now.back().parts.owner = "run";
  auto all_but_the_manager = [](const std::string& path) { return path != "manager.cpp"; };
  EXPECT_THAT(match(then, now, all_but_the_manager), ElementsAre(0, no_match, 1));
  EXPECT_THAT(match(then, now, everything_is_there), ElementsAre(no_match, no_match, 1)); // fixed there, added here
}

// clang-format breaks strings that are too long.
TEST(Match, DoesNotCareWhereAStringIsBroken) {
  const std::string then = "g(wait(500), \"a long text: %zu\");",
                    now = "g(wait(500),\n  \"a long \"\n  \"text: %zu\");";
  EXPECT_EQ(found_in("a.cpp", then, "500")[0].around, found_in("a.cpp", now, "500")[0].around);
  EXPECT_EQ(normalised_source("f(\"a\" \"b\", 'c' 'd', u8\"e\" \"f\")"),
            normalised_source("f(\"ab\", 'c' 'd', u8\"e\" \"f\")"));
  EXPECT_NE(normalised_source("\"a\", \"b\""), normalised_source("\"ab\""));
}

TEST(Surroundings, ComeBackFromTheirText) {
  const Surroundings around = found_in("a.cpp", worker_loop("x"), "1000")[0].around;
  EXPECT_TRUE(around.known());
  EXPECT_EQ(surroundings_from(text_of(around)), around);
  EXPECT_FALSE(surroundings_from("12"));
  EXPECT_FALSE(surroundings_from(std::string(64, 'x')));
}

} // namespace plumbline
