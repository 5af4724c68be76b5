// Which handler serves a method and a path.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/handlers.hpp"

namespace malin::api {

struct Route {
  std::string_view method;
  std::string_view path;  // One segment may be {}: anything.
  Answerer answer = nullptr;
  Streamer stream = nullptr;  // One of the two.
};

struct Found {
  const Route* route = nullptr;  // Null: nothing here, or not with this method.
  std::string name;              // What {} stands for, decoded.
  std::string allowed;           // Methods that the path takes; empty: there is no such path.
};

// HEAD finds what GET does.
Found find_route(std::string_view method, std::string_view path);

}  // namespace malin::api
