// What a type says about time: the duration and time-point types of the standard library, Boost, Abseil, Qt and of
// projects that made their own.
#pragma once

#include "facts/vocabulary.h"

#include <clang/AST/Type.h>

namespace plumbline {

struct TypeTraits {
  TypeClass type_class = TypeClass::other;
  std::int64_t tick = 0;                     // of a duration: nanoseconds per count, -1 if the type does not say
  const clang::RecordDecl* record = nullptr; // behind references, pointers and smart pointers
  bool plural = false;                       // array or container: class and tick are those of the elements
};

// `type` may be dependent (then: other). Looks through references, cv, typedefs, std::atomic, std::optional.
TypeTraits traits_of(clang::QualType type);

// Nanoseconds per count of an integer type that is declared for time: time_t counts seconds, useconds_t microseconds
// (POSIX <sys/types.h>); 0 for others.
std::int64_t tick_of_typedef(clang::QualType type);

// Whether the type is a date, or a point in time that counts whole days: std::chrono::sys_days, year_month_day.
bool is_calendar(clang::QualType type);

// Whether values of the class can be a time span or a limit.
inline bool carries_value(TypeClass type_class) {
  return type_class == TypeClass::integer || type_class == TypeClass::floating || type_class == TypeClass::duration ||
         type_class == TypeClass::time_point;
}

} // namespace plumbline
