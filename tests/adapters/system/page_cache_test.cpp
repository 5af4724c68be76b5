#include "adapters/system/page_cache.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "adapters/system/system_clock.hpp"
#include "net/run.hpp"

namespace malin::adapters {
namespace {

Task<void> warm_into(PageCache& cache, std::string path, Bytes beside, std::function<bool()> may_go_on,
                     Result<Bytes>& result) {
  result = co_await cache.warm(std::move(path), beside, std::move(may_go_on));
}

// A real file of 40 MiB that no memory holds, as far as its file system can do without.
struct PageCacheTest : ::testing::Test {
  PageCacheTest() {
    std::string pattern = ::testing::TempDir() + "malin-warm-XXXXXX";
    file = ::mkstemp(pattern.data());
    path = pattern;
    const std::string megabyte(1 << 20, 'x');
    for (int i = 0; i < 40; ++i) EXPECT_EQ(::write(file, megabyte.data(), megabyte.size()), 1 << 20);
    EXPECT_EQ(::fsync(file), 0);
    EXPECT_EQ(::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED), 0);
  }
  ~PageCacheTest() override {
    ::close(file);
    ::unlink(path.c_str());
  }
  Result<Bytes> warm(std::string which, std::function<bool()> may_go_on = [] { return true; }, Bytes beside = {}) {
    Result<Bytes> result;
    boost::asio::io_context io;
    SystemClock clock;
    PageCache cache(clock, options);
    testing::run(io, warm_into(cache, std::move(which), beside, std::move(may_go_on), result));
    return result;
  }
  Bytes in_memory() const {
    const std::size_t size = 40 << 20;
    void* map = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
    std::vector<unsigned char> pages(size / static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)));
    EXPECT_EQ(::mincore(map, size, pages.data()), 0);
    ::munmap(map, size);
    const auto there = std::ranges::count_if(pages, [](unsigned char page) { return (page & 1) != 0; });
    return Bytes{there * ::sysconf(_SC_PAGESIZE)};
  }
  void say_available(Bytes available) {
    options.memory = path + ".meminfo";
    std::ofstream(options.memory) << "MemTotal: 99999999 kB\nMemFree: 1 kB\nMemAvailable: " << (available.count >> 10)
                                  << " kB\nHugePages_Total: 0\n";
  }

  int file = -1;
  std::string path;
  PageCacheOptions options;
};

TEST_F(PageCacheTest, all_of_a_file_is_in_memory_afterwards) {
  EXPECT_EQ(warm(path), mebibytes(40));
  EXPECT_EQ(in_memory(), mebibytes(40));
  EXPECT_EQ(warm(path), mebibytes(40)) << "what is there already counts";
}

TEST_F(PageCacheTest, it_stops_as_soon_as_it_may_not_go_on) {
  int asked = 0;
  EXPECT_EQ(warm(path, [&asked] { return ++asked <= 1; }), mebibytes(16));
  EXPECT_EQ(warm(path, [] { return false; }), Bytes{});
}

TEST_F(PageCacheTest, what_memory_has_no_room_for_is_not_read) {
  say_available(options.kept_free + mebibytes(35));
  EXPECT_EQ(warm(path), mebibytes(32));
  EXPECT_EQ(warm(path), mebibytes(32)) << "what is there already counts";
  EXPECT_EQ(warm(path, [] { return true; }, mebibytes(10)), mebibytes(16)) << "and so does what was read before it";
  EXPECT_EQ(warm(path, [] { return true; }, mebibytes(50)), mebibytes(16));
  std::filesystem::remove(options.memory);
}

TEST_F(PageCacheTest, the_kernel_says_how_much_there_is_to_be_had) {
  EXPECT_GT(available_memory("/proc/meminfo"), Bytes{});
  say_available(mebibytes(123));
  EXPECT_EQ(available_memory(options.memory), mebibytes(123));
  EXPECT_EQ(available_memory("/nowhere"), Bytes{});
  std::filesystem::remove(options.memory);
}

TEST_F(PageCacheTest, what_is_no_file_is_refused) {
  EXPECT_EQ(warm("/nowhere/model.gguf").error().code, Errc::not_found);
  EXPECT_EQ(warm("/").error().code, Errc::refused);
}

}  // namespace
}  // namespace malin::adapters
