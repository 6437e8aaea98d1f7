// Settings that nothing reads.
//
// A field counts as read wherever its value goes somewhere else than into the same field of another object: the
// collector writes that down once per field and file, the judge asks for the fields of config types that nobody reads.
// Writing, copying, comparing and hashing whole records is no use. Where the program cannot be seen, silence: fields of
// unions, records given away as bytes, records whose users were not scanned, members that templates name without a
// type. Known misses: fields that only an unused getter reads, or that are only written out again.

#include "check.h"
#include "collect/access_visitor.h"
#include "collect/skipped_members.h"
#include "facts/words.h"
#include "program/configuration.h"
#include "program/owner_names.h"
#include "project/project.h"

#include <llvm/ADT/MapVector.h>

#include <set>

namespace plumbline::unused_config {

// field-read       subject: a field or static member that is read; the location is one such place
// member-named     a template names a member of something whose type it does not know
// record-given     subject: a record whose bytes are handed to somebody
// record-offered   subject: a record that a callback gets, a std::function or a pointer to a function
// static-declared  subject: a static member; the location is its declaration, the entity's own may be the definition
static constexpr std::string_view field_read = "field-read", member_named = "member-named",
                                  record_given = "record-given", record_offered = "record-offered",
                                  static_declared = "static-declared";

namespace {

class ReadVisitor : public AccessVisitor<ReadVisitor> {
  using Base = AccessVisitor<ReadVisitor>;

 public:
  using Base::Base;

  bool TraverseDecl(clang::Decl* declaration) {
    const clang::FunctionDecl* declared = llvm::dyn_cast_or_null<clang::FunctionDecl>(declaration);
    if (!declared) return Base::TraverseDecl(declaration);
    llvm::MapVector<const clang::FieldDecl*, const clang::Expr*> outer;
    std::swap(outer, compared);
    bool go_on = Base::TraverseDecl(declaration);
    // One field that is compared with its like decides something; several of them compare the records.
    if (compared.size() == 1 && !treats_whole(*declared))
      for (const auto& [field, expression] : compared) read(field, expression->getBeginLoc());
    std::swap(outer, compared);
    return go_on;
  }

  bool VisitBinaryOperator(clang::BinaryOperator* operation) {
    if (operation->isEqualityOp()) equal(operation->getLHS(), operation->getRHS());
    if (operation->getOpcode() == clang::BO_Assign && is_discarded())
      if (const clang::MemberExpr* target = member_of(operation->getLHS())) goes_back(operation->getRHS(), *target);
    return Base::VisitBinaryOperator(operation);
  }
  bool VisitCallExpr(clang::CallExpr* call) {
    if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(call);
        operation && operation->getNumArgs() == 2 &&
        (operation->getOperator() == clang::OO_EqualEqual || operation->getOperator() == clang::OO_ExclaimEqual))
      equal(operation->getArg(0), operation->getArg(1));
    offered(*call);
    return Base::VisitCallExpr(call);
  }
  bool VisitCXXRewrittenBinaryOperator(clang::CXXRewrittenBinaryOperator* operation) {
    clang::CXXRewrittenBinaryOperator::DecomposedForm form = operation->getDecomposedForm();
    if (form.Opcode == clang::BO_EQ || form.Opcode == clang::BO_NE) equal(form.LHS, form.RHS);
    return true;
  }

  bool VisitMemberExpr(clang::MemberExpr* member) {
    if (is_unread(member)) return true;
    if (const clang::FieldDecl* field = llvm::dyn_cast<clang::FieldDecl>(member->getMemberDecl())) {
      if (!(function && treats_whole(*function, field->getParent()))) read(field, member->getMemberLoc());
    } else if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(member->getMemberDecl())) {
      read(variable, member->getMemberLoc());
    }
    return true;
  }
  bool VisitDeclRefExpr(clang::DeclRefExpr* reference) {
    if (is_unread(reference)) return true;
    const clang::ValueDecl* declaration = reference->getDecl();
    if (const clang::BindingDecl* binding = llvm::dyn_cast<clang::BindingDecl>(declaration)) {
      if (const clang::MemberExpr* member = llvm::dyn_cast_or_null<clang::MemberExpr>(binding->getBinding()))
        read(member->getMemberDecl(), reference->getLocation());
    } else if (llvm::isa<clang::FieldDecl>(declaration)) { // &Config::port: whoever gets it reads or writes
      read(declaration, reference->getLocation());
    } else if (const clang::VarDecl* variable = llvm::dyn_cast<clang::VarDecl>(declaration)) {
      if (variable->isStaticDataMember()) read(variable, reference->getLocation());
    }
    return true;
  }
  bool VisitFieldDecl(clang::FieldDecl* field) { // another member may be what reads the same memory
    if (field->getParent()->isUnion()) read(field, field->getLocation());
    return true;
  }
  bool VisitRecordDecl(clang::RecordDecl* record) { // without padding, for others who know the layout
    if (record->isThisDeclarationADefinition() &&
        (record->hasAttr<clang::PackedAttr>() || record->hasAttr<clang::MaxFieldAlignmentAttr>()))
      given(record);
    return true;
  }
  bool VisitVarDecl(clang::VarDecl* variable) {
    if (!variable->isStaticDataMember() || variable->isOutOfLine()) return true;
    EntityId id = context.entity(variable);
    if (id != EntityId::none && context.first_time(static_cast<std::uint64_t>(id) * 67))
      FactBuilder(context.table, static_declared)
          .subject(id)
          .at(context.expansion_of(clang::SourceRange(variable->getLocation())));
    return true;
  }
  bool VisitOffsetOfExpr(clang::OffsetOfExpr* offset) {
    for (unsigned i = 0; i < offset->getNumComponents(); ++i)
      if (offset->getComponent(i).getKind() == clang::OffsetOfNode::Field)
        read(offset->getComponent(i).getField(), offset->getBeginLoc());
    return true;
  }
  bool VisitCXXDependentScopeMemberExpr(clang::CXXDependentScopeMemberExpr* member) {
    named(member->getMember());
    return true;
  }
  bool VisitDependentScopeDeclRefExpr(clang::DependentScopeDeclRefExpr* reference) {
    named(reference->getDeclName());
    return true;
  }
  bool VisitUnresolvedMemberExpr(clang::UnresolvedMemberExpr* member) {
    named(member->getMemberName());
    return true;
  }

  bool VisitCastExpr(clang::CastExpr* cast) {
    const clang::QualType to = cast->getType(), from = cast->getSubExpr()->getType();
    if (!to->isPointerType() || !from->isPointerType()) return true;
    if (to->getPointeeType()->isRecordType() && is_laid_over_bytes(*cast)) {
      given(to->getPointeeType()->getAsRecordDecl());
      return true;
    }
    const clang::RecordDecl* record = from->getPointeeType()->getAsRecordDecl(); // of C as well
    if (!record || to->getPointeeType()->isRecordType() || !context.is_ours(record->getLocation())) return true;
    for (std::size_t i = around.size() - 1; i-- > 0;)
      if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(around[i])) {
        const clang::FunctionDecl* callee = call->getDirectCallee();
        if (callee && callee->getDeclName().isIdentifier() && moves_bytes(callee->getName())) return true;
        break;
      }
    given(record);
    return true;
  }
  bool VisitCXXDeleteExpr(clang::CXXDeleteExpr*) { return true; }

 private:
  // Operators and functions whose business is a whole record, of which `record` is one: comparison and hashing.
  static bool treats_whole(const clang::FunctionDecl& function, const clang::DeclContext* record = nullptr) {
    bool compares = false, hashes = false;
    switch (function.getDeclName().getCXXOverloadedOperator()) {
    case clang::OO_EqualEqual:
    case clang::OO_ExclaimEqual:
    case clang::OO_Less:
    case clang::OO_LessEqual:
    case clang::OO_Greater:
    case clang::OO_GreaterEqual:
    case clang::OO_Spaceship:
      compares = true;
      break;
    case clang::OO_Call:
      if (const clang::CXXMethodDecl* method = llvm::dyn_cast<clang::CXXMethodDecl>(&function);
          method && method->getParent()->getIdentifier())
        hashes = has_word(method->getParent()->getName());
      break;
    default:
      if (function.getDeclName().isIdentifier()) hashes = has_word(function.getName());
    }
    if (!compares && !hashes) return false;
    if (!record) return true;
    // hash_password(config, text) hashes something else.
    for (const clang::ParmVarDecl* parameter : function.parameters()) {
      const clang::QualType type = parameter->getType().getNonReferenceType();
      if (type->isDependentType() || type->isIntegerType()) continue;
      const clang::CXXRecordDecl* given = type->getAsCXXRecordDecl();
      if (traits_of(type).type_class == TypeClass::text) return false;
      if (given && given->getCanonicalDecl() != llvm::cast<clang::RecordDecl>(record)->getCanonicalDecl() &&
          !given->hasDefinition())
        return false;
    }
    return true;
  }
  void given(const clang::RecordDecl* record) {
    if (!record || !context.is_ours(record->getLocation())) return;
    if (EntityId id = context.entity(record);
        id != EntityId::none && context.first_time(static_cast<std::uint64_t>(id) * 61))
      FactBuilder(context.table, record_given).subject(id);
  }
  // `(struct scan_params*)position`, of bytes: the layout of a message. Not what an allocator gives that knows no
  // types, nor a way from a record's member to the record (container_of).
  static bool is_laid_over_bytes(const clang::CastExpr& cast) {
    const auto points_to_bytes = [](clang::QualType type) {
      return type->isPointerType() && type->getPointeeType()->isCharType();
    };
    if (!llvm::isa<clang::ExplicitCastExpr>(cast) || !points_to_bytes(cast.getSubExpr()->getType())) return false;
    const clang::Expr* bytes = cast.getSubExpr()->IgnoreParenImpCasts();
    for (const clang::BinaryOperator* sum = llvm::dyn_cast<clang::BinaryOperator>(bytes); sum && sum->isAdditiveOp();
         sum = llvm::dyn_cast<clang::BinaryOperator>(bytes))
      bytes = (sum->getLHS()->getType()->isPointerType() ? sum->getLHS() : sum->getRHS())->IgnoreParenImpCasts();
    return !llvm::isa<clang::CallExpr, clang::ExplicitCastExpr>(bytes);
  }
  // free(config), pool_free(pool, config), memcpy(&mine, &theirs, sizeof mine): none of them looks at a field.
  static bool moves_bytes(llvm::StringRef name) {
    for (const std::string& word : words_of(std::string_view(name)))
      if (llvm::StringSwitch<bool>(word)
              .Cases({"free", "dealloc", "deallocate", "delete", "memcpy", "memset", "memmove", "memcmp", "bzero",
                      "realloc"},
                     true)
              .Cases({"memdup", "memzero"}, true)
              .Default(false))
        return true;
    return false;
  }
  static bool has_word(llvm::StringRef name) {
    for (const std::string& word : words_of(std::string_view(name)))
      if (word == "hash" || word == "hasher" || word == "equal" || word == "equals") return true;
    return false;
  }

  // callback_(parameters): whoever is called back may read all of it.
  void offered(const clang::CallExpr& call) {
    const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(&call);
    const bool function_object =
        operation && operation->getOperator() == clang::OO_Call &&
        !context.is_ours(call.getDirectCallee() ? call.getDirectCallee()->getLocation() : clang::SourceLocation());
    if (!function_object && (call.getDirectCallee() || llvm::isa<clang::CXXMemberCallExpr>(call))) return;
    for (const clang::Expr* argument : call.arguments()) {
      const TypeTraits traits = traits_of(argument->getType());
      if (traits.type_class != TypeClass::record || !context.is_ours(traits.record->getLocation())) continue;
      EntityId id = context.entity(traits.record);
      if (id != EntityId::none && context.first_time(static_cast<std::uint64_t>(id) * 71))
        FactBuilder(context.table, record_offered).subject(id);
    }
  }

  void equal(const clang::Expr* left, const clang::Expr* right) {
    const clang::MemberExpr* a = member_of(left);
    const clang::MemberExpr* b = member_of(right);
    if (!a || !b || a->getMemberDecl()->getCanonicalDecl() != b->getMemberDecl()->getCanonicalDecl()) return;
    wrote_only(a);
    wrote_only(b);
    compared.insert({llvm::cast<clang::FieldDecl>(a->getMemberDecl()), a});
  }
  void wrote_only(const clang::MemberExpr* member) { wrote(member); }

  // `config.ttl = parse(getenv("TTL"), config.ttl);`: what only goes back to where it was is used for nothing.
  void goes_back(const clang::Stmt* statement, const clang::MemberExpr& target) {
    if (!statement || llvm::isa<clang::LambdaExpr>(statement)) return;
    if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(statement);
        member && member->getMemberDecl()->getCanonicalDecl() == target.getMemberDecl()->getCanonicalDecl())
      wrote_only(member);
    for (const clang::Stmt* child : statement->children()) goes_back(child, target);
  }

  void read(const clang::ValueDecl* member, clang::SourceLocation where) {
    if (!context.is_ours(member->getLocation())) return;
    EntityId id = context.entity(member);
    Location location = context.expansion_of(clang::SourceRange(where));
    if (id == EntityId::none || location.line == 0) return;
    if (context.first_time(static_cast<std::uint64_t>(id) * 59 + static_cast<std::uint64_t>(location.file) * 3 + 2))
      FactBuilder(context.table, field_read).subject(id).at(location);
  }
  void named(clang::DeclarationName name) {
    if (!name.isIdentifier()) return;
    if (context.first_time(entity_bits("member|" + name.getAsString())))
      FactBuilder(context.table, member_named).text("name", name.getAsString());
  }
  static std::uint64_t entity_bits(const std::string& text) {
    return static_cast<std::uint64_t>(entity_from_text(text));
  }

  llvm::MapVector<const clang::FieldDecl*, const clang::Expr*> compared; // with the same field of another object
};

struct Reads {
  bool production = false, test = false;
};

class UnusedJudge {
 public:
  explicit UnusedJudge(const Program& program) : program(program), configuration(*program.configuration) {
    const StringTable& strings = program.table.strings;
    const StringId read_kind = strings.find(field_read), named_kind = strings.find(member_named),
                   given_kind = strings.find(record_given), offered_kind = strings.find(record_offered),
                   static_kind = strings.find(static_declared), left_out_kind = strings.find(members_left_out);
    for (const Fact& fact : program.table.facts) {
      if (fact.kind == StringId::empty) continue;
      if (fact.kind == read_kind) {
        Reads& of = reads[fact.subject];
        (is_test(fact.location) ? of.test : of.production) = true;
      } else if (fact.kind == named_kind) {
        names.insert(std::string(program.table.text(fact, "name")));
      } else if (fact.kind == left_out_kind) {
        llvm::SmallVector<llvm::StringRef, 16> members;
        llvm::StringRef(program.table.text(fact, "names")).split(members, ' ');
        for (llvm::StringRef member : members) names.insert(member.str());
      } else if (fact.kind == given_kind) {
        unseen.insert(fact.subject);
      } else if (fact.kind == offered_kind) {
        offered.insert(fact.subject);
      } else if (fact.kind == static_kind) {
        declared.try_emplace(fact.subject, fact.location);
      }
    }
    find_unseen();
  }

  void judge(std::vector<Finding>& findings) const {
    for (const EntityFact& entity : program.entities) {
      if (!is_setting(entity) || unseen.contains(entity.owner) || names.contains(entity.name) ||
          program.may_be_used_elsewhere(entity.id))
        continue;
      const bool in_test = is_test(entity.location);
      Reads of;
      if (std::unordered_map<EntityId, Reads>::const_iterator it = reads.find(entity.id); it != reads.end())
        of = it->second;
      if (of.production || (in_test && of.test)) continue;
      findings.push_back(finding_of(entity, of.test));
    }
  }

 private:
  bool is_test(const Location& location) const {
    return scope_of(*program.settings, program.path(location)) == Scope::test;
  }

  bool is_setting(const EntityFact& entity) const {
    bool member = entity.kind == EntityKind::field || (entity.kind == EntityKind::variable && entity.has(is_static) &&
                                                       !entity.has(is_local) && !entity.has(is_constant));
    if (!member || entity.name.empty() || entity.has(is_external) || !program.is_ours(entity.location) ||
        !configuration.is_config_type(entity.owner))
      return false;
    const std::vector<std::string> words = words_of(entity.name); // kept for the layout's sake
    if (words.size() == 1 && (words[0].starts_with("reserved") || words[0].starts_with("padding") ||
                              (words[0].starts_with("pad") && words[0].size() <= 4)))
      return false;
    for (std::string_view helper : {"mutex", "lock_guard", "unique_lock", "condition_variable", "once_flag", "thread",
                                    "ptr<void>", "monostate", "Mutex"})
      if (entity.type.find(helper) != std::string::npos) return false;
    return true;
  }

  // Records that code may read which this scan did not see: they, or a class that holds them, have functions that are
  // declared and nowhere defined, as when only some of the sources were scanned.
  void find_unseen() {
    std::unordered_map<EntityId, bool> partial; // records with undefined functions: whether none is defined elsewhere
    std::vector<EntityId> found;
    for (const EntityFact& entity : program.entities) {
      if (entity.kind == EntityKind::function && !entity.has(is_external)) {
        const EntityFact* owner = program.entity(entity.owner);
        bool method = owner && owner->kind == EntityKind::record;
        if (entity.has(is_defined)) {
          if (method && entity.location.file != owner->location.file) partial[owner->id] = false;
        } else if (method && !entity.has(is_virtual) && !is_copy(entity)) {
          partial.try_emplace(owner->id, true);
        }
      } else if (entity.kind == EntityKind::parameter && entity.type_entity != EntityId::none) {
        const EntityFact* function = program.entity(entity.owner);
        const EntityFact* owner = function ? program.entity(function->owner) : nullptr;
        bool free = !owner || owner->kind != EntityKind::record;
        if (function && free && !function->has(is_external) && !function->has(is_defined) &&
            program.is_ours(function->location))
          found.push_back(entity.type_entity);
      }
    }
    for (const EntityFact& entity : program.entities) { // in a fixed order
      std::unordered_map<EntityId, bool>::const_iterator it = partial.find(entity.id);
      if (entity.kind != EntityKind::record || it == partial.end() || !it->second) continue;
      found.push_back(entity.id);
      for (std::uint32_t index : program.members_of(entity.id)) {
        const EntityFact& member = program.entities[index];
        if (member.kind == EntityKind::field && member.type_entity != EntityId::none)
          found.push_back(member.type_entity);
        if (member.kind != EntityKind::function) continue;
        for (std::uint32_t parameter : program.members_of(member.id))
          if (program.entities[parameter].type_entity != EntityId::none)
            found.push_back(program.entities[parameter].type_entity);
      }
    }
    for (EntityId record : unseen) found.push_back(record);
    find_offered(found);
    // Who reads a record may read what it is made of.
    while (!found.empty()) {
      EntityId record = found.back();
      found.pop_back();
      if (!expanded.insert(record).second || !configuration.is_config_type(record)) continue;
      unseen.insert(record);
      for (EntityId base : program.bases_of(record)) found.push_back(base);
      for (std::uint32_t index : program.members_of(record))
        if (const EntityFact& member = program.entities[index];
            member.kind == EntityKind::field && member.type_entity != EntityId::none)
          found.push_back(member.type_entity);
    }
  }
  // A record that exists to be handed to somebody outside – to a callback, or to a virtual function that nobody here
  // overrides – carries arguments, whatever it is called: nobody keeps one, and no constructor takes one. Or somebody
  // does, and nobody here looks at any of its fields: a driver's parameters, which the caller keeps for the next time.
  void find_offered(std::vector<EntityId>& found) {
    std::unordered_set<EntityId> kept, overriding;
    for (const auto& [overridden, overriders] : program.override_index)
      overriding.insert(overriders.begin(), overriders.end());
    for (const EntityFact& entity : program.entities) {
      if (entity.type_entity == EntityId::none) continue;
      if (entity.kind == EntityKind::field) kept.insert(entity.type_entity);
      if (entity.kind != EntityKind::parameter) continue;
      const EntityFact* function = program.entity(entity.owner);
      if (!function) continue;
      if (function->has(is_constructor) && function->owner != entity.type_entity) kept.insert(entity.type_entity);
      if (function->has(is_virtual) && !function->has(is_external) && !program.override_index.contains(function->id) &&
          !overriding.contains(function->id))
        offered.insert(entity.type_entity);
    }
    for (const EntityFact& entity : program.entities)
      if (entity.kind == EntityKind::record && offered.contains(entity.id) &&
          (!kept.contains(entity.id) || is_opaque(entity.id)))
        found.push_back(entity.id);
  }
  // Whether several fields are there and no code reads one of them.
  bool is_opaque(EntityId record) const {
    constexpr int enough = 3;
    int fields = 0;
    for (std::uint32_t index : program.members_of(record)) {
      const EntityFact& member = program.entities[index];
      if (member.kind != EntityKind::field) continue;
      if (reads.contains(member.id)) return false;
      ++fields;
    }
    return fields >= enough;
  }
  bool is_copy(const EntityFact& function) const {
    if (function.name.starts_with("operator=")) return true;
    if (!function.has(is_constructor)) return false;
    std::span<const std::uint32_t> parameters = program.members_of(function.id);
    return parameters.size() == 1 && program.entities[parameters[0]].type_entity == function.owner;
  }

  Finding finding_of(const EntityFact& field, bool tests_read) const {
    Finding finding;
    finding.check = "unused-config";
    finding.kind = "unused";
    finding.priority = Priority::p2;
    std::unordered_map<EntityId, Location>::const_iterator it = declared.find(field.id);
    finding.place = program.place(it == declared.end() ? field.location : it->second);
    finding.source_text = field.type + " " + field.name;
    finding.entity = field.qualified;
    finding.owner = owner_name_of_member(program, field);
    finding.message = tests_read
                          ? "only test code reads '" + field.name + "' of " + finding.owner
                          : "nothing reads '" + field.name + "' of " + finding.owner + ": setting it changes nothing";
    finding.suggestion = "Use it where it was meant to count, or remove it with what loads and documents it.";
    finding.evidence.push_back({finding.place, "the setting '" + field.name + "'"});
    std::set<Place> places;
    for (std::uint32_t index : program.flows_to(field.id)) {
      const FlowFact& flow = program.flows[index];
      if (flow.kind == FlowKind::member_default || flow.location.line == 0 || places.size() >= 5) continue;
      if (Place place = program.place(flow.location); places.insert(place).second)
        finding.evidence.push_back({place, "set here"});
    }
    return finding;
  }

  const Program& program;
  const Configuration& configuration;
  std::unordered_map<EntityId, Reads> reads;
  std::unordered_map<EntityId, Location> declared; // static members
  std::set<std::string, std::less<>> names;
  std::unordered_set<EntityId> unseen, expanded, offered;
};

} // namespace

static void collect(CollectContext& context) {
  ReadVisitor visitor(context);
  visitor.TraverseDecl(context.ast.getTranslationUnitDecl());
}

static void judge(const Program& program, std::vector<Finding>& findings) { UnusedJudge(program).judge(findings); }

static constexpr std::string_view kinds[] = {"unused"};

extern const Check check;
const Check check = {
    .title = "A setting that nothing reads",
    .priority = Priority::p2,
    .kinds = kinds,
    .kinds_of_absence = kinds,
    .is_about_unread_members = true,
    .collect = collect,
    .judge = judge,
};

} // namespace plumbline::unused_config
