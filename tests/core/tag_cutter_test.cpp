// The streaming cutter: tables of what is cut, and a property: however a text is split, it gives the same.
#include "core/tag_cutter.hpp"

#include <random>

#include <gtest/gtest.h>

namespace malin {
namespace {

std::vector<KindSpec> two_kinds() {
  std::vector<KindSpec> kinds(2);
  kinds[0].name = "selfie";
  kinds[0].tag = "SELFIE";
  kinds[1].name = "video";
  kinds[1].tag = "VIDEO";
  return kinds;
}

struct Spoken {
  std::string text;
  std::vector<TagRequest> requests;

  bool operator==(const Spoken&) const = default;
};

// Fed in these pieces. Checks on the way that what is decided stays so.
Spoken speak(const std::vector<std::string>& pieces, std::size_t tag_bytes_max) {
  const std::vector<KindSpec> kinds = two_kinds();
  TagCutter cutter(kinds, tag_bytes_max);
  Spoken spoken;
  std::string all;
  std::vector<Cut> cuts;
  std::size_t decided = 0;
  const auto take = [&] {
    EXPECT_GE(cutter.decided(), decided);
    for (const Cut& cut : cutter.take_cuts()) {
      EXPECT_GE(cut.begin, decided);
      EXPECT_GT(cut.end, cut.begin);
      EXPECT_LE(cut.end, cutter.decided());
      cuts.push_back(cut);
    }
    decided = cutter.decided();
    for (TagRequest& request : cutter.take_requests()) spoken.requests.push_back(std::move(request));
  };
  for (const std::string& piece : pieces) {
    all += piece;
    cutter.feed(piece);
    take();
  }
  cutter.finish();
  take();
  EXPECT_EQ(decided, all.size());
  EXPECT_TRUE(cutter.is_settled());
  std::size_t kept = 0;
  for (const Cut& cut : cuts) {
    spoken.text += all.substr(kept, cut.begin - kept);
    kept = cut.end;
  }
  spoken.text += all.substr(kept);
  return spoken;
}

Spoken speak(const std::string& text) { return speak({text}, 1000); }

TEST(TagCutterTest, a_tag_goes_and_its_blank_with_it) {
  EXPECT_EQ(speak("Hi [SELFIE: a rainy window] there"), (Spoken{"Hi there", {{"selfie", "a rainy window"}}}));
  EXPECT_EQ(speak("[selfie:x] Hi"), (Spoken{"Hi", {{"selfie", "x"}}}));
  EXPECT_EQ(speak("Hi![VIDEO : waving]Bye"), (Spoken{"Hi!Bye", {{"video", "waving"}}}));
  EXPECT_EQ(speak("a [SELFIE: x] [VIDEO: y] b"), (Spoken{"a b", {{"selfie", "x"}, {"video", "y"}}}));
}

TEST(TagCutterTest, a_line_of_tags_goes_whole) {
  EXPECT_EQ(speak("Sure!\n[SELFIE: x]\nBye"), (Spoken{"Sure!\nBye", {{"selfie", "x"}}}));
  EXPECT_EQ(speak("Sure!\r\n[SELFIE: x] \r\nBye"), (Spoken{"Sure!\r\nBye", {{"selfie", "x"}}}));
  EXPECT_EQ(speak("[SELFIE: x]\n[VIDEO: y]\nBye"), (Spoken{"Bye", {{"selfie", "x"}, {"video", "y"}}}));
  EXPECT_EQ(speak("Sure! [SELFIE: x]\nBye"), (Spoken{"Sure! \nBye", {{"selfie", "x"}}}));
}

TEST(TagCutterTest, what_is_no_tag_stays) {
  for (const char* text : {"[1] and [2]", "[SELFIE]", "[SELFIE:]", "[SELFIE:  ]", "[SELFIES: x]", "[SELFIE: no end",
                           "[", "[SELF", "[SELFIE ", "a[b[c", "[OTHER: x]", "] [", ""})
    EXPECT_EQ(speak(text), (Spoken{text, {}})) << text;
}

TEST(TagCutterTest, brackets_inside_nest) {
  EXPECT_EQ(speak("[SELFIE: a [red] hat]."), (Spoken{".", {{"selfie", "a [red] hat"}}}));
  EXPECT_EQ(speak("[SELFIE: no end [VIDEO: y] and on"), (Spoken{"[SELFIE: no end and on", {{"video", "y"}}}));
}

TEST(TagCutterTest, too_long_a_tag_is_text) {
  const std::string tag = "[SELFIE: " + std::string(20, 'x') + "]";
  EXPECT_EQ(speak({tag}, tag.size()).requests.size(), 1U);
  EXPECT_EQ(speak({tag}, tag.size() - 1), (Spoken{tag, {}}));
  EXPECT_EQ(speak({"[SELFIE: " + std::string(500, 'x')}, 50).text.size(), 509U);
}

TEST(TagCutterTest, a_tag_is_known_when_it_closes) {
  const std::vector<KindSpec> kinds = two_kinds();
  TagCutter cutter(kinds);
  cutter.feed("Hi [SELFIE: x");
  EXPECT_EQ(cutter.decided(), 3U);
  EXPECT_TRUE(cutter.take_requests().empty());
  cutter.feed("]");
  EXPECT_EQ(cutter.take_requests().size(), 1U);
}

TEST(TagCutterTest, any_split_gives_the_same) {
  // Pieces that are likely to meet, and to be taken for one another.
  const std::vector<std::string> words = {"[",  "]",       "SELFIE", "VIDEO", "selfie", ":",           " ",
                                          "\t", "\n",      "\r",     "\r\n",  "x",      "[SELFIE: a]", "[VIDEO:b]",
                                          "ä",  "[SELFIE", "\n\n",   "  ",    "hello"};
  std::mt19937_64 dice(7);
  const auto roll = [&](std::size_t sides) { return std::uniform_int_distribution<std::size_t>(0, sides - 1)(dice); };
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::size_t i = roll(14); i > 0; --i) text += words[roll(words.size())];
    const std::size_t tag_bytes_max = roll(4) == 0 ? 8 + roll(20) : 1000;
    const Spoken whole = speak({text}, tag_bytes_max);
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t length = 1 + roll(round % 2 == 0 ? 1 : 7);
      pieces.push_back(text.substr(at, length));
      at += length;
    }
    ASSERT_EQ(speak(pieces, tag_bytes_max), whole) << "\"" << text << "\" max " << tag_bytes_max;
    if (tag_bytes_max != 1000) continue;
    const std::vector<KindSpec> kinds = two_kinds();
    CutReply cut = cut_tags(text, kinds);
    EXPECT_EQ(cut.requests, whole.requests);
    EXPECT_TRUE(whole.text.starts_with(cut.text)) << text;
    EXPECT_EQ(whole.text.find_first_not_of(" \t\r\n", cut.text.size()), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace malin
