// NVIDIA's management library as we see it: opened at run time, so that Malin starts without a driver.
// Declarations after nvml.h of NVML 13; sizes are the driver's, x86-64 and aarch64 alike. Functions that old drivers
// lack are null.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/reading.hpp"

namespace malin::adapters::nvml {

using Device = void*;

enum Code : int {
  ok = 0,
  uninitialized = 1,
  invalid_argument = 2,
  no_permission = 4,
  not_found = 6,
  insufficient_size = 7,
  driver_not_loaded = 9,
  gpu_lost = 15,
  version_mismatch = 18,  // Of kernel driver and library.
};

struct MemoryV1 {
  std::uint64_t total, free, used;
};
static_assert(sizeof(MemoryV1) == 24);

struct MemoryV2 {
  std::uint32_t version;
  std::uint64_t total, reserved, free, used;
};
static_assert(sizeof(MemoryV2) == 40);
inline constexpr std::uint32_t memory_v2_version = sizeof(MemoryV2) | 2u << 24;

struct Process {
  std::uint32_t pid;
  std::uint64_t used;
  std::uint32_t gpu_instance, compute_instance;
};
static_assert(sizeof(Process) == 24);

using ListProcesses = int (*)(Device, unsigned* count, void* entries);

struct Library {
  int (*init)() = nullptr;
  int (*shutdown)() = nullptr;
  const char* (*error_string)(int) = nullptr;
  int (*driver_version)(char*, unsigned) = nullptr;
  int (*count)(unsigned*) = nullptr;
  int (*device_by_index)(unsigned, Device*) = nullptr;
  int (*device_by_uuid)(const char*, Device*) = nullptr;
  int (*name)(Device, char*, unsigned) = nullptr;
  int (*uuid)(Device, char*, unsigned) = nullptr;
  int (*memory)(Device, MemoryV1*) = nullptr;
  int (*memory_v2)(Device, MemoryV2*) = nullptr;
  int (*process_name)(unsigned pid, char*, unsigned) = nullptr;  // Of those that /proc does not show.
  ListProcesses compute_processes = nullptr;
  ListProcesses graphics_processes = nullptr;
};

// Never closed again: drivers do not survive that well. unreachable: not there, or not NVML.
Result<Library> open_library(const std::string& path);

// A failed call for people, with what to do about it. `deed`: "read the memory of card 0".
Error call_failed(const Library& library, int code, const std::string& deed);

// Processes on the device; empty where the driver does not tell (WDDM, containers).
std::vector<CardReading::Holder> list_processes(ListProcesses list, Device device);

// Its program, as the driver knows it, without the folder; empty where it does not tell.
std::string name_process(const Library& library, int pid);

// The process buffer is filled with this before each call, so that what the driver wrote can be told from the rest.
inline constexpr std::byte poison{0xa5};
// The largest entry that any driver writes: 535.43 to 535.86 add eight bytes to the 24 of the header
// (XuehaiPan/nvitop#79, NVIDIA/go-nvml#75).
inline constexpr std::size_t process_stride_max = 32;

// How far apart the `count` entries are that a driver wrote into `buffer`: 24, 32 or 16 bytes.
// Requires: `buffer` was poisoned and holds `count` * process_stride_max bytes or more.
std::size_t process_stride(std::span<const std::byte> buffer, std::size_t count);

}  // namespace malin::adapters::nvml
