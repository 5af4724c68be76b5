#include "world/chatterbox.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace malin::world {
namespace {

constexpr std::size_t letters_max = 600;

Error process_died() { return {Errc::unreachable, "the process has died"}; }

}  // namespace

Chatterbox::Chatterbox(Clock& clock, CardLedger& card, Faults& faults, ChatterboxOptions options)
    : clock_(clock), card_(card), faults_(faults), options_(options) {
  faults_.declare("chatterbox.hangs", "accepts connections and answers nothing");
  faults_.declare("chatterbox.load.fails", "a load fails with the message `text`");
  faults_.declare("chatterbox.unload.memory_stays", "unload says ok and the memory stays until the process ends");
  faults_.declare("chatterbox.speak.fails", "speaking fails with the message `text`");
}

Result<void> Chatterbox::start() {
  if (alive_) return fail(Errc::refused, "it runs already");
  if (!card_.take(holder, options_.context + options_.model)) return fail(Errc::refused, "CUDA out of memory");
  alive_ = loaded_ = true;
  busy_ = false;
  ++life_;
  return {};
}

void Chatterbox::die() {
  alive_ = loaded_ = busy_ = false;
  ++life_;
  card_.give_back_all(holder, options_.settle);
}

Task<void> Chatterbox::wait_idle() {
  constexpr Duration look_again{20};
  while (busy_ || hangs()) co_await clock_.sleep_until(clock_.now() + look_again);
}

Task<Result<void>> Chatterbox::load() {
  co_await wait_idle();
  if (!alive_) co_return std::unexpected(process_died());
  if (loaded_) co_return Result<void>{};
  const auto fault = faults_.fires("chatterbox.load.fails");
  if (fault) co_return fail(Errc::refused, fault->text.empty() ? "Model loading failed" : fault->text);
  if (!card_.take(holder, options_.model)) co_return fail(Errc::refused, "CUDA out of memory");
  const int life = life_;
  busy_ = true;
  co_await clock_.sleep_until(clock_.now() + options_.load_time);
  if (life != life_) co_return std::unexpected(process_died());
  busy_ = false;
  loaded_ = true;
  ++counters_.loads;
  co_return Result<void>{};
}

Task<Result<void>> Chatterbox::unload() {
  co_await wait_idle();
  if (!alive_) co_return std::unexpected(process_died());
  if (!loaded_) co_return Result<void>{};
  loaded_ = false;
  ++counters_.unloads;
  if (!faults_.fires("chatterbox.unload.memory_stays")) card_.give_back(holder, options_.model, options_.settle);
  co_return Result<void>{};
}

Task<Result<Duration>> Chatterbox::speak(std::string text) {
  co_await wait_idle();
  if (!alive_) co_return std::unexpected(process_died());
  if (!loaded_) co_return fail(Errc::refused, "TTS engine model is not currently loaded or available.");
  const auto fault = faults_.fires("chatterbox.speak.fails");
  if (fault) co_return fail(Errc::bad_reply, fault->text.empty() ? "TTS engine failed to synthesize" : fault->text);
  const auto letters = static_cast<std::int64_t>(std::clamp<std::size_t>(text.size(), 1, letters_max));
  const Duration length = options_.speech_per_letter * letters;
  const double work = static_cast<double>(length.count()) * options_.synthesis_share;
  const int life = life_;
  busy_ = true;
  co_await clock_.sleep_until(clock_.now() + Duration{std::llround(work)});
  if (life != life_) co_return std::unexpected(process_died());
  busy_ = false;
  ++counters_.spoken;
  co_return length;
}

}  // namespace malin::world
