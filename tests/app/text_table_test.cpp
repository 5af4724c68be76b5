// Columns, wrapping, and what never reaches a terminal.
#include "app/text_table.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace malin::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(TextTable, columns_line_up_and_lines_end_without_blanks) {
  TextTable table(false);
  table.add({"brain", "ready", ""});
  table.add({"vision", "away", "back by 03:25"});
  EXPECT_EQ(table.text(), "  brain   ready\n  vision  away   back by 03:25\n");
}

TEST(TextTable, the_last_column_goes_on_under_itself) {
  TextTable table(false, 2, 40);
  table.add({"brain", "missing", "not loaded; the last try failed: out of memory"});
  EXPECT_EQ(table.text(),
            "  brain  missing  not loaded; the last\n"
            "                  try failed: out of\n"
            "                  memory\n");
}

TEST(TextTable, umlauts_take_one_column) {
  TextTable table(false, 0);
  table.add({"grün", "a"});
  table.add({"green", "b"});
  EXPECT_EQ(table.text(), "grün   a\ngreen  b\n");
}

TEST(TextTable, colour_is_there_only_when_wanted) {
  for (const bool is_coloured : {false, true}) {
    TextTable table(is_coloured, 0);
    table.add({{"ready", Colour::green}, "x"});
    EXPECT_EQ(table.text(), is_coloured ? "\x1b[32mready\x1b[0m  x\n" : "ready  x\n");
  }
}

TEST(TextTable, control_characters_of_others_do_not_reach_the_terminal) {
  TextTable table(false, 0);
  table.add({"j-1\x1b[31m", "a\nb\tc\x7f"});
  const std::string text = table.text();
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text, "j-1 [31m  a b c\n");
}

TEST(Wrap, breaks_between_words_and_leaves_long_ones_whole) {
  EXPECT_THAT(wrap("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(wrap("http://127.0.0.1:7425/x y", 10), ElementsAre("http://127.0.0.1:7425/x", "y"));
  EXPECT_THAT(wrap("", 10), ElementsAre(""));
}

TEST(Shorten, cuts_between_characters) {
  EXPECT_EQ(shorten("a picture", 9), "a picture");
  EXPECT_EQ(shorten("a picture", 8), "a pic...");
  EXPECT_EQ(shorten("äöüäöü", 5), "äö...");
  EXPECT_EQ(shorten("two\nlines", 20), "two lines");
}

}  // namespace
}  // namespace malin::app
