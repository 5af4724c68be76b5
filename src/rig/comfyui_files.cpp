#include "rig/comfyui_files.hpp"

#include <algorithm>
#include <array>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "net/multipart.hpp"
#include "net/url.hpp"
#include "rig/comfyui_jobs.hpp"
#include "rig/media_reply.hpp"

namespace malin::rig {

namespace {

constexpr std::array folders = {"output", "temp", "input"};

bool is_folder(std::string_view type) { return std::ranges::find(folders, type) != folders.end(); }

bool escapes(std::string_view path) { return path.contains("..") || path.starts_with('/'); }

const net::Part* part(const std::vector<net::Part>& parts, std::string_view name) {
  const auto found = std::ranges::find(parts, name, &net::Part::name);
  return found == parts.end() ? nullptr : &*found;
}

std::string text_of(const std::vector<net::Part>& parts, std::string_view name) {
  const net::Part* found = part(parts, name);
  return found ? found->data : "";
}

std::string http_date(TimePoint moment) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::chrono::floor<std::chrono::seconds>(moment)));
}

}  // namespace

net::HttpResponse empty_response(unsigned status) { return {status, "application/octet-stream", ""}; }

net::HttpResponse server_trouble() {
  net::HttpResponse response(500, "text/plain; charset=utf-8",
                             "500 Internal Server Error\n\nServer got itself in trouble");
  response.headers.set("Connection", "close");
  return response;
}

net::HttpResponse answer_view(const world::ComfyUi& comfyui, const net::HttpRequest& request, bool nosniff) {
  const std::string filename = net::query_value(request.target, "filename");
  const std::string subfolder = net::query_value(request.target, "subfolder");
  const std::string type = net::query_value(request.target, "type");
  if (filename.empty()) return empty_response(404);
  if (escapes(filename) || escapes(subfolder) || !(type.empty() || is_folder(type))) return empty_response(400);
  const auto found = comfyui.disk().find({filename, subfolder, type.empty() ? "output" : type});
  if (found == comfyui.disk().end()) return empty_response(404);
  net::HttpResponse response = file_response(request, found->second.bytes, content_type_of(filename));
  response.headers.set("Content-Disposition", fmt::format("filename=\"{}\"", filename));
  response.headers.set("Last-Modified", http_date(found->second.at));
  if (nosniff) response.headers.set("X-Content-Type-Options", "nosniff");
  return response;
}

net::HttpResponse answer_upload(world::ComfyUi& comfyui, const net::HttpRequest& request, TimePoint now) {
  const Result<std::vector<net::Part>> parts = net::parse_multipart(request.headers.get("Content-Type"), request.body);
  if (!parts) return server_trouble();
  const net::Part* image = part(*parts, "image");
  if (!image || image->filename.empty()) return empty_response(400);
  const std::string type = part(*parts, "type") ? text_of(*parts, "type") : "input";
  const std::string subfolder = text_of(*parts, "subfolder");
  if (!is_folder(type)) return server_trouble();
  if (escapes(subfolder) || escapes(image->filename)) return empty_response(400);
  const std::string overwrite = text_of(*parts, "overwrite");
  world::ComfyFile file{image->filename, subfolder, type};
  const std::size_t dot = std::min(file.filename.rfind('.'), file.filename.size());
  const std::string stem = file.filename.substr(0, dot);
  const std::string extension = file.filename.substr(dot);
  for (int i = 1; overwrite != "true" && overwrite != "1"; ++i) {
    const auto same = comfyui.disk().find(file);
    if (same == comfyui.disk().end() || same->second.bytes == image->data) break;
    file.filename = fmt::format("{} ({}){}", stem, i, extension);
  }
  comfyui.disk()[file] = {image->data, now};
  return json_response(200, json::object{{"name", file.filename}, {"subfolder", subfolder}, {"type", type}});
}

bool has_input_file(const world::ComfyUi& comfyui, const std::string& name) {
  const std::size_t slash = name.rfind('/');
  const bool nested = slash != std::string::npos;
  const world::ComfyFile file{nested ? name.substr(slash + 1) : name, nested ? name.substr(0, slash) : "", "input"};
  return comfyui.disk().contains(file);
}

}  // namespace malin::rig
