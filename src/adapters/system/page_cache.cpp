#include "adapters/system/page_cache.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace malin::adapters {

namespace {

constexpr Bytes piece = mebibytes(16);

// A mapping of it shows what is in memory and reads nothing by itself.
struct OpenFile {
  ~OpenFile() {
    if (map != MAP_FAILED) ::munmap(map, static_cast<std::size_t>(size.count));
    if (descriptor >= 0) ::close(descriptor);
  }
  int descriptor = -1;
  void* map = MAP_FAILED;
  Bytes size;
  std::vector<char> buffer;
};

Error error_of(const std::string& path, int code) {
  return {code == ENOENT ? Errc::not_found : Errc::refused, path + ": " + std::strerror(code)};
}

Task<Result<std::shared_ptr<OpenFile>>> open_file(std::string path) {
  auto file = std::make_shared<OpenFile>();
  file->descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file->descriptor < 0) co_return std::unexpected(error_of(path, errno));
  struct stat status{};
  if (::fstat(file->descriptor, &status) != 0) co_return std::unexpected(error_of(path, errno));
  if (!S_ISREG(status.st_mode)) co_return fail(Errc::refused, path + " is not a file");
  file->size = Bytes{status.st_size};
  file->buffer.resize(static_cast<std::size_t>(piece.count));
  // Of a file that is someone else's the kernel says that all of it is in memory (mincore(2)).
  const bool is_ours = status.st_uid == ::geteuid() || ::access(path.c_str(), W_OK) == 0;
  if (file->size > Bytes{} && is_ours)
    file->map = ::mmap(nullptr, static_cast<std::size_t>(file->size.count), PROT_READ, MAP_SHARED, file->descriptor, 0);
  co_return file;
}

bool is_in_memory(const OpenFile& file, Bytes at, Bytes length) {
  if (file.map == MAP_FAILED) return false;
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> pages((static_cast<std::size_t>(length.count) + page - 1) / page);
  char* const start = static_cast<char*>(file.map) + at.count;
  if (::mincore(start, static_cast<std::size_t>(length.count), pages.data()) != 0) return false;
  return std::ranges::all_of(pages, [](unsigned char one) { return (one & 1) != 0; });
}

// How much was read; nothing: it is in memory already.
Task<Result<Bytes>> read_piece(std::shared_ptr<OpenFile> file, Bytes at, Bytes length) {
  if (is_in_memory(*file, at, length)) co_return Bytes{};
  const ssize_t read = ::pread(file->descriptor, file->buffer.data(), static_cast<std::size_t>(length.count), at.count);
  if (read < 0) co_return fail(Errc::refused, std::string("reading failed: ") + std::strerror(errno));
  co_return Bytes{read};
}

}  // namespace

Bytes available_memory(const std::filesystem::path& memory) {
  std::ifstream file(memory);
  std::string name;
  std::int64_t kibibytes = 0;
  std::string rest;
  while (file >> name >> kibibytes && std::getline(file, rest))
    if (name == "MemAvailable:") return Bytes{kibibytes << 10};
  return {};
}

Task<Result<Bytes>> PageCache::warm(std::string path, Bytes beside, std::function<bool()> may_go_on) {
  namespace asio = boost::asio;
  Task<Result<std::shared_ptr<OpenFile>>> opening = open_file(std::move(path));
  const auto opened = co_await asio::co_spawn(reader_, std::move(opening), asio::use_awaitable);
  if (!opened) co_return std::unexpected(opened.error());
  const Bytes size = (*opened)->size;
  // What lies in the cache counts as available, too: so the limit is set once, and all that is to stay counts.
  Bytes room = std::max(Bytes{}, available_memory(options_.memory) - options_.kept_free - beside);
  Bytes at;
  while (at < size && may_go_on()) {
    const Bytes length = std::min(piece, size - at);
    const TimePoint began = clock_.now();
    Task<Result<Bytes>> reading = read_piece(*opened, at, length);
    const Result<Bytes> read = co_await asio::co_spawn(reader_, std::move(reading), asio::use_awaitable);
    if (!read) co_return std::unexpected(read.error());
    at += length;
    room -= length;
    if (room < piece) break;
    if (*read == Bytes{}) continue;
    const TimePoint done = clock_.now();
    co_await clock_.sleep_until(
        std::max(began + Duration(read->count * 1000 / options_.per_second.count), done + (done - began)));
  }
  co_return at;
}

}  // namespace malin::adapters
