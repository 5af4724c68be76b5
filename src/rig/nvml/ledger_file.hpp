// The memory-mapped file through which the rig shows its cards to the simulated driver in another process.
// One writer. A reader copies the contents and keeps the copy if `version` was even and the same before and after.
#pragma once

#include <atomic>
#include <cstdint>

namespace malin::rig {

inline constexpr const char* ledger_file_variable = "MALIN_RIG_LEDGER";
inline constexpr const char* ledger_file_name = "cards";
inline constexpr std::uint32_t ledger_file_magic = 0x4d4c4e31;  // "1NLM"
inline constexpr std::uint32_t cards_max = 4;
inline constexpr std::uint32_t holders_max = 16;

struct LedgerHolder {
  std::uint32_t pid;
  char name[60];
  std::uint64_t used;  // Bytes.
};

struct LedgerCard {
  char name[96];
  char uuid[96];
  std::uint64_t total;  // Bytes; total = reserved + used + free.
  std::uint64_t reserved;
  std::uint64_t free;
  std::uint32_t lost;   // 1: the card fell off the bus.
  std::uint32_t hides;  // 1: like a Windows driver it does not tell what each process holds.
  std::uint32_t holder_count;
  std::uint32_t padding;
  LedgerHolder holders[holders_max];
};

struct LedgerCards {
  std::uint32_t card_count;
  std::uint32_t padding;
  LedgerCard cards[cards_max];
};

struct LedgerFile {
  std::uint32_t magic;
  std::uint32_t size;                  // Of this struct.
  std::atomic<std::uint64_t> version;  // Odd while it is being written.
  LedgerCards contents;
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(sizeof(LedgerHolder) == 72);
static_assert(sizeof(LedgerCard) == 232 + holders_max * sizeof(LedgerHolder));

}  // namespace malin::rig
