#include "app/man_page.hpp"

#include <string_view>
#include <vector>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "app/version.hpp"

namespace malin::app {

namespace {

// As it stands, for roff: no line that is a request, and hyphens that can be copied.
std::string escape_roff(std::string_view text) {
  std::string out;
  bool is_first = true;
  for (const char c : text) {
    if (is_first && (c == '.' || c == '\'')) out += "\\&";
    is_first = c == '\n';
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

std::string_view trim(std::string_view text) {
  while (text.starts_with('\n')) text.remove_prefix(1);
  while (text.ends_with('\n') || text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// Line by line, as people laid it out.
std::string as_it_stands(std::string_view text) {
  return text.empty() ? "" : ".PP\n.nf\n" + escape_roff(trim(text)) + "\n.fi\n";
}

std::string argument_of(const CLI::Option& option) {
  const std::string& text = option.get_option_text();
  return text == " " ? option.get_name() : text;
}

std::string format_option(const CLI::Option& option) {
  std::string names;
  for (const std::string& name : option.get_snames()) names += (names.empty() ? "-" : ", -") + name;
  for (const std::string& name : option.get_lnames()) names += (names.empty() ? "--" : ", --") + name;
  if (names.empty()) names = argument_of(option);
  std::string out = ".TP\n\\fB" + escape_roff(names) + "\\fR";
  if (option.nonpositional() && option.get_items_expected_max() > 0)
    out += " \\fI" + escape_roff(argument_of(option)) + "\\fR";
  return out + "\n" + escape_roff(option.get_description()) + "\n";
}

std::string format_command(const CLI::App& command) {
  std::string out = ".SS malin " + escape_roff(command.get_name());
  std::string options;
  for (const CLI::Option* option : command.get_options()) {
    if (!option->nonpositional())
      out += option->get_required() ? " " + escape_roff(argument_of(*option))
                                    : " [" + escape_roff(argument_of(*option)) + "]";
    if (!option->check_lname("help")) options += format_option(*option);
  }
  return out + "\n" + escape_roff(command.get_description()) + ".\n" + options + as_it_stands(command.get_footer());
}

}  // namespace

std::string format_man_page(const CLI::App& app) {
  std::string out = fmt::format(R"(.TH MALIN 1 "" "malin {}"
.SH NAME
malin \- language models and media renders share one graphics card
.SH SYNOPSIS
.B malin
.I COMMAND
.RI [ OPTION ]...
.SH DESCRIPTION
{}
)",
                                version(), escape_roff(trim(app.get_description())));
  out += as_it_stands(app.get_footer()) + ".SH COMMANDS\n";
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    out += format_command(*command);
  return out + ".SH SEE ALSO\n.BR malin.toml (5)\n";
}

}  // namespace malin::app
