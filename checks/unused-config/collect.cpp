// Which members are read, and which records have readers that nobody sees.
//
// A field counts as read wherever its value goes somewhere else than into the same field of another object; that is
// written down once per field and file. Writing, copying, comparing and hashing whole records is no use.

#include "collect/access_visitor.h"
#include "facts.h"
#include "facts/words.h"

#include <llvm/ADT/MapVector.h>

namespace plumbline::unused_config {

namespace {

class ReadVisitor : public AccessVisitor<ReadVisitor> {
  using Base = AccessVisitor<ReadVisitor>;

 public:
  using Base::Base;

  bool TraverseDecl(clang::Decl* declaration) {
    const clang::FunctionDecl* declared = llvm::dyn_cast_or_null<clang::FunctionDecl>(declaration);
    if (!declared) return Base::TraverseDecl(declaration);
    if (declared->isThisDeclarationADefinition()) made_by(*declared);
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
        if (callee && callee->getDeclName().isIdentifier() && moves_bytes(callee->getName()) && is_of_known_size(*call))
          return true;
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
  // memcpy(to, &mine, length): as much as somebody asks for who has another idea of the record, as an older program.
  static bool is_of_known_size(const clang::CallExpr& call) {
    if (call.getNumArgs() < 3) return true;
    struct Sizes : clang::RecursiveASTVisitor<Sizes> {
      bool found = false;
      bool VisitUnaryExprOrTypeTraitExpr(clang::UnaryExprOrTypeTraitExpr*) { return !(found = true); }
    } sizes;
    const clang::Expr* size = call.getArg(call.getNumArgs() - 1);
    sizes.TraverseStmt(const_cast<clang::Expr*>(size));
    return sizes.found || !llvm::isa<clang::DeclRefExpr>(size->IgnoreParenCasts());
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
    if (const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(bytes); // buffer.data()
        member && member->getMethodDecl() && member->getMethodDecl()->getDeclName().isIdentifier())
      return llvm::StringSwitch<bool>(member->getMethodDecl()->getName()).Cases({"data", "get"}, true).Default(false);
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
    const bool by_maker = function && is_made_by(*function, member->getDeclContext());
    if (context.first_time(static_cast<std::uint64_t>(id) * 59 + static_cast<std::uint64_t>(location.file) * 3 +
                           (by_maker ? 1 : 2)))
      FactBuilder(context.table, field_read).subject(id).at(location).number("by_maker", by_maker);
  }

  // The records that a function gives to its caller: what it returns by value, or the arguments of that template, as in
  // Response<Properties>, std::optional<Properties>, std::unique_ptr<Properties>.
  static llvm::SmallVector<const clang::RecordDecl*, 2> records_given_by(const clang::FunctionDecl& function) {
    llvm::SmallVector<const clang::RecordDecl*, 2> records;
    const auto add = [&](clang::QualType type) {
      if (const clang::RecordDecl* record = type->getAsRecordDecl()) records.push_back(record);
    };
    const clang::QualType type = function.getReturnType();
    add(type);
    if (records.empty()) return records;
    if (const clang::ClassTemplateSpecializationDecl* specialization =
            llvm::dyn_cast<clang::ClassTemplateSpecializationDecl>(records.front()))
      for (const clang::TemplateArgument& argument : specialization->getTemplateArgs().asArray())
        if (argument.getKind() == clang::TemplateArgument::Type) add(argument.getAsType());
    return records;
  }
  static bool is_made_by(const clang::FunctionDecl& function, const clang::DeclContext* record) {
    const clang::RecordDecl* of = llvm::dyn_cast<clang::RecordDecl>(record);
    return of && llvm::any_of(records_given_by(function), [&](const clang::RecordDecl* given) {
             return given->getCanonicalDecl() == of->getCanonicalDecl();
           });
  }
  // A record's own factory says nothing about who reads it.
  void made_by(const clang::FunctionDecl& function) {
    for (const clang::RecordDecl* record : records_given_by(function)) {
      if (!context.is_ours(record->getLocation()) ||
          (function.getDeclContext()->isRecord() &&
           llvm::cast<clang::RecordDecl>(function.getDeclContext())->getCanonicalDecl() == record->getCanonicalDecl()))
        continue;
      if (EntityId id = context.entity(record);
          id != EntityId::none && context.first_time(static_cast<std::uint64_t>(id) * 73))
        FactBuilder(context.table, record_made).subject(id);
    }
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

} // namespace

void collect(CollectContext& context) {
  ReadVisitor visitor(context);
  visitor.TraverseDecl(context.ast.getTranslationUnitDecl());
}

} // namespace plumbline::unused_config
