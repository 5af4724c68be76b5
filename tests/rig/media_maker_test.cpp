#include "rig/media_maker.hpp"

#include <algorithm>

#include <gtest/gtest.h>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

namespace malin::rig {
namespace {

struct Decoded {
  bool opened = false;
  std::string codec;
  int width = 0;
  int height = 0;
  int frames = 0;
  double seconds = 0;
  int darkest = 255;  // Of the brightest pixels of the frames.
};

struct Source {
  const std::string& bytes;
  std::size_t at = 0;

  static int read(void* self, std::uint8_t* to, int size) {
    auto& source = *static_cast<Source*>(self);
    const std::size_t count = std::min(static_cast<std::size_t>(size), source.bytes.size() - source.at);
    std::copy_n(source.bytes.begin() + static_cast<std::ptrdiff_t>(source.at), count, to);
    source.at += count;
    return count == 0 ? AVERROR_EOF : static_cast<int>(count);
  }

  static std::int64_t seek(void* self, std::int64_t offset, int whence) {
    auto& source = *static_cast<Source*>(self);
    if (whence == AVSEEK_SIZE) return static_cast<std::int64_t>(source.bytes.size());
    source.at = static_cast<std::size_t>(offset);
    return offset;
  }
};

void look_at(const AVFrame* frame, Decoded& decoded) {
  const int plane_bytes = frame->linesize[0];
  int brightest = 0;
  for (int y = 0; y < frame->height; ++y) {
    const std::uint8_t* row = frame->data[0] + y * plane_bytes;
    brightest = std::max<int>(brightest, *std::max_element(row, row + frame->width));
  }
  decoded.darkest = std::min(decoded.darkest, brightest);
  ++decoded.frames;
}

// With the very library that judges media elsewhere.
Decoded decode(const std::string& bytes) {
  av_log_set_level(AV_LOG_QUIET);
  Decoded decoded;
  Source source{bytes};
  constexpr int buffer_bytes = 4096;
  AVFormatContext* format = avformat_alloc_context();
  AVIOContext* io = avio_alloc_context(static_cast<unsigned char*>(av_malloc(buffer_bytes)), buffer_bytes, 0, &source,
                                       Source::read, nullptr, Source::seek);
  format->pb = io;
  if (avformat_open_input(&format, nullptr, nullptr, nullptr) == 0 && avformat_find_stream_info(format, nullptr) >= 0 &&
      format->nb_streams == 1) {
    const AVCodecParameters* about = format->streams[0]->codecpar;
    const AVCodec* codec = avcodec_find_decoder(about->codec_id);
    AVCodecContext* context = avcodec_alloc_context3(codec);
    avcodec_parameters_to_context(context, about);
    decoded.opened = avcodec_open2(context, codec, nullptr) == 0;
    decoded.codec = codec->name;
    decoded.width = about->width;
    decoded.height = about->height;
    decoded.seconds = static_cast<double>(std::max<std::int64_t>(0, format->duration)) / AV_TIME_BASE;
    AVPacket* packet = av_packet_alloc();
    AVFrame* frame = av_frame_alloc();
    for (bool more = true; more;) {
      more = av_read_frame(format, packet) >= 0;
      avcodec_send_packet(context, more ? packet : nullptr);
      if (more) av_packet_unref(packet);
      while (avcodec_receive_frame(context, frame) == 0) look_at(frame, decoded);
    }
    av_frame_free(&frame);
    av_packet_free(&packet);
    avcodec_free_context(&context);
  }
  avformat_close_input(&format);
  av_freep(&io->buffer);
  avio_context_free(&io);
  return decoded;
}

world::ComfyPicture order(bool video) {
  world::ComfyPicture picture;
  picture.video = video;
  picture.width = video ? 240 : 256;
  picture.height = video ? 416 : 384;
  picture.frames = video ? 36 : 1;
  picture.text = "a portrait in the evening light, smiling, with a cup of tea";
  picture.seed = 42;
  return picture;
}

TEST(MediaMaker, a_picture_is_a_png_of_the_ordered_size) {
  const Decoded picture = decode(make_png(order(false)));
  EXPECT_EQ(picture.codec, "png");
  EXPECT_EQ(picture.width, 256);
  EXPECT_EQ(picture.height, 384);
  EXPECT_EQ(picture.frames, 1);
}

TEST(MediaMaker, the_same_order_gives_the_same_picture_and_another_seed_another) {
  world::ComfyPicture other = order(false);
  other.seed = 43;
  EXPECT_EQ(make_png(order(false)), make_png(order(false)));
  EXPECT_NE(make_png(order(false)), make_png(other));
}

TEST(MediaMaker, a_video_plays_for_its_length_and_starts_with_its_index) {
  const Result<std::string> bytes = make_mp4(order(true));
  ASSERT_TRUE(bytes.has_value());
  EXPECT_LT(bytes->find("moov"), bytes->find("mdat"));
  const Decoded video = decode(*bytes);
  EXPECT_TRUE(video.opened);
  EXPECT_EQ(video.width, 240);
  EXPECT_EQ(video.height, 416);
  EXPECT_EQ(video.frames, 36);
  EXPECT_NEAR(video.seconds, 3, 0.1);
  EXPECT_GT(video.darkest, 150);
}

TEST(MediaMaker, a_black_video_is_black) {
  world::ComfyPicture picture = order(true);
  picture.black = true;
  EXPECT_LT(decode(make_media(picture).value()).darkest, 20);
}

TEST(MediaMaker, a_truncated_file_does_not_decode_whole) {
  world::ComfyPicture picture = order(true);
  const std::size_t whole = make_media(picture)->size();
  picture.truncated = true;
  const std::string half = make_media(picture).value();
  EXPECT_EQ(half.size(), whole / 2);
  EXPECT_LT(decode(half).frames, 36);
}

TEST(MediaMaker, a_preview_is_a_small_jpeg) {
  const std::string jpeg = make_preview_jpeg(order(false), 0.5);
  EXPECT_TRUE(jpeg.starts_with("\xff\xd8\xff"));
  EXPECT_EQ(decode(jpeg).height, 256);
}

}  // namespace
}  // namespace malin::rig
