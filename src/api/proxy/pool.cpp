#include "api/proxy/pool.hpp"

#include <utility>

#include "net/link.hpp"

namespace malin::api::proxy {

namespace {

constexpr std::size_t idle_max = 128;
constexpr std::chrono::seconds idle_limit{55};

}  // namespace

std::shared_ptr<Peer> Pool::take() {
  while (!idle_.empty()) {
    std::shared_ptr<Peer> peer = std::move(idle_.back());
    idle_.pop_back();
    if (peer->is_quiet()) return peer;
    peer->close();
  }
  return nullptr;
}

Task<Result<std::shared_ptr<Peer>>> Pool::connect(std::chrono::milliseconds limit) {
  const auto link = co_await net::dial(executor_, server_, std::chrono::steady_clock::now() + limit);
  if (!link) co_return std::unexpected(link.error());
  co_return std::make_shared<Peer>((*link)->take_plain());
}

void Pool::put(std::shared_ptr<Peer> peer, Moment now) {
  if (!peer->is_quiet() || idle_.size() >= idle_max) return peer->close();
  peer->set_owner(nullptr);
  peer->idle_since = now;
  peer->read();
  idle_.push_back(std::move(peer));
}

void Pool::sweep(Moment now) {
  std::erase_if(idle_, [&](const std::shared_ptr<Peer>& peer) {
    const bool is_old = !peer->is_quiet() || peer->idle_since + idle_limit <= now;
    if (is_old) peer->close();
    return is_old;
  });
}

void Pool::clear() {
  for (const auto& peer : idle_) peer->close();
  idle_.clear();
}

}  // namespace malin::api::proxy
