// Which enumerators are numbers rather than choices.
#include "collect/constants.h"
#include "collect/lower.h"
#include "facts/words.h"
#include "program/names.h"

#include <clang/AST/Decl.h>

namespace plumbline {

static bool names_a_span(std::string_view enumeration) {
  Meaning meaning = meaning_of(enumeration, TypeClass::integer);
  return meaning.dimension == Dimension::duration && meaning.strong;
}

// enum { REJECT = 0, ACCEPT = 1, PENDING = 2 }: each has the next number, so they are choices without a name.
static bool is_numbered(const clang::EnumDecl& enumeration) {
  constexpr unsigned several = 3;
  unsigned count = 0;
  std::int64_t previous = 0;
  for (const clang::EnumConstantDecl* enumerator : enumeration.enumerators()) {
    const std::int64_t value = saturated(enumerator->getInitVal());
    if (count++ > 0 && value != previous + 1) return false;
    previous = value;
  }
  return count >= several;
}

// Enumerators of an unnamed enumeration are how constants were written before constexpr. Those of a named one are
// choices, unless their value is neither a number in a row (TIMEOUT = 4 behind FAILED = 3) nor a flag.
bool is_quantity(const clang::EnumConstantDecl& enumerator) {
  const clang::EnumDecl* enumeration = llvm::dyn_cast<clang::EnumDecl>(enumerator.getDeclContext());
  if (!enumeration) return false;
  if (!enumeration->getIdentifier() && !enumeration->getTypedefNameForAnonDecl()) return !is_numbered(*enumeration);
  if (unit_of_name(std::string_view(enumerator.getName()))) return true;
  // enum class Timeout { Short = 100 }: numbers of what the type is called.
  if (enumeration->isScoped() && !names_a_span(std::string_view(enumeration->getName()))) return false;
  llvm::APSInt value = enumerator.getInitVal();
  if (value < 10 || value.isPowerOf2()) return false;
  for (const clang::EnumConstantDecl* other : enumeration->enumerators()) {
    std::int64_t distance = saturated(other->getInitVal()) - saturated(value);
    if (distance == 1 || distance == -1) return false;
  }
  return true;
}

} // namespace plumbline
