// Recorded exchanges with real ComfyUI servers, tests/data/comfyui/<version>/<scenario>.json.
#pragma once

#include <array>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "net/json.hpp"

namespace malin::testing {

inline constexpr std::array<const char*, 2> comfyui_versions = {"v0.3.64", "v0.33.0"};

struct RecordedReply {
  std::string method;
  std::string path;
  unsigned status = 0;
  std::string body;
};

inline std::string read_text(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Transcript {
  std::vector<RecordedReply> replies;
  std::vector<std::string> socket_texts;

  // The replies to `method` on a path that begins so, in order.
  std::vector<RecordedReply> to(const std::string& method, const std::string& path) const {
    std::vector<RecordedReply> found;
    for (const RecordedReply& reply : replies) {
      if (reply.method == method && reply.path.starts_with(path)) found.push_back(reply);
    }
    return found;
  }
};

inline Transcript load_transcript(const std::string& version, const std::string& scenario) {
  const std::string path = std::string(MALIN_TEST_DATA) + "/comfyui/" + version + "/" + scenario + ".json";
  const auto document = net::json::parse(read_text(path));
  Transcript transcript;
  for (const auto& event : document.at("events").as_array()) {
    const std::string kind = net::find_string(event, "kind").value_or("");
    if (kind == "ws_text") transcript.socket_texts.push_back(net::json::serialize(event.at("json")));
    if (kind != "http") continue;
    RecordedReply reply;
    reply.method = net::find_string(event, "method").value_or("");
    reply.path = net::find_string(event, "path").value_or("");
    reply.status = static_cast<unsigned>(net::find_int(event, "status").value_or(0));
    const auto* json = net::find(event, "resp_json");
    reply.body = json ? net::json::serialize(*json) : net::find_string(event, "resp_text").value_or("");
    transcript.replies.push_back(std::move(reply));
  }
  return transcript;
}

}  // namespace malin::testing
