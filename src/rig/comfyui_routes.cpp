#include "rig/comfyui_routes.hpp"

#include <algorithm>

#include "net/url.hpp"
#include "rig/comfyui_files.hpp"
#include "rig/comfyui_jobs.hpp"
#include "rig/comfyui_text.hpp"

namespace malin::rig {

namespace {

bool truthy(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (!value) return false;
  return !(*value == false || *value == nullptr || *value == 0 || *value == "" || *value == json::array());
}

// The body as ComfyUI's handlers need it: an object, or their exception.
std::optional<json::object> object_body(const net::HttpRequest& request) {
  Result<json::value> body = net::parse_json(request.body);
  if (!body || !body->is_object()) return std::nullopt;
  return std::move(body->as_object());
}

std::string host_of(std::string_view authority) {
  if (const std::size_t scheme = authority.find("://"); scheme != std::string_view::npos) {
    authority.remove_prefix(scheme + 3);
  }
  return std::string(authority.substr(0, authority.find_first_of(":/")));
}

net::HttpResponse plain(unsigned status, std::string text) {
  return {status, "text/plain; charset=utf-8", std::move(text)};
}

}  // namespace

bool is_foreign_origin(const net::HttpRequest& request) {
  const std::string host = host_of(request.headers.get("Host"));
  const bool loopback = host == "localhost" || host.starts_with("127.") || host == "[";
  return loopback && request.headers.has("Origin") && host_of(request.headers.get("Origin")) != host;
}

ComfyRoutes::ComfyRoutes(Clock& clock, world::CardLedger& card, const ComfyOptions& options, world::ComfyUi& comfyui,
                         const ComfySockets& sockets)
    : clock_(clock), card_(card), options_(options), comfyui_(comfyui), sockets_(sockets), nodes_(options) {
  restart();
}

void ComfyRoutes::restart() {
  next_number_ = 0;
  temp_letters_.clear();
  for (const char digit : new_id(false).substr(0, 5)) temp_letters_ += static_cast<char>('a' + digit % 26);
}

net::HttpResponse ComfyRoutes::answer(const net::HttpRequest& request) {
  if (is_foreign_origin(request)) return empty_response(403);
  std::string_view path = net::path_of(request.target);
  const bool prefixed = path.starts_with("/api/");
  if (prefixed) path.remove_prefix(4);
  if (prefixed && is_new()) {
    const std::string_view jobs = path.starts_with("/api/") ? path.substr(4) : path;
    if (std::optional<net::HttpResponse> response = answer_jobs(comfyui_, request, jobs)) return std::move(*response);
  }
  if (std::optional<net::HttpResponse> response = answer_named(request, path)) return std::move(*response);
  return answer_known(request, path);
}

net::HttpResponse ComfyRoutes::answer_known(const net::HttpRequest& request, std::string_view path) {
  static constexpr Route routes[] = {{"/", "GET", &ComfyRoutes::page},
                                     {"/prompt", "GET", &ComfyRoutes::get_prompt},
                                     {"/prompt", "POST", &ComfyRoutes::post_prompt},
                                     {"/queue", "GET", &ComfyRoutes::get_queue},
                                     {"/queue", "POST", &ComfyRoutes::post_queue},
                                     {"/interrupt", "POST", &ComfyRoutes::post_interrupt},
                                     {"/free", "POST", &ComfyRoutes::post_free},
                                     {"/history", "GET", &ComfyRoutes::get_history},
                                     {"/history", "POST", &ComfyRoutes::post_history},
                                     {"/system_stats", "GET", &ComfyRoutes::get_stats},
                                     {"/features", "GET", &ComfyRoutes::get_features},
                                     {"/object_info", "GET", &ComfyRoutes::get_nodes},
                                     {"/models", "GET", &ComfyRoutes::get_models},
                                     {"/embeddings", "GET", &ComfyRoutes::get_embeddings},
                                     {"/view", "GET", &ComfyRoutes::view},
                                     {"/upload/image", "POST", &ComfyRoutes::upload}};
  const std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
  std::string allowed;
  for (const Route& route : routes) {
    if (path != route.path) continue;
    if (method == route.method) return (this->*route.answer)(request);
    allowed += allowed.empty() ? "" : ",";
    allowed += route.method == std::string_view("GET") ? "GET,HEAD" : route.method;
  }
  // The real one lets a GET fall through to its static files.
  if (allowed.empty() || method == "GET") return plain(404, "404: Not Found");
  net::HttpResponse response = plain(405, "405: Method Not Allowed");
  response.headers.set("Allow", allowed);
  return response;
}

std::optional<net::HttpResponse> ComfyRoutes::answer_named(const net::HttpRequest& request, std::string_view path) {
  if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
  const auto rest = [&](std::string_view prefix) -> std::optional<std::string> {
    if (!path.starts_with(prefix) || path.size() == prefix.size()) return std::nullopt;
    const Result<std::string> decoded = net::percent_decode(path.substr(prefix.size()));
    return decoded ? std::optional(*decoded) : std::nullopt;
  };
  if (const auto id = rest("/history/")) {
    json::object found;
    for (const world::ComfyRun& run : comfyui_.history()) {
      if (run.prompt.id == *id) found[*id] = history_entry(run);
    }
    return json_response(200, found);
  }
  if (const auto class_type = rest("/object_info/")) {
    json::object found;
    if (const json::object* info = nodes_.find(*class_type)) found[*class_type] = *info;
    return json_response(200, found);
  }
  if (const auto folder = rest("/models/")) {
    const auto list = [&](const std::vector<std::string>& files) {
      return json_response(200, json::array(files.begin(), files.end()));
    };
    if (*folder == "checkpoints") return list(options_.checkpoints);
    if (*folder == "diffusion_models") return list(options_.diffusion_models);
    if (*folder == "text_encoders") return list(options_.text_encoders);
    if (*folder == "vae") return list(options_.vaes);
    return empty_response(404);
  }
  return std::nullopt;
}

net::HttpResponse ComfyRoutes::page(const net::HttpRequest&) {
  return {200, "text/html", "<!doctype html><title>ComfyUI</title><p>A simulated ComfyUI. Its interface is /prompt.\n"};
}

net::HttpResponse ComfyRoutes::get_prompt(const net::HttpRequest&) {
  const std::size_t remaining = comfyui_.pending().size() + (comfyui_.running() ? 1 : 0);
  return json_response(200, json::object{{"exec_info", json::object{{"queue_remaining", remaining}}}});
}

net::HttpResponse ComfyRoutes::get_queue(const net::HttpRequest&) {
  json::array running;
  json::array pending;
  if (const world::ComfyRun* run = comfyui_.running()) running.push_back(queue_item(run->prompt));
  for (const world::ComfyPrompt& prompt : comfyui_.pending()) pending.push_back(queue_item(prompt));
  return json_response(200, json::object{{"queue_running", running}, {"queue_pending", pending}});
}

net::HttpResponse ComfyRoutes::post_queue(const net::HttpRequest& request) {
  const std::optional<json::object> body = object_body(request);
  if (!body) return server_trouble();
  if (truthy(*body, "clear")) comfyui_.clear_pending();
  if (const json::value* ids = body->if_contains("delete"); ids && ids->is_array()) {
    for (const json::value& id : ids->as_array()) comfyui_.remove_pending(python_str(id));
  }
  return empty_response(200);
}

// Alone in taking any body.
net::HttpResponse ComfyRoutes::post_interrupt(const net::HttpRequest& request) {
  const std::optional<json::object> body = object_body(request);
  const json::value* id = body ? body->if_contains("prompt_id") : nullptr;
  const world::ComfyRun* run = comfyui_.running();
  if (!id || (run && run->prompt.id == python_str(*id))) comfyui_.interrupt();
  return empty_response(200);
}

net::HttpResponse ComfyRoutes::post_free(const net::HttpRequest& request) {
  const std::optional<json::object> body = object_body(request);
  if (!body) return server_trouble();
  comfyui_.free(truthy(*body, "unload_models"), truthy(*body, "free_memory"));
  return empty_response(200);
}

net::HttpResponse ComfyRoutes::get_history(const net::HttpRequest& request) {
  const std::string max_text = net::query_value(request.target, "max_items");
  const std::string offset_text = net::query_value(request.target, "offset");
  const std::optional<std::int64_t> max = whole_number(max_text);
  const std::optional<std::int64_t> offset = whole_number(offset_text);
  if ((!max_text.empty() && !max) || (!offset_text.empty() && !offset)) return server_trouble();
  const std::vector<world::ComfyRun>& all = comfyui_.history();
  const auto size = static_cast<std::int64_t>(all.size());
  const std::int64_t count = max.value_or(size);
  const std::int64_t first = offset && *offset >= 0 ? *offset : std::max<std::int64_t>(0, size - count);
  json::object found;
  for (std::int64_t i = first; i < size && i - first < count; ++i) {
    const world::ComfyRun& run = all[static_cast<std::size_t>(i)];
    found[run.prompt.id] = history_entry(run);
  }
  return json_response(200, found);
}

net::HttpResponse ComfyRoutes::post_history(const net::HttpRequest& request) {
  const std::optional<json::object> body = object_body(request);
  if (!body) return server_trouble();
  if (truthy(*body, "clear")) comfyui_.forget_all();
  if (const json::value* ids = body->if_contains("delete"); ids && ids->is_array()) {
    for (const json::value& id : ids->as_array()) comfyui_.forget(python_str(id));
  }
  return empty_response(200);
}

net::HttpResponse ComfyRoutes::get_stats(const net::HttpRequest&) {
  return json_response(200, system_stats(options_, comfyui_, card_));
}

net::HttpResponse ComfyRoutes::get_features(const net::HttpRequest&) { return json_response(200, sockets_.features()); }

net::HttpResponse ComfyRoutes::get_nodes(const net::HttpRequest&) { return json_response(200, nodes_.all()); }

net::HttpResponse ComfyRoutes::get_models(const net::HttpRequest&) {
  return json_response(200, json::array{"checkpoints", "loras", "vae", "text_encoders", "diffusion_models"});
}

net::HttpResponse ComfyRoutes::get_embeddings(const net::HttpRequest&) { return json_response(200, json::array()); }

net::HttpResponse ComfyRoutes::view(const net::HttpRequest& request) {
  return answer_view(comfyui_, request, is_new());
}

net::HttpResponse ComfyRoutes::upload(const net::HttpRequest& request) {
  return answer_upload(comfyui_, request, clock_.now());
}

}  // namespace malin::rig
