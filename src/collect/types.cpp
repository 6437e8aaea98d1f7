#include "collect/types.h"
#include "facts/words.h"

#include <clang/AST/DeclTemplate.h>
#include <llvm/ADT/StringSet.h>
#include <llvm/ADT/StringSwitch.h>

#include <numeric>

namespace plumbline {

// Nanoseconds per count of std::chrono::duration<Rep, std::ratio<N, D>> and its Boost twin.
static std::int64_t tick_of_ratio(const clang::ClassTemplateSpecializationDecl& duration) {
  if (duration.getTemplateArgs().size() < 2) return -1;
  const clang::TemplateArgument& period = duration.getTemplateArgs()[1];
  if (period.getKind() != clang::TemplateArgument::Type) return -1;
  const clang::CXXRecordDecl* record = period.getAsType()->getAsCXXRecordDecl();
  const clang::ClassTemplateSpecializationDecl* ratio =
      llvm::dyn_cast_or_null<clang::ClassTemplateSpecializationDecl>(record);
  if (!ratio || ratio->getTemplateArgs().size() < 2) return -1;
  const clang::TemplateArgument& numerator = ratio->getTemplateArgs()[0];
  const clang::TemplateArgument& denominator = ratio->getTemplateArgs()[1];
  if (numerator.getKind() != clang::TemplateArgument::Integral ||
      denominator.getKind() != clang::TemplateArgument::Integral)
    return -1;
  std::int64_t n = numerator.getAsIntegral().getExtValue(), d = denominator.getAsIntegral().getExtValue();
  if (d <= 0 || n <= 0) return -1;
  if (d == 1) return n * second;
  return d <= second && second % d == 0 ? n * (second / d) : -1;
}

// A class that holds one time span, by its name: "Duration", "MonoDelta", "TimeDelta", "time_duration", "Milliseconds".
static std::int64_t tick_of_class_name(llvm::StringRef name) {
  std::vector<std::string> words = words_of(std::string_view(name));
  if (words.empty()) return 0;
  const std::string& last = words.back();
  if (last == "duration" || last == "timespan") return -1;
  bool timely =
      words.size() > 1 &&
      llvm::StringSwitch<bool>(words[words.size() - 2]).Cases({"time", "mono", "monotonic"}, true).Default(false);
  if (timely && (last == "delta" || last == "span" || last == "interval")) return -1;
  if (words.size() <= 2) // "Seconds", "fc::microseconds", "TMilliseconds", but not "LeapSecondsTable" or "Minute"
    if (std::int64_t unit = unit_of_word(last); unit && last.size() > 4 && last.ends_with("s")) return unit;
  return 0;
}

static bool is_time_point_name(llvm::StringRef name) {
  std::vector<std::string> words = words_of(std::string_view(name));
  if (words.empty()) return false;
  const std::string& last = words.back();
  std::string_view before = words.size() > 1 ? std::string_view(words[words.size() - 2]) : std::string_view();
  return (last == "point" && before == "time") || last == "timestamp" || last == "timepoint" || name == "ptime" ||
         (last == "time" && (before == "mono" || before == "date" || before == "system" || before == "steady"));
}

static bool is_smart_pointer(llvm::StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases(
          {"shared_ptr", "unique_ptr", "weak_ptr", "scoped_refptr", "intrusive_ptr", "scoped_ptr", "reference_wrapper"},
          true)
      .Default(false);
}

static bool is_transparent(llvm::StringRef name) { // a value wrapped in one of these is still that value
  return llvm::StringSwitch<bool>(name)
      .Cases({"atomic", "__atomic_base", "optional", "expected", "StatusOr", "Result", "Optional"}, true)
      .Default(false);
}

static bool is_container(llvm::StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases({"vector", "array", "initializer_list", "deque", "list", "set", "span"}, true)
      .Default(false);
}

static TypeTraits traits_of_record(const clang::RecordDecl& record, unsigned depth);

static TypeTraits traits_of_type(clang::QualType type, unsigned depth) {
  TypeTraits traits;
  if (type.isNull() || depth > 4) return traits;
  type = type.getNonReferenceType().getCanonicalType().getUnqualifiedType();
  if (const clang::ArrayType* array = type->getAsArrayTypeUnsafe()) {
    traits = traits_of_type(array->getElementType(), depth + 1);
    if (array->getElementType()->isAnyCharacterType()) traits.type_class = TypeClass::text;
    traits.plural = true;
    return traits;
  }
  if (type->isBooleanType()) return traits.type_class = TypeClass::boolean, traits;
  if (type->isPointerType()) {
    clang::QualType pointee = type->getPointeeType();
    if (pointee->isAnyCharacterType()) return traits.type_class = TypeClass::text, traits;
    if (pointee->isFunctionType()) return traits.type_class = TypeClass::callable, traits;
    return traits_of_type(pointee, depth + 1);
  }
  if (type->isEnumeralType()) return traits; // a choice, not a quantity
  if (type->isIntegerType()) return traits.type_class = TypeClass::integer, traits;
  if (type->isRealFloatingType()) return traits.type_class = TypeClass::floating, traits;
  if (const clang::RecordDecl* record = type->getAsRecordDecl()) return traits_of_record(*record, depth);
  return traits;
}

static TypeTraits traits_of_record(const clang::RecordDecl& record, unsigned depth) {
  TypeTraits traits;
  traits.record = &record;
  if (!record.getIdentifier()) {
    const clang::CXXRecordDecl* cxx = llvm::dyn_cast<clang::CXXRecordDecl>(&record);
    if (cxx && cxx->isLambda())
      traits.type_class = TypeClass::callable;
    else
      traits.type_class = TypeClass::record;
    return traits;
  }
  llvm::StringRef name = record.getName();
  const clang::ClassTemplateSpecializationDecl* specialization =
      llvm::dyn_cast<clang::ClassTemplateSpecializationDecl>(&record);
  auto first_argument = [&]() -> clang::QualType {
    if (!specialization || specialization->getTemplateArgs().size() == 0) return {};
    const clang::TemplateArgument& argument = specialization->getTemplateArgs()[0];
    return argument.getKind() == clang::TemplateArgument::Type ? argument.getAsType() : clang::QualType();
  };
  if (specialization && is_smart_pointer(name)) return traits_of_type(first_argument(), depth + 1);
  if (specialization && is_transparent(name)) {
    TypeTraits inner = traits_of_type(first_argument(), depth + 1);
    return inner.type_class == TypeClass::other ? traits : inner;
  }
  if (specialization && is_container(name)) {
    TypeTraits inner = traits_of_type(first_argument(), depth + 1);
    inner.plural = true;
    return inner;
  }
  if (name == "duration" && specialization && record.getDeclContext()->getParent()) {
    traits.type_class = TypeClass::duration;
    traits.tick = tick_of_ratio(*specialization);
    return traits;
  }
  if (name == "basic_string" || name == "basic_string_view" || name == "string" || name == "QString" ||
      name == "StringPiece" || name == "Slice")
    return traits.type_class = TypeClass::text, traits;
  if (name == "function" || name == "move_only_function") return traits.type_class = TypeClass::callable, traits;
  if (name == "timeval" || name == "timespec" || name == "__timeval" || name == "__kernel_timespec")
    return traits.type_class = TypeClass::duration, traits.tick = -1, traits;
  if (name == "time_point" || is_time_point_name(name)) return traits.type_class = TypeClass::time_point, traits;
  if (name == "Time" && record.getDeclContext()->isNamespace() &&
      llvm::cast<clang::NamedDecl>(record.getDeclContext())->getName() == "absl")
    return traits.type_class = TypeClass::time_point, traits;
  // boost::posix_time::time_duration and its builders seconds, milliseconds … derive from each other.
  if (std::int64_t tick = tick_of_class_name(name))
    return traits.type_class = TypeClass::duration, traits.tick = tick, traits;
  traits.type_class = TypeClass::record;
  return traits;
}

TypeTraits traits_of(clang::QualType type) { return traits_of_type(type, 0); }

std::int64_t tick_of_typedef(clang::QualType type) {
  while (const clang::TypedefType* alias = type.getNonReferenceType()->getAs<clang::TypedefType>()) {
    llvm::StringRef name = alias->getDecl()->getName();
    if (name == "time_t" || name == "__time_t" || name == "time64_t") return second;
    if (name == "useconds_t" || name == "__useconds_t" || name == "suseconds_t") return microsecond;
    type = alias->getDecl()->getUnderlyingType();
  }
  return 0;
}

bool is_calendar(clang::QualType type) {
  if (type.isNull()) return false;
  const clang::CXXRecordDecl* record = type.getNonReferenceType()->getAsCXXRecordDecl();
  if (!record || !record->getIdentifier()) return false;
  const clang::ClassTemplateSpecializationDecl* specialization =
      llvm::dyn_cast<clang::ClassTemplateSpecializationDecl>(record);
  if (record->getName() == "time_point" && specialization && specialization->getTemplateArgs().size() > 1 &&
      specialization->getTemplateArgs()[1].getKind() == clang::TemplateArgument::Type)
    return traits_of(specialization->getTemplateArgs()[1].getAsType()).tick >= day;
  return llvm::StringSwitch<bool>(record->getName())
      .Cases({"year_month_day", "year_month", "year_month_day_last", "year_month_weekday", "month_day"}, true)
      .Cases({"QDate", "QDateTime", "CivilDay", "date"}, true)
      .Default(false);
}

} // namespace plumbline
