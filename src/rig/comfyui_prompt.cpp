// POST /prompt of the simulated ComfyUI.
#include "rig/comfyui_files.hpp"
#include "rig/comfyui_jobs.hpp"
#include "rig/comfyui_routes.hpp"
#include "rig/comfyui_text.hpp"

namespace malin::rig {

PromptRules ComfyRoutes::rules(const json::object& body) const {
  PromptRules rules;
  rules.names_missing_nodes = rules.finds_cycles = is_new();
  rules.has_input_file = [this](const std::string& name) { return has_input_file(comfyui_, name); };
  const json::value* targets = body.if_contains("partial_execution_targets");
  if (targets && targets->is_array()) {
    rules.targets.emplace();
    for (const json::value& target : targets->as_array()) rules.targets->push_back(python_str(target));
  }
  return rules;
}

net::HttpResponse ComfyRoutes::post_prompt(const net::HttpRequest& request) {
  const Result<json::value> parsed = net::parse_json(request.body);
  if (!parsed || !(parsed->is_object() || parsed->is_array())) return server_trouble();
  const json::object body = parsed->is_object() ? parsed->as_object() : json::object();
  const auto refuse = [](json::object error, json::object node_errors = {}) {
    return json_response(400, json::object{{"error", std::move(error)}, {"node_errors", std::move(node_errors)}});
  };
  json::value number = next_number_;
  if (const json::value* given = body.if_contains("number")) {
    if (!given->is_number()) return server_trouble();
    number = given->to_number<double>();
  } else {
    if (body.if_contains("front") && body.at("front") == true) number = -next_number_;
    ++next_number_;
  }
  const json::value* prompt = body.if_contains("prompt");
  if (!prompt) return refuse(prompt_error("no_prompt", "No prompt provided", "No prompt provided"));
  const bool empty_list = prompt->is_array() && prompt->as_array().empty() && !is_new();
  if (!prompt->is_object() && !empty_list) return server_trouble();
  std::string id = new_id(true);
  if (const json::value* given = body.if_contains("prompt_id"); given && !(is_new() && given->is_null())) {
    id = python_str(*given);
    if (is_new() && !(given->is_string() && is_canonical_uuid(id))) {
      return refuse(prompt_error("invalid_prompt_id", "prompt_id must be a valid UUID",
                                 "prompt_id must be a UUID string in canonical lowercase hyphenated form; omit it to "
                                 "let the server generate one"));
    }
  }
  const json::value* extra = body.if_contains("extra_data");
  if (extra && !extra->is_object()) return server_trouble();
  json::object graph = prompt->is_object() ? prompt->as_object() : json::object();
  PromptVerdict verdict = validate_prompt(nodes_, graph, rules(body));
  if (verdict.error) return refuse(std::move(*verdict.error), std::move(verdict.node_errors));
  put(body, id, number, std::move(graph), verdict.outputs);
  return json_response(
      200, json::object{{"prompt_id", id}, {"number", number}, {"node_errors", std::move(verdict.node_errors)}});
}

void ComfyRoutes::put(const json::object& body, std::string id, json::value number, json::object graph,
                      const std::vector<std::string>& outputs) {
  auto tag = std::make_shared<PromptTag>();
  tag->number = number;
  if (const json::value* extra = body.if_contains("extra_data")) tag->extra_data = extra->as_object();
  world::ComfyPrompt prompt;
  prompt.id = std::move(id);
  prompt.number = number.to_number<double>();
  if (const json::value* client = body.if_contains("client_id"); client) {
    tag->extra_data["client_id"] = *client;
    if (!client->is_null()) prompt.client = python_str(*client);
  }
  tag->create_time = to_unix_ms(clock_.now());
  if (is_new()) tag->extra_data["create_time"] = tag->create_time;
  tag->outputs = json::array(outputs.begin(), outputs.end());
  prompt.nodes = plan_nodes(options_, nodes_, graph, outputs, temp_letters_);
  tag->graph = std::move(graph);
  prompt.tag = std::move(tag);
  comfyui_.put(std::move(prompt));
}

}  // namespace malin::rig
