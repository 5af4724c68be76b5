// Hears what the person says to her. One reader only: what is asked for with a later id is not heard again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/person_command.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "ports/task.hpp"

namespace malin {

enum class Sender {
  person,
  stranger,  // Another chat; what was said is not passed on.
  nobody,    // Something that is no message.
};

struct Heard {
  std::int64_t id = 0;  // Grows.
  Sender sender = Sender::nobody;
  std::string text;   // Empty: a press, or a message without text.
  std::string press;  // The id of a press, for its answer; empty: it is none.
  std::string data;   // Of the pressed button.
};

class Inbox {
 public:
  virtual ~Inbox() = default;

  // All that has the id `from` or a later one, as soon as there is any; empty: nothing within `patience`. What is older
  // is forgotten. refused: a person must look; someone else reads the messages, or the bot is set up for that.
  virtual Task<Result<std::vector<Heard>>> listen(std::int64_t from, Duration patience) = 0;
  // Ends the waiting mark on a pressed button, with a line that shows for a moment; it may be empty.
  virtual Task<Result<void>> answer_press(std::string press, std::string text) = 0;
  // What the person's program offers for a slash.
  virtual Task<Result<void>> set_menu(std::vector<MenuLine> menu) = 0;
  // Whether anything can be heard, for `malin check`; it disturbs another reader. Errors as in `listen`.
  virtual Task<Result<void>> probe() = 0;
  // How long to stay silent, after the person's server asked for it; zero when it did not.
  virtual Duration silence() const = 0;
};

}  // namespace malin
