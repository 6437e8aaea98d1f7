#include "audit/identity.h"

#include "audit/tokens.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/BLAKE3.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace plumbline {

std::string normalised_source(std::string_view source) {
  std::string result;
  for (const Word& word : words_of(source)) {
    if (!result.empty()) result += ' ';
    result += word.text;
  }
  return result;
}

std::vector<FingerprintParts> parts_of(const std::vector<Finding>& findings) {
  std::vector<FingerprintParts> all;
  all.reserve(findings.size());
  for (const Finding& finding : findings)
    all.push_back({finding.check, finding.kind, finding.place.path, finding.entity, finding.owner,
                   normalised_source(finding.source_text), normalised_source(finding.line_text), 0});

  std::vector<std::size_t> in_file_order(findings.size());
  std::iota(in_file_order.begin(), in_file_order.end(), 0);
  std::sort(in_file_order.begin(), in_file_order.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(findings[a].place, a) < std::tie(findings[b].place, b);
  });
  using Key = std::tuple<std::string_view, std::string_view, std::string_view, std::string_view, std::string_view,
                         std::string_view>;
  std::map<Key, unsigned> seen;
  for (std::size_t index : in_file_order) {
    FingerprintParts& parts = all[index];
    parts.ordinal = seen[Key(parts.check, parts.kind, parts.path, parts.entity, parts.owner, parts.text)]++;
  }
  return all;
}

std::string fingerprint_of(const FingerprintParts& parts) {
  llvm::BLAKE3 hasher;
  std::string ordinal = std::to_string(parts.ordinal);
  for (std::string_view ingredient :
       {fingerprint_algorithm, std::string_view(parts.check), std::string_view(parts.kind),
        std::string_view(parts.path), std::string_view(parts.entity), std::string_view(parts.owner),
        std::string_view(parts.text), std::string_view(ordinal)}) {
    hasher.update(std::to_string(ingredient.size()) + ":");
    hasher.update(llvm::StringRef(ingredient));
  }
  llvm::BLAKE3Result<16> digest = hasher.final<16>();
  return llvm::toHex(digest, /*LowerCase=*/true);
}

void set_fingerprints(std::vector<Finding>& findings) {
  std::vector<FingerprintParts> parts = parts_of(findings);
  for (std::size_t i = 0; i < findings.size(); ++i) findings[i].fingerprint = fingerprint_of(parts[i]);
}

} // namespace plumbline
