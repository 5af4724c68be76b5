#include "sim/universe.hpp"

#include <atomic>

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>
#include <unistd.h>

namespace malin::sim {

namespace {

// In memory where the machine has such a folder: what is tested here is not the disk.
std::filesystem::path new_folder() {
  static std::atomic<int> next = 0;
  const std::filesystem::path shm = "/dev/shm";
  const std::filesystem::path base = ::access(shm.c_str(), W_OK) == 0 ? shm : std::filesystem::temp_directory_path();
  const std::filesystem::path folder = base / fmt::format("malin-sim-{}-{}", ::getpid(), next++);
  std::filesystem::create_directories(folder);
  return folder;
}

}  // namespace

Universe::Universe(const Plan& plan_) : world::Universe(plan_), plan(plan_) {
  if (plan.sqlite) database = new_folder() / "malin.db";
}

Universe::~Universe() {
  context.die();
  if (!database.empty()) std::filesystem::remove_all(database.parent_path());
}

void Universe::begin(Task<Result<void>> deed) {
  boost::asio::co_spawn(context, std::move(deed), [](std::exception_ptr error, const Result<void>&) {
    if (error) std::rethrow_exception(error);
  });
}

}  // namespace malin::sim
