#include "api/query.hpp"

#include <charconv>
#include <string>

#include <fmt/format.h>

#include "api/problem.hpp"
#include "net/url.hpp"

namespace malin::api {

std::expected<std::int64_t, net::HttpResponse> query_number(const net::HttpRequest& request, std::string_view name,
                                                            std::int64_t fallback, std::int64_t lowest,
                                                            std::int64_t highest) {
  const std::string text = net::query_value(request.target, name);
  if (text.empty()) return fallback;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number >= lowest && number <= highest) return number;
  return std::unexpected(
      problem(400, fmt::format("\"{}\" must be a whole number from {} to {}", name, lowest, highest)));
}

}  // namespace malin::api
