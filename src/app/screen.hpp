// A terminal that is painted over and over; nothing where there is none. The cursor, and what was there before, come
// back when it is left.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "app/text_table.hpp"

namespace malin::app {

class Screen {
 public:
  // in_line: below what is there, and what was painted last stays. whole: all of the terminal, which is then as before.
  enum class Place { in_line, whole };

  Screen(std::FILE* out, Place place);
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  bool is_terminal() const { return is_terminal_; }
  Pen pen() const;             // As wide as the terminal is now.
  std::size_t height() const;  // Lines that fit on it.

  void show(const std::vector<std::string>& lines);
  void enter();  // Again, after `leave`.
  void leave();

 private:
  void write(const std::string& text);

  std::FILE* out_;
  Place place_;
  bool is_terminal_;
  bool is_entered_ = false;
  std::size_t painted_ = 0;  // Lines that the next picture goes over.
};

}  // namespace malin::app
