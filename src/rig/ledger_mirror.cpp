#include "rig/ledger_mirror.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

namespace malin::rig {
namespace {

// Linux gives out no process id above 2^22.
constexpr std::uint32_t first_pid = 5'000'001;

template <std::size_t N>
void copy_text(char (&out)[N], const std::string& text) {
  const std::size_t length = std::min(text.size(), N - 1);
  std::memcpy(out, text.data(), length);
  out[length] = '\0';
}

}  // namespace

LedgerMirror::LedgerMirror(world::Faults& faults) : faults_(faults) {
  faults_.declare("card.lost", "the card number `amount` fell off the bus");
  faults_.declare("card.hides", "the driver does not tell what each process holds");
}

LedgerMirror::~LedgerMirror() {
  if (file_) munmap(file_, sizeof(LedgerFile));
}

Result<void> LedgerMirror::open(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail(Errc::refused, fmt::format("cannot create {}: {}", path.string(), strerror(errno)));
  const bool sized = ftruncate(descriptor, sizeof(LedgerFile)) == 0;
  constexpr int protection = PROT_READ | PROT_WRITE;
  void* mapped = sized ? mmap(nullptr, sizeof(LedgerFile), protection, MAP_SHARED, descriptor, 0) : MAP_FAILED;
  const int error = errno;
  close(descriptor);
  if (mapped == MAP_FAILED) {
    return fail(Errc::refused, fmt::format("cannot map {}: {}", path.string(), strerror(error)));
  }
  file_ = new (mapped) LedgerFile{};
  file_->size = sizeof(LedgerFile);
  file_->magic = ledger_file_magic;
  return {};
}

std::uint32_t LedgerMirror::pid_of(const std::string& holder) {
  const auto next = static_cast<std::uint32_t>(first_pid + pids_.size());
  return pids_.try_emplace(holder, next).first->second;
}

void LedgerMirror::write_card(LedgerCard& out, const world::CardLedger& card, std::size_t index) {
  out = {};
  copy_text(out.name, card.name());
  copy_text(out.uuid, fmt::format("GPU-6d616c69-6e00-4000-8000-{:012}", index));
  out.total = static_cast<std::uint64_t>(card.total().count);
  out.reserved = static_cast<std::uint64_t>(card.reserved().count);
  out.free = static_cast<std::uint64_t>(card.free().count);
  const world::FaultSpec* lost = faults_.find("card.lost");
  out.lost = lost && static_cast<std::size_t>(lost->amount) == index ? 1 : 0;
  out.hides = faults_.find("card.hides") ? 1 : 0;
  for (const auto& [holder, used] : card.holders()) {
    if (out.holder_count == holders_max) break;
    LedgerHolder& next = out.holders[out.holder_count++];
    next.pid = pid_of(holder);
    copy_text(next.name, holder);
    next.used = static_cast<std::uint64_t>(used.count);
  }
}

void LedgerMirror::write(std::span<world::CardLedger* const> cards) {
  if (!file_) return;
  LedgerCards contents{};
  contents.card_count = static_cast<std::uint32_t>(std::min<std::size_t>(cards.size(), cards_max));
  for (std::size_t i = 0; i < contents.card_count; ++i) write_card(contents.cards[i], *cards[i], i);
  const std::uint64_t version = file_->version.load(std::memory_order_relaxed);
  file_->version.store(version + 1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  file_->contents = contents;
  file_->version.store(version + 2, std::memory_order_release);
}

}  // namespace malin::rig
