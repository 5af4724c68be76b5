// Where a client looks for the daemon, and what it says when it does not find it, in front of a scripted one.
#include "app/client.hpp"

#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "app/command.hpp"
#include "app/config_file.hpp"

namespace malin::app {
namespace {

using testing::HasSubstr;

struct FindDaemon : ConfigFile {
  std::expected<DaemonAddress, ConfigProblems> find(const std::string& url, const std::string& config) {
    return find_daemon({.url = url, .config = config}, environment_);
  }
};

TEST_F(FindDaemon, the_command_line_comes_first_then_the_config_then_the_environment) {
  EXPECT_EQ(find("", "")->url, "http://127.0.0.1:7425");
  environment_["MALIN_URL"] = "http://127.0.0.1:1";
  EXPECT_EQ(find("", "")->url, "http://127.0.0.1:1");
  const std::string config = write("malin.toml", "[api]\nlisten = \"127.0.0.1:2\"\n", 0644);
  EXPECT_EQ(find("", config)->url, "http://127.0.0.1:2");
  EXPECT_EQ(find("http://127.0.0.1:3", config)->url, "http://127.0.0.1:3");
}

TEST_F(FindDaemon, the_token_is_that_of_the_config_or_the_environment) {
  environment_["MALIN_API_TOKEN"] = "from the environment";
  EXPECT_EQ(find("", "")->token, "from the environment");
  write("api.token", "from the file\n", 0600);
  const std::string config = write("malin.toml", "[api]\ntoken_file = \"api.token\"\n", 0644);
  EXPECT_EQ(find("", config)->token, "from the file");
  EXPECT_EQ(find("", write("plain.toml", "[api]\n", 0644))->token, "from the environment");
}

TEST_F(FindDaemon, only_the_section_of_the_api_has_to_be_right) {
  const std::string config = write("malin.toml", "[courier]\nchat_id = 1\ntoken_env = \"NOT_SET_HERE\"\n", 0644);
  EXPECT_EQ(find("", config)->url, "http://127.0.0.1:7425");
  EXPECT_FALSE(find("", write("wrong.toml", "[api]\nlisten = \"nowhere\"\n", 0644)));
  EXPECT_FALSE(find("", write("broken.toml", "[api\n", 0644)));
  EXPECT_FALSE(find("", "/nowhere/malin.toml"));
  const auto any_port = find("", write("any.toml", "[api]\nlisten = \"127.0.0.1:0\"\n", 0644));
  ASSERT_FALSE(any_port);
  EXPECT_THAT(format_problem(any_port.error().front()), HasSubstr("--url"));
}

TEST_F(FindDaemon, what_listens_everywhere_is_found_here) {
  EXPECT_EQ(client_url({.address = "0.0.0.0", .port = 1}), "http://127.0.0.1:1");
  EXPECT_EQ(client_url({.address = "::", .port = 1}), "http://[::1]:1");
  EXPECT_EQ(client_url({.address = "10.0.0.2", .port = 1}), "http://10.0.0.2:1");
}

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

// Answers one connection after the other with what it was given, on a thread of its own: a client waits for its answer.
// What was asked is there once the daemon has ended.
class ScriptedDaemon {
 public:
  explicit ScriptedDaemon(std::vector<std::string> answers)
      : acceptor_(io_, Tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        thread_([this, script = std::move(answers)] { serve(script); }) {}
  ~ScriptedDaemon() { end(); }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }
  std::vector<std::string> requests() {
    end();
    return requests_;
  }

 private:
  void serve(const std::vector<std::string>& script) {
    for (const std::string& answer : script) {
      boost::system::error_code error;
      Tcp::socket socket(io_);
      acceptor_.accept(socket, error);
      if (error) return;
      std::string request;
      asio::read_until(socket, asio::dynamic_buffer(request), "\r\n\r\n", error);
      requests_.push_back(request);
      asio::write(socket, asio::buffer(answer), error);
    }
  }
  void end() {
    if (!thread_.joinable()) return;
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);  // Wakes accept.
    thread_.join();
  }

  asio::io_context io_;
  Tcp::acceptor acceptor_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

std::string answer(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

std::string stream(const std::string& events) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + events;
}

DaemonClient client_of(const ScriptedDaemon& daemon, std::string token = "") {
  return std::move(*DaemonClient::make({.url = daemon.url(), .token = std::move(token)}));
}

TEST(Client, an_answer_comes_as_text_and_as_json) {
  ScriptedDaemon daemon({answer("200 OK", R"({"glow":"green"})")});
  const auto got = client_of(daemon, "secret").ask("GET", "/v1/status");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->text, R"({"glow":"green"})");
  EXPECT_EQ(net::find_string(got->body, "glow"), "green");
  const std::string request = daemon.requests().front();
  EXPECT_THAT(request, HasSubstr("GET /v1/status HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Authorization: Bearer secret\r\n"));
}

TEST(Client, a_problem_is_told_in_the_words_of_the_daemon) {
  ScriptedDaemon daemon({answer("409 Conflict", R"({"title":"Conflict","detail":"no window is open"})")});
  const auto got = client_of(daemon).ask("POST", "/v1/swap/abort", "{}");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().exit_code, exit_failed);
  EXPECT_EQ(got.error().text, "no window is open");
}

TEST(Client, a_missing_token_comes_with_where_to_put_it) {
  ScriptedDaemon daemon({answer("401 Unauthorized", R"({"detail":"a token is needed"})")});
  const auto got = client_of(daemon).ask("GET", "/v1/status");
  ASSERT_FALSE(got);
  EXPECT_THAT(got.error().text, HasSubstr("MALIN_API_TOKEN"));
}

TEST(Client, another_program_at_the_address_is_recognised) {
  ScriptedDaemon daemon({answer("200 OK", "<html>"), answer("404 Not Found", "no\nsuch page")});
  EXPECT_THAT(client_of(daemon).ask("GET", "/v1/status").error().text, HasSubstr("another program"));
  EXPECT_THAT(client_of(daemon).ask("GET", "/v1/status").error().text, HasSubstr("is that malin?"));
}

TEST(Client, a_daemon_that_is_not_there_comes_with_how_to_start_it) {
  std::string url;
  {
    const ScriptedDaemon gone({});
    url = gone.url();
  }
  auto client = DaemonClient::make({.url = url});
  ASSERT_TRUE(client);
  const auto got = client->ask("GET", "/v1/status");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().exit_code, exit_no_daemon);
  EXPECT_THAT(got.error().text, HasSubstr("malin is not running at " + url));
  EXPECT_THAT(got.error().text, HasSubstr("malin serve --config"));
}

TEST(Client, what_is_no_address_is_wrong_usage) {
  for (const char* wrong : {"localhost", "ftp://x", "ws://127.0.0.1:7425", "http://a b"})
    EXPECT_EQ(DaemonClient::make({.url = wrong}).error().exit_code, exit_wrong) << wrong;
}

TEST(Client, a_stream_is_read_to_its_end) {
  ScriptedDaemon daemon({stream("event: timeline\nid: 1\ndata: a\n\nevent: timeline\nid: 2\ndata: b\n\n")});
  std::string seen;
  const auto done = client_of(daemon).read("/v1/events", [&](const net::StreamEvent& event) { seen += event.data; });
  EXPECT_TRUE(done);
  EXPECT_EQ(seen, "ab");
}

TEST(Client, a_stream_that_breaks_goes_on_after_its_newest_event) {
  ScriptedDaemon daemon({stream("id: 7\ndata: a\n\n"), stream("id: 8\ndata: b\n\n")});
  std::string seen;
  int lost = 0;
  const auto take = [&](const net::StreamEvent& event) {
    seen += event.data;
    return event.id != "8";
  };
  const auto done = client_of(daemon).follow("/v1/events", take, [&](const std::string&) { ++lost; });
  EXPECT_TRUE(done);
  EXPECT_EQ(seen, "ab");
  EXPECT_EQ(lost, 1);
  EXPECT_THAT(daemon.requests().back(), HasSubstr("Last-Event-ID: 7\r\n"));
}

TEST(Client, a_stream_that_is_refused_is_trouble) {
  ScriptedDaemon daemon({answer("400 Bad Request", R"({"detail":"\"after\" must be a number"})")});
  const auto done =
      client_of(daemon).follow("/v1/events", [](const net::StreamEvent&) { return true; }, [](const std::string&) {});
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().text, HasSubstr("must be a number"));
}

}  // namespace
}  // namespace malin::app
