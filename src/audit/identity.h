// What a finding is recognised by across edits (design.md §5 "Identity").
//
// The fingerprint answers "is this the same finding?" for readers who only compare strings: a code-scanning service, a
// suppression list, two JSON reports. It is built from what an edit elsewhere does not touch (check, kind, file,
// entity, owner, the anchor's tokens) and never from lines or counts.
//
// The file's path is one of the ingredients. Without it, equal findings of two files (two `main`s that sleep 5 s, two
// static helpers of one name) could only be told apart by an ordinal over all files, and adding a file that sorts
// earlier would rename the findings of every other: a change in one place must never change identities in another.
// The price is that renaming a file changes its fingerprints. A baseline does not pay it: it matches in stages over the
// ingredients (matching.h), and what it recognises keeps the fingerprint that it had.
// The ordinal counts equals within one file, so it too depends on that file only.
#pragma once

#include "audit/finding.h"

#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// How fingerprints are made, and what goes into them. A baseline remembers which one its own come from.
inline constexpr std::string_view fingerprint_algorithm = "plumbline/v1";

// The ingredients of a fingerprint, and of the staged matching.
struct FingerprintParts {
  std::string check, kind, path, entity, owner;
  std::string text;     // normalised_source() of the anchor
  std::string context;  // normalised_source() of the whole line: no ingredient, because reformatting changes it; tells
                        // equals apart when a neighbour was added between them and their ordinals shifted
  unsigned ordinal = 0; // among findings whose other ingredients are equal, in the file's order, from 0
};

// C++ source as its tokens with single spaces between them and without comments: equal for any formatting. Each mark of
// punctuation is a token (`>>` equals `> >`); literals are kept as written, but "a" "b" is "ab"; raw strings are whole.
std::string normalised_source(std::string_view source);

// The parts of each finding, in the order of `findings`; which order that is does not matter to the result.
std::vector<FingerprintParts> parts_of(const std::vector<Finding>& findings);

// 32 hex digits: 128 bits of BLAKE3 over the length-prefixed ingredients and the algorithm's version.
std::string fingerprint_of(const FingerprintParts& parts);

// Fills in Finding::fingerprint.
void set_fingerprints(std::vector<Finding>& findings);

} // namespace plumbline
