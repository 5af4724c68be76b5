// Who listens on /ws, and what each of them is told: a prompt's events go to the socket whose clientId queued it,
// status goes to all. One socket a clientId: a later one takes over.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "net/websocket.hpp"
#include "rig/comfyui_messages.hpp"

namespace malin::rig {

class ComfySockets final : public world::ComfyEvents, public std::enable_shared_from_this<ComfySockets> {
 public:
  ComfySockets(boost::asio::any_io_executor executor, world::Faults& faults, const ComfyOptions& options);

  // The world that speaks through it; nullptr while there is none.
  void attach(const world::ComfyUi* comfyui) { comfyui_ = comfyui; }

  // Serves one socket until it closes. An empty clientId gets a new one.
  static Task<void> serve(std::shared_ptr<ComfySockets> self, std::shared_ptr<net::WebSocket> socket,
                          std::string client);
  void close_all();

  void queue_changed() override;
  void started(const world::ComfyRun& run) override;
  void progressed(const world::ComfyRun& run) override;
  void node_started(const world::ComfyRun& run) override;
  void stepped(const world::ComfyRun& run, const world::ComfyProgress& progress, bool preview) override;
  void node_executed(const world::ComfyRun& run, const std::string& node) override;
  void finished(const world::ComfyRun& run) override;
  void ended(const world::ComfyRun& run) override;
  Task<std::string> make(world::ComfyPicture picture) override;

  json::object features() const;

 private:
  struct Listener {
    std::shared_ptr<net::WebSocket> socket;
    bool wants_metadata = false;  // Said so by its feature flags.
  };

  std::size_t remaining() const;
  void tell(const Listener& listener, net::WebSocketMessage message);
  void tell_all(const std::string& text);
  // To the owner, if any; without an owner to nobody.
  void tell_owner(const world::ComfyRun& run, const std::string& text);
  // To the owner, or without an owner to all.
  void tell_owner_or_all(const world::ComfyRun& run, const std::string& text);
  void send_preview(const world::ComfyRun& run, const world::ComfyProgress& progress, bool with_metadata);
  void hear(Listener& listener, const std::string& text);

  boost::asio::any_io_executor executor_;
  world::Faults& faults_;
  bool is_new_;
  const world::ComfyUi* comfyui_ = nullptr;
  std::map<std::string, Listener> listeners_;        // By clientId.
  std::vector<std::weak_ptr<net::WebSocket>> open_;  // Those taken over from included.
  struct Painter;
  std::shared_ptr<Painter> painter_;
};

// 32 hex digits, or a uuid4 with hyphens.
std::string new_id(bool hyphens);

}  // namespace malin::rig
