#include "adapters/chatterbox/chatterbox.hpp"

#include <utility>

#include "adapters/chatterbox/chatterbox_protocol.hpp"
#include "net/http_client.hpp"
#include "net/url.hpp"

namespace malin::adapters {

using namespace chatterbox;

struct Chatterbox::Impl {
  boost::asio::any_io_executor executor;
  ChatterboxOptions options;
  std::unique_ptr<net::HttpClient> client;  // Empty until the first use, and while the url is no good.
  ChatterboxFlavour flavour = ChatterboxFlavour::detect;
  Stage stage = Stage::absent;  // At the newest look.
  int loads = 0;                // Seen so far; the server itself does not number them.

  Task<Result<net::HttpResponse>> send(std::string method, std::string target, std::string body, Duration limit);
  Task<Result<Health>> look();
  Task<Result<Health>> look_as(ChatterboxFlavour as);
  Task<Result<std::string>> choose_voice();
  Result<void> check_name(const std::string& identifier) const;
};

Task<Result<net::HttpResponse>> Chatterbox::Impl::send(std::string method, std::string target, std::string body,
                                                       Duration limit) {
  if (!client) {
    Result<net::Url> base = net::parse_url(options.url);
    if (!base) co_return std::unexpected(base.error());
    client = std::make_unique<net::HttpClient>(executor, std::move(*base));
  }
  net::HttpRequest request(std::move(method), std::move(target));
  if (!body.empty()) request.headers.set("Content-Type", "application/json");
  request.body = std::move(body);
  Result<net::HttpResponse> response = co_await client->send(std::move(request), limit);
  if (!response && response.error().code == Errc::timeout) {
    response.error().message = "Chatterbox is silent; it may be speaking (" + response.error().message + ")";
  }
  co_return response;
}

// bad_reply: it does not answer as that server does.
Task<Result<Health>> Chatterbox::Impl::look_as(ChatterboxFlavour as) {
  const bool devnen = as == ChatterboxFlavour::devnen;
  const std::string target = devnen ? "/api/model-info" : "/health";
  const Result<net::HttpResponse> response = co_await send("GET", target, "", options.probe_limit);
  if (!response) co_return std::unexpected(response.error());
  std::optional<Health> health = devnen ? parse_model_info(*response) : parse_health(*response);
  if (!health) {
    co_return fail(Errc::bad_reply, "no Chatterbox server answers at " + options.url + target + " (status " +
                                        std::to_string(response->status) + ")");
  }
  co_return std::move(*health);
}

Task<Result<Health>> Chatterbox::Impl::look() {
  ChatterboxFlavour as = flavour == ChatterboxFlavour::detect ? ChatterboxFlavour::devnen : flavour;
  Result<Health> health = co_await look_as(as);
  if (!health && health.error().code == Errc::bad_reply && flavour == ChatterboxFlavour::detect) {
    as = ChatterboxFlavour::travisvn;
    health = co_await look_as(as);
  }
  if (!health) co_return health;
  flavour = as;
  if (health->stage == Stage::loaded && stage != Stage::loaded) ++loads;
  stage = health->stage;
  co_return health;
}

Task<Result<std::string>> Chatterbox::Impl::choose_voice() {
  if (!options.voice.empty()) co_return options.voice;
  if (flavour != ChatterboxFlavour::devnen) co_return std::string("alloy");  // Stands for its default voice.
  const Result<net::HttpResponse> response = co_await send("GET", "/v1/audio/voices", "", options.probe_limit);
  if (!response) co_return std::unexpected(response.error());
  std::string voice = parse_first_voice(*response);
  if (voice.empty()) co_return fail(Errc::bad_reply, "Chatterbox offers no voice; configure one for the probe");
  co_return voice;
}

Result<void> Chatterbox::Impl::check_name(const std::string& identifier) const {
  if (identifier == options.identifier) return {};
  return fail(Errc::not_found, "Chatterbox has one model, called " + options.identifier + ", not " + identifier);
}

Chatterbox::Chatterbox(boost::asio::any_io_executor executor, ChatterboxOptions options)
    : impl_(std::make_unique<Impl>()) {
  impl_->executor = std::move(executor);
  impl_->flavour = options.flavour;
  impl_->options = std::move(options);
}

Chatterbox::~Chatterbox() = default;

Task<Result<EngineReading>> Chatterbox::probe() {
  const Result<Health> health = co_await impl_->look();
  if (!health) co_return std::unexpected(health.error());
  EngineReading reading;
  reading.version = impl_->flavour == ChatterboxFlavour::devnen ? "Chatterbox-TTS-Server" : "chatterbox-tts-api";
  if (!health->variant.empty()) reading.version += " (" + health->variant + ")";
  reading.note = health->trouble;
  if (health->stage != Stage::absent) {
    Resident resident;
    resident.model = "chatterbox";
    resident.identifier = impl_->options.identifier;
    resident.instance = impl_->options.identifier + "#" + std::to_string(impl_->loads);
    resident.state = health->stage == Stage::loaded ? ResidentState::idle : ResidentState::loading;
    reading.residents.push_back(std::move(resident));
  }
  co_return reading;
}

Task<Result<void>> Chatterbox::ensure_loaded(LoadOrder order, LoadProgress progress) {
  const Result<void> named = impl_->check_name(order.identifier);
  if (!named) co_return named;
  const Result<Health> before = co_await impl_->look();
  if (!before) co_return std::unexpected(before.error());
  if (before->stage == Stage::loaded) co_return Result<void>();
  if (before->stage == Stage::loading) co_return fail(Errc::timeout, "Chatterbox is still loading its model");
  if (impl_->flavour == ChatterboxFlavour::travisvn) {
    co_return fail(Errc::refused, "this Chatterbox loads its model only when it starts: restart it" +
                                      (before->trouble.empty() ? "" : " (" + before->trouble + ")"));
  }
  const Result<net::HttpResponse> response =
      co_await impl_->send("POST", "/restart_server", "", impl_->options.call_limit);
  if (!response) co_return std::unexpected(response.error());
  const Result<void> restarted = parse_restarted(*response);
  if (!restarted) co_return restarted;
  const Result<Health> after = co_await impl_->look();
  if (!after) co_return std::unexpected(after.error());
  if (after->stage != Stage::loaded) {
    co_return fail(Errc::bad_reply, "Chatterbox said that it loaded its model, but has none");
  }
  if (progress) progress(1);
  co_return Result<void>();
}

Task<Result<void>> Chatterbox::ensure_absent(std::string identifier) {
  if (identifier != impl_->options.identifier) co_return Result<void>();
  const Result<Health> before = co_await impl_->look();
  if (!before) co_return std::unexpected(before.error());
  if (before->stage == Stage::absent) co_return Result<void>();
  if (impl_->flavour == ChatterboxFlavour::travisvn) {
    co_return fail(Errc::refused,
                   "this Chatterbox cannot unload its model: only stopping its process frees the memory");
  }
  const Result<net::HttpResponse> response = co_await impl_->send("POST", "/api/unload", "", impl_->options.call_limit);
  if (!response) co_return std::unexpected(response.error());
  const Result<void> unloaded = parse_unloaded(*response);
  if (!unloaded) co_return unloaded;
  const Result<Health> after = co_await impl_->look();
  if (!after) co_return std::unexpected(after.error());
  if (after->stage == Stage::loaded) {
    co_return fail(Errc::timeout, "Chatterbox said that it unloaded its model, but still has it");
  }
  co_return Result<void>();
}

Task<Result<void>> Chatterbox::probe_sense(std::string identifier) {
  const Result<void> named = impl_->check_name(identifier);
  if (!named) co_return named;
  const Result<Health> health = co_await impl_->look();
  if (!health) co_return std::unexpected(health.error());
  if (health->stage != Stage::loaded) co_return fail(Errc::not_found, "Chatterbox has no model loaded");
  const Result<std::string> voice = co_await impl_->choose_voice();
  if (!voice) co_return std::unexpected(voice.error());
  std::string body = format_speech(*voice);
  const Result<net::HttpResponse> response =
      co_await impl_->send("POST", "/v1/audio/speech", std::move(body), impl_->options.call_limit);
  if (!response) co_return std::unexpected(response.error());
  co_return parse_speech(*response);
}

}  // namespace malin::adapters
