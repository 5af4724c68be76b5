#include "app/rehearsal/trace.hpp"

#include <gmock/gmock.h>

#include "app/rehearsal/small_house.hpp"

namespace malin::app::rehearsal {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<TraceProblem> problems_of(std::string_view text) {
  const auto trace = parse_trace(text, small_config());
  return trace ? std::vector<TraceProblem>{} : trace.error();
}

std::string problem_of(std::string_view line) {
  const auto problems = problems_of(std::string(line) + "\n");
  return problems.size() == 1 ? problems[0].text : "not one problem";
}

TEST(Trace, what_is_written_is_read_back_in_the_order_of_time) {
  const TracedTurn turn{.at = from_unix_ms(1'790'000'060'250), .length = Duration{6'400}, .sense = "brain"};
  const TracedJob job{.at = from_unix_ms(1'790'000'000'000), .kind = "selfie", .priority = 2};
  const TracedJob first{.at = from_unix_ms(1'789'000'000'000), .kind = "video"};
  const auto trace = parse_trace(format_line(turn) + format_line(job) + "\n" + format_line(first), small_config());
  ASSERT_TRUE(trace);
  EXPECT_THAT(trace->turns, ElementsAre(turn));
  EXPECT_THAT(trace->jobs, ElementsAre(first, job));
  EXPECT_EQ(trace->begins_at(), first.at);
  EXPECT_EQ(trace->ends_at(), turn.at + turn.length);
}

TEST(Trace, every_wrong_line_is_said_with_its_number) {
  const auto problems = problems_of(
      "nonsense\n"
      "{\"at\":\"2026-11-24T21:04:11.250Z\",\"turn\":\"\",\"seconds\":6.4}\n"
      "{\"at\":\"2026-11-24T21:04:11.250Z\",\"job\":\"selfi\"}\n");
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_EQ(problems[0].line, 1);
  EXPECT_THAT(problems[0].text, HasSubstr("is no JSON object"));
  EXPECT_EQ(problems[1].line, 3);
  EXPECT_THAT(problems[1].text, HasSubstr("did you mean \"selfie\"?"));
}

TEST(Trace, a_line_says_what_is_expected_of_it) {
  EXPECT_THAT(problem_of(R"({"job":"selfie"})"), HasSubstr("\"at\" is a moment in UTC"));
  EXPECT_THAT(problem_of(R"({"at":"yesterday","job":"selfie"})"), HasSubstr("\"at\" is a moment in UTC"));
  EXPECT_THAT(problem_of(R"({"at":"2026-11-24T21:04:11.250Z"})"), HasSubstr("has to be a turn"));
  EXPECT_THAT(problem_of(R"({"at":"2026-11-24T21:04:11.250Z","turn":"brain"})"), HasSubstr("0 to 86400"));
  EXPECT_THAT(problem_of(R"({"at":"2026-11-24T21:04:11.250Z","turn":"nose","seconds":1})"),
              HasSubstr("no sense \"nose\""));
  EXPECT_THAT(problem_of(R"({"at":"2026-11-24T21:04:11.250Z","job":"selfie","priority":"high"})"),
              HasSubstr("-1000 to 1000"));
  EXPECT_THAT(problem_of(R"({"at":"2026-11-24T21:04:11.250Z","job":"selfie","prompt":"a cat"})"),
              HasSubstr("there is no \"prompt\" in a trace"));
}

TEST(Trace, a_torn_last_line_is_left_out) {
  const TracedJob job{.at = from_unix_ms(1'790'000'000'000), .kind = "selfie"};
  const auto trace = parse_trace(format_line(job) + "{\"at\":\"2026-1", small_config());
  ASSERT_TRUE(trace);
  EXPECT_THAT(trace->jobs, ElementsAre(job));
  EXPECT_THAT(trace->turns, IsEmpty());
}

TEST(Trace, more_than_a_month_is_too_much_to_live) {
  TracedJob job{.at = from_unix_ms(1'790'000'000'000), .kind = "selfie"};
  const std::string first = format_line(job);
  job.at += trace_span_max;
  EXPECT_TRUE(problems_of(first + format_line(job)).empty());
  job.at += std::chrono::days(9);
  const auto problems = problems_of(first + format_line(job));
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0].text, HasSubstr("ends 40 days after the earliest one, and 31 are the most"));
}

TEST(Trace, a_file_of_another_kind_does_not_flood_the_terminal) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "nonsense\n";
  EXPECT_EQ(problems_of(text).size(), trace_problems_max);
}

}  // namespace
}  // namespace malin::app::rehearsal
