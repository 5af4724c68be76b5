#include "adapters/media/worker/media_worker.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <string>
#include <string_view>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/media/report.hpp"
#include "adapters/media/worker/container.hpp"
#include "adapters/media/worker/decoder.hpp"
#include "adapters/media/worker/rewrite.hpp"

namespace malin::adapters {

namespace {

using namespace media;

constexpr rlim_t kCpuSeconds = 60;
constexpr rlim_t kFileBytesMax = 200 << 20;
constexpr rlim_t kDescriptorsMax = 32;
constexpr std::int64_t kPhotoBytesMax = 10'000'000;  // Telegram's limits for a photo.
constexpr int kPhotoSidesMax = 10'000;
constexpr int kPhotoRatioMax = 20;
constexpr int kNice = 10;  // She comes back meanwhile, and that goes first.
constexpr std::array<AVCodecID, 4> kPlayedEverywhere{AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_MPEG4,
                                                     AV_CODEC_ID_AV1};

bool set_limit(int resource, rlim_t value) {
  const rlimit limit{.rlim_cur = value, .rlim_max = value};
  return ::setrlimit(static_cast<decltype(RLIMIT_CPU)>(resource), &limit) == 0;
}

bool enter_sandbox(rlim_t address_space_mib) {
  ::setpriority(PRIO_PROCESS, 0, kNice);
  ::umask(0077);                  // FFmpeg makes files for everyone.
  std::signal(SIGXFSZ, SIG_IGN);  // A file that grows too large is an error of write.
  bool done = ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
              ::prctl(PR_SET_DUMPABLE, 0) == 0;
  done = done && set_limit(RLIMIT_CORE, 0) && set_limit(RLIMIT_CPU, kCpuSeconds) &&
         set_limit(RLIMIT_FSIZE, kFileBytesMax) && set_limit(RLIMIT_NOFILE, kDescriptorsMax);
  if (address_space_mib != 0) done = done && set_limit(RLIMIT_AS, address_space_mib << 20);
  return done;
}

bool fits_a_photo(const Layout& layout, const Decoded& decoded) {
  const bool is_still =
      layout.container == Container::png || layout.container == Container::jpeg || layout.container == Container::webp;
  const auto [shorter, longer] = std::minmax(decoded.width, decoded.height);
  return is_still && layout.size <= kPhotoBytesMax && shorter + longer <= kPhotoSidesMax &&
         longer <= shorter * kPhotoRatioMax;
}

bool fits_a_video(const Layout& layout, const Decoded& decoded) {
  return layout.container == Container::mp4 &&
         std::ranges::find(kPlayedEverywhere, decoded.codec) != kPlayedEverywhere.end();
}

Result<Report> inspect(const std::string& path, const std::string& folder) {
  const Result<Layout> layout = read_layout(path);
  if (!layout) return std::unexpected(layout.error());
  const Result<Decoded> decoded = decode(path, *layout);
  if (!decoded) return std::unexpected(decoded.error());

  Report report;
  report.width = decoded->width;
  report.height = decoded->height;
  report.duration = decoded->duration;
  report.size = Bytes{layout->size};
  const Result<void> thumbnail = write_thumbnail(*decoded->best, thumbnail_path(path, folder));
  if (!thumbnail && thumbnail.error().code == Errc::unreachable) return std::unexpected(thumbnail.error());
  report.has_thumbnail = thumbnail.has_value();

  if (fits_a_photo(*layout, *decoded)) report.type = MediaType::photo;
  if (!fits_a_video(*layout, *decoded)) return report;
  report.type = MediaType::video;
  if (layout->index_first && !layout->quicktime) return report;
  const std::string copy = fast_start_path(path, folder);
  const Result<void> copied = write_fast_start(path, copy);
  if (!copied && copied.error().code == Errc::unreachable) return std::unexpected(copied.error());
  if (!copied) {
    report.type = MediaType::document;
    return report;
  }
  report.has_fast_start = true;
  report.size = Bytes{static_cast<std::int64_t>(std::filesystem::file_size(copy))};
  return report;
}

bool print(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, text.data(), text.size());
    if (count < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

int run_media_worker(int argc, char** argv) {
  rlim_t address_space_mib = 0;
  bool usable = argc == 4;
  if (usable) {
    const std::string_view number = argv[3];
    usable = std::from_chars(number.data(), number.data() + number.size(), address_space_mib).ec == std::errc();
  }
  if (!usable || !enter_sandbox(address_space_mib)) {
    print(usable ? "cannot limit itself\n" : "usage: inspect-media IN FOLDER ADDRESS_SPACE_MIB\n");
    ::_exit(2);
  }
  av_log_set_level(AV_LOG_QUIET);
  const Result<Report> report = inspect(argv[1], argv[2]);
  ::_exit(print(format_report(report)) ? 0 : 1);
}

}  // namespace malin::adapters
