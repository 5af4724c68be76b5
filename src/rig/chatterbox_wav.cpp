#include "rig/chatterbox_wav.hpp"

#include <cmath>
#include <cstdint>
#include <numbers>

namespace malin::rig {
namespace {

constexpr std::uint32_t samples_per_second = 24'000;
constexpr std::uint32_t bytes_per_sample = 2;

void append_number(std::string& bytes, std::uint32_t value, int size) {
  for (int i = 0; i < size; ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xff);
}

std::string wav_header(std::uint32_t data_bytes) {
  std::string header = "RIFF";
  append_number(header, 36 + data_bytes, 4);
  header += "WAVEfmt ";
  append_number(header, 16, 4);
  append_number(header, 1, 2);  // PCM.
  append_number(header, 1, 2);  // Mono.
  append_number(header, samples_per_second, 4);
  append_number(header, samples_per_second * bytes_per_sample, 4);
  append_number(header, bytes_per_sample, 2);
  append_number(header, 8 * bytes_per_sample, 2);
  header += "data";
  append_number(header, data_bytes, 4);
  return header;
}

}  // namespace

std::string make_speech(std::string_view text, Duration length) {
  const auto samples = static_cast<std::uint32_t>(length.count() * samples_per_second / 1000);
  std::string wav = wav_header(samples * bytes_per_sample);
  if (text.empty()) text = " ";
  double phase = 0;
  for (std::uint32_t i = 0; i < samples; ++i) {
    const double place = static_cast<double>(i) * static_cast<double>(text.size()) / samples;
    const auto letter = static_cast<unsigned char>(text[static_cast<std::size_t>(place)]);
    const double within = place - std::floor(place);
    const double pitch = 180 + 6.0 * (letter % 24);  // Hz.
    const double loudness = letter == ' ' ? 0 : std::sin(std::numbers::pi * within) * 0.25;
    phase += 2 * std::numbers::pi * pitch / samples_per_second;
    const double wave = std::sin(phase) + 0.4 * std::sin(2 * phase) + 0.2 * std::sin(3 * phase);
    append_number(wav, static_cast<std::uint16_t>(static_cast<std::int16_t>(wave * loudness * 20'000)), 2);
  }
  return wav;
}

}  // namespace malin::rig
