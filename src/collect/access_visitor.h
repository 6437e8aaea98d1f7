// Which expressions read what they name, and which only write it, copy it, or name it without evaluating it.
//
// A field is written by `config.port = 80`, but also by whoever gets it by pointer or non-const reference, by
// `config.peers.push_back(x)`, and through it, as by `config.retry.delay = 5`. Clang shows all of these as member
// expressions inside of something; the something is visited first and marks what it does not read.
#pragma once

#include "collect/constants.h"
#include "collect/function_visitor.h"

#include <llvm/ADT/StringSwitch.h>

namespace plumbline {

template <class Derived> class AccessVisitor : public FunctionVisitor<Derived> {
  using Base = FunctionVisitor<Derived>;

 public:
  using Base::Base;

  bool VisitBinaryOperator(clang::BinaryOperator* operation) {
    if (operation->isAssignmentOp() && (is_discarded() || is_assigned_on())) wrote(operation->getLHS());
    if (operation->getOpcode() == clang::BO_Assign && goes_nowhere_else(operation->getLHS()))
      copied(operation->getLHS(), operation->getRHS());
    return true;
  }
  bool VisitUnaryOperator(clang::UnaryOperator* operation) {
    if (operation->isIncrementDecrementOp() && is_discarded()) wrote(operation->getSubExpr());
    return true;
  }
  bool VisitExplicitCastExpr(clang::ExplicitCastExpr* cast) { // (void)config.unused
    if (cast->getType()->isVoidType()) wrote(cast->getSubExpr());
    return true;
  }
  bool VisitUnaryExprOrTypeTraitExpr(clang::UnaryExprOrTypeTraitExpr* trait) {
    if (!trait->isArgumentType()) wrote(trait->getArgumentExpr());
    return true;
  }
  bool TraverseDecltypeTypeLoc(clang::DecltypeTypeLoc, bool = true) { return true; }

  bool VisitCXXConstructorDecl(clang::CXXConstructorDecl* constructor) {
    for (const clang::CXXCtorInitializer* initialiser : constructor->inits())
      if (initialiser->isMemberInitializer() && initialiser->getInit())
        if (const clang::MemberExpr* from = member_of(initialiser->getInit());
            from && from->getMemberDecl()->getCanonicalDecl() == initialiser->getMember()->getCanonicalDecl())
          written.insert(from);
    return true;
  }

  bool VisitCallExpr(clang::CallExpr* call) {
    const clang::FunctionDecl* callee = call->getDirectCallee();
    if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(call)) {
      if (operation->isAssignmentOp() && operation->getNumArgs() == 2) {
        if (is_discarded()) wrote(operation->getArg(0));
        if (goes_nowhere_else(operation->getArg(0))) copied(operation->getArg(0), operation->getArg(1));
      }
      if (operation->getOperator() == clang::OO_GreaterGreater && operation->getNumArgs() == 2 &&
          operation->getArg(1)->isLValue() && !operation->getArg(1)->getType().isConstQualified() &&
          !operation->getType()->isArithmeticType())
        wrote(operation->getArg(1));
      return true;
    }
    if (const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(call))
      if (const clang::CXXMethodDecl* method = member->getMethodDecl();
          method && !method->isConst() && is_discarded() && only_changes(*method))
        wrote(member->getImplicitObjectArgument());
    if (callee && callee->isInStdNamespace() && callee->getDeclName().isIdentifier() && callee->getName() == "swap" &&
        call->getNumArgs() == 2) { // a part of two wholes
      copied(call->getArg(0), call->getArg(1));
      copied(call->getArg(1), call->getArg(0));
    }
    if (callee) outputs(*call, *callee);
    return true;
  }

 protected:
  // Whether the expression is named only to be written, copied to its like, or not evaluated.
  bool is_unread(const clang::Expr* expression) const { return written.contains(expression); }

  // The field that an expression names, through casts, copies and moves.
  static const clang::MemberExpr* member_of(const clang::Expr* expression) {
    for (unsigned depth = 0; expression && depth < 16; ++depth) {
      expression = expression->IgnoreParenImpCasts();
      if (const clang::MaterializeTemporaryExpr* temporary =
              llvm::dyn_cast<clang::MaterializeTemporaryExpr>(expression))
        expression = temporary->getSubExpr();
      else if (const clang::ExprWithCleanups* cleanups = llvm::dyn_cast<clang::ExprWithCleanups>(expression))
        expression = cleanups->getSubExpr();
      else if (const clang::CXXBindTemporaryExpr* bound = llvm::dyn_cast<clang::CXXBindTemporaryExpr>(expression))
        expression = bound->getSubExpr();
      else if (const clang::CXXConstructExpr* construct = llvm::dyn_cast<clang::CXXConstructExpr>(expression);
               construct && construct->getNumArgs() == 1 && construct->getConstructor()->isCopyOrMoveConstructor())
        expression = construct->getArg(0);
      else if (const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression);
               call && call->isCallToStdMove())
        expression = call->getArg(0);
      else
        return llvm::dyn_cast<clang::MemberExpr>(expression) &&
                       llvm::isa<clang::FieldDecl>(llvm::cast<clang::MemberExpr>(expression)->getMemberDecl())
                   ? llvm::cast<clang::MemberExpr>(expression)
                   : nullptr;
    }
    return nullptr;
  }

  // Marks what is written, and the objects that it is part of: writing to a part reads nothing of the whole. Behind a
  // pointer that is a field, the pointer is read.
  void wrote(const clang::Expr* target) {
    bool behind_pointer = false;
    for (unsigned depth = 0; target && depth < 64; ++depth) {
      target = target->IgnoreParenImpCasts();
      if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(target)) {
        if (!behind_pointer) written.insert(member);
        behind_pointer |= member->isArrow() && !llvm::isa<clang::CXXThisExpr>(member->getBase()->IgnoreParenImpCasts());
        target = member->getBase();
      } else if (const clang::ArraySubscriptExpr* subscript = llvm::dyn_cast<clang::ArraySubscriptExpr>(target)) {
        target = subscript->getBase();
      } else if (const clang::UnaryOperator* unary = llvm::dyn_cast<clang::UnaryOperator>(target);
                 unary && (unary->getOpcode() == clang::UO_Deref || unary->getOpcode() == clang::UO_AddrOf)) {
        behind_pointer |= unary->getOpcode() == clang::UO_Deref;
        target = unary->getSubExpr();
      } else if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(target);
                 operation && operation->getNumArgs() > 0 &&
                 (operation->getOperator() == clang::OO_Subscript || operation->getOperator() == clang::OO_Star ||
                  operation->getOperator() == clang::OO_Arrow)) {
        behind_pointer |= operation->getOperator() != clang::OO_Subscript;
        target = operation->getArg(0);
      } else {
        if (llvm::isa<clang::DeclRefExpr, clang::CallExpr>(target)) written.insert(target);
        return;
      }
    }
  }

  // Whether nobody uses the value of the visited expression.
  bool is_discarded() const { return is_discarded_at(this->around.size()); }
  // The same for the last of the first `end` statements around.
  bool is_discarded_at(std::size_t end) const {
    const std::vector<const clang::Stmt*>& around = this->around;
    for (std::size_t i = end; i-- > 1;) {
      const clang::Stmt* outer = around[i - 1];
      if (llvm::isa<clang::ExprWithCleanups, clang::ParenExpr, clang::ConstantExpr>(outer)) continue;
      if (const clang::BinaryOperator* comma = llvm::dyn_cast<clang::BinaryOperator>(outer);
          comma && comma->getOpcode() == clang::BO_Comma)
        continue;
      if (const clang::ExplicitCastExpr* cast = llvm::dyn_cast<clang::ExplicitCastExpr>(outer))
        return cast->getType()->isVoidType();
      if (const clang::IfStmt* branch = llvm::dyn_cast<clang::IfStmt>(outer)) return branch->getCond() != around[i];
      if (const clang::ForStmt* loop = llvm::dyn_cast<clang::ForStmt>(outer)) return loop->getCond() != around[i];
      if (const clang::WhileStmt* loop = llvm::dyn_cast<clang::WhileStmt>(outer)) return loop->getCond() != around[i];
      if (const clang::DoStmt* loop = llvm::dyn_cast<clang::DoStmt>(outer)) return loop->getCond() != around[i];
      return llvm::isa<clang::CompoundStmt, clang::SwitchCase, clang::LabelStmt, clang::CXXForRangeStmt>(outer);
    }
    return false;
  }

  // a.first = a.second = 4: nobody reads the second.
  bool is_assigned_on() const {
    const std::vector<const clang::Stmt*>& around = this->around;
    for (std::size_t i = around.size(); i-- > 1;) {
      const clang::BinaryOperator* outer = llvm::dyn_cast<clang::BinaryOperator>(around[i - 1]);
      if (outer) return outer->getOpcode() == clang::BO_Assign && outer->getRHS() == around[i];
      if (!llvm::isa<clang::ImplicitCastExpr, clang::ParenExpr>(around[i - 1])) return false;
    }
    return false;
  }

 private:
  // `a.port = b.port` copies a part of a whole.
  void copied(const clang::Expr* to, const clang::Expr* from) {
    const clang::MemberExpr* target = member_of(to);
    const clang::MemberExpr* source = member_of(from);
    if (target && source && target->getMemberDecl()->getCanonicalDecl() == source->getMemberDecl()->getCanonicalDecl())
      written.insert(source);
  }

  // Whether what the visited assignment to `target` gives is used by nobody, or assigned on to the same member:
  // `a.port = b.port = c.port` copies, `port = a.port = c.port` reads.
  bool goes_nowhere_else(const clang::Expr* target) const {
    const clang::MemberExpr* member = member_of(target);
    const std::vector<const clang::Stmt*>& around = this->around;
    for (std::size_t i = around.size(); member && i-- > 1;) {
      if (llvm::isa<clang::ImplicitCastExpr, clang::ParenExpr, clang::ExprWithCleanups>(around[i - 1])) continue;
      const clang::Expr* to = nullptr;
      if (const clang::BinaryOperator* outer = llvm::dyn_cast<clang::BinaryOperator>(around[i - 1]))
        to = outer->getOpcode() == clang::BO_Assign ? outer->getLHS() : nullptr;
      else if (const clang::CXXOperatorCallExpr* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(around[i - 1]))
        to = call->getOperator() == clang::OO_Equal ? call->getArg(0) : nullptr;
      if (!to) return is_discarded_at(i + 1);
      const clang::MemberExpr* next = member_of(to);
      if (!next || next->getMemberDecl()->getCanonicalDecl() != member->getMemberDecl()->getCanonicalDecl())
        return false;
    }
    return true;
  }

  // Methods of containers and atomics that change their object and tell nothing about it.
  static bool only_changes(const clang::CXXMethodDecl& method) {
    if (!method.getDeclName().isIdentifier()) return false;
    return llvm::StringSwitch<bool>(method.getName())
        .Cases({"push_back", "emplace_back", "push_front", "emplace_front", "emplace", "insert", "insert_or_assign",
                "push", "append", "assign", "clear", "erase", "resize", "reserve", "shrink_to_fit"},
               true)
        .Cases({"store", "reset", "swap", "try_emplace", "pop_back", "fill", "CopyFrom", "MergeFrom", "Clear"}, true)
        .Default(false);
  }

  // The callee gets a value to write to: a pointer or a reference to something that is not const. Forwarding
  // references may be anything, and what the standard library takes by reference it mostly reads.
  void outputs(const clang::CallExpr& call, const clang::FunctionDecl& callee) {
    const clang::FunctionDecl* pattern = callee.getTemplateInstantiationPattern();
    const bool is_operator = !callee.getDeclName().isIdentifier();
    if (is_operator) return;
    if (callee.isInStdNamespace() && callee.getName() != "getline" && callee.getName() != "from_chars") return;
    for (unsigned i = 0; i < call.getNumArgs(); ++i) {
      const clang::Expr* argument = call.getArg(i)->IgnoreParenImpCasts();
      const clang::UnaryOperator* address = llvm::dyn_cast<clang::UnaryOperator>(argument);
      bool by_address = address && address->getOpcode() == clang::UO_AddrOf;
      const clang::Expr* value = by_address ? address->getSubExpr()->IgnoreParenImpCasts() : argument;
      const clang::QualType type = value->getType();
      const TypeClass type_class = traits_of(type).type_class;
      if (!type->isEnumeralType() && type_class != TypeClass::integer && type_class != TypeClass::floating &&
          type_class != TypeClass::boolean && type_class != TypeClass::text && type_class != TypeClass::duration &&
          type_class != TypeClass::time_point)
        continue;
      if (i >= callee.getNumParams()) {
        if (by_address) wrote(value); // sscanf
        continue;
      }
      clang::QualType parameter = callee.getParamDecl(i)->getType();
      if (pattern) {
        if (pattern->getNumParams() != callee.getNumParams()) continue; // a pack: print(a, b)
        if (pattern->getParamDecl(i)->getType()->isRValueReferenceType()) continue;
      }
      bool writable = by_address
                          ? parameter->isPointerType() && !parameter->getPointeeType().isConstQualified()
                          : parameter->isLValueReferenceType() && !parameter.getNonReferenceType().isConstQualified();
      if (writable) wrote(value);
    }
  }

  llvm::DenseSet<const clang::Expr*> written;
};

} // namespace plumbline
