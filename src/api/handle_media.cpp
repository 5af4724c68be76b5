// GET /v1/jobs/{id}/media and /thumbnail: the file of a job, in pieces small enough to read between two steps of the
// loop.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "api/handlers.hpp"
#include "api/problem.hpp"

namespace malin::api {

namespace {

constexpr std::size_t piece_bytes = 64 << 10;

struct MediaFormat {
  std::string_view extension;
  const char* type;
};

constexpr std::array<MediaFormat, 9> formats{{{".png", "image/png"},
                                              {".jpg", "image/jpeg"},
                                              {".jpeg", "image/jpeg"},
                                              {".webp", "image/webp"},
                                              {".gif", "image/gif"},
                                              {".mp4", "video/mp4"},
                                              {".webm", "video/webm"},
                                              {".mov", "video/quicktime"},
                                              {".mkv", "video/x-matroska"}}};

const char* type_of(const std::string& extension) {
  const auto found = std::ranges::find(formats, std::string_view(extension), &MediaFormat::extension);
  return found == formats.end() ? "application/octet-stream" : found->type;
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

// "selfie-j-7.png"; nothing in it that could end the header.
std::string file_name(const Job& job, const std::string& extension) {
  std::string name = job.kind + "-" + job.id;
  std::ranges::replace_if(name, [](char c) { return !is_plain(c); }, '_');
  return name + extension;
}

net::Headers headers_of(const Job& job, const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension();
  net::Headers headers;
  headers.add("Content-Type", type_of(extension));
  headers.add("Content-Disposition", "inline; filename=\"" + file_name(job, extension) + "\"");
  headers.add("X-Content-Type-Options", "nosniff");
  return headers;
}

Task<void> send_file(net::Exchange& exchange, std::ifstream& file) {
  std::string piece;
  for (;;) {
    piece.resize(piece_bytes);
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    piece.resize(static_cast<std::size_t>(file.gcount()));
    if (file.bad()) co_return exchange.abort();
    const bool is_last = piece.size() < piece_bytes;
    const Result<void> written = co_await exchange.write(std::move(piece));
    if (!written) co_return;
    if (is_last) break;
    piece = std::string();
  }
  const Result<void> ended = co_await exchange.end();
  if (!ended) co_return;
}

Task<void> refuse(net::Exchange& exchange, net::HttpResponse response) {
  const Result<void> sent = co_await exchange.respond(std::move(response));
  if (!sent) co_return;  // The client has gone.
}

Task<void> stream_file(Call& call, std::string Media::* file_of) {
  const Result<Job> job = co_await call.controller().job(call.name);
  if (!job) co_return co_await refuse(call.exchange, problem(job.error()));
  const std::string path = job->media ? *job->media.*file_of : "";
  if (path.empty()) {
    std::string why = "job " + job->id + " is " + to_string(job->state) + "; there is no media of it";
    co_return co_await refuse(call.exchange, problem(404, why));
  }
  std::error_code error;
  const bool is_there = std::filesystem::is_regular_file(path, error);
  std::ifstream file(path, std::ios::binary);
  if (!is_there || !file) co_return co_await refuse(call.exchange, problem(410, "the file of this job is gone"));
  const Result<void> begun = co_await call.exchange.begin(200, headers_of(*job, path));
  if (!begun) co_return;
  if (call.request().method != "HEAD") co_return co_await send_file(call.exchange, file);
  const Result<void> ended = co_await call.exchange.end();
  if (!ended) co_return;
}

}  // namespace

Task<void> stream_media(Call& call) { return stream_file(call, &Media::path); }

Task<void> stream_thumbnail(Call& call) { return stream_file(call, &Media::thumbnail); }

}  // namespace malin::api
