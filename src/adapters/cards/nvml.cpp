#include "adapters/cards/nvml.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <optional>

#include "adapters/cards/holders.hpp"
#include "adapters/cards/nvml_library.hpp"

namespace malin::adapters {

namespace {

using Steady = std::chrono::steady_clock;

struct MemoryInfo {
  Bytes total;
  Bytes used;
  Bytes free;
};

std::optional<unsigned> parse_index(const std::string& which) {
  unsigned index = 0;
  const auto [end, trouble] = std::from_chars(which.data(), which.data() + which.size(), index);
  if (trouble != std::errc{} || end != which.data() + which.size()) return std::nullopt;
  return index;
}

std::string text_of(int (*read)(nvml::Device, char*, unsigned), nvml::Device device) {
  char text[96] = {};
  return read != nullptr && read(device, text, sizeof text) == nvml::ok ? text : "";
}

// One library and its session. Everything but `thread` is used on that thread only.
class Driver {
 public:
  explicit Driver(std::string path) : path_(std::move(path)) {}

  Result<CardReading> read(const std::string& which, const NvmlOptions& options);
  Result<std::vector<CardIdentity>> list(const NvmlOptions& options);

  DriverThread thread;

 private:
  Result<void> ensure_ready(Duration retry_after);
  std::unexpected<Error> failed(int code, const std::string& deed);
  Result<nvml::Device> find_device(const std::string& which);
  Result<MemoryInfo> read_memory(nvml::Device device, const std::string& which);

  std::string path_;
  std::optional<nvml::Library> library_;
  bool initialised_ = false;
  bool suspect_ = false;  // A card was lost; only a new session can see it come back.
  std::optional<Steady::time_point> initialised_at_;
};

// Reached from the main thread only. Never destroyed: a hung driver call may still be using one at exit.
Driver& driver_of(const std::string& path) {
  static auto& drivers = *new std::map<std::string, std::unique_ptr<Driver>>;
  auto& driver = drivers[path];
  if (!driver) driver = std::make_unique<Driver>(path);
  return *driver;
}

Result<void> Driver::ensure_ready(Duration retry_after) {
  if (!library_) {
    auto opened = nvml::open_library(path_);
    if (!opened) return std::unexpected(opened.error());
    library_ = *opened;
  }
  if (initialised_ && suspect_ && Steady::now() >= *initialised_at_ + retry_after) {
    library_->shutdown();
    initialised_ = false;
  }
  if (initialised_) return {};
  if (const int code = library_->init(); code != nvml::ok) {
    return std::unexpected(nvml::call_failed(*library_, code, "start the NVIDIA driver's library"));
  }
  initialised_ = true;
  suspect_ = false;
  initialised_at_ = Steady::now();
  return {};
}

std::unexpected<Error> Driver::failed(int code, const std::string& deed) {
  if (code == nvml::gpu_lost || code == nvml::uninitialized) suspect_ = true;
  return std::unexpected(nvml::call_failed(*library_, code, deed));
}

Result<nvml::Device> Driver::find_device(const std::string& which) {
  nvml::Device device = nullptr;
  const auto index = parse_index(which);
  const int code =
      index ? library_->device_by_index(*index, &device) : library_->device_by_uuid(which.c_str(), &device);
  if (code == nvml::ok) return device;
  if (code == nvml::invalid_argument || code == nvml::not_found) {
    unsigned count = 0;
    library_->count(&count);
    return fail(Errc::not_found,
                "no NVIDIA card " + which + "; the driver shows " + std::to_string(count) + " (see `malin check`)");
  }
  return failed(code, "find card " + which);
}

// `free` is the same in both versions; only the second keeps what the driver reserves out of `used`.
Result<MemoryInfo> Driver::read_memory(nvml::Device device, const std::string& which) {
  const auto bytes = [](std::uint64_t count) { return Bytes{static_cast<std::int64_t>(count)}; };
  if (library_->memory_v2 != nullptr) {
    nvml::MemoryV2 memory{};
    memory.version = nvml::memory_v2_version;
    const int code = library_->memory_v2(device, &memory);
    if (code == nvml::ok) return MemoryInfo{bytes(memory.total), bytes(memory.used), bytes(memory.free)};
    if (code == nvml::gpu_lost || code == nvml::uninitialized) return failed(code, "read the memory of card " + which);
  }
  nvml::MemoryV1 memory{};
  const int code = library_->memory(device, &memory);
  if (code != nvml::ok) return failed(code, "read the memory of card " + which);
  return MemoryInfo{bytes(memory.total), bytes(memory.used), bytes(memory.free)};
}

Result<CardReading> Driver::read(const std::string& which, const NvmlOptions& options) {
  if (auto ready = ensure_ready(options.retry_after); !ready) return std::unexpected(ready.error());
  const auto device = find_device(which);
  if (!device) return std::unexpected(device.error());
  const auto memory = read_memory(*device, which);
  if (!memory) return std::unexpected(memory.error());
  CardReading reading{.total = memory->total, .used = memory->used, .free = memory->free, .holders = {}};

  // A program that computes and draws is in both lists, each time with all it holds.
  std::map<int, CardReading::Holder> by_pid;
  for (const auto list : {library_->compute_processes, library_->graphics_processes}) {
    for (auto& holder : nvml::list_processes(list, *device)) {
      auto& merged = by_pid.try_emplace(holder.pid, holder).first->second;
      merged.used = std::max(merged.used, holder.used);
    }
  }
  for (auto& [pid, holder] : by_pid) {
    holder.name = process_name(options.proc, pid);
    if (holder.name.empty()) holder.name = nvml::name_process(*library_, pid);
    reading.holders.push_back(std::move(holder));
  }
  return reading;
}

Result<std::vector<CardIdentity>> Driver::list(const NvmlOptions& options) {
  if (auto ready = ensure_ready(options.retry_after); !ready) return std::unexpected(ready.error());
  unsigned count = 0;
  if (const int code = library_->count(&count); code != nvml::ok) return failed(code, "count the cards");
  char version[80] = {};
  if (library_->driver_version != nullptr) library_->driver_version(version, sizeof version);
  std::vector<CardIdentity> cards;
  for (unsigned index = 0; index < count; ++index) {
    const std::string which = std::to_string(index);
    const auto device = find_device(which);
    if (!device) return std::unexpected(device.error());
    const auto memory = read_memory(*device, which);
    if (!memory) return std::unexpected(memory.error());
    cards.push_back({.index = static_cast<int>(index),
                     .uuid = text_of(library_->uuid, *device),
                     .name = text_of(library_->name, *device),
                     .driver = version,
                     .total = memory->total});
  }
  return cards;
}

}  // namespace

NvmlCard::NvmlCard(std::string which, NvmlOptions options)
    : which_(std::move(which)),
      options_(std::move(options)),
      inquiry_(driver_of(options_.library).thread, "card " + which_, options_.limit) {}

Task<Result<CardReading>> NvmlCard::probe() {
  Driver& driver = driver_of(options_.library);
  return inquiry_.ask([&driver, which = which_, options = options_] { return driver.read(which, options); });
}

Result<std::vector<CardIdentity>> list_cards(NvmlOptions options) {
  Driver& driver = driver_of(options.library);
  const auto answer = std::make_shared<std::promise<Result<std::vector<CardIdentity>>>>();
  auto listed = answer->get_future();
  driver.thread.post([&driver, answer, options] { answer->set_value(driver.list(options)); });
  if (listed.wait_for(options.limit) != std::future_status::ready) {
    return fail(Errc::timeout, "the NVIDIA driver has not answered within " + format_duration(options.limit));
  }
  return listed.get();
}

Result<std::vector<CardIdentity>> list_cards(const std::string& library) {
  NvmlOptions options;
  options.library = library;
  return list_cards(options);
}

}  // namespace malin::adapters
