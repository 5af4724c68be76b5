// What LM Studio and both Chatterbox servers say, over WebSocket and HTTP.
#include <string>

#include "adapters/chatterbox/chatterbox_protocol.hpp"
#include "adapters/lmstudio/lmstudio_answers.hpp"
#include "adapters/lmstudio/lmstudio_frames.hpp"
#include "adapters/lmstudio/lmstudio_protocol.hpp"
#include "fuzz/fuzz.hpp"

using namespace malin;
using namespace malin::fuzzing;

namespace {

namespace json = boost::json;

bool is_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

net::HttpResponse answer_of(std::string_view text) {
  constexpr auto statuses = std::to_array<unsigned>({200, 200, 200, 400, 401, 403, 404, 500, 503});
  net::HttpResponse response;
  response.status = statuses[draw(text) % statuses.size()];
  response.body = text;
  return response;
}

void check_values(const json::value& value) {
  using namespace malin::adapters::lmstudio;
  for (const bool embedding : {false, true}) {
    const auto instances = parse_instances(value, embedding);
    if (!instances) continue;
    for (const Instance& instance : *instances) {
      require(!instance.model.empty() && !instance.identifier.empty() && !instance.reference.empty());
      require(instance.embedding == embedding && (instance.knows_devices || !instance.remote));
      require(!instance.ttl || instance.ttl->count() >= 0);
    }
  }
  // What is remembered of a sense is sent back as it came.
  if (const auto config = parse_load_config(value)) {
    const auto fields = parse_fields(*config, false);
    require(!fields || json::serialize(*fields) == *config);
  }
  const LoadMessage said = parse_load_message(value);
  require(said.progress >= 0 && said.progress <= 1);
  if (const auto estimate = parse_estimate(value)) require(estimate->vram.count >= 0 && estimate->total.count >= 0);
  parse_busy(value);
  parse_error(value);
}

void check_frames(std::string_view text) {
  using namespace malin::adapters::lmstudio;
  if (const auto frame = parse_frame(text)) {
    check_values(frame->body);
    const json::value call = json::parse(format_call("endpoint", 7, frame->body));
    require(frame->body.is_null() || call.at("parameter") == frame->body);
  }
  const auto hello = parse_hello_reply(text);
  require(hello || is_one_line(excerpt(hello.error().message)));
  require(excerpt(text).size() <= 203 && is_one_line(excerpt(text)));
  if (const auto token = parse_token(text)) require(token->identifier.size() == 8 && token->passkey.size() == 20);
}

void check_load_config(std::string_view text) {
  using namespace malin::adapters::lmstudio;
  const LoadOrder order{.model = "m", .identifier = "i", .load_config = std::string(text), .ttl = Duration(1)};
  const auto load = format_rest_load(order);
  if (load) require(net::find_string(json::parse(load->body), "model") == "m");
  for (const bool embedding : {false, true}) {
    const auto fields = parse_fields(text, embedding);
    if (!fields) continue;
    for (const json::value& field : *fields) require(field.at("key").is_string());
    load_parameter(order, *fields, true);
  }
}

void check_answers(std::string_view text) {
  using namespace malin::adapters::lmstudio;
  const net::HttpResponse response = answer_of(text);
  if (const auto instances = parse_models(response)) {
    for (const RestInstance& instance : *instances) {
      require(!instance.model.empty() && !instance.id.empty());
      require(parse_fields(instance.load_config, instance.embedding).has_value());
    }
  }
  const auto loaded = parse_rest_loaded(response);
  require(!loaded || !loaded->empty());
  parse_rest_unloaded(response);
  require(!parse_chat(response, "i", "m") || response.status == 200);
  require(!parse_embedding(response, "i", "m") || response.status == 200);
}

void check_chatterbox(std::string_view text) {
  using namespace malin::adapters::chatterbox;
  const net::HttpResponse response = answer_of(text);
  parse_health(response);
  parse_model_info(response);
  const auto unloaded = parse_unloaded(response);
  require(unloaded || is_one_line(unloaded.error().message));
  const auto restarted = parse_restarted(response);
  require(restarted || is_one_line(restarted.error().message));
  const auto spoken = parse_speech(response);
  require(!spoken || response.status == 200);
  require(json::parse(format_speech(parse_first_voice(response))).is_object());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  check_frames(text);
  if (const auto value = net::parse_json(text)) check_values(*value);
  check_load_config(text);
  check_answers(text);
  check_chatterbox(text);
  return 0;
}
