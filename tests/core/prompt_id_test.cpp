#include "core/prompt_id.hpp"

#include <regex>
#include <set>

#include <gtest/gtest.h>

namespace malin {
namespace {

TEST(PromptId, it_is_a_lowercase_version_4_uuid) {
  const std::regex uuid("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  std::set<std::string> seen;
  for (int i = 0; i < 500; ++i) {
    const Job job{.id = "j-" + std::to_string(i % 50), .kind = "selfie", .prompt = "p", .attempts = i / 50};
    const std::string id = make_prompt_id(job, from_unix_ms(1'790'000'000'000));
    EXPECT_TRUE(std::regex_match(id, uuid)) << id;
    EXPECT_TRUE(seen.insert(id).second) << "the same id for another attempt";
  }
}

TEST(PromptId, the_same_attempt_at_the_same_moment_has_the_same_name_and_seed) {
  const Job job{.id = "j-1", .kind = "selfie", .prompt = "p", .attempts = 1};
  const TimePoint now = from_unix_ms(1'790'000'000'000);
  EXPECT_EQ(make_prompt_id(job, now), make_prompt_id(job, now));
  EXPECT_EQ(make_seed(job, now), make_seed(job, now));
  EXPECT_NE(make_prompt_id(job, now), make_prompt_id(job, now + Duration{1}));
  EXPECT_NE(make_seed(job, now), make_seed(job, now + Duration{1}));
}

TEST(PromptId, a_seed_is_exact_in_every_json_reader) {
  for (int i = 0; i < 500; ++i) {
    const Job job{.id = "j-" + std::to_string(i)};
    EXPECT_LT(make_seed(job, from_unix_ms(i)), 1ull << 48);
  }
}

}  // namespace
}  // namespace malin
