// A home with one card, on which a brain (19 GiB) and vision (6 GiB) leave 1 GiB free, and everything around it.
// The controller in it is the real one.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "control/controller.hpp"
#include "control/fake_engine.hpp"
#include "control/fake_renderer.hpp"
#include "control/fake_store.hpp"
#include "control/manual_clock.hpp"

namespace malin::testing {

inline SenseSpec make_sense(const std::string& name, Bytes footprint, int impact) {
  SenseSpec sense;
  sense.name = name;
  sense.engine = "lmstudio";
  sense.card = "gpu0";
  sense.model = "model/" + name;
  sense.identifier = name;
  sense.footprint = footprint;
  sense.impact = impact;
  sense.load_limit = std::chrono::seconds(60);
  return sense;
}

inline KindSpec make_kind(const std::string& name, const std::string& tag, Bytes need) {
  KindSpec kind;
  kind.name = name;
  kind.tag = tag;
  kind.renderer = "comfyui";
  kind.need = need;
  kind.patience = std::chrono::minutes(5);
  kind.render_limit = std::chrono::minutes(2);
  kind.status_line = "taking your " + name;
  kind.caption = "for you";
  kind.prompt_bytes_max = 16 << 10;
  kind.slots = {{"width", "1024"}, {"steps", "20"}};
  return kind;
}

inline Config make_config() {
  Config config;
  config.cards.push_back({.name = "gpu0", .headroom = mebibytes(512)});
  config.engines.push_back({.server = {.name = "lmstudio"}});
  config.renderers.push_back({.server = {.name = "comfyui"}, .card = "gpu0", .rest = mebibytes(100)});
  config.senses = {make_sense("brain", gibibytes(19), 10), make_sense("vision", gibibytes(6), 2)};
  config.kinds = {make_kind("selfie", "SELFIE", gibibytes(6)), make_kind("video", "VIDEO", gibibytes(14))};
  config.kinds.back().is_video = true;
  config.swap.idle_grace = std::chrono::seconds(5);
  config.swap.absence_limit = std::chrono::minutes(10);
  config.swap.settle_limit = std::chrono::seconds(15);
  config.swap.release_limit = std::chrono::seconds(15);
  config.swap.abort_hold = std::chrono::minutes(5);
  config.swap.fast_probe = Duration(250);
  config.swap.slow_probe = std::chrono::seconds(5);
  config.courier = CourierSpec{};
  return config;
}

// The folder goes with its owner.
class SpoolFolder {
 public:
  SpoolFolder();
  SpoolFolder(const SpoolFolder&) = delete;
  SpoolFolder& operator=(const SpoolFolder&) = delete;
  ~SpoolFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

inline SpoolFolder::SpoolFolder() {
  std::string pattern = std::filesystem::temp_directory_path() / "malin-spool-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no folder for the spool");
  path = pattern;
}

struct FakeOutside {
  FakeOutside() {
    engine.put("brain", gibibytes(19), "{\"gpu\":1}");
    engine.put("vision", gibibytes(6), "{\"gpu\":0.5}");
  }

  control::Outside ports() {
    control::Outside outside{clock, store, inspector, commands, &courier};
    outside.cards["gpu0"] = &card;
    outside.engines["lmstudio"] = &engine;
    outside.renderers["comfyui"] = &renderer;
    outside.servers["lmstudio"] = {.start = "lms server start", .restart = "lms restart", .limit = Duration(30'000)};
    outside.servers["comfyui"] = {.start = "comfy start", .restart = "comfy restart", .limit = Duration(30'000)};
    outside.spool = spool.path;
    return outside;
  }

  // Lets everything work until nothing is left to do at this moment. Throws when it never comes to rest.
  void settle() {
    constexpr int steps_max = 100'000;
    io.restart();
    for (int steps = 0; io.poll_one() != 0; ++steps)
      if (steps > steps_max) throw std::runtime_error("it does not come to rest");
  }

  // Lets time jump on until `condition` holds; false: it did not within `limit`.
  bool run_until(const std::function<bool()>& condition, Duration limit = std::chrono::hours(1)) {
    const TimePoint until = clock.now() + limit;
    for (;;) {
      settle();
      if (condition()) return true;
      const auto next = clock.next();
      if (!next || *next > until) return false;
      clock.jump_to(*next);
    }
  }

  void pass(Duration length) {
    const TimePoint until = clock.now() + length;
    run_until([&] { return clock.now() >= until; }, length);
    clock.jump_to(until);
    settle();
  }

  // The outcome of `task`, which may take simulated time.
  template <class T>
  T finish(Task<T> task, Duration limit = std::chrono::hours(1)) {
    std::optional<T> outcome;
    boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr thrown, T value) {
      if (thrown) std::rethrow_exception(thrown);
      outcome = std::move(value);
    });
    if (!run_until([&] { return outcome.has_value(); }, limit)) throw std::runtime_error("it did not end in time");
    return std::move(*outcome);
  }

  ManualClock clock;
  Journal journal;
  SpoolFolder spool;
  Gpu gpu{clock, gibibytes(26)};
  FakeStore store{clock, journal};
  FakeInspector inspector{clock};
  FakeCommands commands{clock, journal};
  FakeCourier courier{clock, journal};
  FakeCard card{clock, gpu};
  FakeEngine engine{clock, gpu, journal};
  FakeRenderer renderer{clock, gpu, journal};
  boost::asio::io_context io{1};  // Last: what still waits in it refers to the rest.
};

// A daemon at work in it.
struct Home : FakeOutside {
  explicit Home(Config config_ = make_config(), Ledger ledger = {}) : config(std::move(config_)), outside(ports()) {
    store.ledger = ledger;
    controller =
        std::make_unique<control::Controller>(io.get_executor(), config, outside, std::move(ledger), options());
  }
  ~Home() {
    if (is_running) stop();
  }

  void start() {
    is_running = true;
    boost::asio::co_spawn(io, controller->run(), [this](std::exception_ptr thrown) {
      is_running = false;
      if (thrown) std::rethrow_exception(thrown);
    });
  }
  bool stop() {
    controller->stop();
    return run_until([this] { return !is_running; }, Duration{0});
  }

  Glow glow() const { return glow_of(controller->situation(), view_senses(controller->situation())); }
  SenseState state(std::string_view sense) const {
    const auto views = view_senses(controller->situation());
    return find_view(views, sense)->state;
  }
  bool run_until_green() {
    return run_until([this] { return glow() == Glow::green; });
  }
  const Job& job(const JobId& id) const { return store.all_jobs.at(id); }
  bool is_window_open() const { return controller->situation().ledger.open_window("gpu0") != nullptr; }
  bool run_until_over(const JobId& id) {
    return run_until([&] { return is_over(job(id).state) && !is_window_open(); });
  }

  Result<control::Submitted> submit(const std::string& kind, const std::string& prompt = "at the beach",
                                    const std::string& key = "") {
    Submission submission;
    submission.kind = kind;
    submission.prompt = prompt;
    submission.key = key;
    return finish(controller->submit(std::move(submission)));
  }

  control::ControllerOptions options() {
    control::ControllerOptions options;
    options.on_progress = [this] { ++rounds; };
    return options;
  }

  Config config;
  control::Outside outside;
  std::unique_ptr<control::Controller> controller;
  bool is_running = false;
  int rounds = 0;
};

}  // namespace malin::testing
