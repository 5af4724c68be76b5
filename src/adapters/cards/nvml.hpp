// NVIDIA cards, through the driver's own library. It is opened and initialised once for the life of the process and
// shared by all cards: each initialisation costs host memory that WSL2 never gives back.
// All its calls are made on one thread, since some take tens of milliseconds and a sick card makes them hang.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "adapters/cards/driver_thread.hpp"
#include "ports/card.hpp"

namespace malin::adapters {

struct NvmlOptions {
  std::string library = "libnvidia-ml.so.1";        // By this name WSL2's own folder is searched as well.
  std::filesystem::path proc = "/proc";             // Where holders' names are read.
  Duration limit = std::chrono::seconds(5);         // Of one probe.
  Duration retry_after = std::chrono::seconds(10);  // Between two initialisations, after the driver lost a card.
};

class NvmlCard final : public Card {
 public:
  // `which`: the driver's index ("0") or a UUID ("GPU-5d5ba0d6-..."), which stays the same when cards are added.
  explicit NvmlCard(std::string which, NvmlOptions options = {});
  // Needs no driver to be there yet; each probe looks again.
  Task<Result<CardReading>> probe() override;

 private:
  std::string which_;
  NvmlOptions options_;
  CardInquiry inquiry_;
};

struct CardIdentity {
  int index = 0;
  std::string uuid;
  std::string name;
  std::string driver;  // Version.
  Bytes total;
};

// Every card that the driver shows; blocks up to the options' limit. unreachable: no driver, with advice.
Result<std::vector<CardIdentity>> list_cards(NvmlOptions options);
Result<std::vector<CardIdentity>> list_cards(const std::string& library);

}  // namespace malin::adapters
