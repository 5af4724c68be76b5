#include "world/lmstudio_port.hpp"

#include <charconv>

#include <boost/asio/experimental/awaitable_operators.hpp>

namespace malin::world {

using namespace boost::asio::experimental::awaitable_operators;

namespace {

bool is_listed(const Instance& instance) {
  return instance.state != InstanceState::loading && instance.state != InstanceState::unloading;
}

Resident describe(const Instance& instance) {
  return {.model = instance.model,
          .identifier = instance.identifier,
          .instance = instance.reference,
          .load_config = instance.config,
          .ttl = instance.ttl,
          .state = instance.state == InstanceState::idle ? ResidentState::idle : ResidentState::busy};
}

// Whoever asked has gone: the engine ends what it does for nobody.
struct EndReply {
  LmStudio& studio;
  LmStudio::ReplyId id;
  ~EndReply() { studio.end_reply(id); }
};
struct CancelLoad {
  LmStudio& studio;
  std::string reference;
  ~CancelLoad() {
    if (!reference.empty()) studio.cancel_load(reference);
  }
};

}  // namespace

int context_of(const std::string& config) {
  constexpr std::string_view key = "context=";
  int context = 0;
  if (const std::size_t at = config.find(key); at != std::string::npos)
    std::from_chars(config.data() + at + key.size(), config.data() + config.size(), context);
  return context;
}

Task<Result<EngineReading>> LmStudioPort::probe() {
  return wire_.carry("probe", "", options_.rpc_limit, list(wire_.clock().now()));
}

Task<Result<void>> LmStudioPort::ensure_loaded(LoadOrder order, LoadProgress progress) {
  const std::string identifier = order.identifier;
  return wire_.carry("load", identifier, options_.rpc_limit, load(std::move(order), std::move(progress)));
}

Task<Result<void>> LmStudioPort::ensure_absent(std::string identifier) {
  return wire_.carry("unload", identifier, options_.unload_limit, unload(identifier));
}

Task<Result<void>> LmStudioPort::probe_sense(std::string identifier) {
  return wire_.carry("deep probe", identifier, options_.deep_limit, speak(identifier));
}

Task<Result<EngineReading>> LmStudioPort::list(TimePoint asked_at) {
  if (studio_.alive() && studio_.hangs()) {
    co_await wire_.clock().sleep_until(wire_.clock().now() + options_.rpc_limit);
    co_return fail(Errc::timeout, "LM Studio gives no answer");
  }
  if (!studio_.alive()) co_return fail(Errc::unreachable, "LM Studio is not running");
  EngineReading reading;
  reading.version = "simulated";
  for (const Instance& instance : studio_.instances()) {
    if (!is_listed(instance)) continue;
    reading.residents.push_back(describe(instance));
    reading.last_used[instance.reference] = instance.last_used;
  }
  if (on_reading) on_reading(asked_at, reading);
  co_return reading;
}

Task<Result<void>> LmStudioPort::load(LoadOrder order, LoadProgress progress) {
  const Result<EngineReading> before = co_await list(wire_.clock().now());
  if (!before) co_return std::unexpected(before.error());
  for (const Resident& resident : before->residents) {
    if (resident.identifier != order.identifier) continue;
    if (resident.model == order.model) co_return Result<void>();
    co_return fail(Errc::refused, "the identifier " + order.identifier + " is taken by " + resident.model);
  }
  LoadRequest request;
  request.model = order.model;
  request.identifier = order.identifier;
  request.ttl = order.ttl;
  request.config = order.load_config;
  request.context_length = context_of(order.load_config);
  const Result<std::string> begun = studio_.begin_load(std::move(request));
  if (!begun) co_return std::unexpected(begun.error());
  CancelLoad guard{studio_, *begun};
  double told = -1;
  for (;;) {
    const std::optional<Instance> loading = studio_.find_reference(*begun);
    if (!studio_.alive()) co_return fail(Errc::unreachable, "LM Studio went away while loading " + order.identifier);
    if (!loading) {
      const Result<Instance> ended = co_await studio_.wait_loaded(*begun, nullptr);
      co_return fail(Errc::refused, "LM Studio did not load " + order.identifier + ": " +
                                        (ended ? "it is gone again" : ended.error().message));
    }
    if (progress && loading->progress != told) progress(told = loading->progress);
    if (loading->state != InstanceState::loading) break;
    co_await pause();
  }
  guard.reference.clear();
  co_return Result<void>();
}

Task<Result<void>> LmStudioPort::drain(std::string identifier) {
  const TimePoint deadline = wire_.clock().now() + options_.drain_limit;
  for (;;) {
    const std::optional<Instance> instance = studio_.find(identifier);
    if (!studio_.alive()) co_return fail(Errc::unreachable, "LM Studio is not running");
    if (!instance || instance->state == InstanceState::idle) co_return Result<void>();
    if (wire_.clock().now() >= deadline) co_return fail(Errc::timeout, identifier + " is still generating");
    co_await pause();
  }
}

Task<Result<void>> LmStudioPort::unload(std::string identifier) {
  const Result<EngineReading> before = co_await list(wire_.clock().now());
  if (!before) co_return std::unexpected(before.error());
  const std::optional<Instance> there = studio_.find(identifier);
  if (!there || !is_listed(*there)) co_return Result<void>();
  const Result<void> drained = co_await drain(identifier);
  if (!drained) co_return drained;
  if (on_unload) on_unload(identifier);
  const Result<void> said = co_await studio_.unload(identifier);
  if (!said && said.error().code != Errc::not_found) co_return said;
  const TimePoint deadline = wire_.clock().now() + options_.gone_limit;
  for (;;) {
    const std::optional<Instance> still = studio_.find(identifier);
    if (!still || still->reference != there->reference) co_return Result<void>();
    if (wire_.clock().now() >= deadline)
      co_return fail(Errc::timeout, "LM Studio said that it unloads " + identifier + ", but still lists it");
    co_await pause();
  }
}

Task<Result<void>> LmStudioPort::speak(std::string identifier) {
  const Result<EngineReading> before = co_await list(wire_.clock().now());
  if (!before) co_return std::unexpected(before.error());
  const std::optional<Instance> there = studio_.find(identifier);
  if (!there || !is_listed(*there)) co_return fail(Errc::not_found, identifier + " is not loaded in LM Studio");
  ReplyRequest request;
  request.prompt = "Say yes.";
  request.tokens_max = 1;
  const Result<LmStudio::ReplyId> reply = studio_.begin_reply(identifier, std::move(request));
  if (!reply) co_return std::unexpected(reply.error());
  const EndReply guard{studio_, *reply};
  const std::string speaker = studio_.speaker_of(*reply);
  Task<Result<std::optional<std::string>>> speaking = studio_.next_token(*reply);
  Task<void> deadline = wire_.clock().sleep_until(wire_.clock().now() + options_.deep_limit);
  auto first = co_await (std::move(speaking) || std::move(deadline));
  if (first.index() != 0) co_return fail(Errc::timeout, identifier + " gives no token");
  const Result<std::optional<std::string>> token = std::get<0>(std::move(first));
  if (!token) co_return std::unexpected(token.error());
  if (speaker != identifier) co_return fail(Errc::bad_reply, speaker + " answered in place of " + identifier);
  if (!*token || **token == "\x1c") co_return fail(Errc::bad_reply, identifier + " answers no language");
  if (on_deep_probe) on_deep_probe(there->reference);
  co_return Result<void>();
}

}  // namespace malin::world
