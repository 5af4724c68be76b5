// Answers a GET or HEAD for a file held in memory, byte ranges included, as browsers and players ask for.
#pragma once

#include <string>
#include <string_view>

#include "net/http.hpp"

namespace malin::rig {

// "image/png", "video/mp4", ... by the name's extension.
std::string content_type_of(std::string_view filename);

// 200, 206 or 416.
net::HttpResponse file_response(const net::HttpRequest& request, std::string_view bytes, std::string type);

}  // namespace malin::rig
