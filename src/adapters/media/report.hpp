// What the worker tells its parent: one line of JSON, and nothing that the parent would have to trust. Paths are never
// in it: both sides make them from the original's name, as here.
#pragma once

#include <string>
#include <string_view>

#include "core/reading.hpp"
#include "core/result.hpp"

namespace malin::adapters::media {

struct Report {
  MediaType type = MediaType::document;
  bool has_thumbnail = false;
  bool has_fast_start = false;  // The copy is to be delivered in place of the original.
  int width = 0;                // Pixels.
  int height = 0;
  Duration duration{};
  Bytes size;  // Of the file to deliver.
};

// Where what the worker makes lies, for the media at `path`: DIR/NAME.thumb.jpg and DIR/NAME.fast.mp4.
std::string thumbnail_path(const std::string& path, const std::string& folder);
std::string fast_start_path(const std::string& path, const std::string& folder);

std::string format_report(const Result<Report>& report);
// The report in the last line of `output`, or the error that it tells. bad_reply: there is none.
Result<Report> parse_report(std::string_view output);

}  // namespace malin::adapters::media
