#include "audit/priority.h"
#include "cli/command.h"
#include "cli/selection.h"
#include "report/view.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/raw_ostream.h>

namespace plumbline {

// What its findings score and cost, with the settings at hand.
static void print_weights(const RegisteredCheck& registered, const Settings& settings) {
  llvm::raw_ostream& out = llvm::outs();
  const std::string from = settings.path.empty() ? "" : " (with " + settings.path + ")";
  const auto setting = settings.checks.find(std::string(registered.name));
  const bool replaced = setting != settings.checks.end() && setting->second.priority;
  const Priority priority = replaced ? *setting->second.priority : registered.check->priority;
  out << "\n## Weights" << from << "\n\nPriority: " << name_of(priority)
      << ", and that of the module if it is higher; P2 in test code and in modules of P2.\n"
      << "Score: 70 for P0, 40 for P1, 0 for P2, and points up to 100, 69 and 39. `checks." << registered.name
      << "` and `weights` of\nthe settings change points and hours.\n\n"
      << "| factor | of | points | hours | why |\n|---|---|---:|---:|---|\n";
  for (const WeightLine& line : weights_of(registered.name, registered.check->kinds, settings))
    out << "| " << line.factor << " | " << line.value << " | " << line.points << " | "
        << (line.effort ? hours_range(line.effort->low, line.effort->high) : "") << " | " << line.why << " |\n";
}

// A check by its name, or as reports write it: check/kind.
static llvm::Expected<RegisteredCheck> find_explained(llvm::StringRef name) {
  const auto [check, kind] = name.split('/');
  llvm::Expected<RegisteredCheck> registered = find_check(check);
  if (!registered || check == name || llvm::is_contained(registered->check->kinds, std::string_view(kind)))
    return registered;
  return llvm::createStringError(check + " has no kind '" + kind + "'; its kinds are " +
                                 llvm::join(registered->check->kinds, ", "));
}

void add_explain(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("explain", "Prints a check's page: what it finds, why it matters, what to do");
  const std::shared_ptr<std::string> name = std::make_shared<std::string>();
  const std::shared_ptr<ProjectRequest> request = std::make_shared<ProjectRequest>();
  command->add_option("CHECK", *name, "Name of the check, or check/kind as in a finding")->required()->type_name("");
  add_settings_option(*command, *request);
  command->callback([&action, name, request] {
    action = [name, request]() -> llvm::Expected<int> {
      llvm::Expected<RegisteredCheck> registered = find_explained(*name);
      if (!registered) return registered.takeError();
      llvm::Expected<Settings> settings = load_settings(*request);
      if (!settings) return settings.takeError();
      llvm::outs() << registered->page;
      print_weights(*registered, *settings);
      return exit_done;
    };
  });
}

} // namespace plumbline
