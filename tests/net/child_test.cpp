#include "net/child.hpp"

#include <filesystem>
#include <fstream>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "net/run.hpp"
#include "net/stale_news.hpp"

namespace malin::testing {
namespace {

struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "malin-child-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

TEST(Child, news_of_a_closed_descriptor_does_not_end_it) {
  const Folder folder;
  const std::string go = folder.path / "go";
  ASSERT_EQ(::mkfifo(go.c_str(), 0600), 0);
  boost::asio::io_context io;
  net::Child child;
  child.arguments = {"/bin/sh", "-c", "read line <" + go + "; exit 7"};
  std::optional<Result<net::ChildEnd>> end;
  start_with_stale_news(io, [&] {
    boost::asio::co_spawn(io, net::run_child(std::move(child), std::chrono::seconds(20)),
                          [&](std::exception_ptr, Result<net::ChildEnd> ended) { end = std::move(ended); });
  });
  // Longer than an output is waited for after the child's end.
  ASSERT_FALSE(run_until(io, [&] { return end.has_value(); }, std::chrono::milliseconds(1200)));
  std::ofstream(go) << "go\n";
  ASSERT_TRUE(run_until(io, [&] { return end.has_value(); }));
  ASSERT_TRUE(end->has_value());
  EXPECT_FALSE((*end)->timed_out);
  EXPECT_EQ((*end)->exit_code, 7);
}

}  // namespace
}  // namespace malin::testing
