#include "cli/environment.h"

#include <cstdlib>
#include <gtest/gtest.h>

namespace plumbline {

TEST(Environment, NamesTheCacheFolder) {
  setenv("HOME", "/somewhere", 1);
  unsetenv("PLUMBLINE_CACHE_DIR");
  unsetenv("XDG_CACHE_HOME");
  EXPECT_EQ(read_environment().cache_folder, "/somewhere/.cache/plumbline");
  setenv("XDG_CACHE_HOME", "/var/xdg", 1);
  EXPECT_EQ(read_environment().cache_folder, "/var/xdg/plumbline");
  setenv("XDG_CACHE_HOME", "relative", 1);
  EXPECT_EQ(read_environment().cache_folder, "/somewhere/.cache/plumbline");
  setenv("PLUMBLINE_CACHE_DIR", "/own", 1);
  EXPECT_EQ(read_environment().cache_folder, "/own");
  setenv("PLUMBLINE_CACHE_DIR", "", 1);
  EXPECT_EQ(read_environment().cache_folder, "/somewhere/.cache/plumbline");
}

} // namespace plumbline
