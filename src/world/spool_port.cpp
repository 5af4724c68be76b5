#include "world/spool_port.hpp"

#include <fmt/format.h>

namespace malin::world {

namespace {

constexpr Duration inspect_limit{60'000};
constexpr Duration decode_time{300};

}  // namespace

std::string draw_in_words(const ComfyPicture& picture) {
  std::string words = fmt::format("{} of {} seed {} in {}x{}{}.", picture.video ? "video" : "photo", picture.text,
                                  picture.seed, picture.width, picture.height, picture.black ? ", all black" : "");
  if (picture.truncated) words.resize(words.size() / 2);
  return words;
}

Task<Result<Media>> InspectorPort::inspect(std::string path) {
  return wire_.carry("inspect", path, inspect_limit, judge(path));
}

Task<Result<Media>> InspectorPort::judge(std::string path) {
  co_await wire_.clock().sleep_until(wire_.clock().now() + decode_time);
  const auto found = spool_.find(path);
  if (found == spool_.end()) co_return fail(Errc::not_found, "cannot open " + path);
  const std::string& bytes = found->second;
  if (!bytes.ends_with('.')) co_return fail(Errc::bad_reply, "the file is truncated");
  if (bytes.ends_with(", all black.")) co_return fail(Errc::bad_reply, "it is uniformly black");
  Media media;
  media.type = bytes.starts_with("video") ? MediaType::video : MediaType::photo;
  media.path = path;
  media.width = media.height = 512;
  media.size = Bytes{static_cast<std::int64_t>(bytes.size())};
  co_return media;
}

}  // namespace malin::world
