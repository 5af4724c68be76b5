// Looks at a media file from outside, without decoding: what container it is and whether its structure is whole.
// Only the containers named here are ever handed to a demuxer.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.hpp"

namespace malin::adapters::media {

enum class Container { png, jpeg, webp, gif, mp4, matroska };

struct Layout {
  Container container = Container::png;
  std::int64_t size = 0;    // Bytes.
  bool complete = true;     // As far as the structure tells.
  bool index_first = true;  // Of an MP4: moov before mdat.
  bool quicktime = false;   // An MP4-like file of the older MOV kind.
  std::uint32_t width = 0;  // As a PNG's header claims; 0 elsewhere.
  std::uint32_t height = 0;
};

// not_found: no such file. bad_reply: empty, or none of these containers.
Result<Layout> read_layout(const std::string& path);

const char* to_string(Container container);

}  // namespace malin::adapters::media
