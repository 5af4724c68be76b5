// LM Studio's models and instances as its protocols write them. Every member that either version of its SDK asks for is
// there: with one missing the SDK neither fails nor answers, it waits for ever.
#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "net/json.hpp"
#include "world/lmstudio.hpp"

namespace malin::rig {

namespace json = boost::json;

// A downloaded model, and one instance of it.
json::object format_model(const world::Model& model);
json::object format_instance(const world::Model& model, const world::Instance& instance);

// A load config as the world keeps it: `text` is the array of {key, value} fields.
struct LoadConfig {
  std::string text;
  int context_length = 0;
  double offload = 1;
};

// The model's default fields, overlaid with those of all layers of `stack` ({"layers":[{"config":{"fields":[..]}}]}).
LoadConfig parse_config_stack(const world::Model& model, const json::value* stack);
// The same for the members of a REST load.
LoadConfig parse_rest_config(const world::Model& model, const json::value& body);
// {"fields":[..]}.
json::object format_config(const std::string& text);
// The value of one field, or null.
json::value config_value(const std::string& text, std::string_view key);

// Gives every model its default fields as config.
void fill_default_configs(std::vector<world::Model>& models);

// {"title":.., "rootTitle":.., "stack":..} with `display` when it is not empty.
json::object format_error(const std::string& title, json::object display = {});

}  // namespace malin::rig
