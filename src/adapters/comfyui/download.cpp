#include "adapters/comfyui/download.hpp"

#include <algorithm>
#include <charconv>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/comfyui/comfyui_protocol.hpp"
#include "adapters/comfyui/media_file.hpp"
#include "net/url.hpp"

namespace malin::adapters {

namespace asio = boost::asio;

namespace {

constexpr std::size_t piece_bytes = 1 << 20;
constexpr std::size_t complaint_bytes_max = 4096;

using OpenFile = Result<std::shared_ptr<MediaFile>>;

// These three run on the disk's thread.
Task<OpenFile> create_file(std::string path) { co_return MediaFile::create(std::move(path)); }
Task<Result<void>> write_file(std::shared_ptr<MediaFile> file, std::string bytes) { co_return file->write(bytes); }
Task<Result<void>> commit_file(std::shared_ptr<MediaFile> file) { co_return file->commit(); }
// Removing a large file takes time too.
Task<void> drop_file(std::shared_ptr<MediaFile> file) {
  file.reset();
  co_return;
}

std::string view_target(const OutputFile& file) {
  return "/view?filename=" + net::percent_encode(file.filename) + "&subfolder=" + net::percent_encode(file.subfolder) +
         "&type=" + net::percent_encode(file.type.empty() ? "output" : file.type);
}

std::int64_t announced_size(const net::HttpResponse& head) {
  const std::string_view text = head.headers.get("Content-Length");
  std::int64_t size = 0;
  std::from_chars(text.data(), text.data() + text.size(), size);
  return size;
}

Error too_large(Bytes limit) { return {Errc::refused, "the media is over the limit of " + format_bytes(limit)}; }

}  // namespace

struct Downloads::Disk {
  asio::thread_pool thread{1};
};

Downloads::Downloads(net::HttpClient& http, Clock& clock)
    : http_(http), clock_(clock), disk_(std::make_unique<Disk>()) {}
Downloads::~Downloads() = default;

Task<Result<void>> Downloads::fetch(OutputFile file, std::string path, Limits limits) {
  net::HttpRequest request("GET", view_target(file));
  auto stream = co_await http_.open(std::move(request), limits.silence);
  if (!stream) co_return fail(stream.error().code, "ComfyUI: " + stream.error().message);
  const net::HttpResponse& head = (*stream)->head();
  if (head.status != 200) {
    const unsigned status = head.status;
    auto said = co_await (*stream)->read_some(limits.silence);
    const std::string text = said ? said->substr(0, complaint_bytes_max) : "";
    co_return std::unexpected(status_error("the file " + file.filename, status, text));
  }
  if (announced_size(head) > limits.size.count) co_return std::unexpected(too_large(limits.size));
  co_return co_await copy(std::move(*stream), std::move(path), limits);
}

Task<Result<void>> Downloads::copy(std::unique_ptr<net::HttpStream> stream, std::string path, Limits limits) {
  const TimePoint until = clock_.now() + limits.whole;
  const auto disk = disk_->thread.get_executor();
  auto creating = create_file(std::move(path));
  OpenFile file = co_await asio::co_spawn(disk, std::move(creating), asio::use_awaitable);
  if (!file) co_return std::unexpected(file.error());
  Result<void> outcome;
  std::int64_t received = 0;
  std::string piece;
  for (bool at_end = false; outcome && !at_end;) {
    const Duration left = std::min(limits.silence, until - clock_.now());
    if (left <= Duration::zero()) {
      outcome = fail(Errc::timeout, "the download took longer than " + format_duration(limits.whole));
      break;
    }
    const auto bytes = co_await stream->read_some(left);
    if (!bytes) {
      outcome = fail(bytes.error().code, "ComfyUI: " + bytes.error().message);
      break;
    }
    received += static_cast<std::int64_t>(bytes->size());
    if (received > limits.size.count) {
      outcome = std::unexpected(too_large(limits.size));
      break;
    }
    at_end = bytes->empty();
    piece += *bytes;
    if (piece.empty() || (piece.size() < piece_bytes && !at_end)) continue;
    auto writing = write_file(*file, std::exchange(piece, std::string()));
    outcome = co_await asio::co_spawn(disk, std::move(writing), asio::use_awaitable);
  }
  if (outcome && received == 0) outcome = fail(Errc::bad_reply, "ComfyUI sent an empty file");
  if (outcome) {
    auto committing = commit_file(*file);
    outcome = co_await asio::co_spawn(disk, std::move(committing), asio::use_awaitable);
  }
  auto dropping = drop_file(std::move(*file));
  co_await asio::co_spawn(disk, std::move(dropping), asio::use_awaitable);
  co_return outcome;
}

}  // namespace malin::adapters
