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
  TraceRecorder recorder(file());
  const TimePoint asked = from_unix_ms(1'790'000'000'000);
  recorder.record(Turn{.id = "t-1",
                       .began_at = asked + Duration{2'000},
                       .expires_at = asked + Duration{40'000},
                       .asked_at = asked,
                       .sense = "brain"},
                  asked + Duration{8'400});
  Job job{.id = "j-1", .kind = "selfie", .prompt = "a secret"};
  job.created_at = asked;
  recorder.record(job);
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
  TraceRecorder recorder(file(), Bytes{1000});
  for (int number = 0; number < 200; ++number) {
    Job job{.id = "j-1", .kind = "selfie"};
    job.created_at = from_unix_ms(number);
    recorder.record(job);
    ASSERT_LE(std::filesystem::file_size(file()), 1000u);
  }
  EXPECT_GE(std::filesystem::file_size(file()), 450u);
  EXPECT_TRUE(text().starts_with("{\"at\":"));
  EXPECT_THAT(text(), testing::HasSubstr(".199Z"));
}

TEST_F(TraceRecorderTest, a_file_that_cannot_be_written_stops_nothing) {
  TraceRecorder recorder(folder_ / "nowhere" / "trace.jsonl");
  recorder.record(Job{.id = "j-1", .kind = "selfie"});
  EXPECT_FALSE(std::filesystem::exists(folder_ / "nowhere"));
}

}  // namespace
}  // namespace malin::app
