#include "proxy/upstream.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/text.hpp"

namespace malin::bench {

namespace {

std::string completion(std::size_t bytes) {
  const std::string_view begin =
      R"({"id":"chatcmpl-1","object":"chat.completion","created":1790000000,"model":"bench",)"
      R"("choices":[{"index":0,"message":{"role":"assistant","content":")";
  const std::string_view end = R"("},"finish_reason":"stop"}]})";
  std::string body(begin);
  while (body.size() + end.size() < bytes) body += "the rain runs down the window and ";
  return body.append("good night").append(end);
}

std::string with_length(std::string_view status, std::string_view body) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", status,
                     body.size(), body);
}

std::string chunk(std::string_view data) { return fmt::format("{:x}\r\n{}\r\n", data.size(), data); }

std::string token() {
  return chunk(
      fmt::format(R"(data: {{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1790000000,"model":"bench",)"
                  R"("choices":[{{"index":0,"delta":{{{}{}"}},"finish_reason":null}}]}})"
                  "\n\n",
                  stamp_key, now().time_since_epoch().count()));
}

}  // namespace

class Upstream::Connection final : public Channel, public std::enable_shared_from_this<Connection> {
 public:
  Connection(Upstream& upstream, int descriptor) : Channel(upstream.loop_, descriptor), upstream_(upstream) {}

 private:
  void on_data(std::string_view bytes) override {
    if (body_left_ == 0) {
      head_.append(bytes);
      const auto end = head_.find("\r\n\r\n");
      if (end == std::string::npos) return;
      body_left_ = content_length(std::string_view(head_).substr(0, end + 2));
      body_left_ -= std::min(body_left_, head_.size() - end - 4);
    } else {
      body_left_ -= std::min(body_left_, bytes.size());
    }
    if (body_left_ != 0) return;
    const std::string target = head_.substr(0, head_.find("\r\n"));
    head_.clear();
    answer(target);
  }

  void on_end() override { upstream_.connections_.erase(this); }

  void answer(std::string_view target) {
    if (target.find(" /health") != std::string_view::npos)
      return send(with_length(upstream_.is_well_ ? "200 OK" : "503 Service Unavailable", "{}"));
    ++upstream_.asked_;
    const std::size_t chunks = query_number(target, "chunks=");
    if (chunks != 0) return begin_stream(chunks, std::chrono::microseconds(query_number(target, "every=")));
    const std::size_t bytes = query_number(target, "bytes=");
    if (bytes == 0) {
      static const std::string brief = with_length("200 OK", completion(183));
      return send(brief);
    }
    if (long_.size() < bytes) long_ = with_length("200 OK", completion(bytes));
    send(long_);
  }

  void begin_stream(std::size_t chunks, Nanoseconds every) {
    tokens_left_ = chunks - 1;
    every_ = every;
    next_ = now() + every_;
    send(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
        "Transfer-Encoding: chunked\r\n\r\n" +
        token());
    arrange();
  }

  void arrange() {
    upstream_.loop_.at(next_, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->go_on();
    });
  }

  void go_on() {
    if (tokens_left_ == 0) return send(chunk("data: [DONE]\n\n") + "0\r\n\r\n");
    --tokens_left_;
    send(token());
    next_ += every_;
    arrange();
  }

  Upstream& upstream_;
  std::string head_;
  std::size_t body_left_ = 0;
  std::size_t tokens_left_ = 0;
  Nanoseconds every_{};
  Moment next_{};
  static inline std::string long_;
};

Upstream::Upstream(Loop& loop, std::uint16_t port) : loop_(loop), listener_(listen_on(port)) {
  loop_.watch(listener_, EPOLLIN, *this);
}

Upstream::~Upstream() {
  connections_.clear();
  loop_.forget(listener_);
  close(listener_);
}

void Upstream::on_ready(std::uint32_t) {
  const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (descriptor < 0) return;
  auto connection = std::make_shared<Connection>(*this, descriptor);
  connections_.emplace(connection.get(), connection);
}

}  // namespace malin::bench
