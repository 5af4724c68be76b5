#include "net/http.hpp"

#include <algorithm>

#include <boost/beast/http/status.hpp>

#include "core/ascii.hpp"

namespace malin::net {

std::string_view Headers::get(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (is_same_word(key, name)) return value;
  }
  return {};
}

bool Headers::has(std::string_view name) const {
  return std::any_of(fields_.begin(), fields_.end(),
                     [&](const auto& field) { return is_same_word(field.first, name); });
}

void Headers::set(std::string name, std::string value) {
  std::erase_if(fields_, [&](const auto& field) { return is_same_word(field.first, name); });
  add(std::move(name), std::move(value));
}

void Headers::add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }

HttpResponse::HttpResponse(unsigned status_, std::string type, std::string body_)
    : status(status_), body(std::move(body_)) {
  if (!type.empty()) headers.add("Content-Type", std::move(type));
}

std::string_view reason_phrase(unsigned status) {
  namespace http = boost::beast::http;
  const auto known = http::int_to_status(status);
  if (known == http::status::unknown) return "Unknown";
  const auto phrase = http::obsolete_reason(known);
  return {phrase.data(), phrase.size()};
}

}  // namespace malin::net
