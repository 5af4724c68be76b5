// Text for a terminal: aligned columns that fit its width, and colour where it is wanted.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace malin::app {

enum class Colour { none, green, amber, red, blue, cyan, magenta, faint };

// How lines are painted: at most so many columns, and whether in colour.
struct Pen {
  std::size_t width = 80;
  bool has_colour = false;
};

// Whether what is written to `file` may be painted over: a terminal that TERM does not call dumb.
bool can_repaint(std::FILE* file);
// Whether it should have colour: as before, and NO_COLOR is not set.
bool wants_colour(std::FILE* file);

// `text` with spaces for control characters: what comes from elsewhere must not steer the terminal.
std::string printable(std::string_view text);

// `text` in that colour, if there is to be any.
std::string paint(std::string_view text, Colour colour, bool is_coloured);

struct Cell {
  Cell(std::string text_, Colour colour_ = Colour::none) : text(std::move(text_)), colour(colour_) {}
  Cell(const char* text_, Colour colour_ = Colour::none) : text(text_), colour(colour_) {}
  std::string text;
  Colour colour;
};

// Rows of cells. Every column is as wide as its widest cell; what stands last in a row is broken between words at
// `width` columns and goes on under itself.
class TextTable {
 public:
  explicit TextTable(bool is_coloured, std::size_t indent = 2, std::size_t width = 80)
      : is_coloured_(is_coloured), indent_(indent), width_(width) {}

  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }
  std::string text() const;

 private:
  bool is_coloured_;
  std::size_t indent_;
  std::size_t width_;
  std::vector<std::vector<Cell>> rows_;
};

// How many columns UTF-8 text takes, every character being one wide.
std::size_t columns_of(std::string_view text);

// At most `columns` of it, with "..." at the end of what was longer; line breaks become spaces.
std::string shorten(std::string_view text, std::size_t columns);

// Broken between words into lines of at most `columns`; a longer word has a line of its own.
std::vector<std::string> wrap(std::string_view text, std::size_t columns);

}  // namespace malin::app
