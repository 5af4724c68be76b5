// The parameters of a Bot API call, in any of the forms it takes: query, JSON, form or multipart.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/http.hpp"
#include "net/json.hpp"
#include "net/multipart.hpp"
#include "world/telegram.hpp"

namespace malin::rig {

class BotParams {
 public:
  // bad_reply: the body is not what its Content-Type says.
  static Result<BotParams> parse(const net::HttpRequest& request);

  // Text of the value; arrays and objects as JSON. Empty: absent.
  std::string text(std::string_view name) const;
  std::optional<std::int64_t> integer(std::string_view name) const;
  bool flag(std::string_view name) const;
  bool has(std::string_view name) const;
  // An uploaded file part.
  const net::Part* upload(std::string_view name) const;

 private:
  void add_json(const boost::json::object& object);
  void add_form(std::string_view form);

  std::map<std::string, std::string, std::less<>> fields_;
  std::vector<net::Part> uploads_;
};

struct PixelSize {
  int width = 0;
  int height = 0;
};
// Of a PNG or JPEG. nullopt: neither, or cut off before it says.
std::optional<PixelSize> image_size(std::string_view bytes);

std::string sha256_hex(std::string_view bytes);

}  // namespace malin::rig
