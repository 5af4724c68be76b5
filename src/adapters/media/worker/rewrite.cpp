#include "adapters/media/worker/rewrite.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace malin::adapters::media {

namespace {

constexpr int kThumbnailSide = 320;
constexpr int kThumbnailBytesMax = 200'000;
constexpr std::array<int, 3> kQualities{3, 8, 20};  // FFmpeg's scale for JPEG: 2 is best, 31 worst.

Error write_error(const std::string& path, int code) {
  return {Errc::unreachable, "cannot write " + path + ": " + std::strerror(code)};
}

bool sync_path(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool synced = ::fsync(file) == 0;
  ::close(file);
  return synced;
}

// Makes what was written at `temporary` durable under its name.
Result<void> put_in_place(const std::string& temporary, const std::string& target) {
  const std::string folder = std::filesystem::path(target).parent_path();
  const bool done = sync_path(temporary) && ::rename(temporary.c_str(), target.c_str()) == 0 && sync_path(folder);
  if (done) return {};
  const int code = errno;
  ::unlink(temporary.c_str());
  return std::unexpected(write_error(target, code));
}

Result<void> write_file(const std::string& target, const AVPacket& bytes) {
  const std::string temporary = target + ".part";
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return std::unexpected(write_error(temporary, errno));
  int written = 0;
  while (written < bytes.size) {
    const ssize_t count = ::write(file, bytes.data + written, static_cast<std::size_t>(bytes.size - written));
    if (count < 0) {
      const int code = errno;
      ::close(file);
      ::unlink(temporary.c_str());
      return std::unexpected(write_error(temporary, code));
    }
    written += static_cast<int>(count);
  }
  ::close(file);
  return put_in_place(temporary, target);
}

// One JPEG of `frame`; an empty pointer: FFmpeg cannot.
Packet encode_jpeg(AVFrame& frame, int quality) {
  const AVCodec* encoder = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
  const Codec codec(encoder == nullptr ? nullptr : avcodec_alloc_context3(encoder));
  Packet packet(av_packet_alloc());
  if (!codec || !packet) return nullptr;
  codec->width = frame.width;
  codec->height = frame.height;
  codec->pix_fmt = AV_PIX_FMT_YUVJ420P;
  codec->time_base = AVRational{1, 25};
  codec->thread_count = 1;
  codec->flags |= AV_CODEC_FLAG_QSCALE;
  codec->global_quality = FF_QP2LAMBDA * quality;
  frame.quality = codec->global_quality;
  frame.pts = 0;
  const bool encoded = avcodec_open2(codec.get(), encoder, nullptr) == 0 &&
                       avcodec_send_frame(codec.get(), &frame) == 0 && avcodec_send_frame(codec.get(), nullptr) == 0 &&
                       avcodec_receive_packet(codec.get(), packet.get()) == 0;
  return encoded ? std::move(packet) : nullptr;
}

struct OutputCloser {
  void operator()(AVFormatContext* context) const {
    avio_closep(&context->pb);
    avformat_free_context(context);
  }
};
using Output = std::unique_ptr<AVFormatContext, OutputCloser>;

// The output's stream for each of the input's, or -1: neither picture nor sound.
Result<std::vector<int>> add_streams(const AVFormatContext& input, AVFormatContext& output) {
  std::vector<int> targets;
  for (unsigned index = 0; index < input.nb_streams; ++index) {
    const AVStream& source = *input.streams[index];
    const AVMediaType type = source.codecpar->codec_type;
    targets.push_back(-1);
    if (type != AVMEDIA_TYPE_VIDEO && type != AVMEDIA_TYPE_AUDIO) continue;
    AVStream* target = avformat_new_stream(&output, nullptr);
    if (target == nullptr || avcodec_parameters_copy(target->codecpar, source.codecpar) < 0) {
      return fail(Errc::unreachable, "out of memory");
    }
    target->codecpar->codec_tag = 0;
    target->time_base = source.time_base;
    target->avg_frame_rate = source.avg_frame_rate;
    targets.back() = target->index;
  }
  return targets;
}

// Copies every packet. Returns FFmpeg's code.
int copy_packets(AVFormatContext& input, AVFormatContext& output, const std::vector<int>& targets) {
  const Packet packet(av_packet_alloc());
  int code = 0;
  while ((code = av_read_frame(&input, packet.get())) >= 0) {
    const auto source = static_cast<std::size_t>(packet->stream_index);
    if (source >= targets.size() || targets[source] < 0) {
      av_packet_unref(packet.get());
      continue;
    }
    const AVStream& target = *output.streams[targets[source]];
    av_packet_rescale_ts(packet.get(), input.streams[source]->time_base, target.time_base);
    packet->stream_index = target.index;
    packet->pos = -1;
    code = av_interleaved_write_frame(&output, packet.get());
    if (code < 0) return code;
  }
  return code == AVERROR_EOF ? av_write_trailer(&output) : code;
}

bool is_out_of_room(int code) {
  return code == AVERROR(ENOSPC) || code == AVERROR(EDQUOT) || code == AVERROR(EFBIG) || code == AVERROR(EIO);
}

Result<void> remux(AVFormatContext& input, const std::string& temporary) {
  AVFormatContext* context = nullptr;
  if (avformat_alloc_output_context2(&context, nullptr, "mp4", temporary.c_str()) < 0) {
    return fail(Errc::refused, "no MP4 can be written here");
  }
  const Output output(context);
  const Result<std::vector<int>> targets = add_streams(input, *output);
  if (!targets) return std::unexpected(targets.error());
  const int opened = avio_open(&output->pb, ("file:" + temporary).c_str(), AVIO_FLAG_WRITE);
  if (opened < 0) return std::unexpected(write_error(temporary, AVUNERROR(opened)));
  AVDictionary* options = nullptr;
  av_dict_set(&options, "movflags", "+faststart", 0);
  const int begun = avformat_write_header(output.get(), &options);
  av_dict_free(&options);
  if (begun < 0) return fail(Errc::refused, "its streams do not fit into an MP4: " + error_text(begun));
  const int copied = copy_packets(input, *output, *targets);
  if (is_out_of_room(copied)) return std::unexpected(write_error(temporary, AVUNERROR(copied)));
  if (copied < 0) return fail(Errc::refused, "its streams cannot be copied: " + error_text(copied));
  return {};
}

}  // namespace

Result<void> write_thumbnail(const AVFrame& frame, const std::string& target) {
  const double factor = std::min(1.0, static_cast<double>(kThumbnailSide) / std::max(frame.width, frame.height));
  const int width = std::max(1, static_cast<int>(frame.width * factor));
  const int height = std::max(1, static_cast<int>(frame.height * factor));
  const Frame small = scale(frame, width, height, AV_PIX_FMT_YUVJ420P, SWS_AREA);
  for (const int quality : kQualities) {
    const Packet jpeg = small ? encode_jpeg(*small, quality) : nullptr;
    if (jpeg && jpeg->size < kThumbnailBytesMax) return write_file(target, *jpeg);
  }
  return fail(Errc::bad_reply, "no thumbnail can be made of it");
}

Result<void> write_fast_start(const std::string& source, const std::string& target) {
  const Result<Input> input = open_input(source, Container::mp4);
  if (!input) return std::unexpected(input.error());
  const std::string temporary = target + ".part";
  const Result<void> written = remux(**input, temporary);
  if (written) return put_in_place(temporary, target);
  ::unlink(temporary.c_str());
  return written;
}

}  // namespace malin::adapters::media
