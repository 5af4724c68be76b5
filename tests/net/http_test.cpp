#include "net/http.hpp"

#include <gtest/gtest.h>

namespace malin::net {
namespace {

TEST(Http, a_header_is_found_in_any_case) {
  Headers headers = {{"Content-Type", "text/plain"}, {"X-A", "1"}, {"x-a", "2"}};
  EXPECT_EQ(headers.get("content-type"), "text/plain");
  EXPECT_EQ(headers.get("X-a"), "1");
  EXPECT_EQ(headers.get("X"), "");
  EXPECT_TRUE(headers.has("CONTENT-TYPE"));
  EXPECT_FALSE(headers.has("Host"));
}

TEST(Http, set_replaces_all_of_that_name) {
  Headers headers = {{"X-A", "1"}, {"x-a", "2"}, {"B", "3"}};
  headers.set("X-a", "4");
  headers.add("B", "5");
  std::string all;
  for (const auto& [name, value] : headers) all += name + "=" + value + ";";
  EXPECT_EQ(all, "B=3;X-a=4;B=5;");
}

TEST(Http, a_response_carries_its_type) {
  EXPECT_EQ(HttpResponse(200, "application/json", "{}").headers.get("Content-Type"), "application/json");
  EXPECT_FALSE(HttpResponse(204, "", "").headers.has("Content-Type"));
}

TEST(Http, phrases_are_the_standard_ones) {
  EXPECT_EQ(reason_phrase(200), "OK");
  EXPECT_EQ(reason_phrase(404), "Not Found");
  EXPECT_EQ(reason_phrase(298), "Unknown");
}

}  // namespace
}  // namespace malin::net
