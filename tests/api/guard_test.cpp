// Who may ask, and what is said to requests that nothing serves.
#include "api/guard.hpp"

#include "api/face.hpp"

namespace malin::api {
namespace {

using malin::testing::Answer;
using malin::testing::Face;

struct Guard : Face {
  Answer with(const std::string& method, const std::string& target, const std::string& name, const std::string& value,
              const std::string& body = "") {
    net::HttpRequest request(method, target);
    request.headers.add(name, value);
    request.body = body;
    return send(std::move(request));
  }
  // The status line of a request with these very headers.
  std::string status(const std::string& request_line, const std::string& headers) {
    const std::string heard = talk(request_line + " HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n");
    return heard.substr(0, heard.find("\r\n"));
  }
};

struct GuardWithToken : Face {
  static ApiOptions options() {
    ApiOptions with;
    with.token = "correct horse";
    return with;
  }
  GuardWithToken() : Face(options()) {}
  unsigned status_with(const std::string& authorization) {
    net::HttpRequest request("GET", "/v1/glow");
    if (!authorization.empty()) request.headers.add("Authorization", authorization);
    return send(std::move(request)).status;
  }
};

TEST_F(GuardWithToken, nobody_is_served_without_the_token) {
  for (const char* wrong : {"", "Bearer", "Bearer ", "Bearer wrong", "Bearer correct hors", "Bearer correct horse2",
                            "Bearer correct horsf", "Basic correct horse", "correct horse"})
    EXPECT_EQ(status_with(wrong), 401u) << wrong;
  EXPECT_EQ(status_with("Bearer correct horse"), 200u);
  EXPECT_EQ(status_with("bearer correct horse"), 200u);
  for (const char* path : {"/healthz", "/metrics", "/v1/events?follow=false", "/nothing"})
    EXPECT_EQ(get(path).status, 401u) << path;
}

TEST_F(GuardWithToken, the_answer_says_what_is_needed_and_not_what_was_sent) {
  net::HttpRequest request("GET", "/v1/glow");
  request.headers.add("Authorization", "Bearer my-other-secret");
  const Answer answer = send(std::move(request));
  EXPECT_TRUE(answer.headers.get("WWW-Authenticate").starts_with("Bearer"));
  EXPECT_EQ(answer.body.find("my-other-secret"), std::string::npos);
  EXPECT_EQ(answer.body.find("correct horse"), std::string::npos);
}

TEST_F(GuardWithToken, with_it_any_name_will_do) {
  const std::string heard = talk(
      "GET /v1/glow HTTP/1.1\r\nHost: malin.example\r\nAuthorization: Bearer correct horse\r\n"
      "Connection: close\r\n\r\n");
  EXPECT_TRUE(heard.starts_with("HTTP/1.1 200")) << heard;
}

TEST(Listening, beyond_loopback_needs_a_token) {
  malin::testing::Home home;
  for (const char* address : {"0.0.0.0", "::", "192.0.2.1"}) {
    ApiOptions options;
    options.address = address;
    Api open(home.io.get_executor(), home.clock, home.config, *home.controller, options);
    const Result<std::uint16_t> port = open.listen();
    ASSERT_FALSE(port) << address;
    EXPECT_EQ(port.error().code, Errc::refused);
    EXPECT_NE(port.error().message.find("token"), std::string::npos);
  }
  ApiOptions options;
  options.address = "0.0.0.0";
  options.token = "secret";
  Api guarded(home.io.get_executor(), home.clock, home.config, *home.controller, options);
  EXPECT_TRUE(guarded.listen());
}

TEST(Listening, on_an_address_that_is_taken_is_refused) {
  malin::testing::Home home;
  Api first(home.io.get_executor(), home.clock, home.config, *home.controller, {});
  ApiOptions options;
  options.port = first.listen().value();
  Api second(home.io.get_executor(), home.clock, home.config, *home.controller, options);
  EXPECT_FALSE(second.listen());
}

TEST_F(Guard, a_name_that_was_made_to_point_here_is_not_served) {
  for (const char* host :
       {"localhost", "localhost:7425", "LOCALHOST", "127.0.0.1:80", "127.8.9.1", "[::1]:7425", "[::1]"})
    EXPECT_EQ(status("GET /v1/glow", std::string("Host: ") + host + "\r\n"), "HTTP/1.1 200 OK") << host;
  for (const char* host : {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.0.2.1", "", "::1",
                           "[::1].evil.example", "[2001:db8::1]", "0.0.0.0", "127.1"})
    EXPECT_EQ(status("GET /v1/glow", std::string("Host: ") + host + "\r\n"), "HTTP/1.1 403 Forbidden") << host;
}

TEST_F(Guard, a_page_of_another_origin_gets_nothing_done) {
  const std::string own = "http://127.0.0.1:" + std::to_string(port);
  const std::string body = R"({"kind":"selfie","prompt":"x"})";
  for (const std::string origin : {"http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1", "file://"})
    for (const char* method : {"POST", "PUT", "DELETE"})
      EXPECT_EQ(with(method, "/v1/jobs", "Origin", origin, body).status, 403u) << origin;
  EXPECT_TRUE(home.store.all_jobs.empty());
  const Answer answer = with("POST", "/v1/jobs", "Origin", own, body);
  EXPECT_EQ(answer.status, 201u) << answer.body;
  const Answer look = with("GET", "/v1/glow", "Origin", "http://evil.example");
  EXPECT_EQ(look.status, 200u);
  EXPECT_FALSE(look.headers.has("Access-Control-Allow-Origin"));  // So the page cannot read it.
}

TEST_F(Guard, a_body_must_be_json) {
  const std::string body = R"({"kind":"selfie","prompt":"x"})";
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                           "application/jsonp", "application/json-patch"})
    EXPECT_EQ(with("POST", "/v1/jobs", "Content-Type", type, body).status, 415u) << type;
  for (const char* type : {"application/json", "application/json; charset=utf-8", "Application/JSON ;charset=utf-8"})
    EXPECT_EQ(with("POST", "/v1/jobs", "Content-Type", type, body).status, 201u) << type;
  EXPECT_EQ(with("POST", "/v1/jobs", "X-Nothing", "1", body).status, 201u);  // Without a type.
}

TEST_F(Guard, a_path_says_which_methods_it_takes) {
  const Answer answer = ask("PATCH", "/v1/jobs/j-1");
  EXPECT_EQ(answer.status, 405u);
  EXPECT_EQ(answer.headers.get("Allow"), "GET, HEAD, DELETE");
  EXPECT_EQ(get("/v1/swap").headers.get("Allow"), "PUT");
  EXPECT_EQ(ask("OPTIONS", "/v1/events").headers.get("Allow"), "GET, HEAD");
}

TEST_F(Guard, there_is_nothing_anywhere_else) {
  for (const char* path : {"/v1", "/v1/", "/v1/jobs/", "/v1/jobs/a/b", "/v1/jobs//media", "/v1/senses//restore",
                           "/V1/status", "/v1/status/", "/v1/jobs/%zz", "/v1/turns/../status", "/.git/config"}) {
    const Answer answer = get(path);
    EXPECT_EQ(answer.status, 404u) << path;
    EXPECT_EQ(answer.type(), "application/problem+json");
    EXPECT_EQ(answer.text("detail"), "there is nothing at this path");
  }
}

TEST_F(Guard, a_look_may_be_asked_for_without_its_body) {
  const Answer head = ask("HEAD", "/v1/status");
  EXPECT_EQ(head.status, 200u);
  EXPECT_TRUE(head.body.empty());
}

TEST_F(Guard, no_answer_is_kept_by_a_cache) {
  EXPECT_EQ(get("/v1/status").headers.get("Cache-Control"), "no-store");
  EXPECT_EQ(get("/nothing").headers.get("Cache-Control"), "no-store");
}

TEST_F(Guard, what_is_no_http_gets_a_problem_too) {
  const std::string heard = talk("NONSENSE\r\n\r\n");
  EXPECT_TRUE(heard.starts_with("HTTP/1.1 400")) << heard;
  EXPECT_NE(heard.find("application/problem+json"), std::string::npos) << heard;
}

TEST_F(Guard, a_body_that_is_announced_too_large_is_refused_before_it_is_sent) {
  const std::string heard = talk("POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n{");
  EXPECT_TRUE(heard.starts_with("HTTP/1.1 413")) << heard;
  EXPECT_NE(heard.find("application/problem+json"), std::string::npos) << heard;
}

}  // namespace
}  // namespace malin::api
