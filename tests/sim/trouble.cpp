#include "sim/trouble.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace malin::sim {

using std::chrono::minutes;
using std::chrono::seconds;

Trouble::Trouble(Universe& universe, Journal& journal)
    : universe_(universe),
      journal_(journal),
      rough_(universe.plan.rough),
      dice_(universe.plan.seed, "trouble"),
      wires_(universe.plan.seed, "wires"),
      mishap_(universe.plan.rough.mishap) {
  const TimePoint now = universe_.clock.now();
  if (rough_.fault > Duration{}) fault_at_ = now + dice_.about(rough_.fault);
  if (rough_.crash > Duration{}) crash_at_ = now + dice_.about(rough_.crash);
}

TimePoint Trouble::next() const {
  TimePoint soonest = std::min(fault_at_, crash_at_);
  for (const Lasting& one : lasting_) soonest = std::min(soonest, one.until);
  return soonest;
}

void Trouble::act() {
  const TimePoint now = universe_.clock.now();
  std::vector<Lasting> over;
  std::erase_if(lasting_, [&](const Lasting& one) {
    if (one.until > now) return false;
    over.push_back(one);
    return true;
  });
  for (const Lasting& one : over) {
    tell(one.name + " is over");
    one.end();
  }
  if (fault_at_ > now) return;
  fault_at_ = now + dice_.about(rough_.fault);
  begin_one();
}

bool Trouble::is_crash_due() {
  const TimePoint now = universe_.clock.now();
  if (crash_at_ > now) return false;
  // Often again very soon: recovery is what must not be interrupted.
  if (rough_.crash == Duration{}) {
    crash_at_ = TimePoint::max();
    return true;
  }
  crash_at_ = now + (dice_.chance(0.3) ? dice_.between(Duration{20}, Duration{4000}) : dice_.about(rough_.crash));
  return true;
}

world::Mishap Trouble::mishap_of(const world::PortCall& call) {
  using enum world::Mishap;
  if (on_call) on_call(call);
  if (call.number == killing_call_) {
    killing_call_ = 0;  // The next daemon counts from one again.
    crash_at_ = universe_.clock.now();
  }
  if (call.number == failing_call_) return failing_how_;
  if (mishap_ <= 0 || !wires_.chance(mishap_)) return none;
  constexpr std::array all = {unreachable, error, silent, answer_lost, broken, half_answer};
  const world::Mishap mishap = all.at(static_cast<std::size_t>(wires_.between(0, std::ssize(all) - 1)));
  count(fmt::format("wire: {}", to_string(mishap)));
  return mishap;
}

void Trouble::last(std::string name, Duration length, std::function<void()> end) {
  count(name);
  tell(fmt::format("{} for {}", name, format_duration(length)));
  lasting_.push_back({universe_.clock.now() + length, std::move(name), std::move(end)});
}

void Trouble::once(world::Faults& faults, const std::string& name, world::FaultSpec spec) {
  count(name);
  tell(fmt::format("{} ({} times)", name, spec.times));
  faults.set(name, std::move(spec));
}

void Trouble::begin_one() {
  const std::int64_t where = dice_.between(0, 9);
  const auto any = [this](const auto& units) -> decltype(auto) {
    return *units[static_cast<std::size_t>(dice_.between(0, std::ssize(units) - 1))];
  };
  if (where < 5) return trouble_studio(any(universe_.studios));
  if (where < 8) return trouble_comfy(any(universe_.comfyuis));
  trouble_rest();
}

void Trouble::trouble_studio(Studio& studio) {
  world::Faults& faults = studio.faults;
  const int times = dice_.chance(0.7) ? 1 : static_cast<int>(dice_.between(2, 6));
  const double share = dice_.share();
  const std::string& model = dice_.pick(studio.plan.options.models).key;
  switch (dice_.between(0, rough_.gets_hard ? 13 : 9)) {
    case 0:
      return once(faults, "lmstudio.load.fails", {.times = times, .amount = share, .text = ""});
    case 1:
      return once(faults, "lmstudio.load.stalls", {.times = 1, .amount = share, .text = ""});
    case 2:
      return once(faults, "lmstudio.load.other_config", {.times = times, .text = ""});
    case 3:
      return once(faults, "lmstudio.load.duplicate", {.times = 1, .amount = 200, .text = ""});
    case 4:
      return once(faults, "lmstudio.unload.ignored", {.times = times, .text = ""});
    case 5:
      return once(faults, "lmstudio.unload.memory_late", {.times = times, .amount = 2 + share * 40, .text = ""});
    case 6:
      return once(faults, "lmstudio.unload.intruder", {.times = times, .amount = share * 10, .text = model});
    case 7:
      return once(faults, "lmstudio.reply.garbage", {.times = times, .text = ""});
    case 8:
      return once(faults, "lmstudio.reply.other_model", {.times = times, .text = "stranger"});
    case 9:
      return once(faults, "lmstudio.reply.stalls", {.times = 1, .text = ""});
    case 10:
      return once(faults, "lmstudio.load.crashes", {.times = 1, .amount = share, .text = ""});
    case 11:
      return once(faults, "lmstudio.unload.memory_stays", {.times = 1, .text = ""});
    case 12:
      faults.set("lmstudio.hangs", {});
      return last("lmstudio.hangs", dice_.between(seconds(2), minutes(4)),
                  [&faults] { faults.clear("lmstudio.hangs"); });
    default:
      studio.studio.die();
      return last("lmstudio dies", dice_.between(seconds(2), minutes(3)), [&studio] { studio.studio.revive(); });
  }
}

void Trouble::trouble_comfy(Comfy& comfy) {
  world::Faults& faults = comfy.faults;
  const int times = dice_.chance(0.7) ? 1 : static_cast<int>(dice_.between(2, 4));
  switch (dice_.between(0, rough_.gets_hard ? 8 : 5)) {
    case 0:
      return once(faults, "comfyui.oom", {.times = times, .text = ""});
    case 1:
      return once(faults, "comfyui.black", {.times = times, .text = ""});
    case 2:
      return once(faults, "comfyui.truncated", {.times = times, .text = ""});
    case 3:
      faults.set("comfyui.slow", {.amount = 1 + dice_.share() * 8, .text = ""});
      return last("comfyui.slow", dice_.between(seconds(20), minutes(5)), [&faults] { faults.clear("comfyui.slow"); });
    case 4:
      return once(faults, "comfyui.release.ignored", {.times = times, .text = ""});
    case 5:
      return once(faults, "comfyui.release.late", {.times = times, .amount = dice_.share() * 30, .text = ""});
    case 6:
      return once(faults, "comfyui.zombie", {.times = 1, .text = ""});
    case 7:
      faults.set("comfyui.hangs", {});
      return last("comfyui.hangs", dice_.between(seconds(2), minutes(3)), [&faults] { faults.clear("comfyui.hangs"); });
    default:
      comfy.comfyui.kill();
      return last("comfyui dies", dice_.between(seconds(1), minutes(3)),
                  [&comfy] { static_cast<void>(comfy.comfyui.start()); });
  }
}

void Trouble::trouble_rest() {
  world::Faults& phone = universe_.telegram_faults;
  Gpu& gpu = *universe_.gpus.front();
  switch (dice_.between(0, rough_.gets_hard ? 7 : 3)) {
    case 0:
      phone.set("telegram.down", {});
      return last("telegram.down", dice_.between(seconds(10), minutes(30)), [&phone] { phone.clear("telegram.down"); });
    case 1:
      return once(phone, "telegram.flood", {.times = 2, .amount = dice_.share() * 60, .text = ""});
    case 2:
      return once(phone, "telegram.refuses", {.times = 1, .text = "Bad Request: wrong file"});
    case 3: {
      const Bytes grab = std::min(gpu.ledger.free(), dice_.between(mebibytes(100), gibibytes(6)));
      if (!gpu.ledger.take("a game", grab)) return;
      return last("somebody takes VRAM", dice_.between(seconds(10), minutes(6)),
                  [&gpu, grab] { gpu.ledger.give_back("a game", grab); });
    }
    case 4:
      universe_.telegram.block(true);
      return last("telegram blocked", dice_.between(seconds(10), minutes(2)),
                  [this] { universe_.telegram.block(false); });
    case 5:
      universe_.is_disk_full = true;
      return last("disk full", dice_.between(seconds(1), minutes(2)), [this] { universe_.is_disk_full = false; });
    case 6:
      gpu.faults.set("card.gone", {});
      return last("card.gone", dice_.between(seconds(1), minutes(2)), [&gpu] { gpu.faults.clear("card.gone"); });
    default:
      mishap_ = std::min(0.5, rough_.mishap + 0.3);
      return last("bad wires", dice_.between(seconds(5), minutes(1)), [this] { mishap_ = rough_.mishap; });
  }
}

void Trouble::mend() {
  fault_at_ = crash_at_ = TimePoint::max();
  for (const Lasting& one : lasting_) one.end();
  lasting_.clear();
  mishap_ = 0;
  universe_.telegram_faults.clear();
  for (const auto& gpu : universe_.gpus) gpu->faults.clear();
  for (const auto& studio : universe_.studios) {
    studio->faults.clear();
    const std::string leaked = "LM Studio: leaked";
    if (studio->studio.alive() && studio->gpu.ledger.held_by(leaked) > Bytes{}) studio->studio.die();
    if (!studio->studio.alive()) studio->studio.revive();
    // What people loaded for themselves they take away again.
    for (const world::Instance& instance : studio->studio.instances()) {
      studio->studio.cancel_load(instance.reference);
      if (std::ranges::find(universe_.plan.config.senses, instance.identifier, &SenseSpec::identifier) ==
          universe_.plan.config.senses.end())
        universe_.begin(studio->studio.unload(instance.identifier));
    }
  }
  for (const auto& voice : universe_.voices) voice->faults.clear();
  for (const auto& comfy : universe_.comfyuis) {
    comfy->faults.clear();
    if (comfy->comfyui.alive() && !comfy->comfyui.worker_alive()) comfy->comfyui.kill();
  }
  start_servers();
  tell("everything is mended");
}

void Trouble::start_servers() {
  for (const auto& voice : universe_.voices)
    if (!voice->chatterbox.alive()) static_cast<void>(voice->chatterbox.start());
  for (const auto& comfy : universe_.comfyuis)
    if (!comfy->comfyui.alive()) static_cast<void>(comfy->comfyui.start());
}

}  // namespace malin::sim
