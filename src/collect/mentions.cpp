#include "collect/mentions.h"

#include "facts/include_facts.h"

#include <clang/AST/DeclCXX.h>
#include <clang/AST/DeclTemplate.h>
#include <clang/Index/IndexDataConsumer.h>
#include <clang/Index/IndexingAction.h>
#include <clang/Index/IndexingOptions.h>
#include <clang/Index/USRGeneration.h>
#include <llvm/ADT/SmallString.h>

#include <algorithm>
#include <tuple>

namespace plumbline {

namespace {

// What a declaration is known by to others. Files are paths in the fact table.
struct Named {
  const clang::NamedDecl* declaration = nullptr; // null: not declared in our files
  std::vector<StringId> declared_in;             // in order
  StringId defined_in = StringId::empty;         // empty: not in our files, or not seen
  bool binds = false;                            // function or variable: what the linker binds
};

class MentionConsumer : public clang::index::IndexDataConsumer {
 public:
  explicit MentionConsumer(CollectContext& context) : context(context) {}

  bool handleDeclOccurrence(const clang::Decl* declaration, clang::index::SymbolRoleSet roles,
                            llvm::ArrayRef<clang::index::SymbolRelation>, clang::SourceLocation place,
                            ASTNodeInfo) override {
    if (has(roles, clang::index::SymbolRole::Implicit)) return true;
    const clang::NamedDecl* subject = subject_of(declaration);
    if (!subject) return true;
    const Named& named = info_of(subject);
    if (!named.declaration) return true;
    if (has(roles, clang::index::SymbolRole::Definition))
      add_home(named);
    else if (!has(roles, clang::index::SymbolRole::Declaration))
      add_mention(named, place);
    return true;
  }

  void write_all() {
    std::vector<MentionFact> facts;
    for (Mention& mention : mentions) facts.push_back(std::move(mention.fact));
    const StringTable& strings = context.table.strings;
    std::sort(facts.begin(), facts.end(), [&](const MentionFact& a, const MentionFact& b) {
      return std::tuple(strings.text(a.location.file), a.location.line, a.location.column, std::string_view(a.name)) <
             std::tuple(strings.text(b.location.file), b.location.line, b.location.column, std::string_view(b.name));
    });
    for (const MentionFact& fact : facts) write(context.table, fact);
    for (const HomeFact& home : homes) write(context.table, home);
  }

 private:
  static bool has(clang::index::SymbolRoleSet roles, clang::index::SymbolRole role) {
    return (roles & static_cast<clang::index::SymbolRoleSet>(role)) != 0;
  }

  // What a reader would say is named: the class for its constructors, the template for its specialisations.
  static const clang::NamedDecl* subject_of(const clang::Decl* declaration) {
    const clang::NamedDecl* named = llvm::dyn_cast_or_null<clang::NamedDecl>(declaration);
    if (!named) return nullptr;
    if (const clang::TemplateDecl* pattern = llvm::dyn_cast<clang::TemplateDecl>(named))
      if (pattern->getTemplatedDecl()) named = pattern->getTemplatedDecl();
    if (llvm::isa<clang::CXXConstructorDecl, clang::CXXDestructorDecl>(named))
      named = llvm::cast<clang::CXXMethodDecl>(named)->getParent();
    if (const clang::CXXDeductionGuideDecl* guide = llvm::dyn_cast<clang::CXXDeductionGuideDecl>(named))
      named = guide->getDeducedTemplate()->getTemplatedDecl();
    if (llvm::isa<clang::NamespaceDecl, clang::ParmVarDecl, clang::TemplateTypeParmDecl, clang::NonTypeTemplateParmDecl,
                  clang::TemplateTemplateParmDecl, clang::UsingDirectiveDecl, clang::LabelDecl, clang::BindingDecl>(
            named))
      return nullptr;
    if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(named))
      if (variable->isLocalVarDecl()) return nullptr;
    return pattern_of(named);
  }

  StringId path_of(clang::FileID file) {
    auto [at, is_new] = paths.try_emplace(file, StringId::empty);
    if (is_new) at->second = context.table.strings.intern(context.path_of(file));
    return at->second;
  }

  StringId file_of(clang::SourceLocation place) {
    return place.isValid() ? path_of(context.sources.getFileID(context.sources.getExpansionLoc(place)))
                           : StringId::empty;
  }

  static const clang::Decl* definition_of(const clang::NamedDecl& named) {
    if (const clang::TagDecl* tag = llvm::dyn_cast<clang::TagDecl>(&named)) return tag->getDefinition();
    if (const clang::FunctionDecl* function = llvm::dyn_cast<clang::FunctionDecl>(&named)) {
      const clang::FunctionDecl* definition = nullptr;
      return function->isDefined(definition) ? definition : nullptr;
    }
    if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(&named)) return variable->getDefinition();
    return &named; // fields, enumerators, type names: declared once
  }

  const Named& info_of(const clang::NamedDecl* named) {
    auto [at, is_new] = infos.try_emplace(named);
    if (!is_new) return at->second;
    Named& info = at->second;
    info.binds = llvm::isa<clang::FunctionDecl, clang::VarDecl>(named);
    for (const clang::Decl* again : named->redecls()) {
      if (again->getLocation().isInvalid()) continue;
      StringId file = file_of(again->getLocation());
      if (file == StringId::empty) { // the system's header makes it known, whoever of us defines one as well
        info.declaration = nullptr;
        return info;
      }
      info.declaration = named;
      if (std::find(info.declared_in.begin(), info.declared_in.end(), file) == info.declared_in.end())
        info.declared_in.push_back(file);
    }
    if (const clang::Decl* definition = definition_of(*named)) info.defined_in = file_of(definition->getLocation());
    return info;
  }

  static bool is_at_file_level(const Named& named) {
    return named.declaration->getDeclContext()->getRedeclContext()->isFileContext() &&
           named.declaration->isExternallyVisible();
  }

  static EntityId id_of(const clang::NamedDecl& named) {
    llvm::SmallString<128> usr;
    return clang::index::generateUSRForDecl(&named, usr) ? EntityId::none : entity_from_text(usr.str());
  }

  // The file whose inclusion makes the name known: where a type is defined, where a class declares its member, where
  // anything else is declared first outside `from`.
  StringId home_of(const Named& named, StringId from) {
    if (!named.binds && named.defined_in != StringId::empty) return named.defined_in;
    if (named.declaration->getDeclContext()->isRecord())
      return file_of(named.declaration->getCanonicalDecl()->getLocation());
    for (StringId file : named.declared_in)
      if (file != from) return file;
    return StringId::empty;
  }

  void add_mention(const Named& named, clang::SourceLocation place) {
    // Where it is spelled: what a macro's body names is named by the file that defines the macro.
    clang::SourceLocation spelled = context.sources.getSpellingLoc(place);
    if (spelled.isInvalid()) return;
    std::pair<clang::FileID, unsigned> at = context.sources.getDecomposedLoc(spelled);
    StringId from = path_of(at.first);
    if (from == StringId::empty || named.defined_in == from) return;
    StringId home = home_of(named, from);
    bool own = std::find(named.declared_in.begin(), named.declared_in.end(), from) != named.declared_in.end();
    // What a macro's body names is nothing that the macro's file knows if the place where it is used declares it, or if
    // it is a member: of whatever class the macro was given.
    const StringId used_in = file_of(place);
    if (place.isMacroID() && from != used_in && (home == used_in || named.declaration->getDeclContext()->isRecord()))
      return;
    if (home == from || (home == StringId::empty && !(own && is_at_file_level(named)))) return;

    auto [known, is_new] =
        index.try_emplace({named.declaration, static_cast<std::uint32_t>(from)}, std::uint32_t(mentions.size()));
    if (is_new) {
      mentions.push_back({});
      MentionFact& fact = mentions.back().fact;
      fact.entity = id_of(*named.declaration);
      fact.name = named.declaration->getQualifiedNameAsString();
      fact.home = context.table.strings.text(home);
      fact.own = own;
      fact.is_function = named.binds;
    } else if (mentions[known->second].offset <= at.second) {
      return;
    }
    Mention& mention = mentions[known->second];
    mention.offset = at.second;
    mention.fact.location = context.location_of(place);
  }

  // Types, functions and variables outside classes are what another file can declare by hand.
  void add_home(const Named& named) {
    if (!is_at_file_level(named)) return;
    if (const clang::FunctionDecl* function = llvm::dyn_cast<clang::FunctionDecl>(named.declaration))
      if (function->isInlined() || function->isMain()) return;
    StringId home = named.binds ? named.declared_in.front() : named.defined_in;
    if (home == StringId::empty || !homes_seen.insert(named.declaration).second) return;
    EntityId id = id_of(*named.declaration);
    if (id != EntityId::none) homes.push_back({id, std::string(context.table.strings.text(home))});
  }

  struct Mention {
    MentionFact fact;
    unsigned offset = 0; // in the file
  };
  CollectContext& context;
  llvm::DenseMap<clang::FileID, StringId> paths;
  llvm::DenseMap<const clang::NamedDecl*, Named> infos;
  llvm::DenseMap<std::pair<const clang::NamedDecl*, std::uint32_t>, std::uint32_t> index; // into `mentions`
  std::vector<Mention> mentions;                                                          // in the order of the walk
  std::vector<HomeFact> homes;
  llvm::DenseSet<const clang::NamedDecl*> homes_seen;
};

} // namespace

void collect_mentions(CollectContext& context, clang::Preprocessor& preprocessor) {
  std::vector<const clang::Decl*> ours;
  for (const clang::Decl* declaration : context.ast.getTranslationUnitDecl()->decls())
    if (context.is_ours(declaration->getLocation())) ours.push_back(declaration);
  clang::index::IndexingOptions options;
  options.SystemSymbolFilter = clang::index::IndexingOptions::SystemSymbolFilterKind::None;
  options.IndexMacros = false;
  MentionConsumer consumer(context);
  clang::index::indexTopLevelDecls(context.ast, preprocessor, ours, consumer, options);
  consumer.write_all();
}

} // namespace plumbline
