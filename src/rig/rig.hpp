// The whole simulated world over its real protocols: LM Studio, ComfyUI, Telegram and Chatterbox on one simulated card,
// the file of the simulated driver, and a control port for whoever wants to break something. It starts as Jun's
// machine stands at rest: the senses loaded, and 511 MiB free.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "core/result.hpp"
#include "rig/chatterbox_face.hpp"
#include "rig/comfyui_face.hpp"
#include "rig/lmstudio_face.hpp"
#include "rig/telegram_face.hpp"
#include "world/faults.hpp"

namespace malin::rig {

struct RigCard {
  std::string name = "NVIDIA GeForce RTX 5090";
  Bytes total = mebibytes(32'607);
  Bytes reserved = mebibytes(600);  // The driver's own.
};

// A model that is loaded when the rig starts.
struct RigResident {
  std::string model;
  std::string identifier;
  int context_length = 8192;
};

struct RigPorts {  // 0 takes a free one.
  std::uint16_t lmstudio = 0;
  std::uint16_t comfyui = 0;
  std::uint16_t telegram = 0;
  std::uint16_t chatterbox = 0;
  std::uint16_t control = 0;
};

struct RigOptions {
  double speed = 1;                 // Simulated seconds per real one.
  std::filesystem::path directory;  // Exists; rig.json and the ledger file are put there.
  std::string address = "127.0.0.1";
  RigPorts ports;
  std::vector<RigCard> cards = {RigCard{}};  // All servers live on the first.
  Bytes free_at_rest = mebibytes(511);       // The desktop holds what is over.
  std::vector<RigResident> residents = {{"dolphin-24b", "dolphin-24b"}, {"qwen3-vl-8b", "qwen3-vl-8b"}};
  std::map<std::string, world::FaultSpec> faults;  // On from the start.
  std::uint64_t seed = 1;
  std::chrono::milliseconds tick{20};  // How often what moves by itself is looked at, in real time.

  world::LmStudioOptions lmstudio;
  LmStudioFaceOptions lmstudio_face;
  ComfyOptions comfyui;
  TelegramOptions telegram;
  world::ChatterboxOptions chatterbox;
  ChatterboxFlavour chatterbox_flavour = ChatterboxFlavour::devnen;
};

class Rig {
 public:
  // Nothing runs on `executor` after the rig is gone.
  Rig(boost::asio::any_io_executor executor, RigOptions options);
  ~Rig();

  // Starts everything and writes <directory>/rig.json last. refused: an address is taken, a model is unknown, or the
  // card has no room for all of it.
  Result<void> start();

  const RigPorts& ports() const;  // As bound.
  std::filesystem::path ledger_file() const;
  std::filesystem::path description_file() const;  // rig.json

  Clock& clock();
  world::Faults& faults();
  world::CardLedger& card();
  LmStudioFace& lmstudio();
  ComfyFace& comfyui();
  TelegramFace& telegram();
  ChatterboxFace& chatterbox();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace malin::rig
