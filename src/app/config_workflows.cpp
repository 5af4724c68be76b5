#include "app/config_check.hpp"
#include "app/config_reader.hpp"
#include "app/text_file.hpp"

namespace malin::app {

namespace {

constexpr Bytes workflow_size_max{static_cast<std::int64_t>(adapters::workflow_bytes_max)};

// These two are given by every job.
bool is_of_the_job(std::string_view slot) { return slot == "prompt" || slot == "seed"; }

std::string no_such_slot(const std::string& name, const std::vector<std::string_view>& known) {
  return "the workflow has no slot {{" + name + "}}" + suggest(name, known);
}

std::string no_value(const std::string& name) {
  return "the workflow's slot {{" + name + "}} has no default: give it a value here, or write {{" + name +
         "=VALUE}} in the workflow";
}

void check_configured(const KindSettings& kind, const std::string& key, Problems& problems) {
  std::vector<std::string_view> names;
  for (const auto& [name, fallback] : kind.graph.slots()) {
    if (!is_of_the_job(name)) names.push_back(name);
  }
  for (const auto& [name, value] : kind.slots) {
    if (is_of_the_job(name)) {
      problems.add(key_path(key, name), "comes with each job and cannot be set here");
    } else if (!kind.graph.slots().contains(name)) {
      problems.add(key_path(key, name), no_such_slot(name, names));
    }
  }
}

// Every slot gets a value that fits, from the config or the file, so that a job needs no more than a prompt.
void complete_slots(KindSettings& kind, const std::string& key, Problems& problems) {
  bool is_complete = true;
  for (const auto& [name, fallback] : kind.graph.slots()) {
    if (is_of_the_job(name) || kind.slots.contains(name)) continue;
    if (fallback) {
      kind.slots[name] = *fallback;
      continue;
    }
    is_complete = false;
    problems.add(key, no_value(name));
  }
  if (!is_complete) return;
  adapters::SlotValues values = kind.slots;
  values["prompt"] = "a prompt";
  values["seed"] = "1";
  std::erase_if(values, [&kind](const auto& value) { return !kind.graph.slots().contains(value.first); });
  const Result<std::string> filled = adapters::fill(kind.graph, values);
  if (!filled) problems.add(key, filled.error().message);
}

void read_workflow(KindSettings& kind, Problems& problems) {
  const std::string key = "kinds." + kind.name;
  if (kind.workflow.empty()) return;
  const Result<std::string> text = read_text(kind.workflow, workflow_size_max);
  if (!text) return problems.add(key + ".workflow", text.error().message);
  Result<adapters::Workflow> graph = adapters::parse_workflow(*text);
  if (!graph) return problems.add(key + ".workflow", kind.workflow + ": " + graph.error().message);
  kind.graph = std::move(*graph);
  if (problems.has(key + ".slots")) return;
  check_configured(kind, key + ".slots", problems);
  complete_slots(kind, key + ".slots", problems);
}

}  // namespace

void read_workflows(AppConfig& config, Problems& problems) {
  for (KindSettings& kind : config.kinds) read_workflow(kind, problems);
}

}  // namespace malin::app
