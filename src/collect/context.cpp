#include "collect/context.h"

#include <clang/AST/Attr.h>
#include <clang/AST/DeclCXX.h>
#include <clang/AST/DeclTemplate.h>
#include <clang/Basic/SourceManager.h>
#include <clang/Index/USRGeneration.h>
#include <clang/Lex/Lexer.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/Support/Path.h>

namespace plumbline {

CollectContext::CollectContext(clang::ASTContext& ast, FactTable& table, std::string root)
    : ast(ast), sources(ast.getSourceManager()), table(table), root(std::move(root)) {}

std::string CollectContext::path_of(clang::FileEntryRef file) const {
  llvm::SmallString<256> path(file.getFileEntry().tryGetRealPathName());
  if (path.empty()) path = file.getName();
  llvm::sys::path::remove_dots(path, true);
  llvm::StringRef rest = path;
  return rest.consume_front(root) && rest.consume_front("/") ? rest.str() : "";
}

llvm::StringRef CollectContext::path_of(clang::FileID file) {
  llvm::DenseMap<clang::FileID, FileInfo>::iterator known = files.find(file);
  if (known != files.end()) return known->second.path;
  FileInfo info;
  bool invalid = false;
  const clang::SrcMgr::SLocEntry& entry = sources.getSLocEntry(file, &invalid);
  if (!invalid && entry.isFile() && entry.getFile().getFileCharacteristic() == clang::SrcMgr::C_User)
    if (clang::OptionalFileEntryRef ref = sources.getFileEntryRefForID(file)) info.path = path_of(*ref);
  return files[file] = std::move(info), files[file].path;
}

bool CollectContext::is_ours(clang::FileID file) { return !path_of(file).empty(); }
bool CollectContext::is_ours(clang::SourceLocation location) {
  return location.isValid() && is_ours(sources.getFileID(sources.getExpansionLoc(location)));
}

Location CollectContext::location_of(clang::SourceRange range) {
  Location location;
  if (range.isInvalid()) return location;
  clang::SourceLocation begin = sources.getSpellingLoc(range.getBegin());
  clang::SourceLocation end = sources.getSpellingLoc(range.getEnd());
  std::pair<clang::FileID, unsigned> at = sources.getDecomposedLoc(begin);
  llvm::StringRef path = path_of(at.first);
  if (path.empty()) return location;
  std::pair<clang::FileID, unsigned> last = sources.getDecomposedLoc(end);
  if (last.first != at.first || last.second < at.second)
    last = at, end = begin; // the other end stands in another macro
  location.file = table.strings.intern(path);
  location.line = sources.getLineNumber(at.first, at.second);
  location.column = sources.getColumnNumber(at.first, at.second);
  unsigned length = clang::Lexer::MeasureTokenLength(end, sources, ast.getLangOpts());
  location.end_line = sources.getLineNumber(last.first, last.second);
  location.end_column = sources.getColumnNumber(last.first, last.second) + length;
  return location;
}

Location CollectContext::location_of(clang::SourceLocation location) {
  return location_of(clang::SourceRange(location, location));
}

Location CollectContext::expansion_of(clang::SourceRange range) {
  if (range.isInvalid()) return {};
  return location_of(clang::SourceRange(sources.getExpansionLoc(range.getBegin()),
                                        sources.getExpansionRange(range.getEnd()).getEnd()));
}

// Clang's text when both ends are in one buffer, else the first token.
std::string CollectContext::text_of(clang::SourceRange range, std::size_t limit) {
  if (range.isInvalid()) return {};
  clang::SourceLocation begin = sources.getSpellingLoc(range.getBegin()), end = sources.getSpellingLoc(range.getEnd());
  if (sources.getFileID(begin) != sources.getFileID(end) || sources.getFileOffset(end) < sources.getFileOffset(begin))
    end = begin;
  llvm::StringRef text =
      clang::Lexer::getSourceText(clang::CharSourceRange::getTokenRange(begin, end), sources, ast.getLangOpts());
  std::string folded;
  for (char c : text) {
    bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\\';
    if (space && c != '\\') {
      if (!folded.empty() && folded.back() != ' ') folded += ' ';
    } else {
      folded += c;
    }
    if (folded.size() >= limit) return folded + "…";
  }
  return folded;
}

std::string CollectContext::line_of(clang::SourceLocation location) {
  std::pair<clang::FileID, unsigned> at = sources.getDecomposedLoc(sources.getSpellingLoc(location));
  bool invalid = false;
  llvm::StringRef buffer = sources.getBufferData(at.first, &invalid);
  if (invalid || at.second > buffer.size()) return {};
  std::size_t begin = buffer.rfind('\n', at.second);
  begin = begin == llvm::StringRef::npos ? 0 : begin + 1;
  if (at.second < begin) begin = at.second;
  llvm::StringRef line = buffer.substr(begin, buffer.find('\n', at.second) - begin).trim();
  return line.take_front(300).str();
}

std::string CollectContext::macro_of(clang::SourceLocation location) {
  if (!location.isMacroID()) return {};
  // A macro argument is spelled where the user wrote it, outside any definition.
  while (location.isMacroID() && sources.isMacroArgExpansion(location))
    location = sources.getImmediateSpellingLoc(location);
  if (!location.isMacroID()) return {};
  return clang::Lexer::getImmediateMacroName(location, sources, ast.getLangOpts()).str();
}

bool CollectContext::is_asserted(clang::SourceLocation location) {
  for (; location.isMacroID(); location = sources.getImmediateMacroCallerLoc(location)) {
    llvm::StringRef macro = clang::Lexer::getImmediateMacroName(location, sources, ast.getLangOpts());
    if (macro.contains_insensitive("assert")) return true;
  }
  return false;
}

const clang::NamedDecl* pattern_of(const clang::NamedDecl* declaration) {
  if (const clang::FunctionDecl* function = llvm::dyn_cast<clang::FunctionDecl>(declaration)) {
    if (const clang::FunctionDecl* pattern = function->getTemplateInstantiationPattern(false))
      return pattern->getCanonicalDecl();
    return function->getCanonicalDecl();
  }
  if (const clang::CXXRecordDecl* record = llvm::dyn_cast<clang::CXXRecordDecl>(declaration)) {
    if (const clang::CXXRecordDecl* pattern = record->getTemplateInstantiationPattern())
      return pattern->getCanonicalDecl();
    return record->getCanonicalDecl();
  }
  if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(declaration))
    if (const clang::VarDecl* pattern = variable->getTemplateInstantiationPattern()) return pattern->getCanonicalDecl();
  return llvm::cast<clang::NamedDecl>(declaration->getCanonicalDecl());
}

EntityId CollectContext::place_id(llvm::StringRef what, const Location& location) {
  if (location.line == 0) return EntityId::none;
  std::string text = what.str();
  text += '|';
  text += table.strings.text(location.file);
  text += '|' + std::to_string(location.line) + '|' + std::to_string(location.column);
  return entity_from_text(text);
}

// Locals, fields and enumerators are defined once, so where they stand identifies them: for instantiations of a
// template, in all translation units, and also where Clang gives no USR. Everything else goes by its USR, with the
// file added where the linkage is internal.
EntityId CollectContext::compute_id(const clang::NamedDecl& declaration) {
  const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(&declaration);
  bool by_place = llvm::isa<clang::FieldDecl, clang::EnumConstantDecl, clang::NonTypeTemplateParmDecl>(declaration) ||
                  (variable && variable->isLocalVarDecl() && !variable->isExternC());
  if (by_place) {
    Location location = expansion_of(declaration.getLocation());
    if (location.line) return place_id(("entity|" + declaration.getNameAsString()), location);
  }
  llvm::SmallString<128> usr;
  if (clang::index::generateUSRForDecl(&declaration, usr)) return EntityId::none;
  std::string text(usr.str());
  // A struct of C has no linkage at all; what a header defines is nevertheless one type for all who include it.
  const clang::RecordDecl* record = llvm::dyn_cast<clang::RecordDecl>(&declaration);
  bool shared =
      record && !llvm::isa<clang::CXXRecordDecl>(record) &&
      !sources.isInMainFile(record->getDefinition() ? record->getDefinition()->getLocation() : record->getLocation());
  if (!declaration.isExternallyVisible() && !shared)
    text += "|" + path_of(sources.getFileID(sources.getExpansionLoc(declaration.getLocation()))).str();
  return entity_from_text(text);
}

EntityId CollectContext::entity(const clang::NamedDecl* declaration) {
  if (!declaration) return EntityId::none;
  llvm::DenseMap<const clang::Decl*, EntityId>::iterator known = ids.find(declaration);
  if (known != ids.end()) return known->second;
  if (const clang::ParmVarDecl* parameter_declaration = llvm::dyn_cast<clang::ParmVarDecl>(declaration)) {
    const clang::FunctionDecl* function = llvm::dyn_cast<clang::FunctionDecl>(parameter_declaration->getDeclContext());
    EntityId id = function ? parameter(function, parameter_declaration->getFunctionScopeIndex()) : EntityId::none;
    return ids[declaration] = id;
  }
  const clang::NamedDecl* pattern = pattern_of(declaration);
  EntityId id = compute_id(*pattern);
  ids[declaration] = id;
  if (id != EntityId::none && described.insert(id).second) write(table, describe(*pattern, id));
  return id;
}

EntityId CollectContext::result(const clang::FunctionDecl* function) {
  EntityId id = entity(function);
  return id == EntityId::none ? id : return_of(id);
}

// Whether the function template's parameter is declared with one of its own template parameters alone: T, const T&,
// T&&, T&&... (the T of vector<T>::push_back(const T&) is the class's, and tells what it takes).
static bool takes_any_type(const clang::FunctionDecl& pattern, unsigned index) {
  const clang::FunctionTemplateDecl* function_template = pattern.getDescribedFunctionTemplate();
  if (!function_template || pattern.getNumParams() == 0) return false;
  const clang::ParmVarDecl* parameter = pattern.getParamDecl(std::min(index, pattern.getNumParams() - 1));
  clang::QualType type = parameter->getType();
  if (const clang::PackExpansionType* pack = type->getAs<clang::PackExpansionType>()) type = pack->getPattern();
  const clang::TemplateTypeParmType* any = type.getNonReferenceType()->getAs<clang::TemplateTypeParmType>();
  return any && any->getDepth() == function_template->getTemplateParameters()->getDepth();
}

EntityId CollectContext::parameter(const clang::FunctionDecl* function, unsigned index) {
  // using Base::Base: what is passed to the inherited constructor is passed to the base's.
  if (const clang::CXXConstructorDecl* constructor = llvm::dyn_cast_or_null<clang::CXXConstructorDecl>(function);
      constructor && constructor->isInheritingConstructor())
    if (const clang::CXXConstructorDecl* inherited = constructor->getInheritedConstructor().getConstructor())
      function = inherited;
  EntityId function_id = entity(function);
  if (function_id == EntityId::none) return EntityId::none;
  EntityId id = parameter_of(function_id, index);
  if (!described.insert(id).second) return id;
  const clang::FunctionDecl* pattern = llvm::cast<clang::FunctionDecl>(pattern_of(function));
  // A declaration in a header often names its parameters only in the definition, or the other way round.
  const clang::ParmVarDecl* named = nullptr;
  const clang::FunctionDecl* definition = nullptr;
  if (pattern->isDefined(definition) && index < definition->getNumParams()) named = definition->getParamDecl(index);
  bool from_definition = named && named->getIdentifier();
  if (!named || !named->getIdentifier())
    for (const clang::FunctionDecl* redeclaration : pattern->redecls())
      if (index < redeclaration->getNumParams() && redeclaration->getParamDecl(index)->getIdentifier())
        named = redeclaration->getParamDecl(index);
  EntityFact fact;
  fact.id = id;
  fact.owner = function_id;
  fact.kind = EntityKind::parameter;
  fact.index = static_cast<int>(index);
  if (from_definition) fact.flags |= is_defined; // its name wins over those of declarations
  if (!is_ours(pattern->getLocation())) fact.flags |= is_external;
  if (named) {
    fact.name = named->getNameAsString();
    fact.qualified = fact.name;
    fact.location = expansion_of(named->getLocation());
  }
  if (index < function->getNumParams()) {
    clang::QualType type = function->getParamDecl(index)->getType();
    TypeTraits traits = traits_of(type);
    fact.type = type.getAsString(ast.getPrintingPolicy());
    fact.type_class = traits.type_class;
    fact.tick = traits.tick;
    // std::forward<T>(T&&) takes a duration in one call and a count in the next: what the first caller passed says
    // nothing about the parameter.
    if (traits.type_class == TypeClass::duration && takes_any_type(*pattern, index)) {
      fact.type_class = TypeClass::other;
      fact.tick = 0;
    }
    if (traits.plural) fact.flags |= is_plural_type;
    if (traits.record && traits.type_class == TypeClass::record) fact.type_entity = entity(traits.record);
  }
  write(table, fact);
  return id;
}

static bool is_annotated_config(const clang::Decl& declaration) {
  for (const clang::AnnotateAttr* attribute : declaration.specific_attrs<clang::AnnotateAttr>())
    if (attribute->getAnnotation() == "plumbline::config") return true;
  return false;
}

EntityFact CollectContext::describe(const clang::NamedDecl& declaration, EntityId id) {
  EntityFact fact;
  fact.id = id;
  const clang::NamedDecl* place = &declaration;
  clang::QualType type;
  if (const clang::FunctionDecl* function = llvm::dyn_cast<clang::FunctionDecl>(&declaration)) {
    fact.kind = EntityKind::function;
    const clang::FunctionDecl* definition = nullptr;
    if (function->isDefined(definition)) place = definition, fact.flags |= is_defined;
    if (llvm::isa<clang::CXXConstructorDecl>(function)) fact.flags |= is_constructor;
    if (function->isMain()) fact.flags |= is_main;
    if (const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(function)) {
      if (method->isVirtual()) fact.flags |= is_virtual;
      if (method->isConst()) fact.flags |= is_const_method;
      if (method->isStatic()) fact.flags |= is_static;
      if (method->getParent()->isLambda()) fact.flags |= is_lambda;
      for (const clang::CXXMethodDecl* overridden : method->overridden_methods())
        write_override(table, id, entity(overridden));
    }
    type = function->getReturnType();
  } else if (const clang::FieldDecl* field = llvm::dyn_cast<clang::FieldDecl>(&declaration)) {
    fact.kind = EntityKind::field;
    type = field->getType();
  } else if (llvm::isa<clang::EnumConstantDecl>(declaration)) {
    fact.kind = EntityKind::enumerator;
    const clang::EnumDecl* enumeration = llvm::dyn_cast<clang::EnumDecl>(declaration.getDeclContext());
    if (enumeration && !enumeration->getIdentifier()) fact.flags |= is_constant;
    if (enumeration) fact.type = enumeration->getNameAsString();
    fact.type_class = TypeClass::integer;
  } else if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(&declaration)) {
    fact.kind = EntityKind::variable;
    type = variable->getType();
    if (variable->isLocalVarDecl()) fact.flags |= is_local;
    if (variable->isStaticDataMember() || variable->isStaticLocal()) fact.flags |= is_static;
    if (type.isConstQualified() || variable->isConstexpr()) fact.flags |= is_constant;
    if (const clang::VarDecl* definition = variable->getDefinition()) place = definition;
  } else if (const clang::NonTypeTemplateParmDecl* parameter =
                 llvm::dyn_cast<clang::NonTypeTemplateParmDecl>(&declaration)) {
    fact.kind = EntityKind::variable;
    type = parameter->getType();
  } else if (const clang::RecordDecl* record = llvm::dyn_cast<clang::RecordDecl>(&declaration)) {
    fact.kind = EntityKind::record;
    fact.type_class = TypeClass::record;
    if (const clang::RecordDecl* definition = record->getDefinition()) {
      place = definition;
      fact.flags |= is_defined;
      if (const clang::CXXRecordDecl* cxx = llvm::dyn_cast<clang::CXXRecordDecl>(definition)) // C has no bases
        for (const clang::CXXBaseSpecifier& base : cxx->bases())
          if (const clang::CXXRecordDecl* base_record = base.getType()->getAsCXXRecordDecl())
            write_base(table, id, entity(base_record));
      if (is_annotated_config(*definition)) fact.flags |= is_config_annotated;
    }
  }
  if (!type.isNull()) {
    TypeTraits traits = traits_of(type);
    fact.type = type.getAsString(ast.getPrintingPolicy());
    fact.type_class = traits.type_class;
    fact.tick = traits.tick;
    if (traits.plural) fact.flags |= is_plural_type;
    if (traits.record && traits.type_class == TypeClass::record) fact.type_entity = entity(traits.record);
  }
  if (declaration.getAccess() == clang::AS_public || declaration.getAccess() == clang::AS_none) fact.flags |= is_public;
  if (declaration.getAccess() == clang::AS_protected) fact.flags |= is_protected;
  if (!is_ours(place->getLocation())) fact.flags |= is_external;
  if (!declaration.isExternallyVisible()) fact.flags |= is_internal;
  if (is_annotated_config(declaration)) fact.flags |= is_config_annotated;
  fact.location = expansion_of(place->getLocation());
  fact.name = declaration.getNameAsString();
  // typedef struct { … } ServerConf;
  if (const clang::TagDecl* tag = llvm::dyn_cast<clang::TagDecl>(&declaration); tag && !tag->getIdentifier())
    if (const clang::TypedefNameDecl* alias = tag->getTypedefNameForAnonDecl()) fact.name = alias->getNameAsString();
  fact.qualified = declaration.getQualifiedNameAsString();
  if (const clang::TagDecl* tag = llvm::dyn_cast<clang::TagDecl>(&declaration); tag && !tag->getIdentifier())
    if (const clang::TypedefNameDecl* name = tag->getTypedefNameForAnonDecl()) { // typedef struct { … } name;
      fact.name = name->getNameAsString();
      fact.qualified = name->getQualifiedNameAsString();
    }
  if (const clang::CXXConstructorDecl* constructor =
          llvm::dyn_cast<clang::CXXConstructorDecl>(&declaration)) { // without template arguments
    fact.name = constructor->getParent()->getNameAsString();
    fact.qualified = constructor->getParent()->getQualifiedNameAsString() + "::" + fact.name;
  }
  const clang::DeclContext* context = declaration.getDeclContext();
  if (const clang::FunctionDecl* function = llvm::dyn_cast<clang::FunctionDecl>(context))
    fact.owner = entity(function);
  else if (const clang::RecordDecl* record = llvm::dyn_cast<clang::RecordDecl>(context)) {
    // What a lambda does, the function around it does.
    if (record->isLambda()) {
      const clang::DeclContext* around = record->getDeclContext();
      while (around && !llvm::isa<clang::FunctionDecl>(around) && !around->isTranslationUnit())
        around = around->getParent();
      if (const clang::FunctionDecl* function_around = llvm::dyn_cast_or_null<clang::FunctionDecl>(around))
        fact.owner = entity(function_around);
    } else {
      fact.owner = entity(record);
    }
  }
  return fact;
}

} // namespace plumbline
