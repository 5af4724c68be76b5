// The channels of LM Studio's SDK protocol that take time: loads and predictions.
#include <utility>

#include "rig/lmstudio_prompt.hpp"
#include "rig/lmstudio_socket.hpp"

namespace malin::rig {
namespace {

// How a prediction stands or ended.
struct Prediction {
  std::string text;
  int tokens = 0;
  std::string stop_reason;
};

json::object fragment_of(const std::string& token) {
  json::object fragment{{"content", token},
                        {"tokensCount", 1},
                        {"containsDrafted", false},
                        {"reasoningType", "none"},
                        {"isStructural", false}};
  return {{"type", "fragment"}, {"fragment", std::move(fragment)}};
}

json::object prompt_progress(int tokens) {
  json::object details{{"cachedTokenCount", 0},
                       {"totalPromptTokenCount", tokens},
                       {"processedPromptTokenCount", tokens},
                       {"unprocessedPromptTokenCount", 0}};
  return {{"type", "promptProcessingProgress"}, {"progress", 1}, {"details", std::move(details)}};
}

json::object stats_of(const Prediction& prediction, int prompt_tokens, Duration took) {
  const double seconds = static_cast<double>(took.count()) / 1000;
  return {{"stopReason", prediction.stop_reason},
          {"tokensPerSecond", seconds > 0 ? prediction.tokens / seconds : 0.0},
          {"totalTimeSec", seconds},
          {"promptTokensCount", prompt_tokens},
          {"predictedTokensCount", prediction.tokens},
          {"totalTokensCount", prompt_tokens + prediction.tokens}};
}

std::optional<Duration> find_ttl(const json::value& parameter, std::string_view key) {
  const auto ttl = net::find_int(parameter, key);
  return ttl ? std::optional(Duration{*ttl}) : std::nullopt;
}

}  // namespace

Task<void> LmStudioSocket::run_load(std::shared_ptr<LmStudioSocket> self, std::int64_t channel, json::value parameter) {
  world::LmStudio& studio = self->backend_->studio;
  const std::string key = net::find_string(parameter, "modelKey").value_or("");
  const world::Model* model = studio.find_model(key);
  if (!model || !self->serves(*model)) {
    json::object display{{"code", "generic.pathNotFound"},
                         {"path", key},
                         {"availablePathsSample", json::array{}},
                         {"totalModels", studio.models().size()}};
    self->fail_channel(channel, format_error("Cannot find a model with path \"" + key + "\"", std::move(display)));
    co_return;
  }
  const LoadConfig config = parse_config_stack(*model, net::find(parameter, "loadConfigStack"));
  world::LoadRequest request;
  request.model = key;
  request.identifier = net::find_string(parameter, "identifier");
  request.ttl = find_ttl(parameter, "ttlMs");
  request.config = config.text;
  request.context_length = config.context_length;
  request.offload = config.offload;
  const Result<std::string> reference = studio.begin_load(std::move(request));
  if (!reference) {
    self->fail_channel(channel, format_error(reference.error().message));
    co_return;
  }
  self->push_message(channel, {{"type", "resolved"}, {"info", format_model(*model)}});
  co_await finish_load(self, channel, *reference, "progress", "success");
}

Task<void> LmStudioSocket::run_get_or_load(std::shared_ptr<LmStudioSocket> self, std::int64_t channel,
                                           json::value parameter) {
  world::LmStudio& studio = self->backend_->studio;
  const std::string identifier = net::find_string(parameter, "identifier").value_or("");
  if (const auto loaded = find_serving(*self->backend_, identifier)) {
    self->push_message(channel, {{"type", "alreadyLoaded"}, {"info", self->describe(*loaded)}});
    self->close_channel(channel);
    co_return;
  }
  const world::Model* model = studio.find_model(identifier);
  if (!model || !self->serves(*model)) {
    self->fail_channel(channel, format_error("Cannot find a model with path \"" + identifier + "\""));
    co_return;
  }
  std::string reference;
  if (const auto loading = studio.find(identifier)) {
    reference = loading->reference;
  } else {
    const LoadConfig config = parse_config_stack(*model, net::find(parameter, "loadConfigStack"));
    world::LoadRequest request;
    request.model = identifier;
    request.ttl = find_ttl(parameter, "loadTtlMs");
    request.config = config.text;
    request.context_length = config.context_length;
    request.offload = config.offload;
    request.jit = true;
    const Result<std::string> begun = studio.begin_load(std::move(request));
    if (!begun) {
      self->fail_channel(channel, format_error(begun.error().message));
      co_return;
    }
    reference = *begun;
  }
  self->push_message(channel, {{"type", "startLoading"}, {"identifier", identifier}, {"info", format_model(*model)}});
  co_await finish_load(self, channel, reference, "loadProgress", "loadSuccess");
}

Task<void> LmStudioSocket::finish_load(std::shared_ptr<LmStudioSocket> self, std::int64_t channel,
                                       std::string reference, std::string progress_type, std::string success_type) {
  self->channels_[channel].load = reference;
  world::LmStudio::Progress progress = [self, channel, progress_type](double share) {
    self->push_message(channel, {{"type", progress_type}, {"progress", share}});
  };
  const Result<world::Instance> loaded = co_await self->backend_->studio.wait_loaded(reference, std::move(progress));
  if (!loaded) {
    self->fail_channel(channel, format_error(loaded.error().message));
    co_return;
  }
  self->push_message(channel, {{"type", success_type}, {"info", self->describe(*loaded)}});
  self->close_channel(channel);
}

Task<void> LmStudioSocket::run_predict(std::shared_ptr<LmStudioSocket> self, std::int64_t channel,
                                       json::value parameter) {
  world::LmStudio& studio = self->backend_->studio;
  const json::value* specifier = net::find(parameter, "modelSpecifier");
  const json::value wanted = specifier ? *specifier : json::value();
  const std::optional<world::Instance> speaker = self->resolve(wanted);
  if (!speaker) {
    self->fail_channel(channel, self->no_such_model(wanted));
    co_return;
  }
  const ChatPrompt prompt = parse_history(parameter);
  const int prompt_tokens = prompt.tokens;
  const TimePoint began = studio.now();
  const Result<world::LmStudio::ReplyId> reply = studio.begin_reply(speaker->identifier, prompt.request);
  if (!reply) {
    self->fail_channel(channel, format_error(reply.error().message));
    co_return;
  }
  self->backend_->log(log_of_input(prompt, *studio.find_model(speaker->model), *speaker));
  Prediction prediction;
  for (;;) {
    const Result<std::optional<std::string>> token = co_await studio.next_token(*reply);
    if (!token) {
      json::object display{{"code", "generic.specificModelUnloaded"}};
      self->fail_channel(channel, format_error(token.error().message, std::move(display)));
      co_return;
    }
    if (!*token || self->closed_ || self->channels_[channel].cancelled) {
      const bool all = prompt.request.tokens_max < 0 || prediction.tokens < prompt.request.tokens_max;
      prediction.stop_reason = *token ? "userStopped" : all ? "eosFound" : "maxPredictedTokensReached";
      break;
    }
    if (prediction.tokens == 0) self->push_message(channel, prompt_progress(prompt_tokens));
    ++prediction.tokens;
    prediction.text += **token;
    self->push_message(channel, fragment_of(**token));
  }
  studio.end_reply(*reply);
  self->backend_->log(log_of_output(prediction.text, speaker->identifier));
  self->push_message(channel, {{"type", "success"},
                               {"stats", stats_of(prediction, prompt_tokens, studio.now() - began)},
                               {"modelInfo", self->describe(*speaker)},
                               {"loadModelConfig", format_config(speaker->config)},
                               {"predictionConfig", format_config("[]")}});
  self->close_channel(channel);
}

}  // namespace malin::rig
