// A client that asks again and again over one connection.
#pragma once

#include <string>

#include "proxy/load.hpp"
#include "proxy/loop.hpp"

namespace malin::bench {

// A request to be answered with `query`, with a body of `bytes` or a little more.
std::string make_request(std::string_view query, std::size_t bytes);

class Caller final : public Channel {
 public:
  // `request` and `outcome` outlive it.
  Caller(Loop& loop, std::uint16_t port, const std::string& request, Outcome& outcome);

  void ask();
  // The answer under way is the last.
  void stop() { is_stopped_ = true; }
  bool is_busy() const { return is_busy_; }
  std::size_t answered() const { return answered_; }

 private:
  void on_data(std::string_view bytes) override;
  void on_end() override;
  bool take_head();
  void take_tokens();
  void end_answer();
  void fail();

  const std::string& request_;
  Outcome& outcome_;
  std::string in_;  // A head or an event that has come in part.
  Moment asked_at_{};
  std::size_t body_left_ = 0;
  std::size_t answered_ = 0;
  bool is_busy_ = false;
  bool is_stopped_ = false;
  bool has_begun_ = false;
  bool has_head_ = false;
  bool is_stream_ = false;
};

}  // namespace malin::bench
