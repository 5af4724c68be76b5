#include "net/json.hpp"

#include <gtest/gtest.h>

namespace malin::net {
namespace {

TEST(Json, members_of_the_right_type_are_found) {
  const auto value = parse_json(R"({"s":"a","i":-3,"d":2.5,"b":true,"a":[1],"o":{"x":1},"n":null})").value();
  EXPECT_EQ(find_string(value, "s"), "a");
  EXPECT_EQ(find_int(value, "i"), -3);
  EXPECT_EQ(find_double(value, "d"), 2.5);
  EXPECT_EQ(find_bool(value, "b"), true);
  EXPECT_EQ(find_array(value, "a")->size(), 1u);
  EXPECT_EQ(find_object(value, "o")->size(), 1u);
  EXPECT_TRUE(find(value, "n")->is_null());
}

TEST(Json, a_missing_or_mistyped_member_is_an_answer) {
  const auto value = parse_json(R"({"s":"a","n":null})").value();
  EXPECT_EQ(find(value, "x"), nullptr);
  EXPECT_EQ(find_string(value, "n"), std::nullopt);
  EXPECT_EQ(find_int(value, "s"), std::nullopt);
  EXPECT_EQ(find_double(value, "s"), std::nullopt);
  EXPECT_EQ(find_bool(value, "s"), std::nullopt);
  EXPECT_EQ(find_array(value, "s"), nullptr);
  EXPECT_EQ(find_object(value, "x"), nullptr);
  EXPECT_EQ(find(parse_json("[1]").value(), "s"), nullptr);
}

TEST(Json, numbers_convert_where_exact) {
  const auto value =
      parse_json(R"({"a":4096.0,"b":0.5,"c":18446744073709551615,"d":1e300,"e":7,"f":-9223372036854775808.0})");
  EXPECT_EQ(find_int(*value, "a"), 4096);
  EXPECT_EQ(find_int(*value, "b"), std::nullopt);
  EXPECT_EQ(find_int(*value, "c"), std::nullopt);
  EXPECT_EQ(find_double(*value, "c"), 18446744073709551615.0);
  EXPECT_EQ(find_int(*value, "d"), std::nullopt);
  EXPECT_EQ(find_double(*value, "e"), 7.0);
  EXPECT_EQ(find_int(*value, "f"), INT64_MIN);
}

TEST(Json, what_is_no_json_is_a_bad_reply) {
  for (const char* text : {"", "{", "nope", "{\"a\":1} x", "<html>"}) {
    const auto value = parse_json(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().code, Errc::bad_reply);
  }
}

TEST(Json, nesting_has_a_limit) {
  EXPECT_TRUE(parse_json(std::string(64, '[') + std::string(64, ']')));
  EXPECT_FALSE(parse_json(std::string(65, '[') + std::string(65, ']')));
  EXPECT_FALSE(parse_json(std::string(1'000'000, '[')));
}

// Found by engines_fuzz: they became infinity, and what was written of it was no JSON.
TEST(Json, numbers_that_no_double_holds_are_a_bad_reply) {
  for (const std::string& number : {std::string("1e309"), std::string("-1E999"), "1" + std::string(400, '0') + ".0"})
    EXPECT_FALSE(parse_json("{\"a\":[" + number + "]}")) << number;
  EXPECT_TRUE(parse_json(R"([1e308,-1.7e308,1e-999])"));
}

TEST(Json, is_written_as_utf8_whatever_it_holds) {
  const json::value broken{{"a", "caf\xE9"}, {"b", "\xF0\x9F\x98"}, {"c", "\xC3\xA9"}};
  EXPECT_EQ(format_json(broken), "{\"a\":\"caf\uFFFD\",\"b\":\"\uFFFD\uFFFD\uFFFD\",\"c\":\"\u00E9\"}");
}

TEST(Json, size_has_a_limit) { EXPECT_FALSE(parse_json("\"" + std::string(64 << 20, 'a') + "\"")); }

}  // namespace
}  // namespace malin::net
