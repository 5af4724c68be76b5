// The simulated driver, opened as the real adapter opens NVIDIA's: by its entry points.
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include <dlfcn.h>
#include <gtest/gtest.h>

#include "rig/ledger_mirror.hpp"
#include "rig/nvml/layout.hpp"
#include "rig/rig_clock.hpp"

namespace malin::rig {
namespace {

using namespace nvml;

// Two cards: on the first a desktop with 1 GiB.
struct NvmlTest : testing::Test {
  void SetUp() override {
    char name[] = "/tmp/malin-nvml-XXXXXX";
    folder = mkdtemp(name);
    ASSERT_TRUE(mirror.open(folder / "cards"));
    first.take("desktop", gibibytes(1));
    write();
    setenv(ledger_file_variable, (folder / "cards").c_str(), 1);
    library = dlopen(MALIN_RIG_NVML, RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library, nullptr) << dlerror();
    ASSERT_EQ(call<int()>("nvmlInit_v2")(), success);
    ASSERT_EQ(call<int(unsigned, void**)>("nvmlDeviceGetHandleByIndex_v2")(0, &device), success);
  }
  void TearDown() override {
    if (library) {
      EXPECT_EQ(call<int()>("nvmlShutdown")(), success);
      dlclose(library);
    }
    std::filesystem::remove_all(folder);
  }
  void write() {
    std::vector<world::CardLedger*> cards{&first, &second};
    mirror.write(cards);
  }
  template <class F>
  F* call(const char* name) {
    return reinterpret_cast<F*>(dlsym(library, name));
  }

  std::filesystem::path folder;
  RigClock clock{1};
  world::CardLedger first{clock, "First", gibibytes(32), mebibytes(600)};
  world::CardLedger second{clock, "Second", gibibytes(16)};
  world::Faults faults;
  LedgerMirror mirror{faults};
  void* library = nullptr;
  void* device = nullptr;
};

TEST_F(NvmlTest, the_cards_are_listed_with_names) {
  unsigned count = 0;
  EXPECT_EQ(call<int(unsigned*)>("nvmlDeviceGetCount_v2")(&count), success);
  EXPECT_EQ(count, 2U);
  char name[96] = {};
  EXPECT_EQ(call<int(void*, char*, unsigned)>("nvmlDeviceGetName")(device, name, sizeof name), success);
  EXPECT_STREQ(name, "First");
  EXPECT_EQ(call<int(void*, char*, unsigned)>("nvmlDeviceGetName")(device, name, 3), insufficient_size);
  void* none = nullptr;
  EXPECT_EQ(call<int(unsigned, void**)>("nvmlDeviceGetHandleByIndex_v2")(2, &none), invalid_argument);
  char uuid[96] = {};
  EXPECT_EQ(call<int(void*, char*, unsigned)>("nvmlDeviceGetUUID")(device, uuid, sizeof uuid), success);
  EXPECT_EQ(call<int(const char*, void**)>("nvmlDeviceGetHandleByUUID")(uuid, &none), success);
  EXPECT_EQ(none, device);
  EXPECT_EQ(call<int(const char*, void**)>("nvmlDeviceGetHandleByUUID")("GPU-x", &none), not_found);
}

TEST_F(NvmlTest, a_copy_beside_the_ledger_file_finds_it_by_itself) {
  unsetenv(ledger_file_variable);
  const std::filesystem::path copy = folder / "libnvidia-ml.so.1";
  std::filesystem::copy_file(MALIN_RIG_NVML, copy);
  void* opened = dlopen(copy.c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(opened, nullptr) << dlerror();
  EXPECT_EQ(reinterpret_cast<int (*)()>(dlsym(opened, "nvmlInit_v2"))(), success);
  unsigned count = 0;
  EXPECT_EQ(reinterpret_cast<int (*)(unsigned*)>(dlsym(opened, "nvmlDeviceGetCount_v2"))(&count), success);
  EXPECT_EQ(count, 2U);
  dlclose(opened);
}

TEST_F(NvmlTest, both_forms_of_memory_add_up) {
  Memory memory{};
  EXPECT_EQ(call<int(void*, Memory*)>("nvmlDeviceGetMemoryInfo")(device, &memory), success);
  EXPECT_EQ(memory.total, memory.free + memory.used);
  EXPECT_EQ(memory.used, 1624ULL << 20);
  Memory2 second_form{};
  const auto ask = call<int(void*, Memory2*)>("nvmlDeviceGetMemoryInfo_v2");
  second_form.version = 2;
  EXPECT_EQ(ask(device, &second_form), argument_version_mismatch);
  second_form.version = 0x02000028;
  EXPECT_EQ(ask(device, &second_form), success);
  EXPECT_EQ(second_form.used, 1024ULL << 20);
  EXPECT_EQ(second_form.total, second_form.reserved + second_form.used + second_form.free);
}

TEST_F(NvmlTest, a_change_is_seen_at_once) {
  first.take("brain", gibibytes(19));
  write();
  Memory memory{};
  EXPECT_EQ(call<int(void*, Memory*)>("nvmlDeviceGetMemoryInfo")(device, &memory), success);
  EXPECT_EQ(memory.used, (20ULL << 30) + (600ULL << 20));
}

TEST_F(NvmlTest, processes_are_told_when_there_is_room_for_them) {
  const auto ask = call<int(void*, unsigned*, Process*)>("nvmlDeviceGetComputeRunningProcesses_v3");
  unsigned count = 0;
  EXPECT_EQ(ask(device, &count, nullptr), insufficient_size);
  ASSERT_EQ(count, 1U);
  Process process{};
  EXPECT_EQ(ask(device, &count, &process), success);
  EXPECT_EQ(process.used, 1ULL << 30);
  EXPECT_EQ(process.gpu_instance, ~0U);
  char name[64] = {};
  EXPECT_EQ(call<int(unsigned, char*, unsigned)>("nvmlSystemGetProcessName")(process.pid, name, sizeof name), success);
  EXPECT_STREQ(name, "desktop");
  faults.set("card.hides", {});
  write();
  EXPECT_EQ(ask(device, &count, &process), success);
  EXPECT_EQ(process.used, not_available);
}

TEST_F(NvmlTest, a_lost_card_says_so_and_the_other_one_stays) {
  faults.set("card.lost", {.amount = 0});
  write();
  Memory memory{};
  const auto ask = call<int(void*, Memory*)>("nvmlDeviceGetMemoryInfo");
  EXPECT_EQ(ask(device, &memory), gpu_is_lost);
  void* other = nullptr;
  EXPECT_EQ(call<int(unsigned, void**)>("nvmlDeviceGetHandleByIndex_v2")(1, &other), success);
  EXPECT_EQ(ask(other, &memory), success);
  EXPECT_EQ(memory.total, 16ULL << 30);
}

}  // namespace
}  // namespace malin::rig
