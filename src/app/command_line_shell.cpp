#include <memory>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "app/command_line.hpp"
#include "app/command_line_groups.hpp"
#include "app/completion_scripts.hpp"
#include "app/man_page.hpp"

namespace malin::app {

namespace {

constexpr const char* completions_footer =
    R"(What Tab offers: commands, options, and the daemon's jobs, senses and kinds.
make install puts it where the shells look for it.

Examples:
  source <(malin completions bash)
  malin completions zsh > ~/.zfunc/_malin
  malin completions fish > ~/.config/fish/completions/malin.fish

Exit codes:
  0  done                 2  the command line is wrong
)";

constexpr const char* man_footer = R"(make install puts it where man looks for it.

Example:
  malin man | man -l -

Exit codes:
  0  done                 2  the command line is wrong
)";

int print_man_page() {
  CLI::App app("", "malin");
  Command none;
  add_all_commands(app, none, {});
  fmt::print("{}", format_man_page(app));
  return exit_ok;
}

}  // namespace

void add_shell(CLI::App& app, Command& chosen) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("completions", "What completes malin's words in a shell");
  command->group(shell_group);
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->option_text("bash|zsh|fish")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer(completions_footer);
  command->callback([shell, &chosen] {
    chosen = [shell] {
      fmt::print("{}", completion_script(*shell));
      return exit_ok;
    };
  });
  command = app.add_subcommand("man", "The manual page, as roff");
  command->group(shell_group);
  command->footer(man_footer);
  command->callback([&chosen] { chosen = print_man_page; });
}

}  // namespace malin::app
