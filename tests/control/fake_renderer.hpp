// A renderer, and the judge of what it makes.
#pragma once

#include <fstream>

#include "control/fake_base.hpp"
#include "ports/inspector.hpp"
#include "ports/renderer.hpp"

namespace malin::testing {

class FakeRenderer : public Renderer, public Switches {
 public:
  FakeRenderer(Clock& clock, Gpu& gpu, Journal& journal) : Switches(clock), gpu_(gpu), journal_(journal) {}

  Task<Result<RendererReading>> probe() override {
    const Result<void> passed = co_await pass("probe");
    if (!passed) co_return std::unexpected(passed.error());
    RendererReading reading;
    reading.held = gpu_.held("comfyui");
    for (const auto& [id, render] : renders_)
      if (state_of(render) == RenderState::running) reading.running.push_back(id);
    reading.version = "0.3.64";
    co_return reading;
  }

  Task<Result<void>> submit(RenderOrder order) override {
    journal_.write("render " + order.kind);
    const Result<void> passed = co_await pass("submit");
    if (!passed) co_return passed;
    gpu_.hold("comfyui", size);
    orders.push_back(order);
    Render& render = renders_[order.prompt_id];
    if (render.until == TimePoint{}) render.until = clock_.now() + render_takes;
    co_return Result<void>();
  }

  Task<Result<RenderReading>> look_up(std::string prompt_id) override {
    const Result<void> passed = co_await pass("look_up");
    if (!passed) co_return std::unexpected(passed.error());
    RenderReading reading;
    const auto found = renders_.find(prompt_id);
    if (found == renders_.end()) co_return reading;
    reading.state = state_of(found->second);
    reading.progress = reading.state == RenderState::running ? 0.5 : 1;
    if (reading.state == RenderState::finished) reading.files = files;
    if (reading.state == RenderState::failed) {
      reading.interrupted = true;
      reading.reason = "interrupted";
    }
    co_return reading;
  }

  Task<Result<void>> interrupt(std::string prompt_id) override {
    journal_.write("interrupt");
    const Result<void> passed = co_await pass("interrupt");
    if (passed) renders_[prompt_id].is_interrupted = true;
    co_return passed;
  }

  Task<Result<void>> release() override {
    journal_.write("release");
    const Result<void> passed = co_await pass("release");
    if (passed && gives_back) gpu_.give_back("comfyui");
    co_return passed;
  }

  Task<Result<void>> fetch(OutputFile file, std::string path) override {
    fetched.push_back(path);
    const Result<void> passed = co_await pass("fetch");
    if (!passed) co_return passed;
    std::ofstream written(path, std::ios::binary);
    written << "the picture in " << file.filename;
    co_return Result<void>();
  }

  Bytes size = gibibytes(6);
  Duration render_takes{8'000};
  bool gives_back = true;
  std::vector<OutputFile> files{{.filename = "malin_00001_.png", .subfolder = "", .type = "output"}};
  std::vector<RenderOrder> orders;
  std::vector<std::string> fetched;  // Paths.

 private:
  struct Render {
    TimePoint until{};
    bool is_interrupted = false;
  };

  RenderState state_of(const Render& render) const {
    if (render.until <= clock_.now()) return RenderState::finished;
    return render.is_interrupted ? RenderState::failed : RenderState::running;
  }

  Gpu& gpu_;
  Journal& journal_;
  std::map<std::string, Render> renders_;
};

class FakeInspector : public Inspector, public Switches {
 public:
  using Switches::Switches;

  Task<Result<Media>> inspect(std::string path) override {
    const Result<void> passed = co_await pass("inspect");
    if (!passed) co_return std::unexpected(passed.error());
    Media media;
    media.path = std::move(path);
    media.width = media.height = 1024;
    media.size = mebibytes(1);
    co_return media;
  }
};

}  // namespace malin::testing
