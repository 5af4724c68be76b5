#include <gtest/gtest.h>

#include "adapters/comfyui/comfyui_protocol.hpp"
#include "adapters/comfyui/render_tracker.hpp"

namespace malin::adapters {
namespace {

constexpr TimePoint start = from_unix_ms(1'000'000);
const std::string jpeg = "\xff\xd8\xff\xe0 a picture";

std::string number(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
  return bytes;
}

std::string with_metadata(const std::string& about, const std::string& image) {
  return number(4) + number(static_cast<std::uint32_t>(about.size())) + about + image;
}

TEST(ComfyUiFrames, a_frame_names_its_render_where_the_server_can) {
  const auto named = parse_ws_frame(with_metadata(R"({"prompt_id":"p","image_type":"image/jpeg"})", jpeg));
  ASSERT_TRUE(named);
  EXPECT_EQ(named->prompt_id, "p");
  EXPECT_EQ(named->preview.type, "image/jpeg");
  EXPECT_EQ(named->preview.image, jpeg);
  const auto plain = parse_ws_frame(number(1) + number(2) + "\x89PNG and so on");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->prompt_id, "");
  EXPECT_EQ(plain->preview.type, "image/png");
}

TEST(ComfyUiFrames, what_is_no_picture_is_none) {
  const std::string huge(2 << 20, 'x');
  for (const std::string& bytes :
       {std::string(), number(1), number(1) + number(1), number(1) + number(1) + "text", number(3) + number(1) + jpeg,
        number(4) + number(100) + "{}", with_metadata("no json", jpeg), number(4) + number(0xffffffff) + jpeg,
        number(1) + number(1) + jpeg + huge})
    EXPECT_FALSE(parse_ws_frame(bytes)) << bytes.substr(0, 40);
}

TEST(ComfyUiFrames, the_newest_is_kept_until_its_render_is_over) {
  RenderTracker renders;
  renders.begin("p", {}, start);
  renders.begin("q", {}, start);
  EXPECT_EQ(renders.preview("p"), nullptr);
  renders.note_frame({"p", {"image/jpeg", "one"}});
  renders.note_frame({"p", {"image/jpeg", "two"}});
  renders.note_frame({"someone else's", {"image/jpeg", "three"}});
  ASSERT_NE(renders.preview("p"), nullptr);
  EXPECT_EQ(renders.preview("p")->image, "two");
  EXPECT_EQ(renders.preview("q"), nullptr);
  renders.forget("p");
  EXPECT_EQ(renders.preview("p"), nullptr);
}

TEST(ComfyUiFrames, a_nameless_one_belongs_to_the_render_that_moved_last) {
  RenderTracker renders;
  renders.begin("p", {}, start);
  renders.begin("q", {}, start);
  renders.note_frame({"", {"image/jpeg", "nobody's"}});
  renders.note_hint({"q", {}, false}, start);
  renders.note_frame({"", {"image/jpeg", "of q"}});
  EXPECT_EQ(renders.preview("p"), nullptr);
  ASSERT_NE(renders.preview("q"), nullptr);
  EXPECT_EQ(renders.preview("q")->image, "of q");
}

}  // namespace
}  // namespace malin::adapters
