// The outside of the fake home: a card, an engine, a renderer and a courier, in simulated time. It goes on while the
// daemon is dead, and it complains when the card is over-committed.
#pragma once

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "core/fake_home.hpp"

namespace malin::fake {

struct Prompt {
  std::string id;
  Bytes need;
  Duration length{};
  RenderState state = RenderState::pending;
  TimePoint ends_at = TimePoint::max();
  bool interrupted = false;
  bool out_of_memory = false;
};

struct Message {
  std::string text;
  std::optional<Media> media;
  int edits = 0;
};

class Outside {
 public:
  Bytes others = tenths(20);  // What other programs hold.
  Duration late = 800ms;      // Unloaded memory is free only after so long.
  Duration render_length = 6s;
  std::map<std::string, Bytes> wants;  // By kind: what its renders take, where it is not the configured need.
  bool is_engine_down = false;
  bool is_renderer_down = false;
  bool is_card_lost = false;
  bool is_release_deaf = false;              // The renderer keeps its memory.
  bool lose_answers = false;                 // Every deed towards engine and renderer is done, and its answer lost.
  bool changes_settings = false;             // A load comes out with other settings than asked for.
  std::map<std::string, int> failures_left;  // By action key: so many tries fail.
  std::map<std::string, Errc> failure_code;  // How; else refused.

  std::vector<Resident> residents;
  std::vector<Prompt> prompts;
  std::map<std::int64_t, Message> messages;
  Bytes held;  // By the renderer.
  int loads = 0;
  int unloads = 0;
  int runs = 0;  // Renders that began.

  explicit Outside(const Config& config) : config_(config) {
    for (const SenseSpec& spec : config.senses) residents.push_back(resident_of(spec));
  }

  Bytes free() const {
    Bytes free = gibibytes(32) - others - held;
    for (const Resident& one : residents) free -= size_of(one);
    for (const auto& [until, size] : late_memory_) free -= size;
    return free;
  }

  // Brings everything to this moment.
  void tick(TimePoint now) {
    std::erase_if(late_memory_, [now](const auto& one) { return one.first <= now; });
    for (Prompt& prompt : prompts)
      if (prompt.state == RenderState::running && prompt.ends_at <= now) prompt.state = end_of(prompt);
    if (!is_renderer_down && !running()) begin_next(now);
    EXPECT_GE(free(), Bytes{}) << "the card is over-committed";
  }

  Prompt* running() {
    return find_prompt([](const Prompt& p) { return p.state == RenderState::running; });
  }
  Prompt* prompt(const std::string& id) {
    return find_prompt([&](const Prompt& p) { return p.id == id; });
  }

  Resident* resident(const std::string& identifier) {
    const auto found = std::ranges::find(residents, identifier, &Resident::identifier);
    return found == residents.end() ? nullptr : &*found;
  }

  Result<CardReading> look_at_card() const {
    if (is_card_lost) return fail(Errc::unreachable, "it fell off the bus");
    return CardReading{.total = gibibytes(32), .used = gibibytes(32) - free(), .free = free()};
  }
  Result<EngineReading> look_at_engine() const {
    if (is_engine_down) return fail(Errc::unreachable, "connection refused");
    return EngineReading{.residents = residents};
  }
  Result<RendererReading> look_at_renderer() {
    if (is_renderer_down) return fail(Errc::unreachable, "connection refused");
    RendererReading reading{.held = held};
    for (const Prompt& one : prompts) {
      if (one.state == RenderState::running) reading.running.push_back(one.id);
      if (one.state == RenderState::pending) reading.pending.push_back(one.id);
    }
    return reading;
  }
  Result<RenderReading> look_up(const std::string& id) {
    if (is_renderer_down) return fail(Errc::unreachable, "connection refused");
    RenderReading reading;
    const Prompt* known = prompt(id);
    if (known == nullptr) return reading;
    reading.state = known->state;
    reading.interrupted = known->interrupted;
    reading.out_of_memory = known->out_of_memory;
    if (known->state == RenderState::finished) reading.files = {{.filename = id + ".png"}};
    return reading;
  }

  // A load takes its memory at once; whether it succeeds is known at its end.
  Result<void> begin_load(const SenseSpec& spec, const Resident& wanted) {
    if (is_engine_down) return fail(Errc::unreachable, "connection refused");
    if (resident(wanted.identifier) != nullptr) return {};
    if (free() < spec.footprint) return fail(Errc::refused, "not enough memory");
    ++loads;
    Resident coming = wanted;
    coming.instance = spec.name + "#" + std::to_string(++instances_);
    coming.state = ResidentState::loading;
    if (changes_settings) coming.load_config += "!";
    residents.push_back(coming);
    return {};
  }
  void end_load(const std::string& identifier) {
    if (Resident* coming = resident(identifier); coming != nullptr && coming->state == ResidentState::loading)
      coming->state = ResidentState::idle;
  }
  Result<void> unload(const std::string& identifier, TimePoint now) {
    if (is_engine_down) return fail(Errc::unreachable, "connection refused");
    const Resident* going = resident(identifier);
    if (going == nullptr) return {};
    ++unloads;
    late_memory_.emplace_back(now + late, size_of(*going));
    std::erase_if(residents, [&](const Resident& one) { return one.identifier == identifier; });
    return {};
  }
  void cancel_loads() {
    const auto is_coming = [](const Resident& one) { return one.state == ResidentState::loading; };
    loads -= static_cast<int>(std::erase_if(residents, is_coming));
  }
  void kill_engine(TimePoint now) {
    is_engine_down = true;
    while (!residents.empty()) {
      late_memory_.emplace_back(now + late, size_of(residents.back()));
      residents.pop_back();
    }
  }
  void kill_renderer() {
    is_renderer_down = true;
    prompts.clear();
    held = {};
  }
  Result<void> submit(const std::string& id, const KindSpec& kind) {
    if (is_renderer_down) return fail(Errc::unreachable, "connection refused");
    const auto wanted = wants.find(kind.name);
    const Bytes need = wanted == wants.end() ? kind.need : wanted->second;
    if (prompt(id) == nullptr) prompts.push_back({.id = id, .need = need, .length = render_length});
    return {};
  }
  Result<void> interrupt(const std::string& id) {
    if (is_renderer_down) return fail(Errc::unreachable, "connection refused");
    Prompt* known = prompt(id);
    if (known == nullptr || (known->state != RenderState::running && known->state != RenderState::pending)) return {};
    known->state = RenderState::failed;
    known->interrupted = true;
    return {};
  }
  Result<void> release() {
    if (is_renderer_down) return fail(Errc::unreachable, "connection refused");
    if (is_release_deaf || running() != nullptr) return fail(Errc::timeout, "it still holds memory");
    held = mebibytes(100);
    return {};
  }
  std::int64_t send(std::optional<std::int64_t> id, std::string text, std::optional<Media> media) {
    if (!id || !messages.contains(*id)) id = static_cast<std::int64_t>(messages.size()) + 1;
    Message& message = messages[*id];
    message.text = std::move(text);
    if (media) message.media = std::move(media);
    ++message.edits;
    return *id;
  }
  // Whether this try of an action was told to fail.
  std::optional<Error> fault(const std::string& key) {
    const auto found = failures_left.find(key);
    if (found == failures_left.end() || found->second <= 0) return std::nullopt;
    --found->second;
    const auto code = failure_code.find(key);
    return Error{code == failure_code.end() ? Errc::refused : code->second, "told to fail"};
  }

 private:
  Bytes size_of(const Resident& resident) const {
    for (const SenseSpec& spec : config_.senses)
      if (spec.model == resident.model) return spec.footprint;
    return gibibytes(1);
  }
  template <class Is>
  Prompt* find_prompt(Is is) {
    const auto found = std::ranges::find_if(prompts, is);
    return found == prompts.end() ? nullptr : &*found;
  }
  RenderState end_of(Prompt& prompt) {
    const std::string key = "render";
    if (!fault(key)) return RenderState::finished;
    prompt.out_of_memory = true;
    return RenderState::failed;
  }
  void begin_next(TimePoint now) {
    Prompt* next = find_prompt([](const Prompt& p) { return p.state == RenderState::pending; });
    if (next == nullptr) return;
    ++runs;
    if (next->need - mebibytes(200) > free() + held) {
      next->state = RenderState::failed;
      next->out_of_memory = true;
      return;
    }
    next->state = RenderState::running;
    next->ends_at = now + next->length;
    held = std::max(held, next->need - mebibytes(200));
  }

  const Config& config_;
  std::vector<std::pair<TimePoint, Bytes>> late_memory_;
  int instances_ = 1;
};

}  // namespace malin::fake
