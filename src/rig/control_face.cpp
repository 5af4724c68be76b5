#include "rig/control_face.hpp"

#include <utility>

#include "net/http_server.hpp"
#include "net/json.hpp"
#include "net/url.hpp"
#include "rig/control_state.hpp"

namespace malin::rig {
namespace {

namespace json = boost::json;
using net::HttpResponse;

HttpResponse answer(unsigned status, json::object body) { return {status, "application/json", json::serialize(body)}; }

HttpResponse problem(unsigned status, const std::string& text) { return answer(status, {{"error", text}}); }

HttpResponse done(const Result<void>& result) {
  return result ? answer(200, {{"ok", true}}) : problem(409, result.error().message);
}

HttpResponse set_fault(world::Faults& faults, const json::value& body) {
  const auto name = net::find_string(body, "name");
  if (!name) return problem(400, "a fault needs a name");
  if (!faults.declared().contains(*name)) return problem(404, "no such fault: " + *name);
  world::FaultSpec spec;
  spec.times = static_cast<int>(net::find_int(body, "times").value_or(-1));
  spec.amount = net::find_double(body, "amount").value_or(0);
  spec.text = net::find_string(body, "text").value_or("");
  spec.probability = net::find_double(body, "probability").value_or(1);
  faults.set(*name, std::move(spec));
  return answer(200, format_faults(faults));
}

HttpResponse clear_faults(world::Faults& faults, const std::string& name) {
  if (name.empty()) {
    faults.clear();
  } else {
    faults.clear(name);
  }
  return answer(200, format_faults(faults));
}

HttpResponse hold(world::CardLedger& card, const json::value& body) {
  const auto holder = net::find_string(body, "holder");
  const auto mib = net::find_int(body, "mib");
  if (!holder || !mib) return problem(400, "holder and mib are needed");
  if (*mib < 0) {
    card.give_back(*holder, mebibytes(-*mib));
  } else if (!card.take(*holder, mebibytes(*mib))) {
    return problem(409, "it does not fit");
  }
  return answer(200, {{"free", card.free().count}});
}

template <class Face>
HttpResponse kill_or_revive(Face& face, bool kill) {
  if (face.alive() != kill) return problem(409, kill ? "it is dead already" : "it is alive already");
  if (!kill) return done(face.revive());
  face.kill();
  return answer(200, {{"ok", true}});
}

}  // namespace

struct ControlFace::Impl {
  Impl(boost::asio::any_io_executor executor_, ControlParts parts_)
      : executor(std::move(executor_)), parts(std::move(parts_)) {}

  static Task<void> serve(Impl& impl, net::Exchange& exchange);
  Task<HttpResponse> act(std::string route, json::value body);
  HttpResponse look(const net::HttpRequest& request, const std::string& path);

  boost::asio::any_io_executor executor;
  ControlParts parts;
  std::unique_ptr<net::HttpServer> server;
};

HttpResponse ControlFace::Impl::look(const net::HttpRequest& request, const std::string& path) {
  if (request.method == "GET" && path == "/state") return answer(200, format_state(parts));
  if (request.method == "GET" && path == "/faults") return answer(200, format_faults(parts.faults));
  if (request.method == "DELETE" && path == "/faults") {
    return clear_faults(parts.faults, net::query_value(request.target, "name"));
  }
  return problem(404, "no such path: " + request.method + " " + path);
}

Task<HttpResponse> ControlFace::Impl::act(std::string path, json::value body) {
  if (path == "/faults") co_return set_fault(parts.faults, body);
  if (path == "/card/hold") co_return hold(*parts.cards.front(), body);
  if (path == "/telegram/say") {
    world::Telegram& telegram = parts.telegram.telegram();
    const std::int64_t chat = net::find_int(body, "chat").value_or(telegram.options().chat);
    const std::int64_t message = telegram.say_as(chat, net::find_string(body, "text").value_or(""));
    co_return answer(200, {{"message", message}});
  }
  if (path == "/telegram/press") {
    co_return done(parts.telegram.telegram().press(net::find_int(body, "message").value_or(0),
                                                   net::find_string(body, "data").value_or("")));
  }
  if (path == "/lmstudio/eject") {
    std::string identifier = net::find_string(body, "identifier").value_or("");
    const Result<void> ejected = co_await parts.lmstudio.studio().unload(std::move(identifier));
    co_return done(ejected);
  }
  if (path == "/lmstudio/load") {
    std::string model = net::find_string(body, "model").value_or("");
    const Result<world::Instance> loaded = co_await parts.lmstudio.studio().get_or_load(std::move(model));
    if (!loaded) co_return problem(409, loaded.error().message);
    co_return answer(200, {{"identifier", loaded->identifier}});
  }
  const bool kill = path.ends_with("/kill");
  if (kill || path.ends_with("/revive")) {
    const std::string server_name = path.substr(1, path.rfind('/') - 1);
    if (server_name == "lmstudio") co_return kill_or_revive(parts.lmstudio, kill);
    if (server_name == "comfyui") co_return kill_or_revive(parts.comfyui, kill);
    if (server_name == "telegram") co_return kill_or_revive(parts.telegram, kill);
    if (server_name == "chatterbox") co_return kill_or_revive(parts.chatterbox, kill);
  }
  co_return problem(404, "no such path: POST " + path);
}

Task<void> ControlFace::Impl::serve(Impl& impl, net::Exchange& exchange) {
  const net::HttpRequest& request = exchange.request();
  const std::string path(net::path_of(request.target));
  HttpResponse response;
  if (request.method != "POST") {
    response = impl.look(request, path);
  } else {
    const Result<json::value> body = net::parse_json(request.body.empty() ? "{}" : request.body);
    if (body) {
      response = co_await impl.act(path, *body);
    } else {
      response = problem(400, "the body is not JSON");
    }
  }
  // A client that has gone needs no answer.
  static_cast<void>(co_await exchange.respond(std::move(response)));
}

ControlFace::ControlFace(boost::asio::any_io_executor executor, ControlParts parts)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(parts))) {}

ControlFace::~ControlFace() { stop(); }

Result<std::uint16_t> ControlFace::listen(const std::string& address, std::uint16_t port) {
  net::Handler handler = [impl = impl_.get()](net::Exchange& exchange) { return Impl::serve(*impl, exchange); };
  impl_->server = std::make_unique<net::HttpServer>(impl_->executor, std::move(handler));
  return impl_->server->listen(address, port);
}

void ControlFace::stop() {
  if (impl_->server) impl_->server->stop();
}

}  // namespace malin::rig
