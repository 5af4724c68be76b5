// What the proxy reads of LM Studio's SDK protocol. Inside the proxy only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace malin::api::proxy {

struct ClientMessage {
  std::string type;      // "channelCreate", "channelSend", ...
  std::string endpoint;  // Of a channel or call: "predict"
  std::optional<std::int64_t> channel;
  std::string model;  // What it is about: an identifier, a key, or an instance reference.
};

ClientMessage parse_client_message(std::string_view json);

// Where instance references stand, between their quotes.
struct Spot {
  std::size_t begin = 0;
  std::size_t end = 0;
};
std::vector<Spot> find_instance_references(std::string_view json);

// Creates a channel that makes her speak; or one that loads a model.
bool is_prediction(const ClientMessage& message);
bool is_load(const ClientMessage& message);

// An error that ends a channel, as the server would send it.
std::string format_channel_error(std::int64_t channel, std::string_view title);

}  // namespace malin::api::proxy
