#include "net/url.hpp"

#include <gtest/gtest.h>

namespace malin::net {
namespace {

TEST(Url, has_the_parts_of_an_address) {
  const auto url = parse_url("https://api.telegram.org:8443/bot123/getMe").value();
  EXPECT_TRUE(url.tls);
  EXPECT_EQ(url.host, "api.telegram.org");
  EXPECT_EQ(url.port, 8443);
  EXPECT_EQ(url.path, "/bot123/getMe");
}

TEST(Url, takes_the_port_of_its_scheme) {
  EXPECT_EQ(parse_url("http://a").value().port, 80);
  EXPECT_EQ(parse_url("ws://a").value().port, 80);
  EXPECT_EQ(parse_url("https://a").value().port, 443);
  EXPECT_EQ(parse_url("WSS://a:").value().port, 443);
  EXPECT_TRUE(parse_url("wss://a").value().tls);
  EXPECT_FALSE(parse_url("ws://a").value().tls);
}

TEST(Url, loses_trailing_slashes_and_keeps_its_query) {
  EXPECT_EQ(parse_url("http://a/").value().path, "");
  EXPECT_EQ(parse_url("http://a/v1//").value().path, "/v1");
  EXPECT_EQ(parse_url("ws://a/ws?clientId=x%20y").value().path, "/ws?clientId=x%20y");
  EXPECT_EQ(parse_url("ws://a?x=1").value().path, "/?x=1");
}

TEST(Url, takes_an_ipv6_host_without_brackets) {
  const auto url = parse_url("http://[::1]:8188").value();
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.port, 8188);
}

TEST(Url, refuses_what_is_no_plain_address) {
  for (const char* text :
       {"", "localhost:1234", "ftp://a/", "http://", "http:///x", "http://a:0/", "http://a:70000/", "http://u:p@a/",
        "http://a/#f", "http://a b/", "http://a/\r\nX: y", "http://a%0d/", "http://a:-1"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, Errc::refused);
  }
  EXPECT_EQ(parse_url("http://u:secret@a/").error().message.find("secret"), std::string::npos);
}

TEST(Url, escapes_come_back_as_they_were) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  EXPECT_EQ(percent_decode(percent_encode(all)).value(), all);
  EXPECT_EQ(percent_encode("a b/ü~"), "a%20b%2F%C3%BC~");
  EXPECT_EQ(percent_decode("a+b%2f").value(), "a+b/");
}

TEST(Url, a_broken_escape_is_refused) {
  for (const char* text : {"%", "%2", "%zz", "a%2"}) EXPECT_FALSE(percent_decode(text)) << text;
}

TEST(Url, a_query_value_is_found_and_decoded) {
  const std::string_view target = "/view?filename=a+b%20%26c.png&type=output&flag&filename=second";
  EXPECT_EQ(query_value(target, "filename"), "a b &c.png");
  EXPECT_EQ(query_value(target, "type"), "output");
  EXPECT_EQ(query_value(target, "flag"), "");
  EXPECT_EQ(query_value(target, "name"), "");
  EXPECT_EQ(query_value("/view", "filename"), "");
  EXPECT_EQ(query_value("/view?a=%zz", "a"), "");
  EXPECT_EQ(path_of(target), "/view");
  EXPECT_EQ(path_of("/view"), "/view");
}

}  // namespace
}  // namespace malin::net
