#include "rig/comfyui_value.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "rig/comfyui_text.hpp"

namespace malin::rig {

namespace json = boost::json;

namespace {

// false: `problem` is Python's own text.
bool convert(const std::string& type, json::value& value, std::string& problem) {
  const std::string text = python_str(value);
  if (type == "STRING") {
    value = text;
  } else if (type == "BOOLEAN") {
    if (!value.is_bool()) value = !(text.empty() || text == "0" || text == "0.0" || text == "None");
  } else if (type == "INT" && !value.is_int64() && !value.is_uint64()) {
    std::int64_t whole = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (value.is_bool()) {
      whole = value.as_bool() ? 1 : 0;
    } else if (value.is_double()) {
      whole = static_cast<std::int64_t>(value.as_double());
    } else if (error != std::errc() || end != text.data() + text.size()) {
      problem = fmt::format("invalid literal for int() with base 10: '{}'", text);
      return false;
    }
    value = whole;
  } else if (type == "FLOAT" && !value.is_double()) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) {
      problem = fmt::format("could not convert string to float: '{}'", text);
      return false;
    }
    value = number;
  }
  return true;
}

double number_of(const json::value& value) { return value.is_number() ? value.to_number<double>() : 0; }

std::optional<json::object> check_choice(const std::string& name, const json::array& spec, const json::object& config,
                                         const json::value& value, json::object extra) {
  const json::array& options = spec.front().is_array() ? spec.front().as_array() : config.at("options").as_array();
  if (std::ranges::find(options, value) != options.end()) return std::nullopt;
  std::string list = python_repr(options);
  if (options.size() > 20) {
    list = fmt::format("(list of length {})", options.size());
    extra["input_config"] = nullptr;
  }
  const std::string details = fmt::format("{}: {} not in {}", name, python_repr(json::string(python_str(value))), list);
  return input_error("value_not_in_list", "Value not in list", details, std::move(extra));
}

}  // namespace

json::object input_error(std::string_view type, std::string_view message, std::string_view details,
                         json::object extra_info) {
  return {{"type", type}, {"message", message}, {"details", details}, {"extra_info", std::move(extra_info)}};
}

std::optional<json::object> check_value(const std::string& name, const json::array& spec, json::value& value) {
  const std::string type = spec.front().is_string() ? std::string(spec.front().as_string()) : "COMBO";
  json::object extra{{"input_name", name}, {"input_config", spec}, {"received_value", value}};
  std::string problem;
  if (!convert(type, value, problem)) {
    extra["exception_message"] = problem;
    return input_error("invalid_input_type", fmt::format("Failed to convert an input value to a {} value", type),
                       fmt::format("{}, {}, {}", name, python_str(value), problem), std::move(extra));
  }
  const json::object config = spec.size() > 1 ? spec[1].as_object() : json::object();
  extra["received_value"] = value;
  if (const json::value* min = config.if_contains("min"); min && number_of(value) < number_of(*min)) {
    const std::string message = fmt::format("Value {} smaller than min of {}", python_str(value), python_str(*min));
    return input_error("value_smaller_than_min", message, name, std::move(extra));
  }
  if (const json::value* max = config.if_contains("max"); max && number_of(value) > number_of(*max)) {
    const std::string message = fmt::format("Value {} bigger than max of {}", python_str(value), python_str(*max));
    return input_error("value_bigger_than_max", message, name, std::move(extra));
  }
  // Files are judged by the node's own check.
  if (type != "COMBO" || config.contains("image_upload")) return std::nullopt;
  return check_choice(name, spec, config, value, std::move(extra));
}

}  // namespace malin::rig
