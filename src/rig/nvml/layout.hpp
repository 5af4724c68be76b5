// NVML's codes and structs as its version 13 lays them out on x86-64 (nvml.h of NVIDIA/go-nvml, 2f9e261f).
#pragma once

#include <cstdint>

namespace malin::rig::nvml {

enum Code : int {
  success = 0,
  uninitialized = 1,
  invalid_argument = 2,
  not_supported = 3,
  not_found = 6,
  insufficient_size = 7,
  driver_not_loaded = 9,
  gpu_is_lost = 15,
  argument_version_mismatch = 25,
  unknown = 999,
};

inline constexpr std::uint64_t not_available = ~std::uint64_t{0};
inline constexpr unsigned no_instance = ~0U;

struct Memory {
  std::uint64_t total, free, used;
};

struct Memory2 {
  unsigned version;
  std::uint64_t total, reserved, free, used;
};
static_assert(sizeof(Memory2) == 40);
inline constexpr unsigned memory2_version = sizeof(Memory2) | 2U << 24;

struct Process {
  unsigned pid;
  std::uint64_t used;
  unsigned gpu_instance, compute_instance;
};
static_assert(sizeof(Process) == 24);

struct Process1 {
  unsigned pid;
  std::uint64_t used;
};
static_assert(sizeof(Process1) == 16);

struct PciInfo {
  char legacy_bus_id[16];
  unsigned domain, bus, device, device_id, subsystem_id;
  char bus_id[32];
};
static_assert(sizeof(PciInfo) == 68);

struct Utilization {
  unsigned gpu, memory;
};

}  // namespace malin::rig::nvml
