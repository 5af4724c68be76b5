// The rig's control port: look at the world and break it. JSON both ways; errors are {"error": "..."}.
//   GET /state                          cards, servers, faults, counters
//   GET, POST, DELETE /faults           declared and active; switch on {name, times, amount, text, probability};
//                                       switch off all, or ?name=
//   POST /lmstudio/eject {identifier}   as a person does in its window
//   POST /lmstudio/load {model}         the same; just in time
//   POST /telegram/say {text, chat?}    write as the person, or as someone in another chat
//   POST /telegram/press {message, data}  press a button
//   POST /card/hold {holder, mib}       another program takes memory; below zero: gives it back
//   POST /{server}/kill, /{server}/revive   lmstudio, comfyui, telegram, chatterbox
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "core/result.hpp"
#include "rig/chatterbox_face.hpp"
#include "rig/comfyui_face.hpp"
#include "rig/lmstudio_face.hpp"
#include "rig/telegram_face.hpp"

namespace malin::rig {

struct ControlParts {
  Clock& clock;
  world::Faults& faults;
  std::vector<world::CardLedger*> cards;
  LmStudioFace& lmstudio;
  ComfyFace& comfyui;
  TelegramFace& telegram;
  ChatterboxFace& chatterbox;
};

class ControlFace {
 public:
  // All parts outlive the face.
  ControlFace(boost::asio::any_io_executor executor, ControlParts parts);
  ~ControlFace();

  // Port 0 takes a free one; returns the port. refused: the address is taken.
  Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
  void stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace malin::rig
