#include "adapters/lmstudio/lmstudio.hpp"

#include <cstdlib>
#include <random>
#include <utility>

#include "adapters/lmstudio/discovery.hpp"
#include "adapters/lmstudio/lmstudio_answers.hpp"
#include "adapters/lmstudio/lmstudio_control.hpp"
#include "adapters/lmstudio/lmstudio_rest.hpp"
#include "net/http_client.hpp"

namespace malin::adapters {

using namespace lmstudio;

namespace {

// Without authentication the pair only tells LM Studio's clients apart.
Credentials guest() {
  std::random_device chance;
  Credentials credentials;
  credentials.identifier = "guest:malin-" + std::to_string(chance());
  credentials.passkey = std::to_string(chance());
  return credentials;
}

// One server, reached in whichever way it allows.
struct Server {
  Server(const boost::asio::any_io_executor& executor, const net::Url& base, std::string hello,
         const LmStudioOptions& options)
      : socket(executor, base, std::move(hello), options), rest(executor, base, options), client(executor, base) {}
  SocketControl socket;
  RestControl rest;
  net::HttpClient client;
};

}  // namespace

struct LmStudio::Impl {
  boost::asio::any_io_executor executor;
  LmStudioOptions options;
  std::shared_ptr<Server> server;  // Empty before the first use, and after a discovered one was lost.

  Task<Result<std::shared_ptr<Server>>> find_server();
  Task<Result<std::shared_ptr<Control>>> control();
  std::string home() const;
  void lose(const std::shared_ptr<Server>& lost);
};

std::string LmStudio::Impl::home() const {
  const char* person_home = std::getenv("HOME");
  return options.home.empty() && person_home != nullptr ? lmstudio::find_home(person_home) : options.home;
}

Task<Result<std::shared_ptr<Server>>> LmStudio::Impl::find_server() {
  if (server) co_return server;
  Result<Credentials> credentials = options.token.empty() ? Result<Credentials>(guest()) : parse_token(options.token);
  if (!credentials) co_return std::unexpected(credentials.error());
  Result<net::Url> base = fail(Errc::unreachable, "");
  if (options.url.empty()) {
    Whereabouts whereabouts;
    whereabouts.home = home();
    base = co_await discover(executor, std::move(whereabouts), options.rpc_limit);
  } else {
    base = net::parse_url(options.url);
  }
  if (!base) co_return std::unexpected(base.error());
  if (!server) server = std::make_shared<Server>(executor, *base, format_hello(*credentials), options);
  co_return server;
}

// The WebSocket if it is spoken there; else REST. A lost or slow WebSocket is no reason for REST, which would restore
// less: then nothing is done.
Task<Result<std::shared_ptr<Control>>> LmStudio::Impl::control() {
  const Result<std::shared_ptr<Server>> found = co_await find_server();
  if (!found) co_return std::unexpected(found.error());
  const std::shared_ptr<Server> chosen = *found;
  const Result<void> connected = co_await chosen->socket.connect();
  if (connected) co_return std::shared_ptr<Control>(chosen, &chosen->socket);
  if (connected.error().code == Errc::bad_reply) co_return std::shared_ptr<Control>(chosen, &chosen->rest);
  if (connected.error().code == Errc::unreachable) lose(chosen);
  co_return std::unexpected(connected.error());
}

void LmStudio::Impl::lose(const std::shared_ptr<Server>& lost) {
  if (options.url.empty() && server == lost) server.reset();
}

LmStudio::LmStudio(boost::asio::any_io_executor executor, LmStudioOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->executor = std::move(executor);
  impl_->options = std::move(options);
}

LmStudio::~LmStudio() = default;

Task<Result<EngineReading>> LmStudio::probe() {
  const Result<std::shared_ptr<Control>> control = co_await impl_->control();
  if (!control) co_return std::unexpected(control.error());
  Result<EngineReading> reading = co_await (*control)->probe();
  co_return reading;
}

Task<Result<void>> LmStudio::ensure_loaded(LoadOrder order, LoadProgress progress) {
  const Result<std::shared_ptr<Control>> control = co_await impl_->control();
  if (!control) co_return std::unexpected(control.error());
  const Result<void> loaded = co_await (*control)->load(std::move(order), std::move(progress));
  co_return loaded;
}

Task<Result<void>> LmStudio::ensure_absent(std::string identifier) {
  const Result<std::shared_ptr<Control>> control = co_await impl_->control();
  if (!control) co_return std::unexpected(control.error());
  const Result<void> absent = co_await (*control)->unload(std::move(identifier));
  co_return absent;
}

// Looks before it asks: a question to a model that is not loaded would load it, with settings that nobody chose.
Task<Result<void>> LmStudio::probe_sense(std::string identifier) {
  const Result<std::shared_ptr<Control>> control = co_await impl_->control();
  if (!control) co_return std::unexpected(control.error());
  const Result<Found> found = co_await (*control)->find(identifier);
  if (!found) co_return std::unexpected(found.error());
  const Result<std::shared_ptr<Server>> server = co_await impl_->find_server();
  if (!server) co_return std::unexpected(server.error());

  std::string target = found->embedding ? "/v1/embeddings" : "/v1/chat/completions";
  std::string body = found->embedding ? format_embedding(identifier) : format_chat(identifier);
  net::HttpRequest request = http_request("POST", std::move(target), std::move(body), impl_->options.token);
  const Result<net::HttpResponse> response =
      co_await (*server)->client.send(std::move(request), impl_->options.deep_limit);
  if (!response) co_return std::unexpected(response.error());
  Result<void> answered = found->embedding ? parse_embedding(*response, identifier, found->model)
                                           : parse_chat(*response, identifier, found->model);
  if (!answered && answered.error().message.starts_with("Unexpected endpoint")) {
    answered.error().message += "; is LM Studio's HTTP server on? (lms server start)";
    impl_->lose(*server);  // An internal server was discovered: next time the HTTP server may be up.
  }
  co_return answered;
}

Task<Result<std::string>> LmStudio::find_file(std::string model) {
  const Result<std::shared_ptr<Control>> control = co_await impl_->control();
  if (!control) co_return std::unexpected(control.error());
  const std::string& configured = impl_->options.models_dir;
  const std::string folder = configured.empty() ? models_folder(impl_->home()) : configured;
  co_return file_below(folder, (*control)->path_of(model));
}

}  // namespace malin::adapters
