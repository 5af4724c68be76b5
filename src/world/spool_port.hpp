// Finished media in memory: what the renderer's port writes, the inspector's judges and the courier's sends.
// A file of the world is one line of text that says what there is to see; a truncated one has lost its second half.
#pragma once

#include <map>
#include <string>

#include "ports/inspector.hpp"
#include "world/comfyui.hpp"
#include "world/faults.hpp"
#include "world/wire.hpp"

namespace malin::world {

using Spool = std::map<std::string, std::string>;  // Bytes by path.

std::string draw_in_words(const ComfyPicture& picture);

class InspectorPort final : public Inspector {
 public:
  // All references outlive the port.
  InspectorPort(Spool& spool, Wire wire) : spool_(spool), wire_(std::move(wire)) {}
  Task<Result<Media>> inspect(std::string path) override;

 private:
  Task<Result<Media>> judge(std::string path);

  Spool& spool_;
  Wire wire_;
};

}  // namespace malin::world
