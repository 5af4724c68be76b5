// The manual page malin(1), made of the same help that the command line prints.
#pragma once

#include <string>

#include <CLI/App.hpp>

namespace malin::app {

std::string format_man_page(const CLI::App& app);

}  // namespace malin::app
