#include "adapters/media/worker/ffmpeg.hpp"

#include <array>
#include <vector>

namespace malin::adapters::media {

namespace {

const char* demuxer_of(Container container) {
  switch (container) {
    case Container::png:
      return "png_pipe";
    case Container::jpeg:
      return "jpeg_pipe";
    case Container::webp:
      return "webp_pipe";
    case Container::gif:
      return "gif";
    case Container::mp4:
      return "mov";
    case Container::matroska:
      return "matroska";
  }
  return "";
}

// Reads enough of a video to know its streams. Pictures tell all when they are decoded.
int look_into_streams(AVFormatContext& input) {
  std::vector<AVDictionary*> options(input.nb_streams, nullptr);
  for (AVDictionary*& each : options) av_dict_set_int(&each, "max_pixels", kPixelsMax, 0);
  const int found = avformat_find_stream_info(&input, options.data());
  for (AVDictionary*& each : options) av_dict_free(&each);
  return found;
}

}  // namespace

std::string error_text(int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(code, text.data(), text.size());
  return text.data();
}

Result<Input> open_input(const std::string& path, Container container) {
  AVFormatContext* context = avformat_alloc_context();
  if (context == nullptr) return fail(Errc::unreachable, "out of memory");
  AVDictionary* options = nullptr;
  av_dict_set(&options, "protocol_whitelist", "file", 0);
  av_dict_set(&options, "format_whitelist", "png_pipe,jpeg_pipe,webp_pipe,gif,mov,matroska", 0);
  const AVInputFormat* demuxer = av_find_input_format(demuxer_of(container));
  const int opened = demuxer == nullptr ? AVERROR_DEMUXER_NOT_FOUND
                                        : avformat_open_input(&context, ("file:" + path).c_str(), demuxer, &options);
  av_dict_free(&options);
  const std::string name = to_string(container);
  if (demuxer == nullptr) avformat_free_context(context);
  if (opened < 0) return fail(Errc::bad_reply, "it cannot be read as " + name + ": " + error_text(opened));
  Input input(context);
  if (container == Container::mp4 || container == Container::matroska) {
    const int found = look_into_streams(*input);
    if (found < 0) return fail(Errc::bad_reply, "it cannot be read as " + name + ": " + error_text(found));
  }
  return input;
}

int picture_stream(const AVFormatContext& input) {
  for (unsigned index = 0; index < input.nb_streams; ++index) {
    const AVStream& stream = *input.streams[index];
    const bool is_cover = (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
    if (stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO && !is_cover) return static_cast<int>(index);
  }
  return -1;
}

Frame scale(const AVFrame& frame, int width, int height, AVPixelFormat format, int method) {
  const std::unique_ptr<SwsContext, Closer> scaler(sws_getContext(frame.width, frame.height,
                                                                  static_cast<AVPixelFormat>(frame.format), width,
                                                                  height, format, method, nullptr, nullptr, nullptr));
  Frame result(av_frame_alloc());
  if (!scaler || !result) return nullptr;
  result->format = format;
  result->width = width;
  result->height = height;
  if (av_frame_get_buffer(result.get(), 0) < 0) return nullptr;
  const int rows = sws_scale(scaler.get(), frame.data, frame.linesize, 0, frame.height, result->data, result->linesize);
  return rows > 0 ? std::move(result) : nullptr;
}

}  // namespace malin::adapters::media
