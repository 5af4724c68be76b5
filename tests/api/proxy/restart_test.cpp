// The server behind dies and comes back while somebody waits.
#include "api/proxy/fixture.hpp"

namespace malin::testing {
namespace {

class RestartTest : public ProxyFixture {
 public:
  const std::string ask = post("/v1/chat/completions", R"({"model":"brain"})");
};

TEST_F(RestartTest, who_waits_is_not_sent_to_a_server_that_does_not_answer) {
  house_.send_away("brain");
  talk([](RestartTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(test.ask);
    while (test.proxy_->waiting() == 0) co_await pause(Ms(1));
    test.house_.is_server_unknown = true;
    test.house_.bring_back("brain");
    Wire other = co_await test.client();  // Who comes now hears how it is.
    co_await other.say(get("/v1/models"));
    Wire server = co_await test.server();
    const std::string first = co_await server.hear_until("\r\n\r\n");
    EXPECT_TRUE(first.starts_with("GET /v1/models"));
    EXPECT_EQ(test.house_.speaking, 0);
    test.house_.is_server_unknown = false;
    test.house_.news();
    Wire again = co_await test.server();
    co_await again.hear_until("}");
    co_await again.say(ok("{}"));
    co_await client.hear_until("{}");
  }(*this));
}

TEST_F(RestartTest, who_was_called_in_vain_waits_on) {
  Tcp::acceptor behind(io_, Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
  const Tcp::endpoint place = behind.local_endpoint();
  behind.close();
  api::proxy::ProxyOptions options;
  options.port = 0;
  options.upstream.host = "127.0.0.1";
  options.upstream.port = place.port();
  api::proxy::Proxy proxy(io_.get_executor(), options, house_);
  port_ = proxy.listen().value();
  house_.send_away("brain");
  talk([](RestartTest& test, api::proxy::Proxy& waits, Tcp::acceptor& door, Tcp::endpoint at) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(test.ask);
    while (waits.waiting() == 0) co_await pause(Ms(1));
    test.house_.bring_back("brain");
    while (test.house_.begun == 0 || test.house_.speaking != 0) co_await pause(Ms(1));
    EXPECT_EQ(waits.waiting(), 1U);
    door = Tcp::acceptor(test.io_, at);
    test.house_.news();
    Wire server(co_await door.async_accept(boost::asio::use_awaitable));
    const std::string asked = co_await server.hear_until("}");
    EXPECT_TRUE(asked.ends_with(R"({"model":"brain"})")) << asked;
    co_await server.say(ok("{}"));
    co_await client.hear_until("{}");
  }(*this, proxy, behind, place));
  proxy.stop();
  run(io_, proxy.stopped());
}

}  // namespace
}  // namespace malin::testing
