// A driver library for tests: the symbols of NVML that Malin uses, over the state that a test has set.
#include "fake_nvml.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace {

FakeNvml state;
int handles[FakeNvml::cards_max];

int index_of(void* device) { return static_cast<int>(static_cast<int*>(device) - handles); }

int fill(const FakeNvml::Process* processes, unsigned available, unsigned* count, void* entries) {
  if (state.processes_code != 0) return state.processes_code;
  if (*count < available) {
    *count = available;
    return 7;
  }
  *count = available;
  for (unsigned i = 0; i < available; ++i) {
    unsigned char entry[32] = {};
    std::memcpy(entry, &processes[i].pid, 4);
    std::memcpy(entry + 8, &processes[i].used, 8);
    std::memcpy(entry + 16, &state.instance, 4);
    std::memcpy(entry + 20, &state.instance, 4);
    std::memcpy(static_cast<unsigned char*>(entries) + i * state.stride, entry, state.stride);
  }
  return 0;
}

}  // namespace

extern "C" {

FakeNvml* fake_nvml_state() { return &state; }

int nvmlInit_v2() {
  ++state.inits;
  return state.init_code;
}
int nvmlShutdown() {
  ++state.shutdowns;
  return 0;
}
const char* nvmlErrorString(int) { return "pretend error"; }
int nvmlSystemGetDriverVersion(char* text, unsigned length) {
  std::snprintf(text, length, "999.1");
  return 0;
}
int nvmlDeviceGetCount_v2(unsigned* count) {
  *count = state.cards;
  return 0;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  if (state.device_code != 0) return state.device_code;
  if (index >= state.cards) return 2;
  *device = &handles[index];
  return 0;
}
int nvmlDeviceGetHandleByUUID(const char* uuid, void** device) {
  if (state.device_code != 0) return state.device_code;
  for (unsigned i = 0; i < state.cards; ++i) {
    char mine[32];
    std::snprintf(mine, sizeof mine, "GPU-pretend-%u", i);
    if (std::strcmp(uuid, mine) == 0) return *device = &handles[i], 0;
  }
  return 6;
}
int nvmlDeviceGetName(void*, char* text, unsigned length) {
  std::snprintf(text, length, "Pretend RTX");
  return 0;
}
int nvmlDeviceGetUUID(void* device, char* text, unsigned length) {
  std::snprintf(text, length, "GPU-pretend-%d", index_of(device));
  return 0;
}
int nvmlDeviceGetMemoryInfo(void*, std::uint64_t* memory) {
  if (state.device_code != 0) return state.device_code;
  memory[0] = state.total;
  memory[1] = state.total - state.reserved - state.used;
  memory[2] = state.reserved + state.used;
  return 0;
}
int nvmlDeviceGetMemoryInfo_v2(void*, void* raw) {
  struct V2 {
    std::uint32_t version;
    std::uint64_t total, reserved, free, used;
  };
  auto* memory = static_cast<V2*>(raw);
  ++state.memory_calls;
  if (const auto hang = state.hang; hang.valid()) hang.wait_for(FakeNvml::hang_limit);
  if (state.device_code != 0) return state.device_code;
  if (state.memory_v2_code != 0) return state.memory_v2_code;
  if (memory->version != 0x02000028) return 25;
  *memory = {memory->version, state.total, state.reserved, state.total - state.reserved - state.used, state.used};
  return 0;
}
int nvmlDeviceGetComputeRunningProcesses_v3(void*, unsigned* count, void* entries) {
  const unsigned available = state.compute_count;
  state.compute_count = std::min<unsigned>(available + state.grows_by, FakeNvml::processes_max);
  return fill(state.compute, available, count, entries);
}
int nvmlDeviceGetGraphicsRunningProcesses_v3(void*, unsigned* count, void* entries) {
  return fill(state.graphics, state.graphics_count, count, entries);
}
}
