// A line of the log is one line, and its fields are what was put in.
#include "control/log_line.hpp"

#include <gtest/gtest.h>

#include "core/utf8.hpp"
#include "net/json.hpp"

namespace malin::control {
namespace {

std::string logfmt(const std::string& text) { return format_line(LogFormat::logfmt, {{"msg", text}}); }
std::string json(const std::string& text) { return format_line(LogFormat::json, {{"msg", text}}); }

TEST(LogLine, fields_come_in_their_order_and_numbers_are_numbers) {
  const LogFields fields{{"level", "info"}, {"msg", "the selfie is rendered"}, {"job", "j-7"}, {"window", 3}};
  EXPECT_EQ(format_line(LogFormat::logfmt, fields), R"(level=info msg="the selfie is rendered" job=j-7 window=3)");
  EXPECT_EQ(format_line(LogFormat::json, fields),
            R"({"level":"info","msg":"the selfie is rendered","job":"j-7","window":3})");
  EXPECT_EQ(format_line(LogFormat::logfmt, {}), "");
  EXPECT_EQ(format_line(LogFormat::json, {}), "{}");
}

TEST(LogLine, what_could_be_taken_for_more_than_one_value_is_quoted) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"plain", "msg=plain"},
      {"", R"(msg="")"},
      {"two words", R"(msg="two words")"},
      {"a=b", R"(msg="a=b")"},
      {R"(say "hi")", R"(msg="say \"hi\"")"},
      {R"(c:\x)", R"(msg="c:\\x")"},
      {"x\nlevel=error msg=forged", R"(msg="x\nlevel=error msg=forged")"},
      {"x\r\ty", R"(msg="x\u000d\ty")"},
      {std::string("nul\0", 4), R"(msg="nul\u0000")"},
      {"\x1b[2J\x7f", R"(msg="\u001b[2J\u007f")"},
      {"\u009b31m", R"(msg="\u009b31m")"},  // CSI, in one character.
      {"sch\u00f6n", "msg=\"sch\u00f6n\""},
      {"bad \xff byte", "msg=\"bad \ufffd byte\""}};
  for (const auto& [text, line] : cases) EXPECT_EQ(logfmt(text), line);
}

// All texts of two bytes: no line ends in the middle, and JSON gives back what went in, as UTF-8.
TEST(LogLine, holds_for_every_pair_of_bytes) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      for (const std::string& line : {logfmt(text), json(text)})
        ASSERT_TRUE(
            std::ranges::none_of(line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }))
            << first << " " << second;
      const auto parsed = net::parse_json(json(text));
      ASSERT_TRUE(parsed) << first << " " << second;
      ASSERT_EQ(net::find_string(*parsed, "msg"), clean_utf8(text));
    }
  }
}

}  // namespace
}  // namespace malin::control
