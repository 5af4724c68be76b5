#include "net/wire.hpp"

#include <gtest/gtest.h>

using namespace malin::net;

namespace {

constexpr std::string_view kHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

// As a connection does: what was not taken comes again, with more.
struct Connection {
  Connection() { feed(kHead); }
  void feed(std::string_view bytes) {
    waiting.append(bytes);
    std::size_t taken = 0;
    do {
      taken = parser.feed(waiting, error);
      waiting.erase(0, taken);
    } while (taken != 0 && !error && !parser.is_done());
  }
  ResponseParser parser;
  ErrorCode error;
  std::string waiting;
};

}  // namespace

TEST(MessageParser, takes_the_last_chunk_a_byte_at_a_time) {
  for (const std::string_view body : {"0\r\n\r\n", "1\r\n0\r\n0\r\n\r\n", "0;a=b\r\n\r\n", "000\r\nA: b\r\n\r\n"}) {
    Connection connection;
    for (const char c : body) {
      ASSERT_FALSE(connection.parser.is_done()) << body;
      connection.feed(std::string_view(&c, 1));
      ASSERT_FALSE(connection.error) << body << ": " << connection.error.message();
    }
    EXPECT_TRUE(connection.parser.is_done()) << body;
  }
}

TEST(MessageParser, gives_noughts_inside_a_chunk_at_once) {
  Connection connection;
  connection.feed("4\r\n0");
  connection.feed("0");
  EXPECT_EQ(connection.parser.message().body, "00");
  connection.feed("00\r\n");
  EXPECT_EQ(connection.parser.message().body, "0000");
}
