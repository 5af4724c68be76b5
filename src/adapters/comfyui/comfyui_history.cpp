#include "adapters/comfyui/comfyui_history.hpp"

#include <algorithm>

#include "adapters/comfyui/comfyui_protocol.hpp"
#include "net/json.hpp"

namespace malin::adapters {

namespace json = net::json;

namespace {

constexpr std::size_t files_max = 256;

// Every list of objects with a file name, whatever its key: images, gifs, audio, ...
std::vector<OutputFile> collect_files(const json::object& outputs) {
  std::vector<OutputFile> files;
  for (const auto& node : outputs) {
    const json::object* kinds = node.value().if_object();
    if (!kinds) continue;
    for (const auto& kind : *kinds) {
      const json::array* entries = kind.value().if_array();
      if (!entries) continue;
      for (const json::value& entry : *entries) {
        OutputFile file{net::text_of(entry, "filename"), net::text_of(entry, "subfolder"), net::text_of(entry, "type")};
        if (file.filename.empty() || files.size() >= files_max || std::ranges::find(files, file) != files.end())
          continue;
        files.push_back(std::move(file));
      }
    }
  }
  return files;
}

// Results rather than previews, and of a video written twice the one with sound.
std::vector<OutputFile> choose_files(std::vector<OutputFile> files) {
  const auto is_result = [](const OutputFile& file) { return file.type == "output"; };
  if (std::ranges::any_of(files, is_result)) {
    std::erase_if(files, [&](const OutputFile& file) { return !is_result(file); });
  }
  const std::vector<OutputFile> all = files;
  std::erase_if(files, [&](const OutputFile& file) {
    const std::size_t dot = file.filename.rfind('.');
    if (dot == std::string::npos) return false;
    OutputFile with_sound = file;
    with_sound.filename.insert(dot, "-audio");
    return std::ranges::find(all, with_sound) != all.end();
  });
  return files;
}

bool contains_lowered(std::string_view text, std::string_view lowered) {
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  return !std::ranges::search(text, lowered, same).empty();
}

// Torch tells of a full card in several ways, by version and by where it happened.
bool is_out_of_memory(std::string_view type, std::string_view message) {
  if (type.ends_with("OutOfMemoryError")) return true;
  if (!type.ends_with("RuntimeError") && !type.ends_with("AcceleratorError")) return false;
  return contains_lowered(message, "out of memory");
}

void explain_failure(const json::value& status, RenderReading& reading) {
  const json::array* messages = net::find_array(status, "messages");
  if (!messages) return;
  for (const json::value& message : *messages) {
    const json::array* pair = message.if_array();
    if (!pair || pair->size() < 2 || !(*pair)[0].is_string()) continue;
    const std::string_view kind = (*pair)[0].as_string();
    const json::value& data = (*pair)[1];
    if (kind == "execution_interrupted") {
      reading.interrupted = true;
      reading.reason = "interrupted";
    }
    // A blocked branch is reported as an error of this type while the render goes on.
    if (kind != "execution_error" || net::text_of(data, "exception_type") == "ExecutionBlocked") continue;
    const std::string type = net::text_of(data, "exception_type");
    const std::string text = net::text_of(data, "exception_message");
    reading.out_of_memory = is_out_of_memory(type, text);
    reading.reason =
        net::text_of(data, "node_type") + " (node " + net::text_of(data, "node_id") + "): " + type + ": " + clip(text);
  }
}

RenderReading read_entry(const json::value& entry) {
  RenderReading reading;
  const json::value* status = net::find(entry, "status");
  const std::string verdict = status ? net::text_of(*status, "status_str") : "";
  std::vector<OutputFile> files;
  if (const json::object* outputs = net::find_object(entry, "outputs")) files = choose_files(collect_files(*outputs));
  if (verdict != "error" && !files.empty()) {
    reading.state = RenderState::finished;
    reading.progress = 1;
    reading.files = std::move(files);
    return reading;
  }
  reading.state = RenderState::failed;
  if (status) explain_failure(*status, reading);
  if (reading.reason.empty()) {
    reading.reason = verdict == "error" ? "ComfyUI reports an error without saying which" : "it ended without a file";
  }
  return reading;
}

}  // namespace

Result<std::optional<RenderReading>> parse_history(std::string_view text, std::string_view prompt_id) {
  const auto reply = net::parse_json(text);
  if (!reply || !reply->is_object()) {
    return fail(Errc::bad_reply, "the history of ComfyUI is not a JSON object: " + clip(text, 80));
  }
  const json::value* entry = net::find(*reply, prompt_id);
  if (!entry) return std::optional<RenderReading>();
  if (!entry->is_object()) return fail(Errc::bad_reply, "the history of ComfyUI holds no object for this render");
  return std::optional<RenderReading>(read_entry(*entry));
}

}  // namespace malin::adapters
