#include "adapters/cards/nvml.hpp"

#include <fstream>
#include <future>

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "adapters/cards/ask.hpp"
#include "adapters/cards/fake_nvml/fake_nvml.hpp"
#include "adapters/cards/nvml_library.hpp"

namespace malin::testing {
namespace {

using namespace adapters;
using ::testing::HasSubstr;

// A 32 GiB card with half a GiB reserved and two GiB free, as the pretend library shows it to the real adapter.
class Nvml : public ::testing::Test {
 protected:
  Nvml() : driver(load()) {
    const int inits = driver.inits;
    const int shutdowns = driver.shutdowns;
    driver = FakeNvml{};
    driver.inits = inits;  // The library stays initialised from one test to the next, as in a daemon's life.
    driver.shutdowns = shutdowns;
    driver.total = gibibytes(32).count;
    driver.reserved = mebibytes(512).count;
    driver.used = (gibibytes(30) - mebibytes(512)).count;
    options.library = MALIN_FAKE_NVML;
    options.retry_after = Duration(0);
  }
  static FakeNvml& load() {
    void* handle = ::dlopen(MALIN_FAKE_NVML, RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) throw std::runtime_error(::dlerror());
    return *reinterpret_cast<FakeNvmlState>(::dlsym(handle, "fake_nvml_state"))();
  }
  Result<CardReading> probe(const std::string& which) {
    NvmlCard card(which, options);
    return ask(card.probe());
  }
  void run_processes(unsigned count) {
    driver.compute_count = count;
    for (unsigned i = 0; i < FakeNvml::processes_max; ++i) driver.compute[i] = {1000 + i, (i + 1ull) << 30};
  }

  FakeNvml& driver;
  NvmlOptions options;
};

TEST_F(Nvml, memory_is_read_by_index_and_by_uuid_without_what_the_driver_reserves) {
  for (const char* which : {"0", "1", "GPU-pretend-1"}) {
    const auto reading = probe(which);
    ASSERT_TRUE(reading) << reading.error().message;
    EXPECT_EQ(reading->total, gibibytes(32));
    EXPECT_EQ(reading->free, gibibytes(2));
    EXPECT_EQ(reading->used, gibibytes(30) - mebibytes(512));
    EXPECT_TRUE(reading->holders.empty());
  }
}

TEST_F(Nvml, a_driver_without_the_second_memory_call_is_read_by_the_first) {
  for (const int code : {3, 13, 25}) {
    driver.memory_v2_code = code;
    const auto reading = probe("0");
    ASSERT_TRUE(reading);
    EXPECT_EQ(reading->free, gibibytes(2));
    EXPECT_EQ(reading->used, gibibytes(30)) << "the reserve counts as used there";
  }
}

TEST_F(Nvml, holders_are_right_whatever_the_size_of_the_drivers_entries) {
  for (const std::size_t stride : {24, 32, 16}) {
    for (const unsigned count : {1u, 2u, 7u}) {
      SCOPED_TRACE(std::to_string(count) + " entries of " + std::to_string(stride));
      driver.stride = stride;
      run_processes(count);
      const auto reading = probe("0");
      ASSERT_TRUE(reading);
      ASSERT_EQ(reading->holders.size(), count);
      for (unsigned i = 0; i < count; ++i) {
        EXPECT_EQ(reading->holders[i].pid, static_cast<int>(1000 + i));
        EXPECT_EQ(reading->holders[i].used, gibibytes(i + 1));
      }
    }
  }
}

TEST_F(Nvml, a_divided_card_has_instance_numbers_and_is_read_all_the_same) {
  driver.instance = 3;
  for (const std::size_t stride : {24, 32}) {
    driver.stride = stride;
    run_processes(3);
    const auto reading = probe("0");
    ASSERT_TRUE(reading);
    ASSERT_EQ(reading->holders.size(), 3u);
    EXPECT_EQ(reading->holders[2].pid, 1002);
  }
}

TEST_F(Nvml, holders_are_named_and_counted_once_and_may_hold_an_unknown_amount) {
  const auto self = static_cast<std::uint32_t>(::getpid());
  driver.compute_count = 2;
  driver.compute[0] = {self, ~0ull};
  driver.compute[1] = {999'999'999, 1ull << 30};
  driver.graphics_count = 1;
  driver.graphics[0] = {self, ~0ull};
  const auto reading = probe("0");
  ASSERT_TRUE(reading);
  ASSERT_EQ(reading->holders.size(), 2u);
  EXPECT_EQ(reading->holders[0].used, std::nullopt) << "WDDM does not tell";
  EXPECT_THAT(reading->holders[0].name, HasSubstr("adapter_cards"));
  EXPECT_EQ(reading->holders[1].name, "");
}

TEST_F(Nvml, a_list_that_grows_while_it_is_read_is_read_again) {
  run_processes(3);
  driver.grows_by = 20;
  const auto reading = probe("0");
  ASSERT_TRUE(reading);
  EXPECT_GE(reading->holders.size(), 3u);
}

TEST_F(Nvml, a_driver_that_lists_no_processes_still_tells_its_memory) {
  driver.processes_code = 3;
  const auto reading = probe("0");
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->free, gibibytes(2));
}

TEST_F(Nvml, a_card_that_is_not_there_is_not_found) {
  EXPECT_EQ(probe("7").error().code, Errc::not_found);
  EXPECT_EQ(probe("GPU-other").error().code, Errc::not_found);
}

TEST_F(Nvml, a_lost_card_is_unreachable_and_a_later_probe_starts_a_new_session) {
  ASSERT_TRUE(probe("0"));
  const int inits = driver.inits;
  driver.device_code = 15;
  const auto lost = probe("0");
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Errc::unreachable);
  EXPECT_THAT(lost.error().message, HasSubstr("fell off the bus"));
  EXPECT_EQ(driver.inits, inits);

  driver.device_code = 0;
  EXPECT_TRUE(probe("0"));
  EXPECT_EQ(driver.inits, inits + 1);
  EXPECT_TRUE(probe("0"));
  EXPECT_EQ(driver.inits, inits + 1) << "once is enough";
}

TEST_F(Nvml, new_sessions_after_a_loss_are_rare) {
  options.retry_after = std::chrono::hours(1);
  ASSERT_TRUE(probe("0"));
  const int inits = driver.inits;
  driver.device_code = 15;
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(probe("0"));
  EXPECT_EQ(driver.inits, inits);
}

TEST_F(Nvml, a_driver_that_does_not_start_says_what_to_do) {
  driver.device_code = 15;
  ASSERT_FALSE(probe("0"));  // The session is suspect now, so the next probe starts one anew.
  driver.device_code = 0;
  driver.init_code = 18;
  const auto mismatch = probe("0");
  ASSERT_FALSE(mismatch);
  EXPECT_EQ(mismatch.error().code, Errc::unreachable);
  EXPECT_THAT(mismatch.error().message, HasSubstr("restart the machine"));
  driver.init_code = 9;
  EXPECT_THAT(probe("0").error().message, HasSubstr("modprobe nvidia"));
  driver.init_code = 0;
  EXPECT_TRUE(probe("0"));
}

TEST_F(Nvml, a_call_that_hangs_is_a_timeout_and_the_next_probe_waits_for_it_first) {
  NvmlCard card("0", options);
  ASSERT_TRUE(ask(card.probe()));
  options.limit = Duration(20);
  NvmlCard impatient("0", options);
  const int calls = driver.memory_calls;
  std::promise<void> answer;
  driver.hang = answer.get_future().share();
  const auto late = ask(impatient.probe());
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::timeout);
  EXPECT_EQ(ask(impatient.probe()).error().code, Errc::timeout);
  answer.set_value();
  EXPECT_TRUE(ask(card.probe()));
  EXPECT_EQ(driver.memory_calls, calls + 2) << "the one that hung and the last: nothing was asked behind a hung call";
}

TEST_F(Nvml, cards_are_listed_with_what_identifies_them) {
  const auto cards = list_cards(options);
  ASSERT_TRUE(cards) << cards.error().message;
  ASSERT_EQ(cards->size(), 2u);
  EXPECT_EQ(cards->back().index, 1);
  EXPECT_EQ(cards->back().uuid, "GPU-pretend-1");
  EXPECT_EQ(cards->back().name, "Pretend RTX");
  EXPECT_EQ(cards->back().driver, "999.1");
  EXPECT_EQ(cards->back().total, gibibytes(32));
}

TEST(NvmlLibrary, one_that_is_not_there_or_is_something_else_is_unreachable) {
  NvmlOptions options;
  options.library = "/nonexistent/libnvidia-ml.so.1";
  NvmlCard card("0", options);
  EXPECT_EQ(ask(card.probe()).error().code, Errc::unreachable);
  EXPECT_EQ(list_cards("libm.so.6").error().code, Errc::unreachable);
}

// Needs a real card: set MALIN_TEST_GPU=1 on a machine that has one.
TEST(NvmlLibrary, a_real_driver_adds_up) {
  if (std::getenv("MALIN_TEST_GPU") == nullptr) GTEST_SKIP() << "MALIN_TEST_GPU is not set";
  const auto cards = list_cards(NvmlOptions{});
  ASSERT_TRUE(cards) << cards.error().message;
  for (const auto& identity : *cards) {
    NvmlCard by_uuid(identity.uuid);
    const auto reading = ask(by_uuid.probe());
    ASSERT_TRUE(reading) << reading.error().message;
    EXPECT_EQ(reading->total, identity.total);
    EXPECT_LE(reading->used + reading->free, reading->total);
    EXPECT_GT(reading->used + reading->free, gibibytes(1));
    std::printf("%s %s driver %s: %s used, %s free of %s, %zu holders\n", identity.name.c_str(), identity.uuid.c_str(),
                identity.driver.c_str(), format_bytes(reading->used).c_str(), format_bytes(reading->free).c_str(),
                format_bytes(reading->total).c_str(), reading->holders.size());
  }
}

}  // namespace
}  // namespace malin::testing
