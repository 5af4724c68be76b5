// Looks through JSON without making values of it: every scalar is shown with where it stands. Nothing is checked beyond
// what finding the way needs, and a text that ends early has shown what came before its end.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace malin::api::proxy {

// One step from the root: a member by name, or an element by index.
struct JsonStep {
  std::string_view key;  // As written, between its quotes.
  int index = -1;        // Of an element; -1: a member.
};
using JsonPath = std::vector<JsonStep>;

struct JsonScalar {
  std::size_t begin = 0;  // Of a string: after its opening quote.
  std::size_t end = 0;    // Of a string: its closing quote.
  bool is_string = false;
};

using OnScalar = std::function<void(const JsonPath& path, JsonScalar scalar)>;

// Whether `text` is one value, as far as can be seen.
bool walk_json(std::string_view text, const OnScalar& on_scalar);

// Whether the path is these names; "*" is any element. {"choices", "*", "delta"}
bool is_path(const JsonPath& path, std::initializer_list<std::string_view> names);

// What stands between the quotes, decoded. Half a surrogate pair becomes the three bytes it would have by itself.
std::string unescape(std::string_view raw);
// The other way round: what must be escaped, and nothing else.
std::string escape(std::string_view text);

}  // namespace malin::api::proxy
