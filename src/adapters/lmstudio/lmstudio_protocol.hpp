// What LM Studio's WebSocket calls carry: instances, load configs, estimates, load orders. Values only, no I/O.
// A load config is the `fields` array of getLoadConfig as JSON text; it is opaque and goes back unchanged.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.hpp"
#include "core/reading.hpp"
#include "core/result.hpp"
#include "net/json.hpp"
#include "ports/engine.hpp"

namespace malin::adapters::lmstudio {

namespace json = boost::json;

// One entry of listLoaded.
struct Instance {
  std::string model;  // modelKey
  std::string identifier;
  std::string reference;  // instanceReference: new with every load.
  std::optional<Duration> ttl;
  std::optional<TimePoint> last_used;
  std::string path;  // Of its file, below the models folder; may be empty.
  bool embedding = false;
  bool remote = false;         // On another machine over LM Link: not on this machine's cards.
  bool knows_devices = false;  // The server is new enough to speak of devices at all.
};

// bad_reply: no array, or an entry without model, identifier or instance.
Result<std::vector<Instance>> parse_instances(const json::value& result, bool embedding);

// The answer to getLoadConfig as the text of a Resident::load_config.
Result<std::string> parse_load_config(const json::value& result);

// A Resident::load_config, or one written by a person, as the fields to send: a `fields` array, an object that holds
// one, or a plain object: {"contextLength": 8192} means {"llm.load.contextLength": 8192}; a key that has a dot is
// taken as it is. Empty text gives no fields. refused: anything else.
Result<json::array> parse_fields(std::string_view load_config, bool embedding);
// Whether these fields are those of an embedding model; nullopt: they do not tell.
std::optional<bool> are_embedding_fields(const json::array& fields);

// The answer to getInstanceProcessingState. nullopt: it makes no sense.
std::optional<bool> parse_busy(const json::value& result);

struct Estimate {
  bool fits = true;
  Bytes vram;   // Of the model and its context; zero when unknown.
  Bytes total;  // VRAM and main memory.
};
// nullopt: the server cannot tell.
std::optional<Estimate> parse_estimate(const json::value& result);

json::value specifier_parameter(const std::string& reference);
json::value unload_parameter(const Instance& instance);
json::value estimate_parameter(const std::string& model, const json::array& fields);
// `knows_devices` as in Instance: older servers refuse a deviceIdentifier.
json::value load_parameter(const LoadOrder& order, const json::array& fields, bool knows_devices);

// What a message on the loadModel channel says.
struct LoadMessage {
  enum class Kind { progress, success, other };
  Kind kind = Kind::other;
  double progress = 0;     // 0..1
  std::string identifier;  // With success: what it was loaded as; empty when it did not say.
};
LoadMessage parse_load_message(const json::value& message);

}  // namespace malin::adapters::lmstudio
