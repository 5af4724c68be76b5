#include "core/utf8.hpp"

#include <gtest/gtest.h>

namespace malin {
namespace {

TEST(Utf8, what_belongs_to_no_character_becomes_one_that_says_so) {
  const std::pair<const char*, const char*> cases[]{{"", ""},
                                                    {"a\u00E9\u20AC\U0001F600", "a\u00E9\u20AC\U0001F600"},
                                                    {"caf\xE9", "caf\uFFFD"},
                                                    {"\x82z", "\uFFFDz"},
                                                    {"\xC0\x80", "\uFFFD\uFFFD"},
                                                    {"\xE0\x80\x80", "\uFFFD\uFFFD\uFFFD"},
                                                    {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
                                                    {"\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
                                                    {"\xF5", "\uFFFD"},
                                                    {"\xE2\x82", "\uFFFD\uFFFD"}};
  for (const auto& [text, clean] : cases) EXPECT_EQ(clean_utf8(text), clean) << text;
}

TEST(Utf8, a_text_is_cut_between_characters) {
  EXPECT_EQ(cut_utf8("a\u00E9b", 4), "a\u00E9b");
  EXPECT_EQ(cut_utf8("a\u00E9b", 3), "a\u00E9");
  EXPECT_EQ(cut_utf8("a\u00E9b", 2), "a");
  EXPECT_EQ(cut_utf8("\U0001F600", 3), "");
}

}  // namespace
}  // namespace malin
