// Which classes of types are numbers: what a setting of a span or a limit can be.
#pragma once

#include "facts/vocabulary.h"

namespace plumbline {

constexpr bool is_number(TypeClass type_class) {
  return type_class == TypeClass::integer || type_class == TypeClass::floating || type_class == TypeClass::duration;
}

// The same, or yes and no.
constexpr bool is_number_or_flag(TypeClass type_class) {
  return is_number(type_class) || type_class == TypeClass::boolean;
}

} // namespace plumbline
