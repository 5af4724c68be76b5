// What senses and renders take, as it is listed, pinned and forgotten.
#include "api/face.hpp"

namespace malin::api {
namespace {

namespace json = boost::json;

using malin::testing::Answer;
using malin::testing::GreenFace;

struct Footprints : GreenFace {
  json::value listed(const std::string& name) {
    const Answer answer = get("/v1/footprints");
    EXPECT_EQ(answer.status, 200u);
    for (const json::value& one : answer.at("/footprints").as_array())
      if (one.at("name").as_string() == name) return one;
    return nullptr;
  }
};

TEST_F(Footprints, senses_and_kinds_are_listed_as_configured_until_they_are_measured) {
  const json::value brain = listed("brain");
  EXPECT_EQ(brain.at("sense").as_string(), "brain");
  EXPECT_EQ(brain.at("configured_bytes").as_int64(), gibibytes(19).count);
  EXPECT_EQ(brain.at("in_use_bytes").as_int64(), gibibytes(19).count);
  const json::value selfie = listed("selfie-1024wide");
  EXPECT_EQ(selfie.at("kind").as_string(), "selfie");
  EXPECT_EQ(selfie.at("runs").as_int64(), 0);
  EXPECT_TRUE(selfie.at("learned_bytes").is_null());
}

TEST_F(Footprints, a_pin_counts_until_it_is_forgotten) {
  const std::int64_t configured = listed("selfie-1024wide").at("configured_bytes").as_int64();
  const Answer pinned = ask("PUT", "/v1/footprints/selfie", R"({"pinned_bytes": 1073741824})");
  ASSERT_EQ(pinned.status, 200u) << pinned.body;
  EXPECT_EQ(pinned.at("/in_use_bytes").as_int64(), gibibytes(1).count);
  EXPECT_EQ(listed("selfie-1024wide").at("pinned_bytes").as_int64(), gibibytes(1).count);
  EXPECT_EQ(ask("DELETE", "/v1/footprints/selfie").status, 200u);
  EXPECT_EQ(listed("selfie-1024wide").at("in_use_bytes").as_int64(), configured);
}

TEST_F(Footprints, a_sense_can_be_pinned_too) {
  EXPECT_EQ(ask("PUT", "/v1/footprints/brain", R"({"pinned_bytes": 1073741824})").status, 200u);
  EXPECT_EQ(get("/v1/status").at("/senses/0/footprint_bytes").as_int64(), gibibytes(1).count);
}

TEST_F(Footprints, what_is_not_there_or_no_size_is_refused) {
  const Answer unknown = ask("PUT", "/v1/footprints/nobody", R"({"pinned_bytes": 1073741824})");
  EXPECT_EQ(unknown.status, 404u);
  EXPECT_NE(unknown.text("detail").find("known: brain"), std::string::npos) << unknown.body;
  EXPECT_EQ(ask("DELETE", "/v1/footprints/nobody").status, 404u);
  EXPECT_EQ(ask("PUT", "/v1/footprints/brain", R"({"pinned_bytes": 5})").status, 400u);
  EXPECT_EQ(ask("PUT", "/v1/footprints/brain", "{}").status, 400u);
}

}  // namespace
}  // namespace malin::api
