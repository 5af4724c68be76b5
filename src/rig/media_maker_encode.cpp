#include "rig/media_maker_encode.hpp"

#include <cmath>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

namespace malin::rig {

namespace {

struct ContextDeleter {
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
};
struct FrameDeleter {
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
struct PacketDeleter {
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
struct ScalerDeleter {
  void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
};
using Context = std::unique_ptr<AVCodecContext, ContextDeleter>;
using Frame = std::unique_ptr<AVFrame, FrameDeleter>;
using Packet = std::unique_ptr<AVPacket, PacketDeleter>;
using Scaler = std::unique_ptr<SwsContext, ScalerDeleter>;

std::unexpected<Error> av_failure(const char* what, int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof text);
  return fail(Errc::refused, std::string(what) + ": " + text);
}

// Copies a painted frame into `frame`, converting its pixels.
void convert(cairo_surface_t* painted, AVFrame* frame) {
  const int width = cairo_image_surface_get_width(painted);
  const int height = cairo_image_surface_get_height(painted);
  const Scaler scaler(sws_getContext(width, height, AV_PIX_FMT_BGR0, frame->width, frame->height,
                                     static_cast<AVPixelFormat>(frame->format), SWS_BILINEAR, nullptr, nullptr,
                                     nullptr));
  const std::uint8_t* source[] = {cairo_image_surface_get_data(painted)};
  const int stride[] = {cairo_image_surface_get_stride(painted)};
  sws_scale(scaler.get(), source, stride, 0, height, frame->data, frame->linesize);
}

Frame new_frame(const AVCodecContext& codec) {
  Frame frame(av_frame_alloc());
  frame->format = codec.pix_fmt;
  frame->width = codec.width;
  frame->height = codec.height;
  return av_frame_get_buffer(frame.get(), 0) == 0 ? std::move(frame) : Frame();
}

}  // namespace

void quiet_encoders() { av_log_set_level(AV_LOG_ERROR); }

Result<std::string> encode_jpeg(cairo_surface_t* painted) {
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
  if (!codec) return fail(Errc::refused, "no JPEG encoder");
  const Context context(avcodec_alloc_context3(codec));
  context->width = cairo_image_surface_get_width(painted);
  context->height = cairo_image_surface_get_height(painted);
  context->pix_fmt = AV_PIX_FMT_YUVJ420P;
  context->time_base = {1, 25};
  context->flags |= AV_CODEC_FLAG_QSCALE;
  context->global_quality = 4 * FF_QP2LAMBDA;
  if (const int code = avcodec_open2(context.get(), codec, nullptr); code < 0) return av_failure("JPEG", code);
  const Frame frame = new_frame(*context);
  if (!frame) return fail(Errc::refused, "JPEG: no memory");
  convert(painted, frame.get());
  frame->quality = context->global_quality;
  if (const int code = avcodec_send_frame(context.get(), frame.get()); code < 0) return av_failure("JPEG", code);
  const Packet packet(av_packet_alloc());
  if (const int code = avcodec_receive_packet(context.get(), packet.get()); code < 0) return av_failure("JPEG", code);
  return std::string(reinterpret_cast<const char*>(packet->data), static_cast<std::size_t>(packet->size));
}

struct Mp4Encoder::State {
  AVFormatContext* format = nullptr;
  Context codec;
  Frame frame;
  Packet packet{av_packet_alloc()};
  AVStream* stream = nullptr;
  std::int64_t frames = 0;
  std::string file;
  std::int64_t position = 0;

  ~State() {
    if (!format) return;
    if (format->pb) {
      av_freep(static_cast<void*>(&format->pb->buffer));
      avio_context_free(&format->pb);
    }
    avformat_free_context(format);
  }

  static int write(void* self, std::uint8_t* data, int size) {
    auto& state = *static_cast<State*>(self);
    const auto end = static_cast<std::size_t>(state.position + size);
    if (state.file.size() < end) state.file.resize(end);
    std::copy(data, data + size, state.file.begin() + state.position);
    state.position += size;
    return size;
  }

  static std::int64_t seek(void* self, std::int64_t offset, int whence) {
    auto& state = *static_cast<State*>(self);
    const auto size = static_cast<std::int64_t>(state.file.size());
    if (whence == AVSEEK_SIZE) return size;
    state.position = whence == SEEK_CUR ? state.position + offset : whence == SEEK_END ? size + offset : offset;
    return state.position;
  }

  // Encodes `input` (nullptr: the end) and writes what comes out.
  Result<void> encode(const AVFrame* input) {
    if (const int code = avcodec_send_frame(codec.get(), input); code < 0) return av_failure("video", code);
    for (;;) {
      const int code = avcodec_receive_packet(codec.get(), packet.get());
      if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return {};
      if (code < 0) return av_failure("video", code);
      packet->duration = 1;
      av_packet_rescale_ts(packet.get(), codec->time_base, stream->time_base);
      packet->stream_index = stream->index;
      if (const int written = av_interleaved_write_frame(format, packet.get()); written < 0) {
        return av_failure("MP4", written);
      }
    }
  }
};

Mp4Encoder::Mp4Encoder() : state_(std::make_unique<State>()) {}
Mp4Encoder::~Mp4Encoder() = default;

Result<void> Mp4Encoder::open(int width, int height, double frames_per_second) {
  State& s = *state_;
  if (const int code = avformat_alloc_output_context2(&s.format, nullptr, "mp4", nullptr); code < 0) {
    return av_failure("MP4", code);
  }
  constexpr int buffer_bytes = 64 << 10;
  auto* buffer = static_cast<unsigned char*>(av_malloc(buffer_bytes));
  s.format->pb = avio_alloc_context(buffer, buffer_bytes, 1, &s, nullptr, State::write, State::seek);
  const AVCodec* codec = avcodec_find_encoder_by_name("libx264");
  if (!codec) codec = avcodec_find_encoder(AV_CODEC_ID_MPEG4);
  if (!codec) return fail(Errc::refused, "no video encoder");
  s.codec.reset(avcodec_alloc_context3(codec));
  s.codec->width = width;
  s.codec->height = height;
  s.codec->pix_fmt = AV_PIX_FMT_YUV420P;
  s.codec->time_base = av_inv_q(av_d2q(frames_per_second > 0 ? frames_per_second : 12, 1000));
  s.codec->framerate = av_inv_q(s.codec->time_base);
  s.codec->gop_size = 24;
  s.codec->thread_count = 1;
  s.codec->bit_rate = codec->id == AV_CODEC_ID_MPEG4 ? 1'200'000 : 0;
  s.codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  if (codec->id == AV_CODEC_ID_H264) {
    av_opt_set(s.codec->priv_data, "preset", "ultrafast", 0);
    av_opt_set(s.codec->priv_data, "crf", "26", 0);
  }
  if (const int code = avcodec_open2(s.codec.get(), codec, nullptr); code < 0) return av_failure("video", code);
  s.stream = avformat_new_stream(s.format, nullptr);
  avcodec_parameters_from_context(s.stream->codecpar, s.codec.get());
  s.stream->time_base = s.codec->time_base;
  s.stream->avg_frame_rate = s.codec->framerate;
  s.frame = new_frame(*s.codec);
  if (!s.frame) return fail(Errc::refused, "video: no memory");
  AVDictionary* options = nullptr;
  // A fragment-free file whose index is known before the data is written needs its room reserved.
  av_dict_set(&options, "moov_size", "65536", 0);
  const int code = avformat_write_header(s.format, &options);
  av_dict_free(&options);
  if (code < 0) return av_failure("MP4", code);
  return {};
}

Result<void> Mp4Encoder::add(cairo_surface_t* painted) {
  State& s = *state_;
  if (const int code = av_frame_make_writable(s.frame.get()); code < 0) return av_failure("video", code);
  convert(painted, s.frame.get());
  s.frame->pts = s.frames++;
  return s.encode(s.frame.get());
}

Result<std::string> Mp4Encoder::finish() {
  State& s = *state_;
  if (const Result<void> rest = s.encode(nullptr); !rest) return std::unexpected(rest.error());
  if (const int code = av_write_trailer(s.format); code < 0) return av_failure("MP4", code);
  avio_flush(s.format->pb);
  return std::move(s.file);
}

}  // namespace malin::rig
