// Writes what the simulated cards hold to the file that the simulated driver reads (rig/nvml/ledger_file.hpp).
// Holders get process ids that no real process can have.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "core/result.hpp"
#include "rig/nvml/ledger_file.hpp"
#include "world/card_ledger.hpp"
#include "world/faults.hpp"

namespace malin::rig {

class LedgerMirror {
 public:
  // Declares the cards' faults.
  explicit LedgerMirror(world::Faults& faults);
  ~LedgerMirror();
  LedgerMirror(const LedgerMirror&) = delete;
  LedgerMirror& operator=(const LedgerMirror&) = delete;

  // Creates the file. refused: it cannot be.
  Result<void> open(const std::filesystem::path& path);
  // Shows the cards as they are now, at most as many as the file has room for.
  void write(std::span<world::CardLedger* const> cards);

 private:
  std::uint32_t pid_of(const std::string& holder);
  void write_card(LedgerCard& out, const world::CardLedger& card, std::size_t index);

  world::Faults& faults_;
  LedgerFile* file_ = nullptr;
  std::map<std::string, std::uint32_t> pids_;
};

}  // namespace malin::rig
