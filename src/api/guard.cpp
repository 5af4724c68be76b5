#include "api/guard.hpp"

#include <algorithm>
#include <string>

#include <boost/asio/ip/address.hpp>

#include "api/page.hpp"
#include "api/problem.hpp"
#include "core/ascii.hpp"
#include "net/url.hpp"

namespace malin::api {

namespace {

// "127.0.0.1:7425" -> "127.0.0.1", "[::1]:7425" -> "::1"; empty where it is neither.
std::string_view without_port(std::string_view authority) {
  if (!authority.starts_with('[')) return authority.substr(0, authority.find(':'));
  const auto close = authority.find(']');
  if (close == std::string_view::npos) return {};
  const std::string_view rest = authority.substr(close + 1);
  return rest.empty() || rest.starts_with(':') ? authority.substr(1, close - 1) : std::string_view();
}

// Takes as long for a wrong token as for the right one, wherever they differ.
bool is_same_secret(std::string_view given, std::string_view secret) {
  std::size_t difference = given.size() ^ secret.size();
  for (std::size_t i = 0; i < secret.size(); ++i) {
    const char other = i < given.size() ? given[i] : '\0';
    difference |= static_cast<unsigned char>(secret[i] ^ other);
  }
  return difference == 0;
}

bool has_token(const net::HttpRequest& request, std::string_view token) {
  constexpr std::string_view scheme = "bearer ";
  const std::string_view field = request.headers.get("Authorization");
  if (!is_same_word(field.substr(0, scheme.size()), scheme)) return false;
  return is_same_secret(field.substr(scheme.size()), token);
}

// Against a foreign name that was made to point here (DNS rebinding).
bool is_our_host(std::string_view authority, const std::string& address) {
  const std::string_view host = without_port(authority);
  return is_loopback(host) || is_same_word(host, address);
}

// "http://localhost:7425" against "localhost:7425". "null" is nobody's own.
bool is_same_origin(std::string_view origin, std::string_view host) {
  const auto scheme_end = origin.find("://");
  return scheme_end != std::string_view::npos && is_same_word(origin.substr(scheme_end + 3), host);
}

bool is_json(std::string_view type) {
  const std::string_view bare = type.substr(0, type.find(';'));
  return is_same_word(bare.substr(0, bare.find_last_not_of(" \t") + 1), "application/json");
}

}  // namespace

bool is_loopback(std::string_view host) {
  if (is_same_word(host, "localhost")) return true;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(host), error);
  return !error && address.is_loopback();
}

std::optional<net::HttpResponse> turn_away(const net::HttpRequest& request, const ApiOptions& options) {
  const std::string_view host = request.headers.get("Host");
  const bool is_look = request.method == "GET" || request.method == "HEAD";
  if (options.token.empty()) {
    if (!is_our_host(host, options.address))
      return problem(403, "this address answers to localhost only, not to the name in the Host header");
  } else if (!(is_look && is_page(net::path_of(request.target))) && !has_token(request, options.token)) {
    return problem(401, "a token is needed: send \"Authorization: Bearer TOKEN\" with the token of the config");
  }
  const std::string_view origin = request.headers.get("Origin");
  if (!is_look && !origin.empty() && !is_same_origin(origin, host))
    return problem(403, "web pages of another origin may not change anything here");
  if (!request.body.empty() && request.headers.has("Content-Type") && !is_json(request.headers.get("Content-Type")))
    return problem(415, "a body must be JSON: send \"Content-Type: application/json\"");
  return std::nullopt;
}

}  // namespace malin::api
