// The node classes that the simulated ComfyUI knows, as /object_info tells them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "net/json.hpp"
#include "rig/comfyui_face.hpp"

namespace malin::rig {

namespace json = boost::json;

class ComfyNodes {
 public:
  explicit ComfyNodes(const ComfyOptions& options);

  // The class's object_info, or nullptr.
  const json::object* find(std::string_view class_type) const;
  const json::object& all() const { return all_; }
  // Of an output node only.
  static bool is_output(const json::object& info);

 private:
  json::object all_;
};

// Whether a model file is one of a video model, by its name.
bool is_video_model(std::string_view filename);

}  // namespace malin::rig
