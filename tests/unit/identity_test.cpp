#include "audit/identity.h"

#include "sample_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline {

TEST(NormalisedSource, IsTheSameForEveryFormatting) {
  const std::string expected = "std : : chrono : : seconds ( 5 )";
  EXPECT_EQ(normalised_source("std::chrono::seconds(5)"), expected);
  EXPECT_EQ(normalised_source("  std::chrono::seconds( // five\n\t5 /* s */ )\r\n"), expected);
  EXPECT_EQ(normalised_source("std::chrono::\\\nseconds(5)"), expected);
}

TEST(NormalisedSource, KeepsLiteralsWhole) {
  EXPECT_EQ(normalised_source("1'000ms+0x1F"), "1'000ms + 0x1F");
  EXPECT_EQ(normalised_source("1.5e-3+2"), "1.5e-3 + 2");
  EXPECT_EQ(normalised_source(R"(f("a  // b", 'x'))"), R"(f ( "a  // b" , 'x' ))");
  EXPECT_EQ(normalised_source("R\"x(a  \n )\" )x\"+L\"b  c\""), "R\"x(a  \n )\" )x\" + L\"b  c\"");
  EXPECT_EQ(normalised_source("a 'b\nc"), "a 'b c") << "an apostrophe that is never closed ends with its line";
}

TEST(NormalisedSource, DropsCommentsAndNothingElse) {
  EXPECT_EQ(normalised_source("a // b \\\n still the comment\nc"), "a c");
  EXPECT_EQ(normalised_source("a /* b"), "a");
  EXPECT_EQ(normalised_source("a / b"), "a / b");
  EXPECT_EQ(normalised_source(""), "");
}

static std::string fingerprint(const Finding& finding) { return fingerprint_of(parts_of({finding}).front()); }

TEST(Fingerprint, IgnoresLinesFormattingAndWords) {
  const Finding finding = sample_finding("hard-coded-duration", "literal", "a.cpp", 4);
  Finding moved = finding;
  moved.place = {"a.cpp", 90, 1, 90, 5};
  moved.source_text = " 5s /* why */";
  moved.line_text = "something.else(5s);";
  moved.message = "said in another way";
  moved.value = "5000 ms";
  moved.uses = 12;
  EXPECT_EQ(fingerprint(finding), fingerprint(moved));
  EXPECT_THAT(fingerprint(finding), testing::MatchesRegex("[0-9a-f]{32}"));
}

TEST(Fingerprint, TellsEveryIngredientApart) {
  const Finding finding = sample_finding("hard-coded-duration", "literal", "a.cpp", 4);
  std::vector<Finding> others(6, finding);
  others[0].check = "hard-coded-limit";
  others[1].kind = "named";
  others[2].place.path = "b.cpp";
  others[3].entity = "demo::other";
  others[4].owner = "demo::Other";
  others[5].source_text = "6s";
  for (const Finding& other : others) EXPECT_NE(fingerprint(finding), fingerprint(other));

  Finding shifted = finding; // the same letters, divided otherwise
  shifted.entity = "demo::pollx";
  Finding divided = finding;
  divided.owner = "xdemo::Worker";
  EXPECT_NE(fingerprint(shifted), fingerprint(divided));
}

TEST(Fingerprint, NumbersEqualsInTheOrderOfTheFile) {
  const Finding first = sample_finding("hard-coded-duration", "literal", "a.cpp", 4);
  Finding second = first, elsewhere = first;
  second.place.line = second.place.end_line = 9;
  elsewhere.place.path = "b.cpp";
  std::vector<Finding> forward{first, second, elsewhere}, backward{elsewhere, second, first};
  set_fingerprints(forward);
  set_fingerprints(backward);
  EXPECT_NE(forward[0].fingerprint, forward[1].fingerprint);
  EXPECT_EQ(forward[0].fingerprint, backward[2].fingerprint);
  EXPECT_EQ(forward[1].fingerprint, backward[1].fingerprint);

  std::vector<Finding> without_other_file{first, second};
  set_fingerprints(without_other_file);
  EXPECT_EQ(forward[1].fingerprint, without_other_file[1].fingerprint) << "a new file must not rename the others";
}

} // namespace plumbline
