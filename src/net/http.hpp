// HTTP/1.1 messages as values.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace malin::net {

class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}

  // The value of the first field with this name in any case, or empty.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  void set(std::string name, std::string value);  // Replaces all of that name.
  void add(std::string name, std::string value);
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct HttpRequest {
  HttpRequest() = default;
  HttpRequest(std::string method_, std::string target_) : method(std::move(method_)), target(std::move(target_)) {}
  std::string method = "GET";
  std::string target = "/";
  Headers headers;
  std::string body;
};

struct HttpResponse {
  HttpResponse() = default;
  HttpResponse(unsigned status_, std::string type, std::string body_);
  unsigned status = 200;
  Headers headers;
  std::string body;
};

// The standard phrase: "Not Found".
std::string_view reason_phrase(unsigned status);

}  // namespace malin::net
