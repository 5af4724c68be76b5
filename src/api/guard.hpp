// Who may ask at all: the token, and what keeps web pages of other origins away from a daemon that has none.
#pragma once

#include <optional>
#include <string_view>

#include "api/api.hpp"
#include "net/http.hpp"

namespace malin::api {

// "localhost", 127.x.y.z or ::1.
bool is_loopback(std::string_view host);

// Why the request is not served: 401, 403 or 415. nullopt: it is.
std::optional<net::HttpResponse> turn_away(const net::HttpRequest& request, const ApiOptions& options);

}  // namespace malin::api
