// What the pretend driver library does, set by the tests through the exported `fake_nvml_state`.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>

struct FakeNvml {
  static constexpr std::size_t cards_max = 2;
  static constexpr std::size_t processes_max = 64;
  static constexpr std::chrono::seconds hang_limit{10};
  struct Process {
    std::uint32_t pid;
    std::uint64_t used;
  };

  int init_code = 0;
  int device_code = 0;     // Of every call about a device.
  int memory_v2_code = 0;  // 3, 13 or 25: an old driver.
  unsigned cards = 2;
  std::uint64_t total = 0, reserved = 0, used = 0;
  std::size_t stride = 24;       // Of process entries: 24, 32 (driver 535) or 16.
  std::uint32_t instance = ~0u;  // In both instance fields; other values on a divided card.
  unsigned compute_count = 0, graphics_count = 0;
  Process compute[processes_max]{}, graphics[processes_max]{};
  unsigned grows_by = 0;  // The compute list is this much longer at each look.
  int processes_code = 0;
  std::shared_future<void> hang;  // When set: a memory call returns once it is ready, or after `hang_limit`.

  int inits = 0, shutdowns = 0, memory_calls = 0;
};

using FakeNvmlState = FakeNvml* (*)();
