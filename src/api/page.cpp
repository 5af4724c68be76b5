#include "api/page.hpp"

#include <algorithm>
#include <string>

#include "api/problem.hpp"
#include "net/url.hpp"

namespace malin::api {

namespace {

// Nothing but what this daemon serves; blob: is for media that was fetched with the token.
constexpr const char* content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PageFile* find_file(std::string_view path) {
  const auto files = page_files();
  const auto found = std::ranges::find(files, path, &PageFile::path);
  return found == files.end() ? nullptr : &*found;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Calls `take` with each part of a field that is a list.
template <class Take>
void each_part(std::string_view field, Take take) {
  while (!field.empty()) {
    const auto comma = field.find(',');
    take(trim(field.substr(0, comma)));
    field = comma == std::string_view::npos ? std::string_view() : field.substr(comma + 1);
  }
}

bool takes_gzip(const net::HttpRequest& request) {
  bool takes = false;
  each_part(request.headers.get("Accept-Encoding"), [&takes](std::string_view part) {
    const auto end = part.find(';');
    const std::string_view weight = end == std::string_view::npos ? std::string_view() : trim(part.substr(end + 1));
    const bool is_refused = weight == "q=0" || weight == "q=0.0" || weight == "q=0.00" || weight == "q=0.000";
    if (trim(part.substr(0, end)) == "gzip") takes = !is_refused;
  });
  return takes;
}

bool has_already(const net::HttpRequest& request, const std::string& tag) {
  bool has = false;
  each_part(request.headers.get("If-None-Match"), [&](std::string_view part) {
    if (part.starts_with("W/")) part.remove_prefix(2);
    has = has || part == tag || part == "*";
  });
  return has;
}

}  // namespace

bool is_page(std::string_view path) { return find_file(path) != nullptr; }

net::HttpResponse answer_page(const net::HttpRequest& request) {
  const PageFile* file = find_file(net::path_of(request.target));
  if (file == nullptr) return problem(404, "there is nothing at this path");
  const bool packed = takes_gzip(request);
  const std::string tag = "\"" + std::string(file->tag) + (packed ? "-gzip\"" : "\"");
  net::HttpResponse response;
  if (has_already(request, tag))
    response.status = 304;
  else
    response = net::HttpResponse(200, std::string(file->type), std::string(packed ? file->gzip : file->plain));
  if (packed && response.status == 200) response.headers.add("Content-Encoding", "gzip");
  response.headers.add("ETag", tag);
  response.headers.add("Vary", "Accept-Encoding");
  response.headers.add("Cache-Control", "no-cache");
  response.headers.add("Content-Security-Policy", content_policy);
  response.headers.add("Cross-Origin-Opener-Policy", "same-origin");
  response.headers.add("Cross-Origin-Resource-Policy", "same-origin");
  response.headers.add("Referrer-Policy", "no-referrer");
  response.headers.add("X-Content-Type-Options", "nosniff");
  return response;
}

}  // namespace malin::api
