// Owners for FFmpeg's objects, and the one way in which a file is opened. FFmpeg 5.1 to 6.1.
#pragma once

#include <memory>
#include <string>

#include "adapters/media/worker/container.hpp"
#include "core/result.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libswscale/swscale.h>
}

namespace malin::adapters::media {

struct Closer {
  void operator()(AVFormatContext* context) const { avformat_close_input(&context); }
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  void operator()(SwsContext* context) const { sws_freeContext(context); }
};
using Input = std::unique_ptr<AVFormatContext, Closer>;
using Codec = std::unique_ptr<AVCodecContext, Closer>;
using Frame = std::unique_ptr<AVFrame, Closer>;
using Packet = std::unique_ptr<AVPacket, Closer>;

inline constexpr std::int64_t kPixelsMax = 120'000'000;

std::string error_text(int code);

// Opens it as the one container that it is, from the local file only. bad_reply: it cannot be read as that.
Result<Input> open_input(const std::string& path, Container container);

// The first stream of moving or still pictures, or -1.
int picture_stream(const AVFormatContext& input);

// `frame` scaled to `width` x `height` in `format`; an empty pointer: FFmpeg cannot.
Frame scale(const AVFrame& frame, int width, int height, AVPixelFormat format, int method);

}  // namespace malin::adapters::media
