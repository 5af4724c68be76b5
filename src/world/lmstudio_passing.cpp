// What happens in LM Studio as time passes: loads advance, replies are spoken, unloads end, idle models expire.
#include <algorithm>
#include <cmath>

#include "world/lmstudio.hpp"
#include "world/lmstudio_replies.hpp"

namespace malin::world {
namespace {

// What is left of a failed or dead engine process goes faster than an orderly unload settles.
constexpr Duration death_settle{400};

Duration seconds_of(double amount) { return Duration{std::llround(amount * 1000)}; }

}  // namespace

void LmStudio::tick() {
  if (!alive_) return;
  const TimePoint now = clock_.now();
  std::vector<Intruder> due;
  std::erase_if(intruders_, [&](const Intruder& intruder) {
    if (intruder.at > now) return false;
    due.push_back(intruder);
    return true;
  });
  std::vector<std::string> references;
  for (const Slot& s : slots_) references.push_back(s.view.reference);
  for (const std::string& reference : references) {
    Slot* s = slot_by_reference(reference);
    if (!s) continue;
    const Instance& view = s->view;
    if (view.state == InstanceState::loading) {
      advance_load(reference);
    } else if (view.state == InstanceState::unloading) {
      if (now - view.since >= options_.unload_time) finish_unload(reference);
    } else if (view.state == InstanceState::idle && view.ttl && now - view.last_used >= *view.ttl) {
      ++counters_.expiries;
      start_unload(*s);
    }
  }
  for (const Intruder& intruder : due) {
    LoadRequest request;
    request.model = intruder.model;
    request.ttl = options_.jit_ttl;
    request.jit = true;
    // A refusal is the intruder's trouble.
    if (!slot(intruder.model)) static_cast<void>(begin_load(std::move(request)));
  }
}

void LmStudio::hurry() {
  for (Slot& s : slots_) {
    if (s.view.state == InstanceState::loading) s.view.since -= s.load_time;
  }
  tick();
}

void LmStudio::advance_load(const std::string& reference) {
  Slot& loading = *slot_by_reference(reference);
  Instance& view = loading.view;
  const double elapsed = static_cast<double>((clock_.now() - view.since).count());
  double share = loading.load_time.count() > 0 ? elapsed / static_cast<double>(loading.load_time.count()) : 1;
  if (loading.stalls) share = std::min(share, loading.stalls->amount);
  share = std::min(share, 1.0);
  if (loading.crashes && share >= loading.crashes->amount) return die();
  if (loading.fails && share >= loading.fails->amount) {
    const std::string why = loading.fails->text;
    return fail_load(reference, why.empty() ? "Failed to load model. (Exit code: 6)" : why);
  }
  const Bytes wanted{std::llround(static_cast<double>(view.footprint.count) * share)};
  const Bytes taken{std::llround(static_cast<double>(view.footprint.count) * view.progress)};
  // The engine's own assertion on a failed allocation; LM Studio knows no better reason.
  if (!card_.take(holder_of(view), wanted - taken)) {
    return fail_load(reference, "model_load_failed: the model has crashed without additional information. (SIGABRT)");
  }
  view.progress = share;
  if (share >= 1) finish_load(loading);
}

void LmStudio::finish_load(Slot& loaded) {
  ++counters_.loads;
  loaded.view.state = InstanceState::idle;
  loaded.view.since = loaded.view.last_used = clock_.now();
  const std::optional<FaultSpec> fault = faults_.fires("lmstudio.load.duplicate");
  if (!fault) return;
  // The real second copy mostly lands in system RAM.
  Slot copy = loaded;
  copy.view.identifier = unique_identifier(loaded.view.identifier);
  copy.view.reference = new_reference();
  copy.view.config.clear();
  const Bytes share = mebibytes(std::llround(fault->amount));
  copy.view.footprint = card_.take(holder_of(copy.view), share) ? share : Bytes{};
  slots_.push_back(copy);
}

void LmStudio::fail_load(const std::string& reference, std::string why) {
  ++counters_.load_failures;
  if (failed_loads_.size() >= 64) failed_loads_.clear();  // Nobody waits for that many.
  failed_loads_[reference] = std::move(why);
  remove(reference, death_settle);
}

// `late` empty: the memory never comes back while the engine lives.
void LmStudio::remove(const std::string& reference, std::optional<Duration> late) {
  const Slot* gone = slot_by_reference(reference);
  const std::string holder = holder_of(gone->view);
  const Bytes held = card_.held_by(holder);
  if (late) {
    card_.give_back_all(holder, *late);
  } else {
    card_.give_back_all(holder);
    card_.take("LM Studio: leaked", held);
  }
  std::erase_if(slots_, [&](const Slot& s) { return s.view.reference == reference; });
}

void LmStudio::start_unload(Slot& leaving) {
  if (leaving.view.state == InstanceState::unloading) return;
  leaving.view.state = InstanceState::unloading;
  leaving.view.since = clock_.now();
  leaving.replies = 0;
  cut_replies(leaving.view.reference);
}

void LmStudio::finish_unload(const std::string& reference) {
  ++counters_.unloads;
  if (const auto fault = faults_.fires("lmstudio.unload.intruder")) {
    intruders_.push_back({clock_.now() + seconds_of(fault->amount), fault->text});
  }
  if (faults_.fires("lmstudio.unload.memory_stays")) return remove(reference, std::nullopt);
  const auto fault = faults_.fires("lmstudio.unload.memory_late");
  remove(reference, fault ? seconds_of(fault->amount) : draw_settle());
}

void LmStudio::cut_replies(const std::string& reference) {
  counters_.replies_cut +=
      static_cast<int>(std::erase_if(replies_, [&](const auto& entry) { return entry.second.reference == reference; }));
}

Result<LmStudio::ReplyId> LmStudio::begin_reply(const std::string& identifier, ReplyRequest request) {
  tick();
  if (!alive_) return fail(Errc::unreachable, "LM Studio is not running");
  Slot* speaker = slot(identifier);
  if (!speaker || speaker->view.state == InstanceState::loading || speaker->view.state == InstanceState::unloading) {
    return std::unexpected(not_loaded(identifier));
  }
  Reply reply;
  reply.reference = speaker->view.reference;
  const auto other = faults_.fires("lmstudio.reply.other_model");
  reply.speaker = other ? other->text : identifier;
  reply.tokens = compose_reply(request.prompt, request.has_image, turn_++);
  if (faults_.fires("lmstudio.reply.garbage")) reply.tokens = compose_garbage(reply.tokens.size());
  if (request.tokens_max >= 0 && std::cmp_less(request.tokens_max, reply.tokens.size())) {
    reply.tokens.resize(static_cast<std::size_t>(request.tokens_max));
  }
  reply.next_at = clock_.now() + options_.first_token;
  if (faults_.fires("lmstudio.reply.stalls")) reply.next_at += std::chrono::years(1);
  ++speaker->replies;
  speaker->view.state = InstanceState::processing_prompt;
  speaker->view.last_used = clock_.now();
  replies_[next_reply_] = std::move(reply);
  return next_reply_++;
}

std::string LmStudio::speaker_of(ReplyId id) const {
  const auto found = replies_.find(id);
  return found == replies_.end() ? "" : found->second.speaker;
}

Task<Result<std::optional<std::string>>> LmStudio::next_token(ReplyId id) {
  constexpr Duration look_again{100};
  for (;;) {
    tick();
    const auto found = replies_.find(id);
    if (!alive_) co_return fail(Errc::unreachable, "LM Studio is not running");
    if (found == replies_.end()) co_return fail(Errc::refused, "Model is unloaded.");
    Reply& reply = found->second;
    if (reply.said == reply.tokens.size()) {
      ++counters_.replies;
      end_reply(id);
      co_return std::optional<std::string>{};
    }
    const TimePoint now = clock_.now();
    if (now >= reply.next_at) {
      reply.next_at += seconds_of(1 / options_.tokens_per_second);
      Slot& speaker = *slot_by_reference(reply.reference);
      speaker.view.state = InstanceState::generating;
      speaker.view.last_used = now;
      co_return std::optional<std::string>(reply.tokens[reply.said++]);
    }
    co_await clock_.sleep_until(std::min(reply.next_at, now + look_again));
  }
}

void LmStudio::end_reply(ReplyId id) {
  const auto found = replies_.find(id);
  if (found == replies_.end()) return;
  Slot* speaker = slot_by_reference(found->second.reference);
  replies_.erase(found);
  if (speaker && --speaker->replies == 0) speaker->view.state = InstanceState::idle;
}

void LmStudio::die() {
  counters_.replies_cut += static_cast<int>(replies_.size());
  replies_.clear();
  for (const Slot& s : slots_) card_.give_back_all(holder_of(s.view), death_settle);
  card_.give_back_all("LM Studio: leaked", death_settle);
  slots_.clear();
  intruders_.clear();
  alive_ = false;
}

}  // namespace malin::world
