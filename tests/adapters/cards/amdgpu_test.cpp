#include "adapters/cards/amdgpu.hpp"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "adapters/cards/ask.hpp"
#include "adapters/cards/reported_card.hpp"

namespace malin::testing {
namespace {

namespace fs = std::filesystem;
using namespace adapters;

// A made-up /sys and /proc: an Intel card0, an AMD card1 of 16 GiB with 5 GiB used, and views that are no cards.
class Amdgpu : public ::testing::Test {
 protected:
  Amdgpu() {
    std::string name = (fs::temp_directory_path() / "malin-amd-XXXXXX").string();
    root = ::mkdtemp(name.data());
    places = {root / "drm", root / "proc"};
    write("drm/card0/device/vendor", "0x8086\n");
    write("drm/card1/device/vendor", "0x1002\n");
    write("drm/card1/device/uevent", "DRIVER=amdgpu\nPCI_ID=1002:744C\nPCI_SLOT_NAME=0000:03:00.0\n");
    write("drm/card1/device/mem_info_vram_total", "17179869184\n");
    write("drm/card1/device/mem_info_vram_used", "5368709120\n");
    write("drm/card1-DP-1/device/vendor", "0x1002\n");
    write("drm/renderD128/device/vendor", "0x1002\n");
    write("proc/self-or-other/fdinfo/1", "");
  }
  ~Amdgpu() override { fs::remove_all(root); }
  void write(const std::string& path, const std::string& text) {
    fs::create_directories((root / path).parent_path());
    std::ofstream(root / path) << text;
  }
  static std::string fdinfo(const std::string& pci, const std::string& client, const std::string& memory) {
    return "pos:\t0\ndrm-driver:\tamdgpu\ndrm-client-id:\t" + client + "\ndrm-pdev:\t" + pci + "\n" + memory;
  }

  fs::path root;
  AmdPlaces places;
};

TEST_F(Amdgpu, memory_is_read_by_folder_number_and_by_pci_id) {
  for (const char* which : {"1", "0000:03:00.0"}) {
    AmdCard card(which, places);
    const auto reading = ask(card.probe());
    ASSERT_TRUE(reading) << reading.error().message;
    EXPECT_EQ(reading->total, gibibytes(16));
    EXPECT_EQ(reading->used, gibibytes(5));
    EXPECT_EQ(reading->free, gibibytes(11));
    EXPECT_TRUE(reading->holders.empty());
  }
}

TEST_F(Amdgpu, a_client_is_counted_once_however_many_files_and_processes_share_it) {
  const std::string ours = "0000:03:00.0";
  write("proc/200/comm", "ollama\n");
  write("proc/200/fdinfo/3", fdinfo(ours, "11", "drm-memory-vram:\t2097152 KiB\n"));
  write("proc/200/fdinfo/4", fdinfo(ours, "11", "drm-memory-vram:\t2097152 KiB\n"));
  write("proc/200/fdinfo/5", fdinfo(ours, "12", "drm-resident-vram:\t512 MiB\ndrm-memory-vram:\t512 MiB\n"));
  write("proc/300/comm", "its child\n");
  write("proc/300/fdinfo/3", fdinfo(ours, "11", "drm-memory-vram:\t2097152 KiB\n"));
  write("proc/400/comm", "on another card\n");
  write("proc/400/fdinfo/3", fdinfo("0000:0a:00.0", "77", "drm-memory-vram:\t4 KiB\n"));
  write("proc/500/fdinfo/0", "pos:\t0\nflags:\t02\n");
  const auto reading = read_amd_card("1", places);
  ASSERT_TRUE(reading);
  ASSERT_EQ(reading->holders.size(), 1u);
  EXPECT_EQ(reading->holders[0].pid, 200);
  EXPECT_EQ(reading->holders[0].name, "ollama");
  EXPECT_EQ(reading->holders[0].used, gibibytes(2) + mebibytes(512));
}

TEST_F(Amdgpu, another_makers_card_and_a_missing_one_are_not_found) {
  for (const char* which : {"0", "2", "128", "0000:04:00.0", ""}) {
    const auto reading = read_amd_card(which, places);
    ASSERT_FALSE(reading) << which;
    EXPECT_EQ(reading.error().code, Errc::not_found);
  }
  EXPECT_EQ(read_amd_card("1", {root / "nowhere", root / "proc"}).error().code, Errc::not_found);
}

TEST_F(Amdgpu, a_driver_that_tells_nonsense_or_nothing_is_unreachable) {
  write("drm/card1/device/mem_info_vram_used", "17179869185\n");
  EXPECT_EQ(read_amd_card("1", places).error().code, Errc::unreachable);
  write("drm/card1/device/mem_info_vram_used", "\n");
  EXPECT_EQ(read_amd_card("1", places).error().code, Errc::unreachable);
  fs::remove(root / "drm/card1/device/mem_info_vram_used");
  EXPECT_EQ(read_amd_card("1", places).error().code, Errc::unreachable);
}

Task<Result<RendererReading>> far_renderer() {
  RendererReading reading;
  reading.card_total = gibibytes(24);
  reading.card_free = gibibytes(7);
  co_return reading;
}

Task<Result<RendererReading>> lost_renderer() { co_return fail(Errc::unreachable, "nobody there"); }

TEST(ReportedCard, a_renderers_report_is_its_cards_reading) {
  ReportedCard card(far_renderer);
  const auto reading = ask(card.probe());
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->total, gibibytes(24));
  EXPECT_EQ(reading->used, gibibytes(17));
  EXPECT_EQ(reading->free, gibibytes(7));
  ReportedCard lost(lost_renderer);
  EXPECT_EQ(ask(lost.probe()).error().code, Errc::unreachable);
}

TEST(ReportedCard, a_report_without_memory_or_with_impossible_memory_makes_no_sense) {
  RendererReading renderer;
  EXPECT_EQ(card_of(renderer).error().code, Errc::bad_reply);
  renderer.card_total = gibibytes(8);
  renderer.card_free = gibibytes(9);
  EXPECT_EQ(card_of(renderer).error().code, Errc::bad_reply);
}

}  // namespace
}  // namespace malin::testing
