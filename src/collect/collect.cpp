#include "collect/collect.h"
#include "check.h"
#include "collect/context.h"
#include "collect/file_system.h"
#include "collect/includes.h"
#include "collect/macros.h"
#include "collect/mentions.h"
#include "collect/skipped.h"
#include "collect/skipped_members.h"
#include "collect/states.h"
#include "collect/value_flow.h"

#include <clang/AST/ASTConsumer.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/FrontendActions.h>
#include <clang/Lex/Preprocessor.h>
#include <clang/Tooling/Tooling.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/Support/Path.h>

#include <algorithm>

namespace plumbline {

namespace {

// Counts errors and keeps the first: warnings are other tools' business.
class ErrorCounter : public clang::DiagnosticConsumer {
 public:
  unsigned errors = 0;
  bool fatal = false;
  std::string first;
  void HandleDiagnostic(clang::DiagnosticsEngine::Level level, const clang::Diagnostic& diagnostic) override {
    if (level < clang::DiagnosticsEngine::Error) return;
    ++errors;
    if (level == clang::DiagnosticsEngine::Fatal) fatal = true;
    if (!first.empty() && level != clang::DiagnosticsEngine::Fatal) return;
    llvm::SmallString<128> message;
    diagnostic.FormatDiagnostic(message);
    first.clear();
    if (diagnostic.hasSourceManager() && diagnostic.getLocation().isValid()) {
      clang::PresumedLoc place = diagnostic.getSourceManager().getPresumedLoc(diagnostic.getLocation());
      if (place.isValid())
        first = (llvm::sys::path::filename(place.getFilename()) + ":" + llvm::Twine(place.getLine()) + ": ").str();
    }
    first += message.str();
  }
};

// Comments that speak to plumbline: suppressions.
class CommentCollector : public clang::CommentHandler {
 public:
  struct Comment {
    clang::SourceRange range;
  };
  std::vector<Comment> comments;
  bool HandleComment(clang::Preprocessor& preprocessor, clang::SourceRange comment) override {
    const clang::SourceManager& sources = preprocessor.getSourceManager();
    llvm::StringRef text =
        clang::Lexer::getSourceText(clang::CharSourceRange::getCharRange(comment), sources, preprocessor.getLangOpts());
    llvm::StringRef said = text.ltrim("/*!< \t");
    if (said.starts_with("plumbline:") || (text.contains("NOLINT") && text.contains("plumbline-")))
      comments.push_back({comment});
    return false;
  }
};

class Consumer : public clang::ASTConsumer {
 public:
  Consumer(const CollectOptions& options, TuFacts& facts, CommentCollector& comments, clang::CompilerInstance& compiler)
      : options(options), facts(facts), comments(comments), compiler(compiler) {
    compiler.getPreprocessor().addPPCallbacks(std::make_unique<MacroCollector>(macros, macro_names));
    compiler.getPreprocessor().addPPCallbacks(std::make_unique<SkippedCollector>(skipped));
    compiler.getPreprocessor().addPPCallbacks(std::make_unique<IncludeCollector>(includes, compiler.getPreprocessor()));
  }

  // Bodies outside our files say nothing about our program, and cost half the parse (measured: llvm-notes).
  bool shouldSkipFunctionBody(clang::Decl* declaration) override {
    if (!options.skip_system_bodies) return false;
    clang::SourceManager& sources = compiler.getSourceManager();
    clang::FileID file = sources.getFileID(sources.getExpansionLoc(declaration->getLocation()));
    if (file == last_file) return last_skip;
    last_file = file;
    clang::OptionalFileEntryRef entry = sources.getFileEntryRefForID(file);
    llvm::SmallString<256> path(entry ? entry->getFileEntry().tryGetRealPathName() : llvm::StringRef());
    last_skip = sources.isInSystemHeader(declaration->getLocation()) || !path.str().starts_with(options.root + "/");
    return last_skip;
  }

  void HandleTranslationUnit(clang::ASTContext& ast) override {
    // "(unnamed struct)", not "(unnamed struct at /home/…:63:17)": names hold on every machine and survive moved lines.
    clang::PrintingPolicy policy = ast.getPrintingPolicy();
    policy.AnonymousTagLocations = false;
    ast.setPrintingPolicy(policy);
    CollectContext context(ast, facts.table, options.root);
    collect_value_flow(context);
    if (compiler.getDiagnostics().hasErrorOccurred()) add_lost(context, skipped);
    collect_states(context, skipped);
    collect_skipped_members(context, skipped);
    collect_macros(context, macros, macro_names);
    collect_includes(context, includes);
    collect_mentions(context, compiler.getPreprocessor());
    for (const RegisteredCheck& check : all_checks())
      if (check.check->collect) check.check->collect(context);
    for (const CommentCollector::Comment& comment : comments.comments) {
      if (!context.is_ours(comment.range.getBegin())) continue;
      CommentFact fact;
      std::pair<clang::FileID, unsigned> at = context.sources.getDecomposedLoc(comment.range.getBegin());
      llvm::StringRef buffer = context.sources.getBufferData(at.first);
      fact.text = buffer.substr(at.second, context.sources.getFileOffset(comment.range.getEnd()) - at.second).str();
      llvm::StringRef before = buffer.take_front(at.second);
      std::size_t line_begin = before.rfind('\n');
      fact.own_line = before.drop_front(line_begin == llvm::StringRef::npos ? 0 : line_begin + 1).trim().empty();
      fact.location = context.location_of(comment.range.getBegin());
      write(facts.table, fact);
    }
    inputs(context);
  }

 private:
  // Every file whose bytes took part, so that the store can tell when the facts no longer hold.
  void inputs(CollectContext& context) {
    for (clang::SourceManager::fileinfo_iterator it = context.sources.fileinfo_begin();
         it != context.sources.fileinfo_end(); ++it) {
      std::optional<llvm::StringRef> bytes = it->second->getBufferDataIfLoaded();
      if (!bytes) continue;
      llvm::SmallString<256> path(it->first.getFileEntry().tryGetRealPathName());
      if (path.empty()) path = it->first.getName();
      facts.inputs.push_back({relative_path(path, options.root), digest_of(*bytes)});
    }
    std::sort(facts.inputs.begin(), facts.inputs.end(),
              [](const InputFile& a, const InputFile& b) { return a.path < b.path; });
    facts.inputs.erase(std::unique(facts.inputs.begin(), facts.inputs.end(),
                                   [](const InputFile& a, const InputFile& b) { return a.path == b.path; }),
                       facts.inputs.end());
  }

  const CollectOptions& options;
  TuFacts& facts;
  CommentCollector& comments;
  clang::CompilerInstance& compiler;
  std::vector<const clang::MacroInfo*> macros;
  std::vector<std::string> macro_names;
  std::vector<clang::SourceRange> skipped;
  IncludeLog includes;
  clang::FileID last_file;
  bool last_skip = false;
};

class Action : public clang::ASTFrontendAction {
 public:
  Action(const CollectOptions& options, TuFacts& facts) : options(options), facts(facts) {}
  bool BeginInvocation(clang::CompilerInstance& compiler) override {
    compiler.getFrontendOpts().SkipFunctionBodies = options.skip_system_bodies; // later is too late
    compiler.getFrontendOpts().ProgramAction = clang::frontend::ParseSyntaxOnly;
    compiler.getDiagnosticOpts().IgnoreWarnings = true;
    return true;
  }
  bool BeginSourceFileAction(clang::CompilerInstance& compiler) override {
    compiler.getDiagnostics().setErrorLimit(0);
    compiler.getPreprocessor().addCommentHandler(&comments);
    return true;
  }
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance& compiler, llvm::StringRef) override {
    return std::make_unique<Consumer>(options, facts, comments, compiler);
  }

 private:
  const CollectOptions& options;
  TuFacts& facts;
  CommentCollector comments;
};

} // namespace

// Clang names a source that is not there as it was asked for it: absolutely.
static std::string without_root(std::string text, const std::string& root) {
  for (std::size_t at; (at = text.find(root + "/")) != std::string::npos;) text.erase(at, root.size() + 1);
  return text;
}

TuFacts collect(const CompileCommand& command, const CollectOptions& options) {
  TuFacts facts;
  facts.main_file = relative_path(command.file, options.root);
  std::vector<std::string> arguments = normalised_arguments(command, options.root, facts.problems);
  arguments.insert(arguments.begin() + 1, {"-fsyntax-only", "-resource-dir=" + options.resource_directory});

  clang::FileSystemOptions file_options;
  file_options.WorkingDir = command.directory;
  llvm::IntrusiveRefCntPtr<clang::FileManager> files = llvm::makeIntrusiveRefCnt<clang::FileManager>(
      file_options, options.overlay ? with_overlay(*options.overlay) : nullptr);
  ErrorCounter errors;
  clang::tooling::ToolInvocation invocation(arguments, std::make_unique<Action>(options, facts), files.get());
  invocation.setDiagnosticConsumer(&errors);
  bool ran = invocation.run();
  facts.error_count = errors.errors;
  facts.reason = without_root(errors.first, options.root);
  if (facts.inputs.empty()) { // Clang never got to the end of a parse
    facts.state = UnitState::failed;
    if (facts.reason.empty()) facts.reason = ran ? "Clang produced no syntax tree" : "Clang could not run this command";
  } else {
    facts.state = errors.fatal    ? UnitState::failed
                  : errors.errors ? UnitState::analysed_with_errors
                                  : UnitState::analysed;
  }
  // What was found is kept: it stands in the code that was seen.
  if (std::string missing = missing_arguments(facts.problems); !missing.empty()) {
    facts.state = UnitState::failed;
    facts.reason = std::move(missing);
  }
  return facts;
}

} // namespace plumbline
