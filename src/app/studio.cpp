#include "app/studio.hpp"

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "app/command.hpp"
#include "app/version.hpp"
#include "net/child.hpp"

namespace malin::app {

namespace fs = std::filesystem;

namespace {

constexpr const char* studio_name = "malin-studio";
constexpr Duration start_limit{30'000};  // The first start after boot reads its libraries from the disk.

std::string said(const net::ChildEnd& end) {
  if (end.timed_out) return "it did not end within " + format_duration(start_limit);
  return end.output.empty() ? fmt::format("it ended with {} and said nothing", end.exit_code)
                            : end.output.substr(0, end.output.find_last_not_of('\n') + 1);
}

}  // namespace

Result<fs::path> find_studio(const fs::path& program) {
  const fs::path folder = program.parent_path();
  const std::array<fs::path, 2> places{folder / studio_name,
                                       (folder / "../lib/malin" / studio_name).lexically_normal()};
  for (const fs::path& place : places)
    if (::access(place.c_str(), X_OK) == 0) return place;
  return fail(Errc::not_found, fmt::format("the program that looks at finished media is missing: neither {} nor {}; "
                                           "build or install malin again",
                                           places[0].string(), places[1].string()));
}

Result<fs::path> this_program() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return fail(Errc::not_found, "cannot tell where this program lies: " + error.message());
  return program;
}

Result<fs::path> find_studio() {
  const Result<fs::path> program = this_program();
  return program ? find_studio(*program) : program;
}

Task<Result<void>> probe_studio() {
  const Result<fs::path> studio = find_studio();
  if (!studio) co_return std::unexpected(studio.error());
  net::Child child;
  child.arguments = {studio->string(), "--version"};
  child.environment = net::library_environment();
  const Result<net::ChildEnd> end = co_await net::run_child(std::move(child), start_limit);
  if (!end) co_return std::unexpected(end.error());
  if (end->exit_code == 0 && end->output == fmt::format("malin {}\n", version())) co_return Result<void>();
  co_return fail(Errc::refused, fmt::format("{}, which looks at finished media, does not run as version {}: {}; "
                                            "build or install malin again",
                                            studio->string(), version(), said(*end)));
}

int become_studio(char** argv) {
  const Result<fs::path> studio = find_studio();
  if (studio) ::execv(studio->c_str(), argv);
  const std::string reason =
      studio ? fmt::format("cannot start {}: {}", studio->string(), std::generic_category().message(errno))
             : studio.error().message;
  fmt::print(stderr, "malin: {}\n", reason);
  return exit_failed;
}

}  // namespace malin::app
