// SocketControl's load: look, estimate, load with progress.
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "adapters/lmstudio/lmstudio_control.hpp"

namespace malin::adapters::lmstudio {

using namespace boost::asio::experimental::awaitable_operators;
using Steady = std::chrono::steady_clock;

Task<Result<void>> SocketControl::load(LoadOrder order, LoadProgress progress) {
  const bool seen_embedding = embedding_models_.contains(order.model);
  const Result<json::array> fields = parse_fields(order.load_config, seen_embedding);
  if (!fields) co_return std::unexpected(fields.error());
  const bool embedding = are_embedding_fields(*fields).value_or(seen_embedding);
  const Result<std::shared_ptr<Socket>> home = co_await socket(embedding);
  if (!home) co_return std::unexpected(home.error());
  Task<Result<std::optional<Instance>>> looking = look_for(order.identifier);
  Task<Result<void>> checking = check_fits(*home, order.model, *fields);
  const auto [present, fits] = co_await (std::move(looking) && std::move(checking));
  if (!present) co_return std::unexpected(present.error());
  if (*present) {
    if ((*present)->model == order.model) co_return Result<void>();
    co_return fail(Errc::refused, "the identifier " + order.identifier + " is taken by " + (*present)->model);
  }
  if (!fits) co_return fits;
  const Result<void> loaded = co_await run_load(*home, std::move(order), *fields, std::move(progress));
  co_return loaded;
}

// A server that cannot estimate, or does not know the question, may still load.
Task<Result<void>> SocketControl::check_fits(std::shared_ptr<Socket> home, std::string model, json::array fields) {
  json::value parameter = estimate_parameter(model, fields);
  const Result<json::value> answer =
      co_await home->call("estimateModelUsage", std::move(parameter), options_.rpc_limit);
  if (!answer) {
    if (answer.error().code == Errc::refused) co_return Result<void>();
    co_return std::unexpected(answer.error());
  }
  const std::optional<Estimate> estimate = parse_estimate(*answer);
  if (!estimate || estimate->fits) co_return Result<void>();
  co_return fail(Errc::refused, "LM Studio's guardrails would stop the load of " + model + ": it estimates " +
                                    format_bytes(estimate->vram) + " of VRAM, " + format_bytes(estimate->total) +
                                    " in all");
}

Task<Result<void>> SocketControl::run_load(std::shared_ptr<Socket> home, LoadOrder order, json::array fields,
                                           LoadProgress progress) {
  const auto deadline = Steady::now() + options_.load_limit;
  json::value parameter = load_parameter(order, fields, knows_devices_);
  Result<std::unique_ptr<Channel>> opened = co_await home->open("loadModel", std::move(parameter));
  if (!opened) co_return std::unexpected(opened.error());
  const std::unique_ptr<Channel> channel = std::move(*opened);
  for (;;) {
    const Result<Frame> frame = co_await channel->next(deadline);
    if (!frame) {
      co_return fail(frame.error().code, "while loading " + order.identifier + ": " + frame.error().message);
    }
    if (frame->kind == FrameKind::channel_closed) {
      co_return fail(Errc::refused, "LM Studio gave up loading " + order.identifier + " without saying why");
    }
    if (frame->kind == FrameKind::channel_error) {
      Error error = parse_error(frame->body);
      error.message = "LM Studio did not load " + order.identifier + ": " + error.message;
      co_return std::unexpected(std::move(error));
    }
    const LoadMessage message = parse_load_message(frame->body);
    if (message.kind == LoadMessage::Kind::progress && progress) progress(message.progress);
    if (message.kind != LoadMessage::Kind::success) continue;
    channel->settle();
    if (message.identifier.empty() || message.identifier == order.identifier) co_return Result<void>();
    co_return fail(Errc::bad_reply,
                   "LM Studio loaded " + order.model + " as " + message.identifier + ", not as " + order.identifier);
  }
}

}  // namespace malin::adapters::lmstudio
