// A check's page is also `plumbline explain` and the help in SARIF: each has the same headings, in the same order.
#include "check.h"

#include <gtest/gtest.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/ADT/StringRef.h>

#include <string>
#include <vector>

namespace plumbline {

static std::vector<std::string> headings_of(llvm::StringRef page) {
  std::vector<std::string> headings;
  bool in_code = false;
  llvm::SmallVector<llvm::StringRef> lines;
  page.split(lines, '\n');
  for (const llvm::StringRef line : lines) {
    if (line.starts_with("```")) in_code = !in_code;
    if (!in_code && (line.starts_with("# ") || line.starts_with("## "))) headings.push_back(line.str());
  }
  EXPECT_FALSE(in_code) << "a code block is not closed";
  return headings;
}

TEST(Pages, HaveTheSameHeadings) {
  ASSERT_FALSE(all_checks().empty());
  for (const RegisteredCheck& registered : all_checks()) {
    const std::vector<std::string> expected{"# " + std::string(registered.name),
                                            "## What it finds",
                                            "## Why it matters",
                                            "## Example",
                                            "## Better",
                                            "## When to leave it",
                                            "## Options",
                                            "## Limits"};
    EXPECT_EQ(headings_of(registered.page), expected) << registered.name;
  }
}

// `plumbline checks` and SARIF's shortDescription show the title as one line.
TEST(Pages, EveryCheckHasATitleOfOneLine) {
  for (const RegisteredCheck& registered : all_checks()) {
    EXPECT_FALSE(registered.check->title.empty()) << registered.name;
    EXPECT_EQ(registered.check->title.find('\n'), std::string_view::npos) << registered.name;
  }
}

} // namespace plumbline
