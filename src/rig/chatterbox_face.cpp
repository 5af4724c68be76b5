#include "rig/chatterbox_face.hpp"

#include <utility>

#include "net/http_server.hpp"
#include "net/json.hpp"
#include "net/url.hpp"
#include "rig/chatterbox_wav.hpp"

namespace malin::rig {
namespace {

namespace json = boost::json;
using net::HttpResponse;

HttpResponse json_answer(unsigned status, json::object body) {
  return {status, "application/json", json::serialize(body)};
}

HttpResponse detail(unsigned status, const std::string& text) { return json_answer(status, {{"detail", text}}); }

// `member` of the body is what is to be said.
Task<HttpResponse> speak(world::Chatterbox& chatterbox, std::string body, std::string member) {
  const Result<json::value> parsed = net::parse_json(body);
  const auto text = parsed ? net::find_string(*parsed, member) : std::nullopt;
  if (!text || text->empty()) co_return detail(422, "field required: " + member);
  const Result<Duration> spoken = co_await chatterbox.speak(*text);
  if (!spoken && spoken.error().code == Errc::refused) co_return detail(503, spoken.error().message);
  if (!spoken) co_return detail(500, spoken.error().message);
  co_return HttpResponse(200, "audio/wav", make_speech(*text, *spoken));
}

Task<HttpResponse> serve_devnen(world::Chatterbox& chatterbox, std::string route, std::string body) {
  // One event loop, and synthesis runs on it: nobody is answered meanwhile.
  co_await chatterbox.wait_idle();
  if (route == "POST /tts") co_return co_await speak(chatterbox, std::move(body), "text");
  if (route == "POST /v1/audio/speech") co_return co_await speak(chatterbox, std::move(body), "input");
  if (route == "GET /v1/audio/voices") co_return json_answer(200, {{"voices", {"Malin.wav"}}});
  if (route == "GET /api/model-info") {
    const bool loaded = chatterbox.loaded();
    co_return json_answer(200, {{"loaded", loaded},
                                {"type", loaded ? json::value("turbo") : json::value(nullptr)},
                                {"class_name", loaded ? json::value("ChatterboxTurboTTS") : json::value(nullptr)},
                                {"device", "cuda"},
                                {"sample_rate", 24'000}});
  }
  if (route == "POST /api/unload") {
    const Result<void> unloaded = co_await chatterbox.unload();
    if (!unloaded) co_return detail(500, unloaded.error().message);
    co_return json_answer(200, {{"status", "unloaded"}});
  }
  if (route == "POST /restart_server") {
    // A hot swap: the old model goes first.
    const Result<void> unloaded = co_await chatterbox.unload();
    const Result<void> loaded = co_await chatterbox.load();
    if (!unloaded || !loaded) co_return detail(500, "Model hot-swap failed. Check server logs for details.");
    co_return json_answer(
        200, {{"message", "Model hot-swap successful. Now running: ChatterboxTurboTTS"}, {"restart_needed", false}});
  }
  co_return detail(404, "Not Found");
}

Task<HttpResponse> serve_travisvn(world::Chatterbox& chatterbox, std::string route, std::string body) {
  if (route == "POST /v1/audio/speech" || route == "POST /audio/speech" || route == "POST /tts") {
    co_return co_await speak(chatterbox, std::move(body), "input");
  }
  if (route == "GET /ping") co_return json_answer(200, {{"status", "ok"}});
  if (route == "GET /health" || route == "GET /status") {
    co_return json_answer(200, {{"status", "healthy"},
                                {"model_loaded", chatterbox.loaded()},
                                {"device", "cuda"},
                                {"config", json::object{}},
                                {"memory_info", json::object{}},
                                {"initialization_state", "ready"},
                                {"initialization_progress", "Model ready"},
                                {"initialization_error", nullptr}});
  }
  co_return detail(404, "Not Found");
}

}  // namespace

struct ChatterboxFace::Impl {
  boost::asio::any_io_executor executor;
  world::Chatterbox chatterbox;
  ChatterboxFlavour flavour;
  std::unique_ptr<net::HttpServer> server;
  std::string address;
  std::uint16_t port = 0;

  static Task<void> serve(Impl& impl, net::Exchange& exchange) {
    while (impl.chatterbox.hangs()) co_await impl.chatterbox.sleep(Duration{50});
    const net::HttpRequest& request = exchange.request();
    const std::string route = request.method + " " + std::string(net::path_of(request.target));
    const bool devnen = impl.flavour == ChatterboxFlavour::devnen;
    Task<HttpResponse> answer = devnen ? serve_devnen(impl.chatterbox, route, request.body)
                                       : serve_travisvn(impl.chatterbox, route, request.body);
    HttpResponse response = co_await std::move(answer);
    // A client that has gone needs no answer.
    static_cast<void>(co_await exchange.respond(std::move(response)));
  }
};

ChatterboxFace::ChatterboxFace(boost::asio::any_io_executor executor, Clock& clock, world::CardLedger& card,
                               world::Faults& faults, world::ChatterboxOptions world, ChatterboxFlavour flavour)
    : impl_(new Impl{std::move(executor), world::Chatterbox(clock, card, faults, world), flavour, nullptr, {}, 0}) {}

ChatterboxFace::~ChatterboxFace() { stop(); }

Result<std::uint16_t> ChatterboxFace::listen(const std::string& address, std::uint16_t port) {
  net::Handler handler = [impl = impl_.get()](net::Exchange& exchange) { return Impl::serve(*impl, exchange); };
  impl_->server = std::make_unique<net::HttpServer>(impl_->executor, std::move(handler));
  const Result<std::uint16_t> bound = impl_->server->listen(address, port);
  if (!bound) return bound;
  impl_->address = address;
  impl_->port = *bound;
  const Result<void> started = impl_->chatterbox.start();
  if (started) return bound;
  stop();
  return std::unexpected(started.error());
}

void ChatterboxFace::stop() {
  if (impl_->server) impl_->server->stop();
}

void ChatterboxFace::kill() {
  impl_->chatterbox.die();
  stop();
}

Result<void> ChatterboxFace::revive() {
  const Result<std::uint16_t> bound = listen(impl_->address, impl_->port);
  if (!bound) return std::unexpected(bound.error());
  return {};
}

bool ChatterboxFace::alive() const { return impl_->chatterbox.alive(); }

world::Chatterbox& ChatterboxFace::chatterbox() { return impl_->chatterbox; }

}  // namespace malin::rig
