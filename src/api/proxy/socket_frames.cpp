#include "api/proxy/socket_frames.hpp"

#include <cstdint>
#include <utility>

namespace malin::api::proxy {

namespace {

constexpr std::size_t message_bytes_max = 64 << 20;

enum class Opcode : unsigned { continuation = 0, text = 1, binary = 2, control = 8 };

unsigned byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

void append_unmasked(std::string_view payload, std::string_view mask, std::string& out) {
  const std::size_t from = out.size();
  out.append(payload);
  if (mask.empty()) return;
  for (std::size_t i = 0; i < payload.size(); ++i) out[from + i] = static_cast<char>(out[from + i] ^ mask[i % 4]);
}

}  // namespace

void SocketReader::feed(std::string_view bytes, std::vector<SocketMessage>& messages) {
  partial_.append(bytes);
  std::string_view rest = partial_;
  while (!is_broken_ && !rest.empty()) {
    const std::size_t taken = take_frame(rest, messages);
    if (taken == 0) break;
    rest.remove_prefix(taken);
  }
  partial_.erase(0, partial_.size() - rest.size());
}

// How long the frame at the start is; 0: it is not whole.
std::size_t SocketReader::take_frame(std::string_view bytes, std::vector<SocketMessage>& messages) {
  if (bytes.size() < 2) return 0;
  const unsigned opcode = byte_at(bytes, 0) & 0x0fU;
  const bool is_last = (byte_at(bytes, 0) & 0x80U) != 0;
  const bool is_masked = (byte_at(bytes, 1) & 0x80U) != 0;
  const unsigned short_length = byte_at(bytes, 1) & 0x7fU;
  const std::size_t length_bytes = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
  const std::size_t head = 2 + length_bytes + (is_masked ? 4 : 0);
  if (bytes.size() < head) return 0;
  std::uint64_t length = length_bytes == 0 ? short_length : 0;
  for (std::size_t i = 0; i < length_bytes; ++i) length = length << 8U | byte_at(bytes, 2 + i);
  if (length > message_bytes_max || message_.raw.size() + length > message_bytes_max) {
    is_broken_ = true;
    return 0;
  }
  const std::size_t all = head + static_cast<std::size_t>(length);
  if (bytes.size() < all) return 0;
  const std::string_view payload = bytes.substr(head, static_cast<std::size_t>(length));
  if (opcode >= std::to_underlying(Opcode::control)) {
    messages.push_back({.raw = std::string(bytes.substr(0, all)), .text = {}, .is_text = false});
    return all;
  }
  if ((opcode == std::to_underlying(Opcode::continuation)) != is_inside_) {
    is_broken_ = true;
    return 0;
  }
  if (!is_inside_) message_.is_text = opcode == std::to_underlying(Opcode::text);
  message_.raw.append(bytes.substr(0, all));
  const std::string_view mask = is_masked ? bytes.substr(head - 4, 4) : std::string_view();
  if (message_.is_text) append_unmasked(payload, mask, message_.text);
  is_inside_ = !is_last;
  if (is_last) messages.push_back(std::exchange(message_, {}));
  return all;
}

std::string format_text_frame(std::string_view text, bool as_client) {
  std::string frame;
  frame.reserve(text.size() + 14);
  frame += '\x81';
  const unsigned mask_bit = as_client ? 0x80U : 0U;
  if (text.size() < 126) {
    frame += static_cast<char>(mask_bit | text.size());
  } else {
    const int bytes = text.size() < 65536 ? 2 : 8;
    frame += static_cast<char>(mask_bit | (bytes == 2 ? 126U : 127U));
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
      frame += static_cast<char>(static_cast<std::uint64_t>(text.size()) >> shift & 0xffU);
  }
  if (as_client) frame.append(4, '\0');
  return frame.append(text);
}

}  // namespace malin::api::proxy
