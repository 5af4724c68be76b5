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
// Each row is taken apart by position, so that a new member does not compile until it is drawn here.
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
  std::optional<Bytes> maybe_size() {
    return maybe([this] { return Bytes{number(0, 1LL << 40)}; });
  }
  std::vector<std::string> list() {
    std::vector<std::string> texts(number(0, 3));
    for (auto& each : texts) each = text();
    return texts;
  }

  Media media() {
    Media row;
    auto& [type, path, thumbnail, width, height, duration, size] = row;
    type = static_cast<MediaType>(number(0, 2));
    path = text();
    thumbnail = text();
    width = static_cast<int>(number(0, 8192));
    height = static_cast<int>(number(0, 8192));
    duration = Duration(number(0, 60'000));
    size = {number(0, 1LL << 40)};
    return row;
  }
  Job job(std::int64_t n) {
    Job row;
    auto& [id, key, kind, prompt, params, priority, state, reason, attempts, prompt_id, seed, media, created_at,
           started_at, attempt_at, rendered_at, ended_at, not_before] = row;
    id = "j-" + std::to_string(n);
    key = flag() ? "" : "key " + std::to_string(n);
    kind = text();
    prompt = text();
    for (auto& name : list()) params[name] = text();
    priority = static_cast<int>(number(-5, 5));
    state = static_cast<JobState>(number(0, 5));
    reason = text();
    attempts = static_cast<int>(number(0, 9));
    prompt_id = text();
    seed = std::uniform_int_distribution<std::uint64_t>()(random_);
    media = maybe([this] { return this->media(); });
    created_at = moment();
    started_at = maybe_moment();
    attempt_at = maybe_moment();
    rendered_at = maybe_moment();
    ended_at = maybe_moment();
    not_before = maybe_moment();
    return row;
  }
  Window window(WindowId n) {
    Window row;
    auto& [id, card, renderer, phase, evicted, leaves, jobs, need, opened_at, phase_at, render_until, closed_at,
           aborted, repairs, reason, restored_exactly] = row;
    id = n;
    card = text();
    renderer = text();
    phase = static_cast<WindowPhase>(number(0, 4));
    evicted = list();
    for (auto& sense : list()) leaves[sense] = leave();
    jobs = list();
    need = {number(0, 1LL << 40)};
    opened_at = moment();
    phase_at = moment();
    render_until = moment();
    closed_at = maybe_moment();
    aborted = flag();
    repairs = static_cast<int>(number(0, 3));
    reason = text();
    restored_exactly = maybe([this] { return flag(); });
    return row;
  }
  Leave leave() {
    Leave row;
    auto& [since, back_at] = row;
    since = moment();
    back_at = maybe_moment();
    return row;
  }
  Resident resident() {
    Resident row;
    auto& [model, identifier, instance, load_config, ttl, state] = row;
    model = text();
    identifier = text();
    instance = text();
    load_config = text();
    ttl = maybe([this] { return Duration(number(0, 100'000)); });
    state = static_cast<ResidentState>(number(0, 3));
    return row;
  }
  Absence absence(std::string name, WindowId n) {
    Absence row;
    auto& [sense, window, resident, since, deadline, evictions] = row;
    sense = std::move(name);
    window = n;
    resident = this->resident();
    since = moment();
    deadline = moment();
    evictions = static_cast<int>(number(0, 3));
    return row;
  }
  Profile profile(std::string name) {
    Profile row;
    auto& [sense, resident, footprint, load_time, told_at] = row;
    sense = std::move(name);
    resident = this->resident();
    footprint = maybe_size();
    load_time = maybe([this] { return Duration(number(0, 600'000)); });
    told_at = maybe_moment();
    return row;
  }
  Footprint footprint(std::string of) {
    Footprint row;
    auto& [name, peaks, runs, measured_at, raised, ran_out_at, pinned] = row;
    name = std::move(of);
    for (auto left = number(0, 5); left > 0; --left) peaks.push_back({{number(0, 1LL << 40)}, {number(0, 1LL << 40)}});
    runs = static_cast<int>(number(0, 1'000));
    measured_at = maybe_moment();
    raised = maybe_size();
    ran_out_at = maybe_moment();
    pinned = maybe_size();
    return row;
  }
  OutboxItem outbox(std::int64_t n, JobId of) {
    OutboxItem row;
    auto& [id, job, state, text, message, unsure, created_at, settled_at, outcome] = row;
    id = n;
    job = std::move(of);
    state = static_cast<OutboxState>(number(0, 4));
    text = this->text();
    message = maybe([this] { return number(-1'000, 1LL << 50); });
    unsure = static_cast<int>(number(0, 2));
    created_at = moment();
    settled_at = maybe_moment();
    outcome = this->text();
    return row;
  }
  Settings settings() {
    Settings row;
    auto& [swap_enabled, hold_until] = row;
    swap_enabled = flag();
    hold_until = maybe_moment();
    return row;
  }
  Event event() {
    Event row;
    auto& [id, at, kind, subject, text] = row;
    id = 0;
    at = moment();
    kind = this->text();
    subject = this->text();
    text = this->text();
    return row;
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
