// The server behind the proxies: a model server as far as a proxy can tell. What it answers is in the query:
//   (nothing)            a short completion as JSON
//   ?bytes=N             a completion of about N bytes
//   ?chunks=N&every=US   an event stream of N tokens, one every US microseconds; each says when it was sent
// GET /health says whether it is well.
#pragma once

#include <memory>
#include <unordered_map>

#include "proxy/loop.hpp"

namespace malin::bench {

class Upstream final : public Watcher {
 public:
  Upstream(Loop& loop, std::uint16_t port);
  ~Upstream() override;

  void on_ready(std::uint32_t events) override;
  void set_well(bool is_well) { is_well_ = is_well; }
  // Requests for an answer of hers so far.
  std::size_t asked() const { return asked_; }

 private:
  class Connection;

  Loop& loop_;
  int listener_;
  bool is_well_ = true;
  std::size_t asked_ = 0;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
};

// What stands before a token, which is the time of its sending in nanoseconds of the steady clock.
inline constexpr std::string_view stamp_key = "\"content\":\"";

}  // namespace malin::bench
