// A simulated NVIDIA management library: libnvidia-ml.so.1 with the entry points and struct layouts of NVML 13, whose
// cards are those of a running rig. Its ledger file is the one named by the environment variable MALIN_RIG_LEDGER, else
// "cards" beside the library.
// Depends on nothing else of Malin: it is opened by the real NVML adapter in place of the driver's library.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include <dlfcn.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rig/nvml/layout.hpp"
#include "rig/nvml/ledger_file.hpp"

namespace {

using malin::rig::LedgerCard;
using malin::rig::LedgerCards;
using malin::rig::LedgerFile;
using malin::rig::LedgerHolder;

using namespace malin::rig::nvml;

int users = 0;
const LedgerFile* file = nullptr;
// What handles point to: &slots[i] is card i.
char slots[malin::rig::cards_max];

std::string find_file() {
  if (const char* named = std::getenv(malin::rig::ledger_file_variable)) return named;
  Dl_info self{};
  if (dladdr(slots, &self) == 0 || !self.dli_fname) return {};
  const std::string library = self.dli_fname;
  return library.substr(0, library.rfind('/') + 1) + malin::rig::ledger_file_name;
}

int open_file() {
  const std::string path = find_file();
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return driver_not_loaded;
  struct stat status{};
  const bool whole = fstat(descriptor, &status) == 0 && status.st_size >= static_cast<off_t>(sizeof(LedgerFile));
  void* mapped = whole ? mmap(nullptr, sizeof(LedgerFile), PROT_READ, MAP_SHARED, descriptor, 0) : MAP_FAILED;
  close(descriptor);
  if (mapped == MAP_FAILED) return driver_not_loaded;
  file = static_cast<const LedgerFile*>(mapped);
  if (file->magic == malin::rig::ledger_file_magic && file->size == sizeof(LedgerFile)) return success;
  munmap(mapped, sizeof(LedgerFile));
  file = nullptr;
  return driver_not_loaded;
}

// A consistent copy of the cards; the writer may be in the middle of a change.
int read_cards(LedgerCards& cards) {
  constexpr int attempts_max = 1'000'000;  // About half a second on an idle machine.
  if (!file) return uninitialized;
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    const std::uint64_t before = file->version.load(std::memory_order_acquire);
    if (before % 2 != 0) {
      sched_yield();  // On a busy machine the writer needs a processor to come to its end.
      continue;
    }
    std::memcpy(&cards, &file->contents, sizeof cards);
    std::atomic_thread_fence(std::memory_order_acquire);
    if (file->version.load(std::memory_order_relaxed) == before) return success;
  }
  return unknown;
}

int find_card(void* device, LedgerCard& card) {
  LedgerCards cards;
  if (const int code = read_cards(cards); code != success) return code;
  const auto* slot = static_cast<const char*>(device);
  if (slot < slots || slot >= slots + cards.card_count) return invalid_argument;
  card = cards.cards[slot - slots];
  return card.lost ? gpu_is_lost : success;
}

int copy_text(const char* text, char* out, unsigned size) {
  if (!out) return invalid_argument;
  const std::size_t length = std::strlen(text);
  if (length + 1 > size) return insufficient_size;
  std::memcpy(out, text, length + 1);
  return success;
}

void fill(const LedgerHolder& holder, bool hides, Process& out) {
  out = {holder.pid, hides ? not_available : holder.used, no_instance, no_instance};
}
void fill(const LedgerHolder& holder, bool hides, Process1& out) {
  out = {holder.pid, hides ? not_available : holder.used};
}

template <class P>
int list_processes(void* device, unsigned* count, P* out) {
  if (!count || (*count > 0 && !out)) return invalid_argument;
  LedgerCard card;
  if (const int code = find_card(device, card); code != success) return code;
  const unsigned room = *count;
  *count = card.holder_count;
  if (room < card.holder_count) return insufficient_size;
  for (unsigned i = 0; i < card.holder_count; ++i) fill(card.holders[i], card.hides != 0, out[i]);
  return success;
}

template <class P>
int list_no_processes(void* device, unsigned* count, P*) {
  LedgerCard card;
  if (!count) return invalid_argument;
  if (const int code = find_card(device, card); code != success) return code;
  *count = 0;
  return success;
}

int set_number(void* device, unsigned* out, unsigned number) {
  LedgerCard card;
  if (!out) return invalid_argument;
  const int code = find_card(device, card);
  if (code == success) *out = number;
  return code;
}

}  // namespace

#define MALIN_NVML extern "C" __attribute__((visibility("default")))

MALIN_NVML int nvmlInitWithFlags(unsigned) {
  if (!file) {
    if (const int code = open_file(); code != success) return code;
  }
  ++users;
  return success;
}
MALIN_NVML int nvmlInit_v2() { return nvmlInitWithFlags(0); }
MALIN_NVML int nvmlInit() { return nvmlInitWithFlags(0); }

MALIN_NVML int nvmlShutdown() {
  if (users == 0) return uninitialized;
  if (--users > 0) return success;
  munmap(const_cast<LedgerFile*>(file), sizeof(LedgerFile));
  file = nullptr;
  return success;
}

MALIN_NVML const char* nvmlErrorString(int code) {
  switch (code) {
    case success:
      return "The operation was successful";
    case uninitialized:
      return "Uninitialized";
    case invalid_argument:
      return "Invalid Argument";
    case not_supported:
      return "Not Supported";
    case not_found:
      return "Not Found";
    case insufficient_size:
      return "Insufficient Size";
    case driver_not_loaded:
      return "Driver Not Loaded";
    case gpu_is_lost:
      return "GPU is lost";
    case argument_version_mismatch:
      return "Argument Version Mismatch";
    default:
      return "Unknown Error";
  }
}

MALIN_NVML int nvmlSystemGetDriverVersion(char* out, unsigned size) {
  return file ? copy_text("580.95.05", out, size) : uninitialized;
}
MALIN_NVML int nvmlSystemGetNVMLVersion(char* out, unsigned size) {
  return file ? copy_text("13.580.95.05", out, size) : uninitialized;
}

MALIN_NVML int nvmlSystemGetProcessName(unsigned pid, char* out, unsigned size) {
  LedgerCards cards;
  if (const int code = read_cards(cards); code != success) return code;
  for (unsigned c = 0; c < cards.card_count; ++c) {
    for (unsigned h = 0; h < cards.cards[c].holder_count; ++h) {
      const LedgerHolder& holder = cards.cards[c].holders[h];
      if (holder.pid == pid) return copy_text(holder.name, out, size);
    }
  }
  return not_found;
}

MALIN_NVML int nvmlDeviceGetCount_v2(unsigned* count) {
  LedgerCards cards;
  if (!count) return invalid_argument;
  const int code = read_cards(cards);
  if (code == success) *count = cards.card_count;
  return code;
}

MALIN_NVML int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  LedgerCards cards;
  if (!device) return invalid_argument;
  if (const int code = read_cards(cards); code != success) return code;
  if (index >= cards.card_count) return invalid_argument;
  if (cards.cards[index].lost) return gpu_is_lost;
  *device = &slots[index];
  return success;
}

MALIN_NVML int nvmlDeviceGetHandleByUUID(const char* uuid, void** device) {
  LedgerCards cards;
  if (!device || !uuid) return invalid_argument;
  if (const int code = read_cards(cards); code != success) return code;
  for (unsigned i = 0; i < cards.card_count; ++i) {
    if (std::string_view(cards.cards[i].uuid) != uuid) continue;
    *device = &slots[i];
    return cards.cards[i].lost ? gpu_is_lost : success;
  }
  return not_found;
}

MALIN_NVML int nvmlDeviceGetIndex(void* device, unsigned* index) {
  return set_number(device, index, static_cast<unsigned>(static_cast<const char*>(device) - slots));
}

MALIN_NVML int nvmlDeviceGetName(void* device, char* out, unsigned size) {
  LedgerCard card;
  const int code = find_card(device, card);
  return code == success ? copy_text(card.name, out, size) : code;
}

MALIN_NVML int nvmlDeviceGetUUID(void* device, char* out, unsigned size) {
  LedgerCard card;
  const int code = find_card(device, card);
  return code == success ? copy_text(card.uuid, out, size) : code;
}

MALIN_NVML int nvmlDeviceGetMemoryInfo(void* device, Memory* out) {
  LedgerCard card;
  if (!out) return invalid_argument;
  if (const int code = find_card(device, card); code != success) return code;
  *out = {card.total, card.free, card.total - card.free};
  return success;
}

MALIN_NVML int nvmlDeviceGetMemoryInfo_v2(void* device, Memory2* out) {
  LedgerCard card;
  if (!out) return invalid_argument;
  if (out->version != memory2_version) return argument_version_mismatch;
  if (const int code = find_card(device, card); code != success) return code;
  *out = {memory2_version, card.total, card.reserved, card.free, card.total - card.reserved - card.free};
  return success;
}

MALIN_NVML int nvmlDeviceGetComputeRunningProcesses(void* device, unsigned* count, Process1* out) {
  return list_processes(device, count, out);
}
MALIN_NVML int nvmlDeviceGetComputeRunningProcesses_v2(void* device, unsigned* count, Process* out) {
  return list_processes(device, count, out);
}
MALIN_NVML int nvmlDeviceGetComputeRunningProcesses_v3(void* device, unsigned* count, Process* out) {
  return list_processes(device, count, out);
}
MALIN_NVML int nvmlDeviceGetGraphicsRunningProcesses(void* device, unsigned* count, Process1* out) {
  return list_no_processes(device, count, out);
}
MALIN_NVML int nvmlDeviceGetGraphicsRunningProcesses_v2(void* device, unsigned* count, Process* out) {
  return list_no_processes(device, count, out);
}
MALIN_NVML int nvmlDeviceGetGraphicsRunningProcesses_v3(void* device, unsigned* count, Process* out) {
  return list_no_processes(device, count, out);
}

MALIN_NVML int nvmlDeviceGetPcieThroughput(void* device, int counter, unsigned* kilobytes_per_second) {
  if (counter != 0 && counter != 1) return invalid_argument;
  return set_number(device, kilobytes_per_second, 0);
}
MALIN_NVML int nvmlDeviceGetCurrPcieLinkGeneration(void* device, unsigned* out) { return set_number(device, out, 5); }
MALIN_NVML int nvmlDeviceGetCurrPcieLinkWidth(void* device, unsigned* out) { return set_number(device, out, 16); }

MALIN_NVML int nvmlDeviceGetUtilizationRates(void* device, Utilization* out) {
  LedgerCard card;
  if (!out) return invalid_argument;
  if (const int code = find_card(device, card); code != success) return code;
  *out = {0, static_cast<unsigned>((card.total - card.free) * 100 / std::max<std::uint64_t>(card.total, 1))};
  return success;
}

MALIN_NVML int nvmlDeviceGetPciInfo_v3(void* device, PciInfo* out) {
  LedgerCard card;
  if (!out) return invalid_argument;
  if (const int code = find_card(device, card); code != success) return code;
  *out = {"0000:01:00.0", 0, 1, 0, 0x2b8510deU, 0, "00000000:01:00.0"};
  out->bus = 1 + static_cast<unsigned>(static_cast<const char*>(device) - slots);
  out->legacy_bus_id[6] = out->bus_id[10] = static_cast<char>('0' + out->bus);
  return success;
}
