#include "adapters/media/make_media.hpp"

#include <cstddef>
#include <fstream>
#include <iterator>
#include <stdexcept>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>
}

namespace malin::testing {

namespace {

void require(bool fine, const char* what) {
  if (!fine) throw std::runtime_error(what);
}

void paint_pixel(std::uint8_t* pixel, Paint paint, int x, int y, int number) {
  const bool in_box = (x / 16 + number) % 7 == 0 && (y / 16) % 5 == 0;
  const auto byte = [](int value) { return static_cast<std::uint8_t>(value); };
  switch (paint) {
    case Paint::scene:
      pixel[0] = in_box ? 255 : byte(x + number);
      pixel[1] = in_box ? 240 : byte(y);
      pixel[2] = in_box ? 40 : byte((x ^ y) / 2);
      return;
    case Paint::black:
      pixel[0] = pixel[1] = pixel[2] = 0;
      return;
    case Paint::red:
      pixel[0] = 200;
      pixel[1] = pixel[2] = 30;
      return;
  }
}

AVFrame* painted(const AVCodecContext& codec, Paint paint, int number) {
  AVFrame* rgb = av_frame_alloc();
  rgb->format = AV_PIX_FMT_RGB24;
  rgb->width = codec.width;
  rgb->height = codec.height;
  require(av_frame_get_buffer(rgb, 0) == 0, "buffer");
  for (int y = 0; y < codec.height; ++y) {
    std::uint8_t* row = rgb->data[0] + static_cast<std::ptrdiff_t>(y) * rgb->linesize[0];
    for (int x = 0; x < codec.width; ++x) paint_pixel(row + 3 * x, paint, x, y, number);
  }
  AVFrame* frame = av_frame_alloc();
  frame->format = codec.pix_fmt;
  frame->width = codec.width;
  frame->height = codec.height;
  require(av_frame_get_buffer(frame, 0) == 0, "buffer");
  SwsContext* scaler = sws_getContext(codec.width, codec.height, AV_PIX_FMT_RGB24, codec.width, codec.height,
                                      codec.pix_fmt, SWS_BILINEAR, nullptr, nullptr, nullptr);
  sws_scale(scaler, rgb->data, rgb->linesize, 0, codec.height, frame->data, frame->linesize);
  sws_freeContext(scaler);
  av_frame_free(&rgb);
  frame->pts = number;
  return frame;
}

void drain(AVCodecContext& codec, AVFormatContext& output) {
  AVPacket* packet = av_packet_alloc();
  while (avcodec_receive_packet(&codec, packet) == 0) {
    if (packet->duration == 0) packet->duration = 1;
    av_packet_rescale_ts(packet, codec.time_base, output.streams[0]->time_base);
    require(av_interleaved_write_frame(&output, packet) == 0, "write");
  }
  av_packet_free(&packet);
}

}  // namespace

bool make_media(const std::string& path, const Recipe& recipe) {
  const AVCodec* encoder = avcodec_find_encoder_by_name(recipe.encoder.c_str());
  if (encoder == nullptr) return false;
  av_log_set_level(AV_LOG_ERROR);
  AVFormatContext* output = nullptr;
  require(avformat_alloc_output_context2(&output, nullptr, recipe.format.c_str(), path.c_str()) >= 0, "container");
  AVCodecContext* codec = avcodec_alloc_context3(encoder);
  codec->width = recipe.width;
  codec->height = recipe.height;
  codec->time_base = AVRational{1, 25};
  codec->framerate = AVRational{25, 1};
  codec->gop_size = 12;
  codec->thread_count = 1;
  codec->bit_rate = 800'000;
  codec->pix_fmt = recipe.encoder == "mpeg4" ? AV_PIX_FMT_YUV420P : encoder->pix_fmts[0];
  if (recipe.encoder == "mjpeg") codec->pix_fmt = AV_PIX_FMT_YUVJ420P;
  if ((output->oformat->flags & AVFMT_GLOBALHEADER) != 0) codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  require(avcodec_open2(codec, encoder, nullptr) == 0, "encoder");
  AVStream* stream = avformat_new_stream(output, nullptr);
  require(avcodec_parameters_from_context(stream->codecpar, codec) >= 0, "parameters");
  stream->time_base = codec->time_base;
  require(avio_open(&output->pb, path.c_str(), AVIO_FLAG_WRITE) >= 0, "file");
  AVDictionary* options = nullptr;
  if (!recipe.flags.empty()) av_dict_set(&options, "movflags", recipe.flags.c_str(), 0);
  require(avformat_write_header(output, &options) >= 0, "header");
  av_dict_free(&options);
  for (int number = 0; number < recipe.frames; ++number) {
    AVFrame* frame = painted(*codec, recipe.paint, number);
    require(avcodec_send_frame(codec, frame) == 0, "encode");
    av_frame_free(&frame);
    drain(*codec, *output);
  }
  avcodec_send_frame(codec, nullptr);
  drain(*codec, *output);
  require(av_write_trailer(output) == 0, "trailer");
  avio_closep(&output->pb);
  avcodec_free_context(&codec);
  avformat_free_context(output);
  return true;
}

std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_all(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace malin::testing
