#include "adapters/comfyui/comfyui.hpp"

#include <algorithm>

#include "adapters/comfyui/comfyui_history.hpp"
#include "adapters/comfyui/comfyui_protocol.hpp"
#include "adapters/comfyui/download.hpp"
#include "adapters/comfyui/hint_socket.hpp"
#include "adapters/comfyui/render_tracker.hpp"
#include "net/http_client.hpp"
#include "net/json.hpp"

namespace malin::adapters {

namespace asio = boost::asio;

namespace {

net::HttpRequest post(std::string target, std::string body) {
  net::HttpRequest request("POST", std::move(target));
  request.headers.set("Content-Type", "application/json");
  request.body = std::move(body);
  return request;
}

std::string quote(std::string_view text) { return net::json::serialize(net::json::string_view(text)); }

bool contains(const std::vector<std::string>& ids, const std::string& id) {
  return std::ranges::find(ids, id) != ids.end();
}

}  // namespace

struct ComfyUi::Impl {
  Impl(asio::any_io_executor executor, Clock& clock_, net::Url base, ComfyUiOptions options_)
      : clock(clock_), options(std::move(options_)), http(executor, base), downloads(http, clock_) {
    HintSocket::Handlers handlers;
    handlers.wanted = [this] { return !renders.empty(); };
    handlers.on_message = [this](const std::string& text) { take_hint(text); };
    handlers.on_frame = [this](const std::string& bytes) {
      if (auto frame = parse_ws_frame(bytes)) renders.note_frame(std::move(*frame));
    };
    socket = std::make_shared<HintSocket>(executor, std::move(base), client_id, format_features(), clock,
                                          std::move(handlers));
  }
  ~Impl() { socket->stop(); }

  void take_hint(const std::string& text) {
    const SocketHint hint = parse_ws_message(text);
    const bool is_ours = renders.note_hint(hint, clock.now());
    if (is_ours && options.on_hint) options.on_hint(hint.over);
  }

  // Any answer but 200 is an error; `what` says in words what was asked.
  Task<Result<std::string>> call(net::HttpRequest request, std::string what, Duration limit) {
    auto response = co_await http.send(std::move(request), limit);
    if (!response) co_return fail(response.error().code, "ComfyUI: " + response.error().message);
    if (response->status != 200) co_return std::unexpected(status_error(what, response->status, response->body));
    co_return std::move(response->body);
  }

  Task<Result<ComfyQueue>> queue() {
    net::HttpRequest request("GET", "/queue");
    const auto text = co_await call(std::move(request), "/queue", options.http_limit);
    if (!text) co_return std::unexpected(text.error());
    co_return parse_queue(*text);
  }

  Task<Result<std::optional<RenderReading>>> history(std::string prompt_id) {
    net::HttpRequest request("GET", "/history/" + net::percent_encode(prompt_id));
    const auto text = co_await call(std::move(request), "/history", options.http_limit);
    if (!text) co_return std::unexpected(text.error());
    co_return parse_history(*text, prompt_id);
  }

  // Whether it is queued, running or finished there. The queue first: a render leaves it for the history, never back.
  Task<Result<bool>> is_known(std::string prompt_id) {
    const auto queued = co_await queue();
    if (!queued) co_return std::unexpected(queued.error());
    if (contains(queued->running, prompt_id) || contains(queued->pending, prompt_id)) co_return true;
    const auto past = co_await history(prompt_id);
    if (!past) co_return std::unexpected(past.error());
    co_return past->has_value();
  }

  Task<Result<void>> cancel(std::string prompt_id);
  Task<Result<void>> cancel_the_old_way(std::string prompt_id);
  Task<Result<void>> post_prompt(std::string graph, std::string prompt_id);

  Clock& clock;
  ComfyUiOptions options;
  std::string client_id = new_client_id();
  net::HttpClient http;
  Downloads downloads;
  RenderTracker renders;
  std::shared_ptr<HintSocket> socket;
};

Result<std::unique_ptr<ComfyUi>> ComfyUi::create(asio::any_io_executor executor, Clock& clock, ComfyUiOptions options) {
  auto base = net::parse_url(options.url);
  if (!base) return fail(base.error().code, "the address of ComfyUI: " + base.error().message);
  auto impl = std::make_unique<Impl>(std::move(executor), clock, std::move(*base), std::move(options));
  return std::unique_ptr<ComfyUi>(new ComfyUi(std::move(impl)));
}

ComfyUi::ComfyUi(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ComfyUi::~ComfyUi() = default;

Task<Result<RendererReading>> ComfyUi::probe() {
  net::HttpRequest request("GET", "/system_stats");
  const auto text = co_await impl_->call(std::move(request), "/system_stats", impl_->options.http_limit);
  if (!text) co_return std::unexpected(text.error());
  const auto stats = parse_system_stats(*text);
  if (!stats) co_return std::unexpected(stats.error());
  const auto device = std::ranges::find(stats->devices, impl_->options.card_index, &ComfyDevice::index);
  if (device == stats->devices.end()) {
    co_return fail(Errc::bad_reply, "ComfyUI has no card " + std::to_string(impl_->options.card_index) + ", but " +
                                        std::to_string(stats->devices.size()) + " devices");
  }
  auto queue = co_await impl_->queue();
  if (!queue) co_return std::unexpected(queue.error());
  const TimePoint now = impl_->clock.now();
  RendererReading reading;
  reading.held = device->torch_held;
  reading.card_total = device->total;
  reading.card_free = device->free;
  reading.version = stats->version;
  reading.worker_dead = impl_->renders.worker_dead(queue->running, now, impl_->options.stuck_after);
  reading.running = std::move(queue->running);
  reading.pending = std::move(queue->pending);
  co_return reading;
}

Task<Result<void>> ComfyUi::submit(RenderOrder order) {
  const auto workflow = impl_->options.workflows.find(order.kind);
  if (workflow == impl_->options.workflows.end()) co_return fail(Errc::refused, "no workflow for " + order.kind);
  auto graph = fill(workflow->second, order.slots);
  if (!graph) co_return fail(graph.error().code, "the workflow of " + order.kind + ": " + graph.error().message);
  const auto known = co_await impl_->is_known(order.prompt_id);
  if (!known) co_return std::unexpected(known.error());
  impl_->renders.begin(order.prompt_id, node_weights(*graph), impl_->clock.now());
  impl_->socket->start();
  if (*known) co_return Result<void>();
  auto posted = co_await impl_->post_prompt(std::move(*graph), order.prompt_id);
  if (posted || posted.error().code == Errc::timeout) {
    if (posted) co_return posted;
    const auto arrived = co_await impl_->is_known(order.prompt_id);
    if (arrived && *arrived) co_return Result<void>();
    co_return posted;
  }
  impl_->renders.forget(order.prompt_id);
  co_return posted;
}

Task<Result<void>> ComfyUi::Impl::post_prompt(std::string graph, std::string prompt_id) {
  net::HttpRequest request = post("/prompt", format_prompt(graph, prompt_id, client_id));
  const auto response = co_await http.send(std::move(request), options.submit_limit);
  if (!response) co_return fail(response.error().code, "ComfyUI: " + response.error().message);
  const auto reply = parse_prompt_reply(response->status, response->body);
  if (!reply) co_return std::unexpected(reply.error());
  if (reply->prompt_id == prompt_id && reply->complaint.empty()) co_return Result<void>();
  // It queued something that was not asked for; what it answers to the cancelling changes nothing here.
  const auto cancelled = co_await cancel(reply->prompt_id);
  const std::string rest = cancelled ? "" : "; and the rest of it could not be cancelled: " + cancelled.error().message;
  if (reply->complaint.empty()) {
    co_return fail(Errc::refused, "this ComfyUI ignores the prompt id of its client: a newer version is needed" + rest);
  }
  co_return fail(Errc::refused, "ComfyUI refuses a part of the workflow: " + reply->complaint + rest);
}

Task<Result<RenderReading>> ComfyUi::look_up(std::string prompt_id) {
  RenderReading reading;
  // Twice the history: the render may move there while the queue is being asked.
  for (int look = 0; look < 2; ++look) {
    auto past = co_await impl_->history(prompt_id);
    if (!past) co_return std::unexpected(past.error());
    if (*past) {
      impl_->renders.forget(prompt_id);
      co_return std::move(**past);
    }
    if (look == 1) break;
    const auto queue = co_await impl_->queue();
    if (!queue) co_return std::unexpected(queue.error());
    if (contains(queue->running, prompt_id)) {
      impl_->renders.note_running(prompt_id, impl_->clock.now());
      reading.state = RenderState::running;
      reading.progress = impl_->renders.progress(prompt_id);
      co_return reading;
    }
    if (contains(queue->pending, prompt_id)) {
      reading.state = RenderState::pending;
      co_return reading;
    }
  }
  impl_->renders.forget(prompt_id);
  co_return reading;
}

Task<Result<void>> ComfyUi::interrupt(std::string prompt_id) {
  const auto cancelled = co_await impl_->cancel(prompt_id);
  if (cancelled) impl_->renders.note_interrupt(prompt_id, impl_->clock.now());
  co_return cancelled;
}

Task<Result<void>> ComfyUi::Impl::cancel(std::string prompt_id) {
  net::HttpRequest request = post("/api/jobs/" + net::percent_encode(prompt_id) + "/cancel", "{}");
  const auto done = co_await call(std::move(request), "the cancelling", options.http_limit);
  if (done) co_return Result<void>();
  if (done.error().code != Errc::not_found) co_return std::unexpected(done.error());
  co_return co_await cancel_the_old_way(prompt_id);
}

// Before 0.26. Interrupts only what runs under this id, because very old versions interrupt whatever runs.
Task<Result<void>> ComfyUi::Impl::cancel_the_old_way(std::string prompt_id) {
  net::HttpRequest removal = post("/queue", "{\"delete\":[" + quote(prompt_id) + "]}");
  const auto removed = co_await call(std::move(removal), "the removing from its queue", options.http_limit);
  if (!removed) co_return std::unexpected(removed.error());
  const auto left = co_await queue();
  if (!left) co_return std::unexpected(left.error());
  if (!contains(left->running, prompt_id)) co_return Result<void>();
  net::HttpRequest stop = post("/interrupt", "{\"prompt_id\":" + quote(prompt_id) + "}");
  const auto stopped = co_await call(std::move(stop), "the interrupt", options.http_limit);
  if (!stopped) co_return std::unexpected(stopped.error());
  co_return Result<void>();
}

Task<Result<void>> ComfyUi::release() {
  net::HttpRequest request = post("/free", "{\"unload_models\":true,\"free_memory\":true}");
  const auto done = co_await impl_->call(std::move(request), "the release", impl_->options.http_limit);
  if (!done) co_return std::unexpected(done.error());
  co_return Result<void>();
}

Task<Result<void>> ComfyUi::fetch(OutputFile file, std::string path) {
  Downloads::Limits limits{impl_->options.http_limit, impl_->options.fetch_limit, impl_->options.media_max};
  co_return co_await impl_->downloads.fetch(std::move(file), std::move(path), limits);
}

std::optional<Preview> ComfyUi::preview(const std::string& prompt_id) const {
  const Preview* newest = impl_->renders.preview(prompt_id);
  return newest == nullptr ? std::nullopt : std::optional(*newest);
}

}  // namespace malin::adapters
