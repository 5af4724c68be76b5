#include "app/trace_recorder.hpp"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "app/config_file.hpp"

namespace malin::app {
namespace {

class TraceRecorderTest : public ConfigFile {
 protected:
  std::filesystem::path file() const { return folder_ / "trace.jsonl"; }
  std::string text() const {
    std::ostringstream out;
    out << std::ifstream(file()).rdbuf();
    return out.str();
  }
};

TEST_F(TraceRecorderTest, a_turn_and_a_job_are_a_line_each_and_no_word_of_them_is_kept) {
  const TimePoint asked = from_unix_ms(1'790'000'000'000);
  TraceRecorder(file()).record(Turn{.id = "t-1",
                                    .began_at = asked + Duration{2'000},
                                    .expires_at = asked + Duration{40'000},
                                    .asked_at = asked,
                                    .sense = "brain"},
                               asked + Duration{8'400});
  Job job{.id = "j-1", .kind = "selfie", .prompt = "a secret"};
  job.created_at = asked;
  TraceRecorder(file()).record(job);
  EXPECT_EQ(text(), R"({"at":"2026-09-21T14:13:20.000Z","turn":"brain","seconds":6.4})"
                    "\n"
                    R"({"at":"2026-09-21T14:13:20.000Z","job":"selfie"})"
                    "\n");
}

TEST_F(TraceRecorderTest, nobody_else_may_read_it) {
  TraceRecorder(file()).record(Job{.id = "j-1", .kind = "selfie"});
  struct stat status{};
  ASSERT_EQ(::stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(TraceRecorderTest, it_forgets_its_older_half_when_it_grows_too_large) {
  for (int number = 0; number < 200; ++number) {
    Job job{.id = "j-1", .kind = "selfie"};
    job.created_at = from_unix_ms(number);
    TraceRecorder(file(), Bytes{1000}).record(job);
    ASSERT_LE(std::filesystem::file_size(file()), 1000u);
  }
  EXPECT_GE(std::filesystem::file_size(file()), 450u);
  EXPECT_TRUE(text().starts_with("{\"at\":"));
  EXPECT_THAT(text(), testing::HasSubstr(".199Z"));
}

TEST_F(TraceRecorderTest, one_that_goes_on_forgets_its_older_half_too) {
  TraceRecorder recorder(file(), Bytes{1000});
  for (int number = 0; number < 200; ++number) {
    recorder.record(Job{.id = "j-1", .kind = "selfie", .created_at = from_unix_ms(number)});
    ASSERT_LE(std::filesystem::file_size(file()), 1000u);
  }
  EXPECT_THAT(text(), testing::HasSubstr(".199Z"));
}

TEST_F(TraceRecorderTest, when_somebody_takes_the_file_away_it_begins_anew) {
  TraceRecorder recorder(file());
  recorder.record(Job{.id = "j-1", .kind = "selfie"});
  std::filesystem::rename(file(), folder_ / "yesterday.jsonl");
  recorder.record(Job{.id = "j-2", .kind = "video"});
  EXPECT_EQ(text(), R"({"at":"1970-01-01T00:00:00.000Z","job":"video"})"
                    "\n");
}

TEST_F(TraceRecorderTest, a_line_that_was_torn_by_the_end_of_a_process_is_cut_off) {
  for (const std::string whole : {"", "{\"at\":\"1\"}\n"}) {
    std::ofstream(file()) << whole << R"({"at":"2026-09)";
    TraceRecorder(file()).record(Job{.id = "j-1", .kind = "selfie"});
    EXPECT_EQ(text(), whole + R"({"at":"1970-01-01T00:00:00.000Z","job":"selfie"})" + "\n");
  }
}

TEST_F(TraceRecorderTest, a_turn_that_never_ended_is_as_long_as_a_trace_may_have_it) {
  const TimePoint began = from_unix_ms(0);
  TraceRecorder(file()).record(Turn{.id = "t-1", .began_at = began}, began + std::chrono::days(3));
  EXPECT_THAT(text(), testing::HasSubstr(R"("seconds":86400)"));
}

TEST_F(TraceRecorderTest, a_file_that_cannot_be_written_stops_nothing) {
  TraceRecorder(folder_ / "nowhere" / "trace.jsonl").record(Job{.id = "j-1", .kind = "selfie"});
  EXPECT_FALSE(std::filesystem::exists(folder_ / "nowhere"));
}

}  // namespace
}  // namespace malin::app
