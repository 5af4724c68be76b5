// Numbers in the query of a request.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "net/http.hpp"

namespace malin::api {

// The whole number called `name`, or `fallback` where there is none. Otherwise the 400 that says what is allowed.
std::expected<std::int64_t, net::HttpResponse> query_number(const net::HttpRequest& request, std::string_view name,
                                                            std::int64_t fallback, std::int64_t lowest,
                                                            std::int64_t highest);

}  // namespace malin::api
