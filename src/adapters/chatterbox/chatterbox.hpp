// A Chatterbox speech server as an Engine with one resident. Two servers go by that name: devnen's can unload and load
// its model, travisvn's only by its process. devnen's answers nothing at all while it speaks or loads, so a silent
// server may just be busy: limits are long, and a timeout says so.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "ports/engine.hpp"

namespace malin::adapters {

enum class ChatterboxFlavour {
  detect,    // By what it answers; remembered from the first answer on.
  devnen,    // devnen/Chatterbox-TTS-Server, usually port 8004.
  travisvn,  // travisvn/chatterbox-tts-api, usually port 4123.
};

struct ChatterboxOptions {
  std::string url;  // "http://127.0.0.1:8004"
  ChatterboxFlavour flavour = ChatterboxFlavour::detect;
  std::string identifier = "chatterbox";  // Of its one resident; its model is always "chatterbox".
  std::string voice;                      // For the deep probe; empty: the first that the server offers.
  Duration probe_limit{20'000};
  Duration call_limit{
      120'000};  // For an unload, a load, or the deep probe's word, a running synthesis before it included.
};

class Chatterbox final : public Engine {
 public:
  Chatterbox(boost::asio::any_io_executor executor, ChatterboxOptions options);
  ~Chatterbox() override;

  Task<Result<EngineReading>> probe() override;
  Task<Result<void>> ensure_loaded(LoadOrder order, LoadProgress progress) override;
  Task<Result<void>> ensure_absent(std::string identifier) override;
  // Lets it say one word.
  Task<Result<void>> probe_sense(std::string identifier) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace malin::adapters
