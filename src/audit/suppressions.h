// Inline comments that ask for silence (design.md §4), and the findings about those that should not be there.
//
//   `plumbline: allow(check[, check]) reason [until 2027-03-01]`    this line; alone on its line: also the next one
//   NOLINT with a list of plumbline's checks, NOLINTNEXTLINE, NOLINTBEGIN … NOLINTEND      as clang-tidy reads them
//
// The date stands at the end, with or without brackets, and is the last day on which the comment holds. NOLINT lists
// may hold other tools' checks, which are ignored, and `plumbline-*`; a list without any plumbline- name is none of
// ours.
#pragma once

#include "audit/audit.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

enum class SuppressionForm { allow, nolint, nolint_next_line, nolint_begin, nolint_end };

struct ParsedSuppression {
  SuppressionForm form = SuppressionForm::allow;
  std::vector<std::string> checks; // as written, without "plumbline-"; globs for the NOLINT forms
  std::string reason;              // for NOLINT: what follows the list, or ""
  std::string until;               // ISO 8601 date, or ""
  std::string defect;              // not empty: malformed, and how
};

// nullopt for a comment that does not speak to plumbline.
std::optional<ParsedSuppression> parse_suppression(std::string_view text);

// A date that exists, written as 2027-03-01.
bool is_iso_date(std::string_view text);

// Gives the findings that a comment speaks for the status `suppressed`, also through their causes, and appends one
// finding (check "suppression"; kinds expired, malformed, needless, unknown-check) for each comment, or each check in
// it, that suppresses nothing. A needless one is not reported where its absence proves nothing: for a check that is
// switched off, in a partial audit, or when `incomplete` says that code was not seen.
void apply_suppressions(std::vector<Finding>& findings, const AuditInput& input, bool incomplete);

} // namespace plumbline
