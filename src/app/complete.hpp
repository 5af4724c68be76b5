// What may come next on a command line that is being typed. The shells' own scripts only ask, so they are as true as
// the program that they ask.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>

namespace malin::app {

struct Candidate {
  std::string word;
  std::string text;  // What it is.
  bool operator==(const Candidate&) const = default;
};

// What the daemon has for an argument of that name, such as "SENSE".
using KnownNames = std::function<std::vector<Candidate>(std::string_view argument)>;

// `words`: without the program's own name; the last one, which may be empty, is the one that is being typed.
// Nothing: not known, or a file.
std::vector<Candidate> complete(const CLI::App& app, std::vector<std::string> words, const KnownNames& known);

// A line "WORD<tab>TEXT" for each, on stdout, for the scripts. Asks the daemon that the words name, in vain if it must.
void print_candidates(const CLI::App& app, std::vector<std::string> words);

}  // namespace malin::app
