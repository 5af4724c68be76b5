// AMD cards, as the kernel's amdgpu driver shows them in sysfs (Documentation/gpu/amdgpu, "mem_info_vram_*") and in
// the fdinfo of processes (Documentation/gpu/drm-usage-stats). Memory of ROCm's own allocator shows in the totals only.
#pragma once

#include <filesystem>
#include <string>

#include "adapters/cards/driver_thread.hpp"
#include "ports/card.hpp"

namespace malin::adapters {

struct AmdPlaces {
  std::filesystem::path drm = "/sys/class/drm";
  std::filesystem::path proc = "/proc";
};

class AmdCard final : public Card {
 public:
  // `which`: the number of its cardN folder ("0"), or its PCI id ("0000:03:00.0").
  explicit AmdCard(std::string which, AmdPlaces places = {});
  Task<Result<CardReading>> probe() override;

 private:
  std::string which_;
  AmdPlaces places_;
  DriverThread thread_;
  CardInquiry inquiry_;
};

// Blocks. not_found: no such amdgpu card. unreachable: its driver does not tell its memory.
Result<CardReading> read_amd_card(const std::string& which, const AmdPlaces& places);

}  // namespace malin::adapters
