#include "core/tags.hpp"

#include <gtest/gtest.h>

namespace malin {
namespace {

const std::vector<KindSpec> kinds{
    {.name = "selfie", .tag = "SELFIE"}, {.name = "video", .tag = "VIDEO"}, {.name = "x"}};

struct Case {
  const char* reply;
  const char* text;
  std::vector<TagRequest> requests;
};

TEST(Tags, requests_are_cut_out_of_a_reply) {
  const Case cases[]{
      {"Hi! [SELFIE: at the beach] Like it?", "Hi! Like it?", {{"selfie", "at the beach"}}},
      {"[SELFIE: a]", "", {{"selfie", "a"}}},
      {"[selfie : a ][Video:\tb]", "", {{"selfie", "a"}, {"video", "b"}}},
      {"one [SELFIE: a], two", "one , two", {{"selfie", "a"}}},
      {"one[SELFIE: a]two", "onetwo", {{"selfie", "a"}}},
      {"line one\n[SELFIE: a]\nline two", "line one\nline two", {{"selfie", "a"}}},
      {"line one\n  [SELFIE: a]  [VIDEO: b] \nline two", "line one\nline two", {{"selfie", "a"}, {"video", "b"}}},
      {"before\r\n[SELFIE: a]\r\nafter", "before\r\nafter", {{"selfie", "a"}}},
      {"text [SELFIE: a]\nmore", "text \nmore", {{"selfie", "a"}}},
      {"[SELFIE: two\nlines]", "", {{"selfie", "two\nlines"}}},
      {"[SELFIE: with [brackets] in it] end", "end", {{"selfie", "with [brackets] in it"}}},
      {"[SELFIE: [VIDEO: inner]]", "", {{"selfie", "[VIDEO: inner]"}}},
      {"a [[SELFIE: b]] c", "a [] c", {{"selfie", "b"}}},
      {"Grüße [SELFIE: am Meer, 🌊] 🙂", "Grüße 🙂", {{"selfie", "am Meer, 🌊"}}},
  };
  for (const Case& one : cases) {
    const CutReply cut = cut_tags(one.reply, kinds);
    EXPECT_EQ(cut.text, one.text) << one.reply;
    EXPECT_EQ(cut.requests, one.requests) << one.reply;
  }
}

TEST(Tags, every_other_bracket_is_left_as_it_is) {
  for (const char* reply : {"",
                            "plain",
                            "[SELFIE]",
                            "[SELFIE:]",
                            "[SELFIE:  ]",
                            "[SELFIE: unclosed",
                            "[SELFIE: [unclosed]",
                            "[SELFIES: a]",
                            "[ SELFIE: a]",
                            "[MUSIC: a]",
                            "[x: a]",
                            "[: a]",
                            "(SELFIE: a)",
                            "SELFIE: a]",
                            "a[0] = b[1]",
                            "[link](url)",
                            "ends with blanks  \n",
                            "[",
                            "]",
                            "[[[[",
                            "[SELFIE a: b]"}) {
    const CutReply cut = cut_tags(reply, kinds);
    EXPECT_EQ(cut.text, reply);
    EXPECT_TRUE(cut.requests.empty()) << reply;
  }
}

TEST(Tags, an_unclosed_tag_does_not_hide_a_later_one) {
  const CutReply cut = cut_tags("[SELFIE: oops and [VIDEO: b]", kinds);
  EXPECT_EQ(cut.requests, (std::vector<TagRequest>{{"video", "b"}}));
  EXPECT_EQ(cut.text, "[SELFIE: oops and");
}

TEST(Tags, every_letter_case_is_the_same_tag) {
  for (int mask = 0; mask < 64; ++mask) {
    std::string tag = "SELFIE";
    for (int i = 0; i < 6; ++i)
      if (mask >> i & 1) tag[static_cast<std::size_t>(i)] = static_cast<char>(tag[static_cast<std::size_t>(i)] + 32);
    EXPECT_EQ(cut_tags("[" + tag + ": a]", kinds).requests.size(), 1u) << tag;
  }
}

TEST(Tags, every_short_text_of_brackets_is_survived) {
  constexpr std::string_view letters = "[]a: \n";
  for (int number = 0; number < 6 * 6 * 6 * 6 * 6; ++number) {
    std::string tail;
    for (int rest = number, i = 0; i < 5; ++i, rest /= 6) tail += letters[static_cast<std::size_t>(rest % 6)];
    const CutReply cut = cut_tags("[SELFIE:" + tail, kinds);
    for (const TagRequest& request : cut.requests) EXPECT_FALSE(request.prompt.empty());
    EXPECT_TRUE(!cut.requests.empty() || cut.text == "[SELFIE:" + tail) << tail;
  }
}

}  // namespace
}  // namespace malin
