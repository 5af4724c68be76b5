// What the person writes to her, or presses, as something to do.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/config.hpp"
#include "core/ledger.hpp"

namespace malin {

struct AskMedia {
  std::string kind;
  std::string prompt;  // May be empty, which is refused where jobs are.
};
struct AskStatus {};
struct AskQueue {};
struct AskCancel {
  JobId job;  // Empty: the newest that the person asked for.
};
struct AskSwap {
  bool enabled = true;
};
struct AskRestore {
  std::string sense;  // Empty: everyone who is away.
};
struct AskHelp {};
// It is no command, or one that lacks something: what to answer.
struct Unclear {
  std::string answer;
};
using PersonCommand = std::variant<AskMedia, AskStatus, AskQueue, AskCancel, AskSwap, AskRestore, AskHelp, Unclear>;

// "/selfie at the window", "/swap off", also "/status@malin_bot". Each kind is a command under `command_of`.
PersonCommand parse_command(const Config& config, std::string_view text);

// "big-video" -> "big_video": Telegram takes 1 to 32 of a-z, 0-9 and _. Empty: the name cannot be made one, or one of
// the other commands has it.
std::string command_of(const KindSpec& kind);

struct MenuLine {
  std::string command;  // Without the slash.
  std::string meaning;
};
std::vector<MenuLine> command_menu(const Config& config);
std::string help_text(const Config& config);

// The buttons.
struct PressCancel {
  JobId job;
};
struct PressAgain {
  JobId job;
};
using Press = std::variant<PressCancel, PressAgain>;

std::string press_data(const Press& press);
std::optional<Press> parse_press(std::string_view data);

// The keys of jobs that the person asked for. A message that is read twice has the same key, and so has a second press
// of one button: it is the same job.
std::string key_of_update(std::int64_t update);
std::string key_of_repeat(const JobId& job);
// The newest of them that can still be cancelled. nullptr: none.
const Job* newest_own_job(const Ledger& ledger);

}  // namespace malin
