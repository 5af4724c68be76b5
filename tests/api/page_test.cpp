// The page, and what only it asks for.
#include "api/page.hpp"

#include "api/face.hpp"

namespace malin::api {
namespace {

using malin::testing::Answer;
using malin::testing::Face;
using malin::testing::GreenFace;

struct PageTest : GreenFace {
  Answer with(const std::string& target, const std::string& name, const std::string& value) {
    net::HttpRequest request("GET", target);
    request.headers.add(name, value);
    return send(std::move(request));
  }
};

struct PageWithToken : Face {
  static ApiOptions options() {
    ApiOptions with;
    with.token = "correct horse";
    return with;
  }
  PageWithToken() : Face(options()) {}
};

TEST_F(PageTest, is_whole_and_lets_nothing_in_from_elsewhere) {
  for (const PageFile& file : page_files()) {
    const Answer answer = get(std::string(file.path));
    EXPECT_EQ(answer.status, 200u);
    EXPECT_EQ(answer.body, file.plain);
    EXPECT_EQ(answer.type(), file.type);
    EXPECT_FALSE(answer.headers.has("Content-Encoding"));
    EXPECT_TRUE(answer.headers.get("Content-Security-Policy").starts_with("default-src 'none'; "));
    EXPECT_EQ(answer.headers.get("X-Content-Type-Options"), "nosniff");
  }
  EXPECT_EQ(get("/page/nothing").status, 404u);
  EXPECT_EQ(post("/").status, 405u);
}

TEST_F(PageTest, is_packed_for_those_who_take_it) {
  for (const char* takes : {"gzip", "br, gzip;q=0.5", "deflate , gzip"}) {
    const Answer answer = with("/page/page.js", "Accept-Encoding", takes);
    EXPECT_EQ(answer.headers.get("Content-Encoding"), "gzip") << takes;
    EXPECT_TRUE(answer.body.starts_with("\x1f\x8b"));
  }
  for (const char* takes : {"", "br", "gzip;q=0", "gzip; q=0.0", "identity, *;q=0"})
    EXPECT_FALSE(with("/page/page.js", "Accept-Encoding", takes).headers.has("Content-Encoding")) << takes;
}

TEST_F(PageTest, is_not_sent_twice) {
  const std::string tag(get("/").headers.get("ETag"));
  EXPECT_EQ(with("/", "If-None-Match", tag).status, 304u);
  EXPECT_EQ(with("/", "If-None-Match", "\"another\", W/" + tag).status, 304u);
  EXPECT_EQ(with("/", "If-None-Match", "*").status, 304u);
  EXPECT_EQ(with("/", "If-None-Match", "\"another\"").status, 200u);
}

TEST_F(PageWithToken, shows_itself_and_nothing_else) {
  EXPECT_EQ(get("/").status, 200u);
  EXPECT_EQ(get("/page/page.js").status, 200u);
  EXPECT_EQ(get("/page/nothing").status, 401u);
  EXPECT_EQ(get("/v1/history").status, 401u);
  EXPECT_EQ(post("/").status, 401u);
}

TEST_F(PageTest, kinds_are_told_with_what_can_be_set) {
  const Answer kinds = get("/v1/kinds");
  EXPECT_EQ(kinds.at("/kinds/0/name").as_string(), "selfie");
  EXPECT_EQ(kinds.at("/kinds/0/media").as_string(), "photo");
  EXPECT_EQ(kinds.at("/kinds/0/params/steps").as_string(), "20");
  EXPECT_EQ(kinds.at("/kinds/1/media").as_string(), "video");
}

TEST_F(PageTest, the_parts_of_the_card_add_up) {
  const Answer status = get("/v1/status");
  std::int64_t sum = 0;
  for (const auto& part : status.at("/cards/0/parts").as_array()) sum += part.at("bytes").as_int64();
  EXPECT_EQ(sum, status.at("/cards/0/total_bytes").as_int64());
  EXPECT_EQ(status.at("/cards/0/parts/0/name").as_string(), "brain");
  EXPECT_EQ(status.at("/cards/0/parts/0/bytes").as_int64(), gibibytes(19).count);
  EXPECT_EQ(status.at("/cards/0/parts/2/kind").as_string(), "renderer");
}

TEST_F(PageTest, the_history_has_what_moved) {
  api.look();
  api.look();
  const Answer first = get("/v1/history");
  EXPECT_EQ(first.at("/cards/0/parts/0/name").as_string(), "brain");
  ASSERT_EQ(first.at("/cards/0/at_ms").as_array().size(), 1u);
  EXPECT_EQ(first.at("/cards/0/mib/0/0").as_int64(), 19 << 10);
  ASSERT_EQ(post("/v1/jobs", R"({"kind":"selfie","prompt":"one"})").status, 201u);
  ASSERT_TRUE(home.run_until([&] {
    api.look();
    return home.state("vision") == SenseState::away;
  }));
  home.clock.jump_to(home.clock.now() + std::chrono::seconds(1));
  api.look();
  const std::int64_t at = first.at("/cards/0/at_ms/0").as_int64();
  const Answer later = get("/v1/history?after_ms=" + std::to_string(at));
  ASSERT_FALSE(later.at("/cards/0/at_ms").as_array().empty());
  EXPECT_GT(later.at("/cards/0/at_ms/0").as_int64(), at);
  EXPECT_EQ(later.at("/cards/0/mib/1").as_array().back().as_int64(), 0);
  EXPECT_EQ(get("/v1/history?after_ms=never").status, 400u);
}

TEST_F(PageTest, the_history_remembers_the_last_trouble) {
  home.engine.drop("vision");
  home.engine.fail_next("load", Errc::refused, 2);
  ASSERT_TRUE(home.run_until([&] {
    api.look();
    return home.glow() == Glow::red;
  }));
  api.look();
  const Answer history = get("/v1/history");
  EXPECT_EQ(history.at("/troubles/0/sense").as_string(), "vision");
  EXPECT_NE(history.at("/troubles/0/why").as_string().find("not loaded"), std::string::npos);
}

TEST_F(PageTest, a_preview_is_there_only_while_there_is_one) {
  EXPECT_EQ(get("/v1/jobs/j-1/preview").status, 404u);
  ASSERT_EQ(post("/v1/jobs", R"({"kind":"selfie","prompt":"one"})").status, 201u);
  EXPECT_EQ(get("/v1/jobs/j-1/preview").status, 204u);
  ASSERT_TRUE(home.run_until([&] { return home.journal.has("render selfie"); }));
  EXPECT_EQ(get("/v1/jobs/j-1/preview").status, 204u) << "this renderer shows none";
  EXPECT_EQ(get("/v1/jobs/j-1/thumbnail").status, 404u);
}

}  // namespace
}  // namespace malin::api
