#include "rig/comfyui_plan.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "rig/comfyui_text.hpp"

namespace malin::rig {

namespace {

constexpr int frames_max = 241;
constexpr int images_max = 16;
constexpr double usual_image_pixels = 1024 * 1024;
constexpr double usual_video_pixels = 832 * 480 * 81;  // Of all frames.

std::string class_of(const json::value& node) { return std::string(node.at("class_type").as_string()); }

bool is_link(const json::value& value) { return value.is_array() && value.as_array().size() == 2; }

class Planner {
 public:
  Planner(const ComfyOptions& options, const ComfyNodes& nodes, const json::object& graph, std::string temp_letters)
      : options_(options), nodes_(nodes), graph_(graph), temp_letters_(std::move(temp_letters)) {}

  // Node ids in the order of the real one: of the nodes whose inputs are there, outputs first, then what leads to an
  // output in one step, then in two.
  std::vector<std::string> order(const std::vector<std::string>& outputs) {
    std::set<std::string> wanted;
    for (const std::string& output : outputs) reach(output, wanted);
    std::vector<std::string> done;
    while (done.size() < wanted.size()) {
      std::vector<std::string> ready;
      for (const auto& [key, node] : graph_) {
        const std::string id(key);
        if (!wanted.contains(id) || std::ranges::find(done, id) != done.end()) continue;
        const bool fed = std::ranges::all_of(
            before(id), [&](const std::string& from) { return std::ranges::find(done, from) != done.end(); });
        if (fed) ready.push_back(id);
      }
      done.push_back(pick(ready, wanted));
    }
    return done;
  }

  world::ComfyNode node(const std::string& id) {
    const json::value& text = graph_.at(id);
    world::ComfyNode node;
    node.id = id;
    node.class_type = class_of(text);
    node.key = key(id);
    cost(node);
    if (output(id)) node.output = files(id);
    return node;
  }

 private:
  const json::object& inputs(const std::string& id) const { return graph_.at(id).at("inputs").as_object(); }

  bool output(const std::string& id) const { return ComfyNodes::is_output(*nodes_.find(class_of(graph_.at(id)))); }

  // The nodes that this one takes its inputs from, in the order of its inputs.
  std::vector<std::string> before(const std::string& id) const {
    std::vector<std::string> all;
    for (const auto& [name, value] : inputs(id)) {
      if (is_link(value)) all.push_back(python_str(value.as_array()[0]));
    }
    return all;
  }

  void reach(const std::string& id, std::set<std::string>& wanted) const {
    if (!wanted.insert(id).second) return;
    for (const std::string& from : before(id)) reach(from, wanted);
  }

  bool leads_to_output(const std::string& id, const std::set<std::string>& wanted, int hops) const {
    if (hops == 0) return output(id);
    return std::ranges::any_of(wanted, [&](const std::string& next) {
      const std::vector<std::string> from = before(next);
      return std::ranges::find(from, id) != from.end() && leads_to_output(next, wanted, hops - 1);
    });
  }

  std::string pick(const std::vector<std::string>& ready, const std::set<std::string>& wanted) const {
    for (int hops = 0; hops <= 2; ++hops) {
      const auto found =
          std::ranges::find_if(ready, [&](const std::string& id) { return leads_to_output(id, wanted, hops); });
      if (found != ready.end()) return *found;
    }
    return ready.front();
  }

  const std::string& key(const std::string& id) {
    std::string& known = keys_[id];
    if (!known.empty()) return known;
    std::string text = class_of(graph_.at(id));
    for (const auto& [name, value] : inputs(id)) {
      text += fmt::format("|{}=", std::string(name));
      if (is_link(value)) {
        text += fmt::format("<{}:{}>", key(python_str(value.as_array()[0])), dump_json(value.as_array()[1]));
      } else {
        text += dump_json(value);
      }
    }
    std::uint64_t hash = 14695981039346656037U;  // FNV-1a.
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    return keys_[id] = fmt::format("{:016x}", hash);
  }

  // The nearest node, this one included, that has the input `name` as a plain value; following `through` first.
  const json::value* nearest(const std::string& id, std::string_view name, std::string_view through = "") const {
    std::vector<std::string> row{id};
    if (const json::value* link = through.empty() ? nullptr : inputs(id).if_contains(through); link && is_link(*link)) {
      row = {python_str(link->as_array()[0])};
    }
    std::set<std::string> seen;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string here = row[i];
      if (!seen.insert(here).second) continue;
      const json::value* value = inputs(here).if_contains(name);
      if (value && !is_link(*value)) return value;
      for (const std::string& from : before(here)) row.push_back(from);
    }
    return nullptr;
  }

  std::string model_file(const std::string& id) const {
    for (const char* name : {"ckpt_name", "unet_name"}) {
      if (const json::value* file = nearest(id, name, "model")) return python_str(*file);
    }
    return "";
  }

  // Grows with all that is sampled at once: pixels and frames.
  Bytes workspace(const std::string& id, bool video) const {
    const world::ComfyPicture shown = picture(id);
    const double usual = video ? usual_video_pixels : usual_image_pixels;
    const double share = static_cast<double>(shown.width) * shown.height * shown.frames / usual;
    const Bytes whole = video ? options_.video_workspace : options_.image_workspace;
    return {static_cast<std::int64_t>(static_cast<double>(whole.count) * share)};
  }

  void cost(world::ComfyNode& node) const {
    const std::string& type = node.class_type;
    const json::object& in = inputs(node.id);
    if (type == "KSampler") {
      node.model = model_file(node.id);
      const bool video = is_video_model(node.model);
      node.weights = video ? options_.video_weights : options_.image_weights;
      node.workspace = workspace(node.id, video);
      node.load_time = video ? options_.video_load : options_.image_load;
      node.steps = static_cast<int>(std::clamp<std::int64_t>(in.at("steps").to_number<std::int64_t>(), 1, 10000));
      node.time = (video ? options_.video_step : options_.image_step) * node.steps;
      node.previews = true;
    } else if (type == "VAEDecode") {
      node.time = options_.decode;
    } else if (type == "CLIPTextEncode") {
      node.time = Duration{60};
    } else if (type == "SaveVideo") {
      node.time = Duration{250};
    } else if (type == "VHS_VideoCombine") {
      node.steps = picture(node.id).frames;
      node.time = Duration{8} * node.steps;
    } else if (type == "ProbeSteps") {
      node.steps = in.at("steps").to_number<int>();
      node.time = Duration{in.at("ms").to_number<int>()} * node.steps;
      node.previews = in.at("preview").as_bool();
    } else if (type == "ProbeRaise") {
      node.raises = raised(node, python_str(in.at("kind")));
    }
  }

  static world::ComfyError raised(const world::ComfyNode& node, const std::string& kind) {
    const std::string advice = world::ComfyUi::out_of_memory_advice;
    if (kind == "oom") {
      return {node.id, node.class_type, "torch.cuda.OutOfMemoryError",
              "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.99 GiB of which 512.00 "
              "MiB is free. (probe: raised by a test node)" +
                  advice};
    }
    if (kind == "oom_text") return {node.id, node.class_type, "RuntimeError", "CUDA error: out of memory" + advice};
    if (kind == "sysexit") return {node.id, node.class_type, "SystemExit", ""};
    return {node.id, node.class_type, "ValueError", "probe value error\n"};
  }

  world::ComfyPicture picture(const std::string& id) const {
    const auto number = [&](std::string_view name, double otherwise) {
      const json::value* value = nearest(id, name);
      return value && value->is_number() ? value->to_number<double>() : otherwise;
    };
    world::ComfyPicture picture;
    picture.width = static_cast<int>(number("width", 512));
    picture.height = static_cast<int>(number("height", 512));
    picture.frames = static_cast<int>(std::clamp(number("length", number("batch_size", 1)), 1.0, double{frames_max}));
    picture.frames_per_second = number("frame_rate", number("fps", 12));
    picture.model = model_file(id);
    for (const char* name : {"seed", "noise_seed", "color"}) {
      const json::value* seed = nearest(id, name);
      if (!seed || !(seed->is_int64() || seed->is_uint64())) continue;
      picture.seed = seed->is_uint64() ? seed->as_uint64() : static_cast<std::uint64_t>(seed->as_int64());
      break;
    }
    picture.text = prompt_text(id);
    return picture;
  }

  std::string prompt_text(const std::string& id) const {
    std::set<std::string> reached;
    reach(id, reached);
    for (const std::string& node : reached) {
      if (!inputs(node).contains("positive")) continue;
      if (const json::value* text = nearest(node, "text", "positive")) return python_str(*text);
    }
    return class_of(graph_.at(id));
  }

  world::ComfyOutput files(const std::string& id) const {
    const std::string type = class_of(graph_.at(id));
    world::ComfyOutput files;
    files.picture = picture(id);
    const json::value* prefix = inputs(id).if_contains("filename_prefix");
    files.prefix = prefix ? python_str(*prefix) : "ComfyUI";
    if (type == "SaveVideo" || type == "VHS_VideoCombine") {
      files.picture.video = true;
      files.extension = ".mp4";
    }
    if (type == "VHS_VideoCombine") {
      files.mark = "";
      files.companion = ".png";
      if (!inputs(id).at("save_output").as_bool()) files.type = "temp";
    }
    if (type == "PreviewImage") {
      files.type = "temp";
      files.prefix = "ComfyUI_temp_" + temp_letters_;
    }
    if (!files.picture.video) files.count = std::min(files.picture.frames, images_max);
    return files;
  }

  const ComfyOptions& options_;
  const ComfyNodes& nodes_;
  const json::object& graph_;
  std::string temp_letters_;
  std::map<std::string, std::string> keys_;
};

}  // namespace

std::vector<world::ComfyNode> plan_nodes(const ComfyOptions& options, const ComfyNodes& nodes,
                                         const json::object& graph, const std::vector<std::string>& outputs,
                                         const std::string& temp_letters) {
  Planner planner(options, nodes, graph, temp_letters);
  std::vector<world::ComfyNode> all;
  for (const std::string& id : planner.order(outputs)) all.push_back(planner.node(id));
  return all;
}

}  // namespace malin::rig
