// Does in the fake home what decisions ask for, each action in its own time, and writes down the outcome as the real
// executor does. What a look saw is how things stood when it was asked.
#pragma once

#include <functional>

#include "core/fake_outside.hpp"

namespace malin::fake {

class Executor {
 public:
  Executor(const Config& config, Outside& outside, const Ledger& ledger, Observation& seen)
      : config_(config), outside_(outside), ledger_(ledger), seen_(seen) {}

  static bool is_look(const Action& action) {
    return std::holds_alternative<ProbeCard>(action) || std::holds_alternative<ProbeEngine>(action) ||
           std::holds_alternative<ProbeRenderer>(action) || std::holds_alternative<LookUpRender>(action);
  }

  void begin(const Action& action, TimePoint now) {
    Work work{.action = action, .began = now};
    work.end = std::visit([&](const auto& one) { return start(one, work); }, action);
    if (work.ends_at == TimePoint{}) work.ends_at = now + 100ms;
    work_.push_back(std::move(work));
  }
  void end_due(TimePoint now) {
    now_ = now;
    std::vector<Work> due;
    for (Work& one : work_)
      if (one.ends_at <= now) due.push_back(one);
    std::erase_if(work_, [now](const Work& one) { return one.ends_at <= now; });
    for (const Work& one : due) {
      is_heard_ = !one.is_orphan;
      const Result<void> outcome = one.end();
      if (is_heard_ && !is_look(one.action)) note(key_of(one.action), outcome);
    }
  }
  // The daemon is gone: what was started arrives, or not, and nobody hears of it.
  void abandon(bool arrives) {
    if (!arrives) {
      work_.clear();
      outside_.cancel_loads();
    }
    for (Work& one : work_) one.is_orphan = true;
  }
  std::vector<InFlight> in_flight() const {
    std::vector<InFlight> flying;
    for (const Work& one : work_)
      if (!one.is_orphan) flying.push_back({one.action, one.began});
    return flying;
  }
  bool is_doing() const {
    return std::ranges::any_of(work_, [](const Work& one) { return !is_look(one.action); });
  }
  TimePoint next_end() const {
    TimePoint next = TimePoint::max();
    for (const Work& one : work_) next = std::min(next, one.ends_at);
    return next;
  }

 private:
  using End = std::function<Result<void>()>;
  struct Work {
    Action action;
    TimePoint began{};
    TimePoint ends_at{};
    End end;
    bool is_orphan = false;
  };

  template <class T>
  static void record(Reading<T>& reading, TimePoint asked_at, const Result<T>& answer) {
    if (asked_at < reading.tried_at) return;
    reading.tried_at = asked_at;
    if (answer) {
      reading = {.value = *answer, .at = asked_at, .tried_at = asked_at};
    } else {
      if (reading.failures++ == 0) reading.failing_since = asked_at;
      reading.error = answer.error();
    }
  }
  void note(const std::string& key, const Result<void>& outcome) {
    Attempts& attempts = seen_.attempts[key];
    attempts.failures = outcome ? 0 : attempts.failures + 1;
    attempts.last_at = now_;
    attempts.error.reset();
    if (!outcome) attempts.error = outcome.error();
  }
  template <class T>
  End look(Reading<T>& (*where)(Observation&, const std::string&), std::string name, TimePoint asked, Result<T> saw) {
    return [this, where, name, asked, saw]() -> Result<void> {
      if (is_heard_) record(where(seen_, name), asked, saw);
      return {};
    };
  }
  void look_at_engine() {
    if (is_heard_) record(seen_.engines["lmstudio"], now_, outside_.look_at_engine());
  }

  End start(const ProbeCard& a, const Work& work) {
    return look<CardReading>([](Observation& o, const std::string& n) -> auto& { return o.cards[n]; }, a.card,
                             work.began, outside_.look_at_card());
  }
  End start(const ProbeEngine& a, const Work& work) {
    return look<EngineReading>([](Observation& o, const std::string& n) -> auto& { return o.engines[n]; }, a.engine,
                               work.began, outside_.look_at_engine());
  }
  End start(const ProbeRenderer& a, const Work& work) {
    return look<RendererReading>([](Observation& o, const std::string& n) -> auto& { return o.renderers[n]; },
                                 a.renderer, work.began, outside_.look_at_renderer());
  }
  End start(const LookUpRender& a, const Work& work) {
    return look<RenderReading>([](Observation& o, const std::string& n) -> auto& { return o.renders[n]; }, a.prompt_id,
                               work.began, outside_.look_up(a.prompt_id));
  }
  // Any other: fails when told to, else does its deed at its end.
  End act(const Action& action, std::function<Result<void>()> deed) {
    auto fault = outside_.fault(key_of(action));
    if (outside_.lose_answers) fault = Error{Errc::timeout, "no answer"};
    const bool is_lost_answer = fault && fault->code == Errc::timeout;
    return [fault, is_lost_answer, deed]() -> Result<void> {
      if (fault && !is_lost_answer) return std::unexpected(*fault);
      const Result<void> done = deed();
      if (is_lost_answer) return std::unexpected(*fault);
      return done;
    };
  }
  End start(const ProbeSense& a, const Work&) {
    const auto fault = outside_.fault(key_of(a));
    return [this, a, fault]() -> Result<void> {
      const Resident* resident = outside_.resident(a.identifier);
      Result<void> answer;
      if (fault) answer = std::unexpected(*fault);
      if (resident == nullptr) answer = fail(Errc::not_found, "it is not loaded");
      if (is_heard_) {
        seen_.deep_probes[a.sense] = {.instance = a.instance, .at = now_};
        if (!answer) seen_.deep_probes[a.sense].error = answer.error();
      }
      return answer;
    };
  }
  End start(const LoadSense& a, Work& work) {
    const SenseSpec spec = *config_.sense(a.sense);
    work.ends_at = work.began + 1s + Duration{100} * (spec.footprint.count >> 30);
    const auto fault = outside_.fault(key_of(a));
    const Result<void> begun = fault ? Result<void>(std::unexpected(*fault)) : outside_.begin_load(spec, a.resident);
    return [this, a, spec, begun]() -> Result<void> {
      if (begun) outside_.end_load(a.resident.identifier);
      look_at_engine();
      if (begun && is_heard_) seen_.measured[a.sense] = spec.footprint;
      return begun;
    };
  }
  End start(const UnloadResident& a, const Work&) {
    return act(a, [this, a] {
      const Result<void> done = outside_.unload(a.identifier, now_);
      look_at_engine();
      return done;
    });
  }
  End start(const SubmitRender& a, const Work&) {
    const KindSpec kind = *config_.kind(ledger_.jobs.at(a.job).kind);
    return act(a, [this, a, kind] {
      const Result<void> done = outside_.submit(a.prompt_id, kind);
      if (is_heard_) record(seen_.renders[a.prompt_id], now_, outside_.look_up(a.prompt_id));
      return done;
    });
  }
  End start(const InterruptRender& a, const Work&) {
    return act(a, [this, a] { return outside_.interrupt(a.prompt_id); });
  }
  End start(const ReleaseRenderer& a, Work& work) {
    if (outside_.is_release_deaf) work.ends_at = work.began + config_.swap.release_limit;
    return act(a, [this, a] {
      const Result<void> done = outside_.release();
      if (is_heard_) record(seen_.renderers[a.renderer], now_, outside_.look_at_renderer());
      return done;
    });
  }
  End start(const CollectMedia& a, const Work&) {
    const auto fault = outside_.fault(key_of(a));
    return [this, a, fault]() -> Result<void> {
      if (!is_heard_) return {};
      Collected& collected = seen_.collected[a.job];
      collected = {};
      if (fault)
        collected.error = *fault;
      else
        collected.media = Media{.path = "/spool/" + a.files.at(0).filename, .width = 8, .height = 8};
      if (fault) return std::unexpected(*fault);
      return {};
    };
  }
  End start_server(const std::string& server, const Action& action) {
    return act(action, [this, server]() -> Result<void> {
      if (is_heard_) seen_.restarts[server].push_back(now_);
      if (server == "lmstudio") outside_.is_engine_down = false;
      if (server == "comfyui") outside_.is_renderer_down = false;
      return {};
    });
  }
  End start(const StartServer& a, const Work&) { return start_server(a.server, a); }
  End start(const RestartServer& a, const Work&) { return start_server(a.server, a); }

  // Its answer may be lost though the message went.
  End send(std::int64_t item, const Action& action, std::function<std::int64_t()> deed) {
    const auto fault = outside_.fault(key_of(action));
    return [this, item, fault, deed]() -> Result<void> {
      std::optional<std::int64_t> message;
      if (!fault || fault->code == Errc::timeout) message = deed();
      if (is_heard_ && fault) seen_.sent[item] = {.error = *fault};
      if (is_heard_ && !fault) seen_.sent[item] = {.message = message};
      if (fault) return std::unexpected(*fault);
      return {};
    };
  }
  End start(const Announce& a, const Work&) {
    return send(a.item, a, [this, a] { return outside_.send(std::nullopt, a.text, std::nullopt); });
  }
  End start(const Deliver& a, const Work&) {
    return send(a.item, a, [this, a] { return outside_.send(a.message, a.caption, a.media); });
  }
  End start(const Amend& a, const Work&) {
    return send(a.item, a, [this, a] { return outside_.send(a.message, a.text, std::nullopt); });
  }
  End start(const ShowLine& a, const Work&) {
    return act(a, [this, a]() -> Result<void> {
      outside_.send(a.message, a.text, std::nullopt);
      if (is_heard_) seen_.shown[a.item] = {.text = a.text, .at = now_};
      return {};
    });
  }
  End start(const ShowActivity& a, const Work&) {
    return act(a, []() -> Result<void> { return {}; });
  }

  const Config& config_;
  Outside& outside_;
  const Ledger& ledger_;
  Observation& seen_;
  TimePoint now_{};
  bool is_heard_ = true;
  std::vector<Work> work_;
};

}  // namespace malin::fake
