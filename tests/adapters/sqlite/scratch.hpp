// What the store's tests share: a folder that goes away, rows with every member set, and short ways to ask a store.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "adapters/sqlite/sqlite_store.hpp"
#include "net/run.hpp"

namespace malin::testing {

class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "malin-store-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::filesystem::path operator/(const char* name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A short busy timeout, so that a test of waiting does not wait long.
inline std::unique_ptr<adapters::SqliteStore> open_store(const std::filesystem::path& file) {
  auto store = adapters::SqliteStore::open(file, std::chrono::milliseconds(50));
  if (!store) throw std::runtime_error(store.error().message);
  return std::move(*store);
}

template <class Value>
Task<void> keep(Task<Value> task, std::optional<Value>& kept) {
  kept.emplace(co_await std::move(task));
}

// The result of one call, on an io_context of its own.
template <class Value>
Value ask(Task<Value> task) {
  std::optional<Value> kept;
  run(keep(std::move(task), kept));
  return std::move(*kept);
}

// Rows with every member drawn from a seed: long, empty, quoted and non-ASCII texts, set and unset optionals.
class Draw {
 public:
  explicit Draw(unsigned seed) : random_(seed) {}

  std::int64_t number(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }
  bool flag() { return number(0, 1) == 1; }
  std::string text() {
    static const std::string pieces[] = {"",
                                         "a",
                                         "selfie",
                                         "it's \"quoted\"; DROP TABLE jobs",
                                         "zażółć gęślą jaźń 🌸",
                                         std::string("nul\0inside", 10),
                                         "line\nbreak\t{}[]\\",
                                         std::string(5000, 'x')};
    return pieces[number(0, std::size(pieces) - 1)] + pieces[number(0, std::size(pieces) - 1)];
  }
  TimePoint moment() { return from_unix_ms(number(0, 4'000'000'000'000)); }
  template <class Make>
  auto maybe(Make make) -> std::optional<decltype(make())> {
    if (flag()) return make();
    return std::nullopt;
  }
  std::optional<TimePoint> maybe_moment() {
    return maybe([this] { return moment(); });
  }
  std::vector<std::string> list() {
    std::vector<std::string> texts(number(0, 3));
    for (auto& each : texts) each = text();
    return texts;
  }

  Media media() {
    return {.type = static_cast<MediaType>(number(0, 2)),
            .path = text(),
            .thumbnail = text(),
            .width = static_cast<int>(number(0, 8192)),
            .height = static_cast<int>(number(0, 8192)),
            .duration = Duration(number(0, 60'000)),
            .size = {number(0, 1LL << 40)}};
  }
  Job job(std::int64_t n) {
    Job job;
    job.id = "j-" + std::to_string(n);
    job.key = flag() ? "" : "key " + std::to_string(n);
    job.kind = text();
    job.prompt = text();
    for (auto& name : list()) job.params[name] = text();
    job.priority = static_cast<int>(number(-5, 5));
    job.state = static_cast<JobState>(number(0, 5));
    job.reason = text();
    job.attempts = static_cast<int>(number(0, 9));
    job.prompt_id = text();
    job.seed = std::uniform_int_distribution<std::uint64_t>()(random_);
    job.media = maybe([this] { return media(); });
    job.created_at = moment();
    job.started_at = maybe_moment();
    job.attempt_at = maybe_moment();
    job.rendered_at = maybe_moment();
    job.ended_at = maybe_moment();
    job.not_before = maybe_moment();
    return job;
  }
  Window window(WindowId id) {
    Window window;
    window.id = id;
    window.card = text();
    window.renderer = text();
    window.phase = static_cast<WindowPhase>(number(0, 4));
    window.evicted = list();
    window.jobs = list();
    window.need = {number(0, 1LL << 40)};
    window.opened_at = moment();
    window.phase_at = moment();
    window.render_until = moment();
    window.closed_at = maybe_moment();
    window.aborted = flag();
    window.reason = text();
    window.restored_exactly = maybe([this] { return flag(); });
    return window;
  }
  Resident resident() {
    return {.model = text(),
            .identifier = text(),
            .instance = text(),
            .load_config = text(),
            .ttl = maybe([this] { return Duration(number(0, 100'000)); }),
            .state = static_cast<ResidentState>(number(0, 3))};
  }
  Absence absence(std::string sense, WindowId window) {
    return {.sense = std::move(sense),
            .window = window,
            .resident = resident(),
            .since = moment(),
            .deadline = moment(),
            .evictions = static_cast<int>(number(0, 3))};
  }
  Profile profile(std::string sense) {
    return {.sense = std::move(sense), .resident = resident(), .footprint = maybe([this] {
                                                                 return Bytes{number(0, 1LL << 40)};
                                                               })};
  }
  OutboxItem outbox(std::int64_t id, JobId job) {
    return {.id = id,
            .job = std::move(job),
            .state = static_cast<OutboxState>(number(0, 4)),
            .text = text(),
            .message = maybe([this] { return number(-1'000, 1LL << 50); }),
            .unsure = static_cast<int>(number(0, 2)),
            .created_at = moment(),
            .settled_at = maybe_moment(),
            .outcome = text()};
  }

 private:
  std::mt19937_64 random_;
};

// A queued job and nothing special about it.
inline PutJob plain_job(std::int64_t n) {
  Job job;
  job.id = "j-" + std::to_string(n);
  job.kind = "selfie";
  return {job};
}

inline AddEvent plain_event(std::string text) { return {{.kind = "job", .text = std::move(text)}}; }

}  // namespace malin::testing
