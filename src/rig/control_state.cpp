#include "rig/control_state.hpp"

#include <algorithm>
#include <utility>

namespace malin::rig {
namespace {

namespace json = boost::json;

json::object format_card(const world::CardLedger& card) {
  json::object holders;
  for (const auto& [holder, used] : card.holders()) holders[holder] = used.count;
  return {{"name", card.name()},
          {"total", card.total().count},
          {"reserved", card.reserved().count},
          {"free", card.free().count},
          {"holders", std::move(holders)}};
}

json::object format_resident(const world::Instance& instance) {
  return {{"model", instance.model},
          {"identifier", instance.identifier},
          {"reference", instance.reference},
          {"state", to_string(instance.state)},
          {"progress", instance.progress},
          {"config", instance.config},
          {"ttl_ms", instance.ttl ? json::value(instance.ttl->count()) : json::value(nullptr)},
          {"context_length", instance.context_length},
          {"footprint", instance.footprint.count},
          {"jit", instance.jit}};
}

json::object format_lmstudio(LmStudioFace& face) {
  json::array residents;
  for (const world::Instance& instance : face.studio().instances()) residents.push_back(format_resident(instance));
  const world::LmStudioCounters& counted = face.studio().counters();
  return {{"alive", face.alive()},      {"residents", std::move(residents)},
          {"loads", counted.loads},     {"load_failures", counted.load_failures},
          {"unloads", counted.unloads}, {"expiries", counted.expiries},
          {"replies", counted.replies}, {"replies_cut", counted.replies_cut}};
}

json::object format_comfyui(ComfyFace& face) {
  const world::ComfyRun* running = face.alive() ? face.comfyui().running() : nullptr;
  return {{"alive", face.alive()},
          {"running", running ? json::value(running->prompt.id) : json::value(nullptr)},
          {"pending", face.alive() ? face.comfyui().pending().size() : 0},
          {"history", face.alive() ? face.comfyui().history().size() : 0}};
}

int sends_to_strangers(const world::Telegram& telegram) {
  return static_cast<int>(std::ranges::count_if(telegram.messages(), [&](const world::TelegramMessage& message) {
    return !message.from_person && message.chat != telegram.options().chat;
  }));
}

json::object format_telegram(TelegramFace& face) {
  world::Telegram& telegram = face.telegram();
  return {{"alive", face.alive()},
          {"is_read", face.is_read()},
          {"messages", telegram.messages().size()},
          {"sends", telegram.sends(telegram.options().chat)},
          {"sends_to_strangers", sends_to_strangers(telegram)}};
}

json::object format_chatterbox(ChatterboxFace& face) {
  const world::Chatterbox& chatterbox = face.chatterbox();
  return {{"alive", face.alive()},
          {"loaded", chatterbox.loaded()},
          {"busy", chatterbox.busy()},
          {"spoken", chatterbox.counters().spoken},
          {"loads", chatterbox.counters().loads},
          {"unloads", chatterbox.counters().unloads}};
}

}  // namespace

json::object format_faults(const world::Faults& faults) {
  json::object active;
  for (const auto& [name, spec] : faults.active()) {
    active[name] = json::object{
        {"times", spec.times}, {"amount", spec.amount}, {"text", spec.text}, {"probability", spec.probability}};
  }
  json::object fired;
  for (const auto& [name, count] : faults.fired()) fired[name] = count;
  json::object declared;
  for (const auto& [name, meaning] : faults.declared()) declared[name] = meaning;
  return {{"active", std::move(active)}, {"fired", std::move(fired)}, {"declared", std::move(declared)}};
}

json::object format_state(const ControlParts& parts) {
  json::array cards;
  for (const world::CardLedger* card : parts.cards) cards.push_back(format_card(*card));
  return {{"now", format_time(parts.clock.now())},       {"cards", std::move(cards)},
          {"lmstudio", format_lmstudio(parts.lmstudio)}, {"comfyui", format_comfyui(parts.comfyui)},
          {"telegram", format_telegram(parts.telegram)}, {"chatterbox", format_chatterbox(parts.chatterbox)},
          {"faults", format_faults(parts.faults)}};
}

}  // namespace malin::rig
