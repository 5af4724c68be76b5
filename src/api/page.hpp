// The web page: a few files that the build makes of web/ and embeds (cmake/page.cmake). They hold nothing secret, so
// they need no token; whatever they show they ask for like any other client.
#pragma once

#include <span>
#include <string_view>

#include "net/http.hpp"

namespace malin::api {

struct PageFile {
  std::string_view path;  // "/" or "/page/NAME".
  std::string_view type;
  std::string_view tag;  // Changes with its content.
  std::string_view plain;
  std::string_view gzip;
};

// Made by the build.
std::span<const PageFile> page_files();

bool is_page(std::string_view path);

// The file as this client takes it, or 304 when it has it already. 404: there is none at the request's path.
net::HttpResponse answer_page(const net::HttpRequest& request);

}  // namespace malin::api
