#include "collect/waits.h"
#include "collect/wait_apis.h"
#include "collect/wait_guards.h"
#include "program/handles.h"

#include <clang/AST/ExprCXX.h>
#include <clang/AST/RecursiveASTVisitor.h>
#include <llvm/ADT/STLExtras.h>
#include <llvm/Support/SaveAndRestore.h>

#include <map>
#include <set>

namespace plumbline {

static constexpr std::int64_t datagrams = 2; // SOCK_DGRAM of Linux, the BSDs and Windows

namespace {

class WaitVisitor : public clang::RecursiveASTVisitor<WaitVisitor> {
 public:
  explicit WaitVisitor(CollectContext& context) : context(context) {}
  bool shouldVisitTemplateInstantiations() const { return true; }

  bool TraverseDecl(clang::Decl* declaration) {
    if (!declaration) return true;
    if (declaration->isImplicit() && !llvm::isa<clang::CXXRecordDecl>(declaration)) return true;
    if (!llvm::isa<clang::TranslationUnitDecl, clang::NamespaceDecl, clang::LinkageSpecDecl>(declaration) &&
        !context.is_ours(declaration->getLocation()))
      return true;
    clang::FunctionDecl* inner = llvm::dyn_cast<clang::FunctionDecl>(declaration);
    const clang::CXXMethodDecl* method = llvm::dyn_cast_or_null<clang::CXXMethodDecl>(inner);
    if (!inner || (method && method->getParent()->isLambda())) return RecursiveASTVisitor::TraverseDecl(declaration);
    llvm::SaveAndRestore<const clang::FunctionDecl*> save_function(function, inner);
    llvm::SaveAndRestore<std::vector<const clang::Stmt*>> save_loops(loops, {});
    llvm::SaveAndRestore<std::set<EntityId>> save_limited(asked, {});
    llvm::SaveAndRestore<std::vector<WaitCall>> save_waits(futures, {});
    llvm::SaveAndRestore<const clang::Expr*> save_asked(asked_for_datagrams, nullptr);
    llvm::SaveAndRestore<bool> save_streams(asked_for_streams, false);
    llvm::SaveAndRestore<std::set<EntityId>> save_locals(locals, {});
    llvm::SaveAndRestore<std::map<EntityId, Location>> save_last(waited, {});
    llvm::SaveAndRestore<std::vector<std::pair<EntityId, Location>>> save_limits(limits, {});
    const bool go_on = RecursiveASTVisitor::TraverseDecl(declaration);
    for (const WaitCall& wait : futures)
      if (!asked.contains(wait.handle) && !is_over(wait)) write(context.table, wait);
    if (asked_for_datagrams && !asked_for_streams) limit(context.entity(inner), asked_for_datagrams);
    for (const auto& [handle, location] : limits)
      if (!comes_late(handle, location)) write_wait_limit(context.table, handle, context.entity(inner), location);
    return go_on;
  }

  // A lambda runs somewhere else: the loops around it are not its own.
  bool TraverseLambdaExpr(clang::LambdaExpr* lambda) {
    // Who is given a future that can continue is a continuation, also where Clang lost the call of then().
    for (const clang::ParmVarDecl* parameter : lambda->getCallOperator()->parameters()) {
      const clang::CXXRecordDecl* record = parameter->getType().getNonReferenceType()->getAsCXXRecordDecl();
      if (function && record && !record->isInStdNamespace() && api_of(parameter->getType()) == "future")
        limit(context.entity(parameter), lambda);
    }
    llvm::SaveAndRestore<std::vector<const clang::Stmt*>> save_loops(loops, {});
    llvm::SaveAndRestore save_lambda(in_lambda, true);
    return RecursiveASTVisitor::TraverseLambdaExpr(lambda);
  }
  bool TraverseWhileStmt(clang::WhileStmt* loop) {
    return in_loop(loop, [&] { return RecursiveASTVisitor::TraverseWhileStmt(loop); });
  }
  bool TraverseDoStmt(clang::DoStmt* loop) {
    return in_loop(loop, [&] { return RecursiveASTVisitor::TraverseDoStmt(loop); });
  }
  bool TraverseForStmt(clang::ForStmt* loop) {
    return in_loop(loop, [&] { return RecursiveASTVisitor::TraverseForStmt(loop); });
  }
  bool TraverseCXXForRangeStmt(clang::CXXForRangeStmt* loop) {
    travel(loop->getRangeInit(), loop->getLoopVariable(), EdgeKind::value);
    return in_loop(loop, [&] { return RecursiveASTVisitor::TraverseCXXForRangeStmt(loop); });
  }

  bool VisitVarDecl(clang::VarDecl* variable) {
    if (variable->hasLocalStorage() && !llvm::isa<clang::ParmVarDecl>(variable))
      locals.insert(context.entity(variable));
    if (variable->hasInit() && !llvm::isa<clang::ParmVarDecl>(variable))
      travel(variable->getInit(), variable, EdgeKind::value);
    return true;
  }
  bool VisitFieldDecl(clang::FieldDecl* field) {
    if (field->hasInClassInitializer()) travel(field->getInClassInitializer(), field, EdgeKind::value);
    return true;
  }
  bool VisitCXXConstructorDecl(clang::CXXConstructorDecl* constructor) {
    for (const clang::CXXCtorInitializer* initialiser : constructor->inits())
      if (initialiser->isMemberInitializer()) travel(initialiser->getInit(), initialiser->getMember(), EdgeKind::value);
    return true;
  }
  bool VisitBinaryOperator(clang::BinaryOperator* operation) {
    if (operation->getOpcode() != clang::BO_Assign) return true;
    if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(operation->getLHS()->IgnoreParenImpCasts());
        member && member->getMemberDecl()->getIdentifier() &&
        member->getMemberDecl()->getName().ends_with("_timeout") && api_of(member->getBase()->getType()) == "hiredis")
      limit(node_of(member->getBase()), operation->getRHS());
    // connect() to an address of family AF_UNSPEC dissolves an association, at once (connect(2)), and one of a datagram
    // socket, for which getaddrinfo() was asked, sends nothing.
    if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(operation->getLHS()->IgnoreParenImpCasts());
        function && member) {
      if (is_family_of_address(*member) && integer(operation->getRHS(), context.ast) == 0)
        limit(context.entity(function), operation->getRHS());
      if (is_type_of_socket(*member->getMemberDecl())) asks_for_socket(operation->getRHS());
    }
    travel_to(operation->getRHS(), node_of(operation->getLHS()), EdgeKind::value);
    return true;
  }
  bool VisitReturnStmt(clang::ReturnStmt* statement) {
    if (function && statement->getRetValue() && !in_lambda)
      travel_to(statement->getRetValue(), context.result(function), EdgeKind::to_result);
    return true;
  }
  bool VisitIntegerLiteral(clang::IntegerLiteral* literal) {
    // Who asks whether the connect is under way has a socket that does not wait.
    if (!literal->getBeginLoc().isMacroID()) return true;
    const std::string macro = context.macro_of(literal->getBeginLoc());
    if (function && (macro == "EINPROGRESS" || macro == "WSAEWOULDBLOCK")) limit(context.entity(function), literal);
    return true;
  }
  // struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}
  bool VisitInitListExpr(clang::InitListExpr* list) {
    if (list->isSyntacticForm() && list->getSemanticForm()) list = list->getSemanticForm(); // without designators
    const clang::RecordDecl* record = list->getType()->getAsRecordDecl();
    if (!function || !record || record->getName() != "addrinfo") return true;
    unsigned index = 0;
    for (const clang::FieldDecl* field : record->fields()) {
      if (index >= list->getNumInits()) break;
      const clang::Expr* value = list->getInit(index++);
      if (is_type_of_socket(*field)) asks_for_socket(value);
    }
    return true;
  }
  bool VisitCXXConstructExpr(clang::CXXConstructExpr* construct) {
    arguments(construct->getConstructor(), llvm::ArrayRef(construct->getArgs(), construct->getNumArgs()));
    return true;
  }

  bool VisitCallExpr(clang::CallExpr* call) {
    const clang::FunctionDecl* callee = call->getDirectCallee();
    if (!callee || !function) return true;
    if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(call)) {
      if (operation->getOperator() == clang::OO_Equal && operation->getNumArgs() == 2)
        travel_to(operation->getArg(1), node_of(operation->getArg(0)), EdgeKind::value);
      return true;
    }
    arguments(callee, llvm::ArrayRef(call->getArgs(), call->getNumArgs()));
    if (const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(call))
      method_call(*member, *callee);
    else
      function_call(*call, name_of(callee));
    grpc_call(*call, *callee);
    // A limiting option that a function of the project sets.
    for (unsigned i = 0; i < call->getNumArgs(); ++i) pass_option(*call, i);
    return true;
  }

 private:
  static bool is_family_of_address(const clang::MemberExpr& member) {
    const clang::IdentifierInfo* name = member.getMemberDecl()->getIdentifier();
    return name && (name->isStr("sa_family") || name->isStr("ss_family") || name->isStr("sin_family"));
  }
  static bool is_type_of_socket(const clang::NamedDecl& field) {
    return field.getIdentifier() && field.getName() == "ai_socktype";
  }
  // Only what asks for nothing but datagrams has sockets that do not wait.
  void asks_for_socket(const clang::Expr* type) {
    const std::optional<std::int64_t> value = integer(type, context.ast);
    if (value == datagrams)
      asked_for_datagrams = type;
    else if (value != 0) // any, which an initialiser list leaves
      asked_for_streams = true;
  }
  bool in_loop(const clang::Stmt* loop, llvm::function_ref<bool()> traverse) {
    loops.push_back(loop);
    const bool go_on = traverse();
    loops.pop_back();
    return go_on;
  }

  // future.wait(); return future.get(): it has waited already.
  bool is_over(const WaitCall& get) const {
    return get.handle != EntityId::none && llvm::StringRef(get.call).ends_with("get") &&
           llvm::any_of(futures, [&](const WaitCall& earlier) {
             return earlier.handle == get.handle && llvm::StringRef(earlier.call).ends_with("wait") &&
                    earlier.location.file == get.location.file && earlier.location.line <= get.location.line;
           });
  }

  const clang::Expr* argument(const clang::CallExpr& call, unsigned index) const {
    return index < call.getNumArgs() ? call.getArg(index) : nullptr;
  }

  // Of the object as it was declared: wait() and wait_for() belong to a base class of std::future.
  static clang::QualType own_type(const clang::Expr* object) { return object->IgnoreParenImpCasts()->getType(); }

  void method_call(const clang::CXXMemberCallExpr& call, const clang::FunctionDecl& callee) {
    const llvm::StringRef name = name_of(&callee), record = record_of(&callee);
    const clang::Expr* object = call.getImplicitObjectArgument();
    if (is_condition(record) && (name == "wait" || name == "Wait")) {
      if (given(call) <= 1 && !(given(call) == 0 && keeps_state(own_type(object))) && !is_answered_for(call))
        wait("condition", call, object, name);
    } else if (api_of(own_type(object)) == "future" && !llvm::isa<clang::CXXConversionDecl>(callee)) {
      if (name == "get" || name == "wait") wait("future", call, object, name);
      if (name == "wait_for" || name == "wait_until" || name == "is_ready" || name == "has_value" ||
          name == "has_exception")
        asked.insert(node_of(object));
      if (name == "then") continue_with(call);
      if (name == "push_back" || name == "emplace_back" || name == "push" || name == "insert")
        for (const clang::Expr* value : call.arguments()) travel_to(value, node_of(object), EdgeKind::value);
    } else if (name == "reset" && is_in_std(callee) && call.getNumArgs() > 0) {
      travel_to(call.getArg(0), node_of(object), EdgeKind::value);
    } else if (record == "ClientContext" && name == "set_deadline") {
      limit(node_of(object), &call);
    } else if (is_asio_socket(own_type(object))) {
      if (name == "connect") wait("asio", call, object, name);
      if (name == "non_blocking" || name == "native_non_blocking") limit(node_of(object), &call);
    }
  }

  // future.then(f) calls f when the future has its value (Concurrency TS, N4538; Boost.Thread; folly::Future).
  void continue_with(const clang::CXXMemberCallExpr& call) {
    for (const clang::Expr* argument : call.arguments()) {
      const clang::Expr* code = unwrapped(argument);
      const clang::LambdaExpr* lambda = llvm::dyn_cast<clang::LambdaExpr>(code);
      const clang::DeclRefExpr* named = llvm::dyn_cast<clang::DeclRefExpr>(code);
      const clang::FunctionDecl* continuation = lambda  ? lambda->getCallOperator()
                                                : named ? llvm::dyn_cast<clang::FunctionDecl>(named->getDecl())
                                                        : nullptr;
      if (!continuation) continue;
      for (const clang::ParmVarDecl* parameter : continuation->parameters()) limit(context.entity(parameter), argument);
    }
  }

  void function_call(const clang::CallExpr& call, llvm::StringRef name) {
    const clang::Expr *first = argument(call, 0), *second = argument(call, 1), *third = argument(call, 2);
    if (!first) return;
    if (is_condition_wait(name) && call.getNumArgs() >= 2) { // with a lock: not a coroutine's
      if (!is_answered_for(call)) wait("condition", call, nullptr, name);
    } else if (name == "curl_easy_perform") {
      wait("curl", call, first, name);
    } else if (name == "curl_easy_setopt" && third) {
      set_option(call, *first, *second, *third);
    } else if (name == "redisConnect" || name == "redisConnectUnix" || name == "redisConnectBind") {
      if (!is_limited_otherwise(*function, call)) wait("hiredis", call, nullptr, name);
    } else if (name == "redisConnectWithOptions") {
      wait("hiredis", call, first, name);
    } else if (name == "redisSetTimeout") {
      limit(node_of(first), &call);
    } else if (name == "mysql_real_connect") {
      wait("mysql", call, first, name);
    } else if (name.starts_with("mysql_options") && second) {
      if (option_name(second).contains("TIMEOUT")) limit(node_of(first), &call);
    } else if (name == "connect" && call.getNumArgs() == 3 && first->getType()->isIntegerType()) {
      if (!is_local_address(second)) wait("socket", call, first, name);
    } else if (name == "connect" && second && is_asio_socket(first->getType())) { // asio::connect(socket, endpoints)
      wait("asio", call, first, name);
    } else if (name == "setsockopt" && third) {
      const std::optional<std::int64_t> option = integer(third, context.ast);
      if (option == 20 || option == 21 || option == 66 || option == 67 || // Linux: SO_RCVTIMEO, SO_SNDTIMEO, …_NEW
          llvm::StringRef(context.text_of(third->getSourceRange())).contains("TIMEO"))
        limit(node_of(first), &call);
      else if (!option)
        set_chosen_option(call, *first, *third);
    } else if ((name == "fcntl" && integer(second, context.ast) == 4) || // F_SETFL
               name == "ioctl" || name == "ioctlsocket" ||
               (says_word(name, {"nonblock", "nonblocking", "nonblocked", "unblock"}) ||
                (says_word(name, {"non", "no"}) && says_word(name, {"block", "blocking"})))) {
      limit(node_of(first), &call);
    }
  }

  // The address of a socket in the file system: nothing is lost on the way to it (unix(7)).
  static bool is_local_address(const clang::Expr* address) {
    const clang::QualType type = unwrapped(address)->getType();
    const clang::RecordDecl* record = (type->isPointerType() ? type->getPointeeType() : type)->getAsRecordDecl();
    return record && record->getIdentifier() && record->getName() == "sockaddr_un";
  }

  // setsockopt() with an option that is not spelled here: whoever calls the function chooses it; a local one may be
  // any.
  void set_chosen_option(const clang::CallExpr& call, const clang::Expr& handle, const clang::Expr& option) {
    const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(unwrapped(&option));
    const clang::ParmVarDecl* parameter =
        reference ? llvm::dyn_cast<clang::ParmVarDecl>(reference->getDecl()) : nullptr;
    parameter ? write_wait_setter(context.table, context.entity(parameter), node_of(&handle))
              : limit(node_of(&handle), &call);
  }

  bool is_socket_limit(const clang::Expr* option) const {
    const std::string macro = option->getBeginLoc().isMacroID() ? context.macro_of(option->getBeginLoc()) : "";
    return macro.starts_with("SO_RCVTIMEO") || macro.starts_with("SO_SNDTIMEO");
  }

  void pass_option(const clang::CallExpr& call, unsigned index) {
    const clang::Expr* option = call.getArg(index);
    if (!(option->getType()->isEnumeralType() && is_limiting_option(option_name(option))) && !is_socket_limit(option))
      return;
    if (!context.is_ours(call.getDirectCallee()->getLocation())) return;
    write_wait_option(context.table, context.parameter(call.getDirectCallee(), index));
  }

  void set_option(const clang::CallExpr& call, const clang::Expr& handle, const clang::Expr& option,
                  const clang::Expr& value) {
    if (const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(unwrapped(&option)))
      if (const clang::ParmVarDecl* parameter = llvm::dyn_cast<clang::ParmVarDecl>(reference->getDecl())) {
        write_wait_setter(context.table, context.entity(parameter), node_of(&handle));
        return;
      }
    if (is_limiting_option(option_name(&option)) && integer(&value, context.ast) != 0) limit(node_of(&handle), &call);
  }

  // A blocking method of a generated stub: its first argument is the context that holds the deadline.
  void grpc_call(const clang::CallExpr& call, const clang::FunctionDecl& callee) {
    const clang::Expr* first = argument(call, 0);
    const llvm::StringRef name = name_of(&callee), record = record_of(&callee);
    if (!first || !first->getType()->isPointerType() || api_of(first->getType()) != "grpc" || record.empty()) return;
    const bool stub = record.starts_with("Stub") || record.starts_with("Mock") || !callee.isDefined();
    if (!stub || name.starts_with("Async") || name.starts_with("PrepareAsync") || record.contains("sync")) return;
    wait("grpc", call, first, name);
  }

  unsigned given(const clang::CallExpr& call) const {
    return static_cast<unsigned>(
        llvm::count_if(call.arguments(), [](const clang::Expr* e) { return !llvm::isa<clang::CXXDefaultArgExpr>(e); }));
  }

  // Whether somebody asks around this wait for a condition, or has decided that it has no limit.
  bool is_answered_for(const clang::CallExpr& call) const {
    return asks_in_loop(loops, context.ast) || leaves_predicate_to_caller(*function, call) ||
           is_limited_otherwise(*function, call);
  }

  void wait(llvm::StringRef api, const clang::CallExpr& call, const clang::Expr* handle, llvm::StringRef name) {
    WaitCall wait;
    wait.function = context.entity(function);
    wait.location = context.expansion_of(call.getSourceRange());
    if (wait.location.line == 0 || wait.function == EntityId::none) return;
    if (!context.first_time(static_cast<std::uint64_t>(context.place_id("wait", wait.location)))) return;
    wait.api = api;
    wait.text = context.text_of(call.getSourceRange());
    wait.line = context.line_of(context.sources.getExpansionLoc(call.getBeginLoc()));
    const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(&call);
    const clang::Expr* object = member ? member->getImplicitObjectArgument()->IgnoreParenImpCasts() : nullptr;
    if (const clang::CXXOperatorCallExpr* arrow = llvm::dyn_cast_or_null<clang::CXXOperatorCallExpr>(object))
      object = arrow->getOperator() == clang::OO_Arrow ? arrow->getArg(0) : object; // a smart pointer's
    if (object && !object->isImplicitCXXThis()) {
      const bool arrow =
          llvm::isa<clang::MemberExpr>(call.getCallee()) && llvm::cast<clang::MemberExpr>(call.getCallee())->isArrow();
      wait.call = context.text_of(object->getSourceRange(), 60) + (arrow ? "->" : ".");
    }
    wait.call += name;
    wait.handle = api == "condition" ? EntityId::none : node_of(handle);
    if (const clang::FunctionDecl* callee = call.getDirectCallee(); callee && is_ours(*callee))
      wait.callee = context.entity(callee);
    wait.asked_once = api == "condition" && asks_once(*function, call);
    if (api == "future") {
      const clang::CallExpr* made = llvm::dyn_cast_or_null<clang::CallExpr>(unwrapped(handle));
      const clang::FunctionDecl* maker = made ? made->getDirectCallee() : nullptr;
      wait.foreign = maker && wait.handle == context.result(maker) && !same_component(*maker);
    }
    if (llvm::DenseMap<const clang::CallExpr*, EntityId>::iterator made = connections.find(&call);
        made != connections.end()) {
      edge(made->second, wait.handle, EdgeKind::value, &call);
      if (wait.handle == EntityId::none) wait.handle = made->second;
    }
    if (api == "socket" || api == "asio" || api == "curl" || api == "mysql") waited[wait.handle] = wait.location;
    if (api == "future")
      own_future(handle) ? void() : futures.push_back(wait);
    else
      write(context.table, wait);
  }

  void limit(EntityId handle, const clang::Expr* where) {
    if (handle == EntityId::none) return;
    const EntityId in = function ? context.entity(function) : EntityId::none;
    const Location location = context.expansion_of(where->getExprLoc());
    if (locals.contains(handle))
      limits.emplace_back(handle, location);
    else if (context.first_time(static_cast<std::uint64_t>(handle) * 31 + static_cast<std::uint64_t>(in)))
      write_wait_limit(context.table, handle, in, location);
  }

  // A descriptor that is made non-blocking after the connect has waited by then.
  bool comes_late(EntityId handle, const Location& location) const {
    const std::map<EntityId, Location>::const_iterator last = waited.find(handle);
    return last != waited.end() && last->second.file == location.file && last->second.line < location.line;
  }

  void travel(const clang::Expr* value, const clang::NamedDecl* to, EdgeKind kind) {
    if (value && to) travel_to(value, context.entity(to), kind);
  }

  // A value goes to a variable, field, parameter or result.
  void travel_to(const clang::Expr* value, EntityId to, EdgeKind kind) {
    value = unwrapped(value);
    if (!value || to == EntityId::none) return;
    const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(value);
    const clang::FunctionDecl* callee = call ? call->getDirectCallee() : nullptr;
    if (callee && name_of(callee) == "socket" && call->getNumArgs() == 3) {
      const std::int64_t type = integer(call->getArg(1), context.ast).value_or(0);
      if ((type & 0x800) || (type & 0xf) == 2) limit(to, call); // Linux: SOCK_NONBLOCK; SOCK_DGRAM
      return;
    }
    const llvm::StringRef api = api_of(value->getType());
    if (api.empty() && !wraps_handle(value->getType())) return;
    if (callee && name_of(callee).starts_with("redisConnect")) connections[call] = to;
    if (api == "future" && own_future(value)) return limit(to, value);
    const EntityId from = node_of(value);
    if (callee && from == context.result(callee)) {
      if (api == "future") {
        if (!same_component(*callee)) kind = EdgeKind::foreign;
      } else if (!is_ours(*callee)) { // what an unknown function made may be limited
        if (!is_maker(name_of(callee))) limit(to, value);
        return;
      }
    }
    if (callee && kind == EdgeKind::value && from == context.result(callee)) kind = EdgeKind::from_result;
    edge(from, to, kind, value);
  }

  void edge(EntityId from, EntityId to, EdgeKind kind, const clang::Expr* where) {
    if (from == EntityId::none || to == EntityId::none || from == to) return;
    const Location location = context.expansion_of(where->getSourceRange());
    const std::uint64_t digest = static_cast<std::uint64_t>(from) * 7 + static_cast<std::uint64_t>(to) * 13 +
                                 static_cast<std::uint64_t>(context.place_id("wait-edge", location));
    if (context.first_time(digest)) write(context.table, HandleEdge{from, to, kind, location});
  }

  void arguments(const clang::FunctionDecl* callee, llvm::ArrayRef<const clang::Expr*> values) {
    if (!callee || !is_ours(*callee)) return;
    for (unsigned i = 0; i < values.size() && i < callee->getNumParams(); ++i)
      if (!api_of(values[i]->getType()).empty() || wraps_handle(values[i]->getType()))
        travel_to(values[i], context.parameter(callee, i), EdgeKind::argument);
  }

  bool is_ours(const clang::FunctionDecl& callee) { return context.is_ours(callee.getLocation()); }
  static bool is_maker(llvm::StringRef name) {
    return name == "curl_easy_init" || name == "curl_easy_duphandle" || name == "mysql_init" || name == "make_unique" ||
           name == "make_shared" || name.starts_with("redisConnect");
  }

  bool same_component(const clang::FunctionDecl& callee) {
    if (!function) return false;
    const clang::CXXMethodDecl *there = llvm::dyn_cast<clang::CXXMethodDecl>(&callee),
                               *here = llvm::dyn_cast<clang::CXXMethodDecl>(function);
    if (there && here) return there->getParent()->getCanonicalDecl() == here->getParent()->getCanonicalDecl();
    return !there &&
           context.sources.getFileID(callee.getLocation()) == context.sources.getFileID(function->getLocation());
  }

  // std::async, a task or promise of this function or class that nobody else was handed.
  bool own_future(const clang::Expr* value) {
    const clang::CallExpr* call = llvm::dyn_cast_or_null<clang::CallExpr>(unwrapped(value));
    const clang::FunctionDecl* callee = call ? call->getDirectCallee() : nullptr;
    if (!callee) return false;
    if (name_of(callee) == "async" && is_in_std(*callee)) return true;
    const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(call);
    if (!member) return false;
    if (name_of(callee) == "share") return own_future(member->getImplicitObjectArgument());
    if (name_of(callee) != "get_future") return false;
    const EntityId promise = node_of(member->getImplicitObjectArgument());
    return function && !is_handed_over(promise);
  }

  // Whether the function passes the promise, or a lambda that holds it, to something that is not a thread of its own.
  bool is_handed_over(EntityId promise) {
    struct Finder : clang::RecursiveASTVisitor<Finder> {
      WaitVisitor& outer;
      EntityId promise;
      bool found = false;
      Finder(WaitVisitor& outer, EntityId promise) : outer(outer), promise(promise) {}
      bool mentions(const clang::Stmt* statement) {
        if (!statement) return false;
        if (const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(statement))
          if (outer.context.entity(reference->getDecl()) == promise) return true;
        if (const clang::LambdaExpr* lambda = llvm::dyn_cast<clang::LambdaExpr>(statement))
          for (const clang::LambdaCapture& capture : lambda->captures())
            if (capture.capturesVariable() && outer.context.entity(capture.getCapturedVar()) == promise) return true;
        return llvm::any_of(statement->children(), [&](const clang::Stmt* child) { return mentions(child); });
      }
      bool VisitCallExpr(clang::CallExpr* call) {
        const clang::FunctionDecl* callee = call->getDirectCallee();
        if (llvm::isa<clang::CXXOperatorCallExpr>(call)) return true;
        if (callee && (is_in_std(*callee) || outer.same_component(*callee))) return true;
        return found |= llvm::any_of(call->arguments(), [&](const clang::Expr* e) { return mentions(e); }), !found;
      }
    };
    Finder finder(*this, promise);
    if (const clang::Stmt* body = function->getBody()) finder.TraverseStmt(const_cast<clang::Stmt*>(body));
    return finder.found;
  }

  // The declaration behind a handle expression: `handle_.get()`, `&context`, `*p`, `futures[i]` are all their variable.
  EntityId node_of(const clang::Expr* expression) {
    expression = unwrapped(expression);
    if (!expression) return EntityId::none;
    if (const clang::DeclRefExpr* reference = llvm::dyn_cast<clang::DeclRefExpr>(expression))
      return llvm::isa<clang::VarDecl>(reference->getDecl()) ? context.entity(reference->getDecl()) : EntityId::none;
    if (const clang::MemberExpr* member = llvm::dyn_cast<clang::MemberExpr>(expression))
      return llvm::isa<clang::FieldDecl, clang::VarDecl>(member->getMemberDecl())
                 ? context.entity(member->getMemberDecl())
                 : EntityId::none;
    if (const clang::UnaryOperator* unary = llvm::dyn_cast<clang::UnaryOperator>(expression))
      return node_of(unary->getSubExpr());
    if (const clang::ArraySubscriptExpr* subscript = llvm::dyn_cast<clang::ArraySubscriptExpr>(expression))
      return node_of(subscript->getBase());
    if (const clang::CXXOperatorCallExpr* operation = llvm::dyn_cast<clang::CXXOperatorCallExpr>(expression))
      return operation->getNumArgs() > 0 ? node_of(operation->getArg(0)) : EntityId::none;
    const clang::CallExpr* call = llvm::dyn_cast<clang::CallExpr>(expression);
    const clang::FunctionDecl* callee = call ? call->getDirectCallee() : nullptr;
    if (!callee) return EntityId::none;
    if (is_in_std(*callee)) { // std::move(x), pointer.get(), results.front()
      const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(call);
      if (member) return node_of(member->getImplicitObjectArgument());
      if (name_of(callee) == "move" || name_of(callee) == "forward" || name_of(callee) == "ref")
        return call->getNumArgs() > 0 ? node_of(call->getArg(0)) : EntityId::none;
    }
    if (const clang::CXXMemberCallExpr* member = llvm::dyn_cast<clang::CXXMemberCallExpr>(call)) {
      const clang::Expr* object = member->getImplicitObjectArgument();
      // Futures in a future: when_all() gives those that are ready when it is.
      if (name_of(callee) == "get" && api_of(own_type(object)) == "future") return node_of(object);
      if (const EntityId wrapper = wrapper_of(*member); wrapper != EntityId::none) return wrapper;
    }
    return context.result(callee);
  }

  // The variable or field whose handle descriptor.get() is. What its class does to the handle holds for each object.
  EntityId wrapper_of(const clang::CXXMemberCallExpr& call) {
    if (!call.getMethodDecl() || !gives_handle(*call.getMethodDecl())) return EntityId::none;
    const clang::Expr* object = unwrapped(call.getImplicitObjectArgument());
    if (const clang::CXXOperatorCallExpr* arrow = llvm::dyn_cast<clang::CXXOperatorCallExpr>(object))
      object = arrow->getOperator() == clang::OO_Arrow ? unwrapped(arrow->getArg(0)) : object; // a smart pointer's
    if (!llvm::isa<clang::DeclRefExpr, clang::MemberExpr>(object)) return EntityId::none;
    const EntityId holder = node_of(object);
    edge(context.result(call.getMethodDecl()), holder, EdgeKind::member, &call);
    return holder;
  }

  CollectContext& context;
  const clang::FunctionDecl* function = nullptr; // the named one: what a lambda does, the function around it does
  bool in_lambda = false;
  const clang::Expr* asked_for_datagrams = nullptr; // where the function asks getaddrinfo() for such sockets
  bool asked_for_streams = false;
  std::vector<const clang::Stmt*> loops;
  std::set<EntityId> locals;
  std::map<EntityId, Location> waited;               // handle -> the last call that waits on it
  std::vector<std::pair<EntityId, Location>> limits; // of local handles; written at the function's end
  std::set<EntityId> asked;                          // futures that the function waits for with a limit
  llvm::DenseMap<const clang::CallExpr*, EntityId>
      connections;               // hiredis: where the new handle goes; seen before the call
  std::vector<WaitCall> futures; // written at the function's end
};

} // namespace

void collect_waits(CollectContext& context) { WaitVisitor(context).TraverseDecl(context.ast.getTranslationUnitDecl()); }

} // namespace plumbline
