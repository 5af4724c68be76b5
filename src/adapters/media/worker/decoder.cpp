#include "adapters/media/worker/decoder.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/media/worker/frame_check.hpp"

namespace malin::adapters::media {

namespace {

constexpr AVRational kMicroseconds{1, AV_TIME_BASE};
constexpr int kGrid = 512;  // Pixels of a frame that are looked at, a side at most.
constexpr std::chrono::milliseconds kMissingMax{250};

constexpr std::array<AVCodecID, 11> kCodecs{AV_CODEC_ID_PNG,  AV_CODEC_ID_MJPEG, AV_CODEC_ID_WEBP,  AV_CODEC_ID_GIF,
                                            AV_CODEC_ID_H264, AV_CODEC_ID_HEVC,  AV_CODEC_ID_MPEG4, AV_CODEC_ID_VP8,
                                            AV_CODEC_ID_VP9,  AV_CODEC_ID_AV1,   AV_CODEC_ID_FFV1};

bool is_still(Container container) {
  return container == Container::png || container == Container::jpeg || container == Container::webp;
}

Result<Codec> open_decoder(const AVStream& stream, Container container) {
  const AVCodecID id = stream.codecpar->codec_id;
  const AVCodec* decoder = avcodec_find_decoder(id);
  if (std::ranges::find(kCodecs, id) == kCodecs.end() || decoder == nullptr) {
    return fail(Errc::bad_reply,
                std::string("its pictures are coded as ") + avcodec_get_name(id) + ", which is not decoded here");
  }
  Codec codec(avcodec_alloc_context3(decoder));
  if (!codec || avcodec_parameters_to_context(codec.get(), stream.codecpar) < 0) {
    return fail(Errc::bad_reply, "its picture format makes no sense");
  }
  codec->max_pixels = kPixelsMax;
  codec->thread_count = 1;
  codec->pkt_timebase = stream.time_base;
  // A picture has to be perfect; videos that play everywhere break small rules.
  if (is_still(container)) codec->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_EXPLODE;
  const int opened = avcodec_open2(codec.get(), decoder, nullptr);
  if (opened < 0) return fail(Errc::bad_reply, "its pictures cannot be decoded: " + error_text(opened));
  return codec;
}

// What a pass over the whole file has seen.
class Pass {
 public:
  Pass(AVFormatContext& input, int stream, AVCodecContext& codec) : input_(input), stream_(stream), codec_(codec) {}

  void run() {
    const Packet packet(av_packet_alloc());
    const Frame frame(av_frame_alloc());
    int read = 0;
    while ((read = av_read_frame(&input_, packet.get())) >= 0) {
      note_end(*packet);
      if (packet->stream_index == stream_) feed(packet.get(), *frame);
      av_packet_unref(packet.get());
    }
    if (read != AVERROR_EOF) note_error(read);
    feed(nullptr, *frame);
  }

  std::int64_t packets = 0;
  std::int64_t frames = 0;
  std::int64_t errors = 0;
  int first_error = 0;
  bool all_black = true;
  bool all_one_colour = true;
  Frame best;
  std::chrono::microseconds end{};  // Of what was read, in the file's time.

 private:
  void note_error(int code) {
    if (errors++ == 0) first_error = code;
  }

  void note_end(const AVPacket& packet) {
    const AVStream& stream = *input_.streams[packet.stream_index];
    if (packet.pts == AV_NOPTS_VALUE) return;
    const std::int64_t ticks = packet.pts + packet.duration;
    end = std::max(end, std::chrono::microseconds(av_rescale_q(ticks, stream.time_base, kMicroseconds)));
  }

  // nullptr: the end.
  void feed(const AVPacket* packet, AVFrame& frame) {
    if (packet != nullptr) ++packets;
    if (packet != nullptr && (packet->flags & AV_PKT_FLAG_CORRUPT) != 0) note_error(AVERROR_INVALIDDATA);
    const int sent = avcodec_send_packet(&codec_, packet);
    if (sent < 0 && sent != AVERROR_EOF) note_error(sent);
    for (;;) {
      const int received = avcodec_receive_frame(&codec_, &frame);
      if (received == AVERROR(EAGAIN) || received == AVERROR_EOF) return;
      if (received < 0) {
        note_error(received);
        return;
      }
      judge(frame);
      av_frame_unref(&frame);
    }
  }

  void judge(const AVFrame& frame) {
    ++frames;
    if ((frame.flags & AV_FRAME_FLAG_CORRUPT) != 0 || frame.decode_error_flags != 0) note_error(AVERROR_INVALIDDATA);
    const int width = std::min(frame.width, kGrid);
    const int height = std::min(frame.height, kGrid);
    const Frame small = scale(frame, width, height, AV_PIX_FMT_RGB24, SWS_POINT);
    if (!small) {
      note_error(AVERROR(ENOMEM));
      return;
    }
    const auto row_bytes = static_cast<std::size_t>(width) * 3;
    std::vector<std::uint8_t> rgb;
    rgb.reserve(row_bytes * static_cast<std::size_t>(height));
    for (int row = 0; row < height; ++row) {
      const std::uint8_t* begin = small->data[0] + static_cast<std::ptrdiff_t>(row) * small->linesize[0];
      rgb.insert(rgb.end(), begin, begin + row_bytes);
    }
    const FrameLook look = look_at(rgb);
    const bool first_to_show = all_black && all_one_colour && !look.black && !look.one_colour;
    if (!best || first_to_show) best.reset(av_frame_clone(&frame));
    all_black = all_black && look.black;
    all_one_colour = all_one_colour && look.one_colour;
  }

  AVFormatContext& input_;
  int stream_;
  AVCodecContext& codec_;
};

std::string size_text(std::int64_t width, std::int64_t height) {
  return std::to_string(width) + " x " + std::to_string(height) + " pixels";
}

Result<void> check(const Pass& pass, const AVFormatContext& input, const AVStream& stream) {
  if (pass.frames == 0) {
    const std::string why = pass.first_error != 0 ? ": " + error_text(pass.first_error) : "";
    return fail(Errc::bad_reply, "no frame of it can be decoded" + why);
  }
  if (stream.nb_frames > 0 && pass.packets * 10 < stream.nb_frames * 9) {
    return fail(Errc::bad_reply, "it is truncated: it has " + std::to_string(pass.packets) + " frames of the " +
                                     std::to_string(stream.nb_frames) + " that it names");
  }
  const std::chrono::microseconds promised(std::max<std::int64_t>(0, input.duration));
  const bool has_times = stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO && pass.end.count() > 0;
  const std::chrono::microseconds start(input.start_time == AV_NOPTS_VALUE ? 0 : input.start_time);
  if (has_times && pass.end - start + kMissingMax < promised) {
    return fail(Errc::bad_reply, "it is truncated: it ends " +
                                     std::to_string((promised - pass.end + start).count() / 1000) +
                                     " ms before its promised end");
  }
  if (pass.errors > 0) {
    return fail(Errc::bad_reply, "it is damaged: " + std::to_string(pass.errors) + " errors while decoding (" +
                                     error_text(pass.first_error) + ")");
  }
  if (pass.all_black) return fail(Errc::bad_reply, "it is uniformly black");
  if (pass.all_one_colour) return fail(Errc::bad_reply, "it is all of a single colour");
  return {};
}

}  // namespace

Result<Decoded> decode(const std::string& path, const Layout& layout) {
  if (static_cast<std::int64_t>(layout.width) * layout.height > kPixelsMax) {
    return fail(Errc::bad_reply, "it claims " + size_text(layout.width, layout.height));
  }
  if (!layout.complete)
    return fail(Errc::bad_reply, std::string("the ") + to_string(layout.container) + " is truncated");
  Result<Input> input = open_input(path, layout.container);
  if (!input) return std::unexpected(input.error());
  const int index = picture_stream(**input);
  if (index < 0) return fail(Errc::bad_reply, "there are no pictures in it");
  const AVStream& stream = *(*input)->streams[index];
  Result<Codec> codec = open_decoder(stream, layout.container);
  if (!codec) return std::unexpected(codec.error());

  Pass pass(**input, index, **codec);
  pass.run();
  const Result<void> checked = check(pass, **input, stream);
  if (!checked) return std::unexpected(checked.error());

  Decoded decoded;
  decoded.width = pass.best->width;
  decoded.height = pass.best->height;
  decoded.frames = pass.frames;
  decoded.codec = stream.codecpar->codec_id;
  if (!is_still(layout.container)) {
    const std::chrono::microseconds promised(std::max<std::int64_t>(0, (*input)->duration));
    decoded.duration = std::chrono::round<std::chrono::milliseconds>(promised.count() > 0 ? promised : pass.end);
  }
  decoded.best = std::move(pass.best);
  return decoded;
}

}  // namespace malin::adapters::media
