// The adapter in front of a scripted ComfyUI, with a clock that the test turns.
#pragma once

#include <filesystem>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <gtest/gtest.h>

#include "adapters/comfyui/comfyui.hpp"
#include "adapters/comfyui/comfyui_peer.hpp"
#include "net/run.hpp"

namespace malin::testing {

// Stands still. Whoever sleeps on it is woken after a moment.
class TurnedClock final : public Clock {
 public:
  TimePoint now() const override { return now_; }
  Task<void> sleep_until(TimePoint) override {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    timer.expires_after(std::chrono::milliseconds(1));
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
  void turn(Duration by) { now_ += by; }

 private:
  TimePoint now_ = from_unix_ms(1'000'000);
};

class ComfyUiTest : public ::testing::Test {
 protected:
  ComfyUiTest() : peer(io.get_executor()), folder(::testing::TempDir() + "malin-comfyui-XXXXXX") {
    if (!::mkdtemp(folder.data())) throw std::runtime_error("no folder for the test");
    adapters::ComfyUiOptions options;
    options.url = peer.url();
    const auto workflow = adapters::parse_workflow(
        R"({"1":{"class_type":"KSampler","inputs":{"text":"{{prompt}}","seed":"{{seed}}","steps":3}},
            "2":{"class_type":"SaveImage","inputs":{"images":["1",0]}}})");
    options.workflows.emplace("selfie", workflow.value());
    options.http_limit = std::chrono::seconds(2);
    options.submit_limit = std::chrono::milliseconds(300);
    options.media_max = mebibytes(2);
    options.on_hint = [this](bool) { ++hints; };
    renderer = adapters::ComfyUi::create(io.get_executor(), clock, std::move(options)).value();
  }
  ~ComfyUiTest() override {
    renderer.reset();
    std::filesystem::remove_all(folder);
  }

  template <class T>
  T get(Task<T> task) {
    std::optional<T> result;
    run(io, keep(std::move(task), result));
    return std::move(*result);
  }

  static RenderOrder order() {
    RenderOrder made;
    made.prompt_id = id;
    made.kind = "selfie";
    made.slots = {{"prompt", "a \"cat\""}, {"seed", "7"}};
    return made;
  }

  static constexpr const char* id = "90bb4961-b6af-4720-8156-63e4e82a9c5f";
  static constexpr const char* finished_entry =
      R"({"outputs":{"2":{"images":[{"filename":"a.png","subfolder":"","type":"output"}]}},
          "status":{"status_str":"success","completed":true,"messages":[]}})";

  boost::asio::io_context io;
  TurnedClock clock;
  ComfyUiPeer peer;
  std::string folder;
  int hints = 0;
  std::unique_ptr<adapters::ComfyUi> renderer;

 private:
  template <class T>
  static Task<void> keep(Task<T> task, std::optional<T>& result) {
    result = co_await std::move(task);
  }
};

}  // namespace malin::testing
