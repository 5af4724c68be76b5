// A change of the input that keeps its JSON whole: bytes changed at random seldom reach what comes after the JSON
// parser. Any object or array in the input may be changed: the whole of it, the data of an event, the body of a
// request.
#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t size_max);

namespace {

namespace json = boost::json;
using Chance = std::minstd_rand;

constexpr auto odd_values = std::to_array<const char*>({"null",
                                                        "true",
                                                        "false",
                                                        "0",
                                                        "-1",
                                                        "1",
                                                        "2147483648",
                                                        "9223372036854775807",
                                                        "-9223372036854775808",
                                                        "18446744073709551615",
                                                        "0.5",
                                                        "1e308",
                                                        "-1e308",
                                                        R"("")",
                                                        R"("..")",
                                                        R"("../a/b.png")",
                                                        R"("a\u0000b\u001b[0m\n")",
                                                        R"("[A: x]")",
                                                        R"("\ud83d\ude00")",
                                                        "[]",
                                                        "{}",
                                                        "[[[]]]"});

void collect(json::value& value, std::vector<json::value*>& all) {
  all.push_back(&value);
  if (auto* array = value.if_array()) {
    for (json::value& item : *array) collect(item, all);
  } else if (auto* object = value.if_object()) {
    for (auto& member : *object) collect(member.value(), all);
  }
}

void change_bytes(json::string& text) {
  std::string bytes(text.data(), text.size());
  const std::size_t size = bytes.size();
  bytes.resize(size + 8);
  bytes.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), size, bytes.size()));
  text = bytes;
}

void change_number(std::int64_t& number, Chance& chance) {
  const auto bits = static_cast<std::uint64_t>(number);
  number = static_cast<std::int64_t>(chance() % 2 == 0 ? bits + chance() % 5 - 2 : std::uint64_t{0} - bits);
}

void drop_or_repeat(json::value& place, Chance& chance) {
  auto* array = place.if_array();
  auto* object = place.if_object();
  if (array != nullptr && !array->empty()) {
    const auto at = static_cast<std::ptrdiff_t>(chance() % array->size());
    const json::value copy = (*array)[static_cast<std::size_t>(at)];
    chance() % 2 == 0 ? array->erase(array->begin() + at) : array->insert(array->begin() + at, copy);
  } else if (object != nullptr && !object->empty()) {
    object->erase(object->begin() + static_cast<std::ptrdiff_t>(chance() % object->size()));
  }
}

void change(json::value& root, Chance& chance) {
  std::vector<json::value*> all;
  collect(root, all);
  json::value& place = *all[chance() % all.size()];
  switch (chance() % 4) {
    case 0:
      place = json::parse(odd_values[chance() % odd_values.size()]);
      break;
    case 1: {
      const json::value copy = *all[chance() % all.size()];
      place = copy;
      break;
    }
    case 2:
      drop_or_repeat(place, chance);
      break;
    default:
      if (auto* text = place.if_string()) change_bytes(*text);
      if (auto* number = place.if_int64()) change_number(*number, chance);
  }
}

// Where objects and arrays begin.
std::vector<std::size_t> openings(std::string_view text) {
  std::vector<std::size_t> found;
  for (auto at = text.find_first_of("{["); at != text.npos; at = text.find_first_of("{[", at + 1)) found.push_back(at);
  return found;
}

// Empty: no JSON was found in it.
std::string changed(std::string_view text, Chance& chance) {
  const std::vector<std::size_t> places = openings(text);
  for (int tries = 0; tries < 4 && !places.empty(); ++tries) {
    const std::size_t at = tries == 0 ? places.front() : places[chance() % places.size()];
    json::stream_parser parser;
    json::error_code error;
    const std::size_t length = parser.write_some(text.data() + at, text.size() - at, error);
    if (error || !parser.done()) continue;
    json::value value = parser.release();
    for (auto changes = 1 + chance() % 3; changes > 0; --changes) change(value, chance);
    return std::string(text.substr(0, at)) + json::serialize(value) + std::string(text.substr(at + length));
  }
  return "";
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max,
                                               unsigned seed) {
  Chance chance(seed);
  if (chance() % 4 == 0) return LLVMFuzzerMutate(data, size, size_max);
  const std::string text = changed({reinterpret_cast<const char*>(data), size}, chance);
  if (text.empty() || text.size() > size_max) return LLVMFuzzerMutate(data, size, size_max);
  std::memcpy(data, text.data(), text.size());
  return text.size();
}
