#include "rig/comfyui_sockets.hpp"

#include <random>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "ports/task.hpp"
#include "rig/comfyui_text.hpp"
#include "rig/media_maker.hpp"

namespace malin::rig {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::hours patience{24 * 365};

Task<void> send(std::shared_ptr<net::WebSocket> socket, net::WebSocketMessage message) {
  const Result<void> sent = co_await socket->send(std::move(message));
  (void)sent;  // A listener that has gone is noticed by its reader.
}

std::string big_endian(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xff);
  return bytes;
}

Task<std::string> paint_media(world::ComfyPicture picture) {
  Result<std::string> bytes = make_media(picture);
  co_return bytes ? std::move(*bytes) : std::string();
}

}  // namespace

// Encoding leaves the executor's thread.
struct ComfySockets::Painter {
  asio::thread_pool pool{1};
};

std::string new_id(bool hyphens) {
  static std::mt19937_64 random{std::random_device{}()};
  std::string id = fmt::format("{:016x}{:016x}", random(), random());
  id[12] = '4';
  id[16] = "89ab"[random() % 4];
  if (hyphens) {
    for (const std::size_t at : {8U, 13U, 18U, 23U}) id.insert(at, "-");
  }
  return id;
}

ComfySockets::ComfySockets(asio::any_io_executor executor, world::Faults& faults, const ComfyOptions& options)
    : executor_(std::move(executor)),
      faults_(faults),
      is_new_(options.version != "0.3.64"),
      painter_(std::make_shared<Painter>()) {
  faults_.declare("comfyui.ws.same_client",
                  "the end of an older socket cuts a newer one with the same clientId off, as in the real one");
}

json::object ComfySockets::features() const {
  json::object features{{"supports_preview_metadata", true}, {"max_upload_size", 104857600}};
  if (is_new_) features["assets"] = false;
  return features;
}

Task<void> ComfySockets::serve(std::shared_ptr<ComfySockets> self, std::shared_ptr<net::WebSocket> socket,
                               std::string client) {
  if (client.empty()) client = new_id(false);
  Listener fresh;
  fresh.socket = socket;
  self->open_.push_back(socket);
  self->listeners_[client] = fresh;
  self->tell(fresh, net::WebSocketMessage(false, status_message(self->remaining(), client)));
  const world::ComfyRun* run = self->comfyui_ ? self->comfyui_->running() : nullptr;
  if (run && run->prompt.client == client && !run->current.empty()) {
    json::object data{{"node", run->current}};
    self->tell(fresh, net::WebSocketMessage(false, message("executing", std::move(data))));
  }
  for (bool first = true;; first = false) {
    const Result<net::WebSocketMessage> heard = co_await socket->receive(patience);
    if (!heard) break;
    const auto listener = self->listeners_.find(client);
    if (first && listener != self->listeners_.end()) self->hear(listener->second, heard->data);
  }
  const auto mine = self->listeners_.find(client);
  if (mine == self->listeners_.end()) co_return;
  if (mine->second.socket == socket || self->faults_.find("comfyui.ws.same_client")) self->listeners_.erase(mine);
}

void ComfySockets::hear(Listener& listener, const std::string& text) {
  const Result<json::value> parsed = net::parse_json(text);
  if (!parsed || net::find_string(*parsed, "type") != "feature_flags") return;
  const json::value* data = net::find(*parsed, "data");
  listener.wants_metadata = data && net::find_bool(*data, "supports_preview_metadata").value_or(false);
  tell(listener, net::WebSocketMessage(false, message("feature_flags", features())));
}

void ComfySockets::close_all() {
  for (const auto& weak : open_) {
    if (const auto socket = weak.lock()) socket->close();
  }
  open_.clear();
  listeners_.clear();
}

std::size_t ComfySockets::remaining() const {
  return comfyui_ ? comfyui_->pending().size() + (comfyui_->running() ? 1 : 0) : 0;
}

void ComfySockets::tell(const Listener& listener, net::WebSocketMessage message) {
  asio::co_spawn(executor_, send(listener.socket, std::move(message)), rethrow);
}

void ComfySockets::tell_all(const std::string& text) {
  for (const auto& [client, listener] : listeners_) tell(listener, net::WebSocketMessage(false, text));
}

void ComfySockets::tell_owner(const world::ComfyRun& run, const std::string& text) {
  const auto owner = listeners_.find(run.prompt.client);
  if (!run.prompt.client.empty() && owner != listeners_.end()) {
    tell(owner->second, net::WebSocketMessage(false, text));
  }
}

void ComfySockets::tell_owner_or_all(const world::ComfyRun& run, const std::string& text) {
  if (run.prompt.client.empty()) {
    tell_all(text);
  } else {
    tell_owner(run, text);
  }
}

void ComfySockets::queue_changed() { tell_all(status_message(remaining())); }

void ComfySockets::started(const world::ComfyRun& run) {
  tell_owner(run, message("execution_start", stamped(run, run.started_at)));
  tell_owner(run, message("execution_cached", cached_data(run)));
}

void ComfySockets::progressed(const world::ComfyRun& run) {
  tell_owner_or_all(run, message("progress_state", progress_state(run)));
}

void ComfySockets::node_started(const world::ComfyRun& run) {
  json::object data{{"node", run.current}, {"display_node", run.current}, {"prompt_id", run.prompt.id}};
  tell_owner(run, message("executing", std::move(data)));
}

void ComfySockets::stepped(const world::ComfyRun& run, const world::ComfyProgress& progress, bool preview) {
  progressed(run);
  if (preview) send_preview(run, progress, true);
  json::object data{{"value", static_cast<std::int64_t>(progress.value)},
                    {"max", static_cast<std::int64_t>(progress.max)},
                    {"prompt_id", run.prompt.id},
                    {"node", progress.node}};
  tell_owner_or_all(run, message("progress", std::move(data)));
  if (preview) send_preview(run, progress, false);
}

// Frame 4 goes before `progress` to those who asked for metadata, frame 1 after it to the others.
void ComfySockets::send_preview(const world::ComfyRun& run, const world::ComfyProgress& progress, bool with_metadata) {
  std::string frame;
  for (const auto& [client, listener] : listeners_) {
    const bool meant = run.prompt.client.empty() || client == run.prompt.client;
    if (!meant || listener.wants_metadata != with_metadata) continue;
    if (frame.empty()) {
      world::ComfyPicture picture;
      picture.width = picture.height = 256;
      for (const world::ComfyNode& node : run.prompt.nodes) {
        if (node.output) picture = node.output->picture;
      }
      const std::string image = make_preview_jpeg(picture, progress.value / progress.max);
      const std::string about = dump_json(json::object{{"node_id", progress.node},
                                                       {"prompt_id", run.prompt.id},
                                                       {"display_node_id", progress.node},
                                                       {"parent_node_id", nullptr},
                                                       {"real_node_id", progress.node},
                                                       {"image_type", "image/jpeg"}});
      if (with_metadata)
        frame.append(big_endian(4)).append(big_endian(static_cast<std::uint32_t>(about.size()))).append(about);
      else
        frame.append(big_endian(1)).append(big_endian(1));
      frame.append(image);
    }
    tell(listener, net::WebSocketMessage(true, frame));
  }
}

void ComfySockets::node_executed(const world::ComfyRun& run, const std::string& node) {
  json::object data{
      {"node", node}, {"display_node", node}, {"output", node_output(run, node)}, {"prompt_id", run.prompt.id}};
  tell_owner(run, message("executed", std::move(data)));
}

void ComfySockets::finished(const world::ComfyRun& run) {
  auto [type, data] = end_data(run);
  tell_owner(run, message(type, std::move(data)));
}

void ComfySockets::ended(const world::ComfyRun& run) {
  tell_owner(run, message("executing", json::object{{"node", nullptr}, {"prompt_id", run.prompt.id}}));
}

Task<std::string> ComfySockets::make(world::ComfyPicture picture) {
  const std::shared_ptr<Painter> painter = painter_;
  Task<std::string> painting = paint_media(std::move(picture));
  std::string bytes = co_await asio::co_spawn(painter->pool, std::move(painting), asio::use_awaitable);
  co_return bytes;
}

}  // namespace malin::rig
