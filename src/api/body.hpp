// Reads the members of a JSON body by name and type. What is missing, of another type, out of range or unknown is
// noted; all of it is reported at once, each with the name of its member.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.hpp"
#include "net/json.hpp"

namespace malin::api {

class Body {
 public:
  explicit Body(const net::HttpRequest& request);

  std::string text(std::string_view name);
  std::string text_or_empty(std::string_view name, std::size_t bytes_max);
  std::int64_t whole(std::string_view name, std::int64_t lowest, std::int64_t highest);
  std::int64_t whole_or_zero(std::string_view name, std::int64_t lowest, std::int64_t highest);
  bool flag(std::string_view name);
  // An object of texts and numbers; numbers become text.
  std::map<std::string, std::string> texts_or_none(std::string_view name);

  // 400 with everything that is wrong, if anything is. REQUIRES: every member has been read.
  std::optional<net::HttpResponse> problem();

 private:
  const boost::json::value* take(std::string_view name, bool is_required);
  std::int64_t number_of(std::string_view name, std::int64_t lowest, std::int64_t highest);
  void note(std::string_view field, std::string detail);
  void note_unknown();

  boost::json::value value_;
  std::vector<std::string_view> known_;
  boost::json::array errors_;
  bool is_object_ = false;
};

}  // namespace malin::api
