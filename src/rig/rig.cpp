#include "rig/rig.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "net/json.hpp"
#include "ports/task.hpp"
#include "rig/control_face.hpp"
#include "rig/ledger_mirror.hpp"
#include "rig/media_maker_encode.hpp"
#include "rig/rig_clock.hpp"

namespace malin::rig {
namespace {

namespace json = boost::json;

constexpr const char* desktop = "desktop";

std::vector<std::unique_ptr<world::CardLedger>> make_cards(Clock& clock, const std::vector<RigCard>& wanted) {
  std::vector<std::unique_ptr<world::CardLedger>> cards;
  for (const RigCard& card : wanted) {
    cards.push_back(std::make_unique<world::CardLedger>(clock, card.name, card.total, card.reserved));
  }
  return cards;
}

world::LmStudioOptions seeded(world::LmStudioOptions options, std::uint64_t seed) {
  options.seed = seed;
  return options;
}

Result<void> write_atomically(const std::filesystem::path& path, const std::string& text) {
  const std::filesystem::path temporary = path.string() + ".tmp";
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file << text << '\n';
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(temporary, path, error);
  if (!file || error) return fail(Errc::refused, fmt::format("cannot write {}", path.string()));
  return {};
}

}  // namespace

struct Rig::Impl {
  Impl(boost::asio::any_io_executor executor_, RigOptions options_)
      : executor(std::move(executor_)),
        options(std::move(options_)),
        clock(options.speed),
        faults(options.seed),
        cards(make_cards(clock, options.cards)),
        mirror(faults),
        lmstudio(executor, clock, *cards.front(), faults, seeded(options.lmstudio, options.seed),
                 options.lmstudio_face),
        comfyui(executor, clock, *cards.front(), faults, options.comfyui),
        telegram(executor, clock, *cards.front(), faults, options.telegram),
        chatterbox(executor, clock, *cards.front(), faults, options.chatterbox, options.chatterbox_flavour),
        control(executor, ControlParts{clock, faults, all_cards(), lmstudio, comfyui, telegram, chatterbox}) {}

  std::vector<world::CardLedger*> all_cards() const {
    std::vector<world::CardLedger*> all;
    for (const auto& card : cards) all.push_back(card.get());
    return all;
  }

  // Memory settles and models expire without anybody's call, so the world is looked at all the time.
  static Task<void> keep_time(std::shared_ptr<Impl> impl) {
    const Duration step{static_cast<std::int64_t>(
        std::max(1.0, static_cast<double>(impl->options.tick.count()) * impl->options.speed))};
    while (!impl->stopped) {
      impl->lmstudio.tick();
      impl->mirror.write(impl->all_cards());
      co_await impl->clock.sleep_until(impl->clock.now() + step);
    }
  }

  Result<void> listen();
  Result<void> load_residents();
  Result<void> fill_up();
  Result<void> describe();
  std::filesystem::path file(const char* name) const { return options.directory / name; }

  boost::asio::any_io_executor executor;
  RigOptions options;
  RigClock clock;
  world::Faults faults;
  std::vector<std::unique_ptr<world::CardLedger>> cards;
  LedgerMirror mirror;
  LmStudioFace lmstudio;
  ComfyFace comfyui;
  TelegramFace telegram;
  ChatterboxFace chatterbox;
  ControlFace control;
  RigPorts ports;
  bool stopped = false;
};

Result<void> Rig::Impl::listen() {
  const auto bind = [&](auto& face, const char* name, std::uint16_t wanted, std::uint16_t& port) -> Result<void> {
    const Result<std::uint16_t> bound = face.listen(options.address, wanted);
    if (!bound) return fail(bound.error().code, fmt::format("{}: {}", name, bound.error().message));
    port = *bound;
    return {};
  };
  Result<void> done = bind(lmstudio, "LM Studio", options.ports.lmstudio, ports.lmstudio);
  if (done) done = bind(comfyui, "ComfyUI", options.ports.comfyui, ports.comfyui);
  if (done) done = bind(telegram, "Telegram", options.ports.telegram, ports.telegram);
  if (done) done = bind(chatterbox, "Chatterbox", options.ports.chatterbox, ports.chatterbox);
  if (done) done = bind(control, "control", options.ports.control, ports.control);
  return done;
}

Result<void> Rig::Impl::load_residents() {
  for (const RigResident& resident : options.residents) {
    const auto begun = lmstudio.begin_load(resident.model, resident.identifier, resident.context_length);
    if (!begun) return std::unexpected(begun.error());
  }
  lmstudio.studio().hurry();
  for (const RigResident& resident : options.residents) {
    const auto loaded = lmstudio.studio().find(resident.identifier);
    if (!loaded || loaded->state != world::InstanceState::idle) {
      return fail(Errc::refused, fmt::format("the card has no room for {}", resident.model));
    }
  }
  return {};
}

Result<void> Rig::Impl::fill_up() {
  world::CardLedger& card = *cards.front();
  if (card.free() < options.free_at_rest || !card.take(desktop, card.free() - options.free_at_rest)) {
    return fail(Errc::refused, fmt::format("only {} are free at rest", format_bytes(card.free())));
  }
  return {};
}

Result<void> Rig::Impl::describe() {
  const auto url = [&](const char* scheme, std::uint16_t port) {
    return fmt::format("{}://{}:{}", scheme, options.address, port);
  };
  json::array described;
  for (const auto& card : cards)
    described.push_back(json::object{{"name", card->name()}, {"total", card->total().count}});
  const bool devnen = options.chatterbox_flavour == ChatterboxFlavour::devnen;
  const json::object description{
      {"lmstudio", {{"url", url("http", ports.lmstudio)}, {"websocket", url("ws", ports.lmstudio)}}},
      {"comfyui", {{"url", url("http", ports.comfyui)}}},
      {"telegram",
       {{"url", url("http", ports.telegram)},
        {"token", options.telegram.token},
        {"chat", options.telegram.world.chat}}},
      {"chatterbox", {{"url", url("http", ports.chatterbox)}, {"flavour", devnen ? "devnen" : "travisvn"}}},
      {"control", {{"url", url("http", ports.control)}}},
      {"ledger", std::filesystem::absolute(file(ledger_file_name)).string()},
      {"cards", std::move(described)},
      {"speed", options.speed},
      {"pid", getpid()}};
  return write_atomically(file("rig.json"), json::serialize(description));
}

Rig::Rig(boost::asio::any_io_executor executor, RigOptions options)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(options))) {}

Rig::~Rig() {
  impl_->stopped = true;
  for (const auto& card : impl_->cards) card->on_change = nullptr;
  impl_->control.stop();
  impl_->chatterbox.stop();
  impl_->telegram.stop();
  impl_->comfyui.stop();
  impl_->lmstudio.stop();
}

Result<void> Rig::start() {
  quiet_encoders();
  Result<void> done = impl_->load_residents();
  if (done) done = impl_->listen();
  if (done) done = impl_->fill_up();
  if (done) done = impl_->mirror.open(ledger_file());
  if (!done) return done;
  for (const auto& card : impl_->cards) {
    card->on_change = [impl = impl_.get()] { impl->mirror.write(impl->all_cards()); };
  }
  impl_->mirror.write(impl_->all_cards());
  for (const auto& [name, spec] : impl_->options.faults) impl_->faults.set(name, spec);
  boost::asio::co_spawn(impl_->executor, Impl::keep_time(impl_), rethrow);
  return impl_->describe();
}

const RigPorts& Rig::ports() const { return impl_->ports; }
std::filesystem::path Rig::ledger_file() const { return impl_->file(ledger_file_name); }
std::filesystem::path Rig::description_file() const { return impl_->file("rig.json"); }
Clock& Rig::clock() { return impl_->clock; }
world::Faults& Rig::faults() { return impl_->faults; }
world::CardLedger& Rig::card() { return *impl_->cards.front(); }
LmStudioFace& Rig::lmstudio() { return impl_->lmstudio; }
ComfyFace& Rig::comfyui() { return impl_->comfyui; }
TelegramFace& Rig::telegram() { return impl_->telegram; }
ChatterboxFace& Rig::chatterbox() { return impl_->chatterbox; }

}  // namespace malin::rig
