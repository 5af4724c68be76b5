// What a client hears whose model is away, by policy and dialect.
#include <boost/json.hpp>

#include "api/proxy/fixture.hpp"

namespace malin::testing {
namespace {

using api::proxy::AwayPolicy;
using api::proxy::ProxyOptions;

class PolicyTest : public ProxyFixture {
 public:
  // One request with this policy while the brain is away: all of its answer.
  std::string answer_of(AwayPolicy policy, std::string path, std::string body) {
    ProxyOptions options;
    options.away = policy;
    open(options);
    house_.send_away("brain");
    std::string heard;
    talk([](PolicyTest& test, std::string request, std::string& answer) -> Task<void> {
      Wire client = co_await test.client();
      co_await client.say(request);
      client.end_sending();
      answer = co_await client.hear_all();
    }(*this, post(path, body), heard));
    return heard;
  }
};

std::string body_of(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

TEST_F(PolicyTest, refused_means_503_in_the_dialect_of_the_route) {
  const std::string openai = answer_of(AwayPolicy::refuse, chat, ask);
  EXPECT_TRUE(openai.starts_with("HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\n"));
  EXPECT_NE(openai.find("\r\nRetry-After: 42\r\n"), openai.npos);
  const auto error = boost::json::parse(body_of(openai));
  EXPECT_EQ(error.at("status"), 503);
  EXPECT_EQ(error.at("error").at("message"), "brain is away: taking your photo, back in a sec");
  const std::string anthropic = answer_of(AwayPolicy::refuse, "/v1/messages", ask);
  EXPECT_EQ(boost::json::parse(body_of(anthropic)).at("error").at("type"), "overloaded_error");
}

TEST_F(PolicyTest, answered_means_that_she_says_what_she_does) {
  const std::string said = "taking your photo, back in a sec";
  const boost::json::value line(said);
  const auto whole = [&](const char* path) {
    return boost::json::parse(body_of(answer_of(AwayPolicy::answer, path, ask)));
  };
  EXPECT_EQ(whole(chat).at("choices").at(0).at("message").at("content"), line);
  EXPECT_EQ(whole("/v1/completions").at("choices").at(0).at("text"), line);
  EXPECT_EQ(whole("/v1/messages").at("content").at(0).at("text"), line);
  EXPECT_EQ(whole("/v1/responses").at("output").at(0).at("content").at(0).at("text"), line);
  EXPECT_EQ(whole("/api/v1/chat").at("output").at(0).at("content"), line);
  for (const char* path : {chat, "/v1/completions", "/v1/messages", "/v1/responses", "/api/v1/chat"}) {
    const std::string stream = answer_of(AwayPolicy::answer, path, ask_stream);
    EXPECT_NE(stream.find("Content-Type: text/event-stream\r\n"), stream.npos);
    EXPECT_NE(stream.find(said), stream.npos);
    EXPECT_TRUE(stream.ends_with("\n\n"));
  }
  EXPECT_TRUE(answer_of(AwayPolicy::answer, "/v1/embeddings", ask).starts_with("HTTP/1.1 503 "));
}

TEST_F(PolicyTest, a_policy_may_be_of_a_model_or_a_route) {
  ProxyOptions options;
  options.away_models["vision"] = AwayPolicy::refuse;
  options.away_routes["/v1/completions"] = AwayPolicy::answer;
  open(options);
  house_.send_away("brain");
  house_.send_away("vision");
  talk([](PolicyTest& test) -> Task<void> {
    Wire client = co_await test.client();
    co_await client.say(post(chat, R"({"model":"vision"})"));
    const std::string first = co_await client.hear_until("}\n");
    EXPECT_TRUE(first.starts_with("HTTP/1.1 503 "));
    co_await client.say(post("/v1/completions", ask));
    const std::string second = co_await client.hear_until("}}");
    EXPECT_TRUE(second.starts_with("HTTP/1.1 200 "));
    co_await client.say(post(chat, ask));
    while (test.proxy_->waiting() == 0) co_await pause(Ms(1));
  }(*this));
}

}  // namespace
}  // namespace malin::testing
