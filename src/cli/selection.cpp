#include "cli/selection.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/GlobPattern.h>

#include <algorithm>

namespace plumbline {

static llvm::Error no_such_check(llvm::StringRef name) {
  llvm::StringRef closest;
  unsigned distance = ~0u;
  for (const RegisteredCheck& registered : all_checks()) {
    const unsigned edits = name.edit_distance(registered.name);
    if (edits < distance) closest = registered.name, distance = edits;
  }
  std::string message = "no check is named '" + name.str() + "'";
  if (distance <= name.size() / 2) message += "; did you mean '" + closest.str() + "'?";
  return llvm::createStringError(message + " (`plumbline checks` lists them)");
}

llvm::Expected<RegisteredCheck> find_check(llvm::StringRef name) {
  for (const RegisteredCheck& registered : all_checks())
    if (registered.name == std::string_view(name)) return registered;
  return no_such_check(name);
}

static llvm::Error apply_glob(llvm::StringRef glob, Settings& settings) {
  const bool enabled = !glob.consume_front("-");
  llvm::Expected<llvm::GlobPattern> pattern = llvm::GlobPattern::create(glob);
  if (!pattern)
    return llvm::createStringError("--checks: '" + glob.str() + "': " + llvm::toString(pattern.takeError()));
  bool matched = false;
  for (const RegisteredCheck& registered : all_checks()) {
    if (!pattern->match(registered.name)) continue;
    settings.checks[std::string(registered.name)].enabled = enabled;
    matched = true;
  }
  return matched ? llvm::Error::success() : no_such_check(glob);
}

llvm::Expected<std::vector<RegisteredCheck>> select_checks(const std::vector<std::string>& globs, Settings& settings) {
  if (!globs.empty() && !llvm::StringRef(globs.front()).starts_with("-"))
    for (const RegisteredCheck& registered : all_checks())
      settings.checks[std::string(registered.name)].enabled = false;
  for (const std::string& glob : globs)
    if (llvm::Error error = apply_glob(glob, settings)) return error;
  std::vector<RegisteredCheck> selected;
  for (const RegisteredCheck& registered : all_checks()) {
    const auto found = settings.checks.find(std::string(registered.name));
    if (found == settings.checks.end() || found->second.enabled) selected.push_back(registered);
  }
  return selected;
}

} // namespace plumbline
