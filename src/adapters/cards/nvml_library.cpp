#include "adapters/cards/nvml_library.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <ranges>

#include <dlfcn.h>

namespace malin::adapters::nvml {

namespace {

constexpr const char* default_name = "libnvidia-ml.so.1";
constexpr const char* wsl_path = "/usr/lib/wsl/lib/libnvidia-ml.so.1";

constexpr std::uint64_t not_available = ~0ull;
constexpr std::uint32_t no_instance = ~0u;  // What a process on an undivided card has in both instance fields.
constexpr int list_tries_max = 5;           // The list may grow between asking for its size and reading it.

template <class Function>
void find(void* handle, Function& function, const char* symbol) {
  function = reinterpret_cast<Function>(::dlsym(handle, symbol));
}

// _v2 and _v3 of the process lists have the same layout.
ListProcesses find_processes(void* handle, const std::string& symbol) {
  ListProcesses list = nullptr;
  find(handle, list, (symbol + "_v3").c_str());
  if (list == nullptr) find(handle, list, (symbol + "_v2").c_str());
  return list;
}

template <class Value>
Value value_at(std::span<const std::byte> buffer, std::size_t offset) {
  Value value;
  std::memcpy(&value, buffer.data() + offset, sizeof value);
  return value;
}

const char* advice(int code) {
  switch (code) {
    case driver_not_loaded:
      return "; the kernel module is not loaded: try `modprobe nvidia`, or reinstall the driver";
    case version_mismatch:
      return "; the driver was updated while it was running, so its kernel module and its library differ: restart the "
             "machine";
    case gpu_lost:
      return "; the card fell off the bus: check its power and cooling, then restart the machine";
    case no_permission:
      return "; this user may not use the card: check the modes of /dev/nvidia*";
    default:
      return "";
  }
}

}  // namespace

Result<Library> open_library(const std::string& path) {
  void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  const char* trouble = handle == nullptr ? ::dlerror() : nullptr;
  const std::string reason = trouble != nullptr ? trouble : path;
  if (handle == nullptr && path == default_name) handle = ::dlopen(wsl_path, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return fail(Errc::unreachable, "no NVIDIA driver: " + reason);

  Library library;
  find(handle, library.init, "nvmlInit_v2");
  find(handle, library.shutdown, "nvmlShutdown");
  find(handle, library.error_string, "nvmlErrorString");
  find(handle, library.driver_version, "nvmlSystemGetDriverVersion");
  find(handle, library.count, "nvmlDeviceGetCount_v2");
  find(handle, library.device_by_index, "nvmlDeviceGetHandleByIndex_v2");
  find(handle, library.device_by_uuid, "nvmlDeviceGetHandleByUUID");
  find(handle, library.name, "nvmlDeviceGetName");
  find(handle, library.uuid, "nvmlDeviceGetUUID");
  find(handle, library.memory, "nvmlDeviceGetMemoryInfo");
  find(handle, library.memory_v2, "nvmlDeviceGetMemoryInfo_v2");
  find(handle, library.process_name, "nvmlSystemGetProcessName");
  library.compute_processes = find_processes(handle, "nvmlDeviceGetComputeRunningProcesses");
  library.graphics_processes = find_processes(handle, "nvmlDeviceGetGraphicsRunningProcesses");
  if (!library.init || !library.shutdown || !library.count || !library.device_by_index || !library.device_by_uuid ||
      !library.memory) {
    return fail(Errc::unreachable, path + " is not NVIDIA's management library, or is too old (before CUDA 11)");
  }
  return library;
}

Error call_failed(const Library& library, int code, const std::string& deed) {
  const char* text = library.error_string != nullptr ? library.error_string(code) : nullptr;
  return {Errc::unreachable, "cannot " + deed + ": NVML says " + std::to_string(code) + " (" +
                                 (text != nullptr ? text : "no text") + ")" + advice(code)};
}

std::size_t process_stride(std::span<const std::byte> buffer, std::size_t count) {
  for (const std::size_t stride : {std::size_t{24}, std::size_t{32}}) {
    const bool fits = std::ranges::all_of(std::views::iota(std::size_t{0}, count), [&](std::size_t i) {
      return value_at<std::uint32_t>(buffer, i * stride + 16) == no_instance &&
             value_at<std::uint32_t>(buffer, i * stride + 20) == no_instance;
    });
    if (fits) return stride;
  }
  // A divided card (MIG) has real instance numbers; how far the driver wrote tells the size then.
  const auto untouched_from = [&](std::size_t offset) {
    return std::ranges::all_of(buffer.subspan(offset), [](std::byte byte) { return byte == poison; });
  };
  if (untouched_from(16 * count)) return 16;
  return untouched_from(24 * count) ? 24 : 32;
}

std::vector<CardReading::Holder> list_processes(ListProcesses list, Device device) {
  if (list == nullptr) return {};
  unsigned count = 0;
  int code = list(device, &count, nullptr);
  for (int i = 0; code == insufficient_size && i < list_tries_max; ++i) {
    const unsigned capacity = count + 8;
    std::vector<std::byte> buffer(capacity * process_stride_max, poison);
    count = capacity;
    code = list(device, &count, buffer.data());
    if (code != ok || count == 0) continue;
    count = std::min(count, capacity);
    const std::size_t stride = process_stride(buffer, count);
    std::vector<CardReading::Holder> holders;
    for (std::size_t entry = 0; entry < count; ++entry) {
      const auto used = value_at<std::uint64_t>(buffer, entry * stride + 8);
      CardReading::Holder holder{.pid = value_at<int>(buffer, entry * stride), .name = {}, .used = {}};
      if (used != not_available) holder.used = Bytes{static_cast<std::int64_t>(used)};
      if (holder.pid > 0) holders.push_back(std::move(holder));
    }
    return holders;
  }
  return {};  // No processes, or the driver does not tell. The card's totals do not depend on it.
}

std::string name_process(const Library& library, int pid) {
  std::array<char, 256> text{};
  if (library.process_name == nullptr) return {};
  if (library.process_name(static_cast<unsigned>(pid), text.data(), text.size() - 1) != ok) return {};
  const std::string name(text.data());
  return name.substr(name.rfind('/') + 1);
}

}  // namespace malin::adapters::nvml
