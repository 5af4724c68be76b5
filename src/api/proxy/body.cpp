#include "api/proxy/body.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/ascii.hpp"

namespace malin::api::proxy {

namespace {

constexpr std::size_t line_bytes_max = 4096;
constexpr std::size_t trailer_bytes_max = 8192;

// Extensions of a chunk mean nothing to us, but may hold no control characters.
bool parse_size(std::string_view line, std::uint64_t& size) {
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
  if (error != std::errc{} || size > (std::uint64_t{1} << 62)) return false;
  std::string_view rest(end, static_cast<std::size_t>(line.data() + line.size() - end));
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
  return rest.empty() || rest.front() == ';';
}

bool is_plain(std::string_view line) {
  return std::ranges::all_of(line, [](char c) { return c == '\t' || static_cast<unsigned char>(c) >= 0x20; });
}

// Fields that would change the framing or the route have no place after the body (RFC 9110, 6.5.1).
bool is_trailer(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || line.find_first_of(" \t") < colon) return false;
  const std::string_view name = line.substr(0, colon);
  return !is_same_word(name, "content-length") && !is_same_word(name, "transfer-encoding") &&
         !is_same_word(name, "host") && !is_same_word(name, "connection");
}

}  // namespace

void BodyScanner::begin(BodyEnd end, std::uint64_t bytes) {
  left_ = bytes;
  trailers_ = 0;
  line_.clear();
  switch (end) {
    case BodyEnd::none:
      state_ = State::done;
      break;
    case BodyEnd::length:
      state_ = bytes == 0 ? State::done : State::length;
      break;
    case BodyEnd::chunked:
      state_ = State::size;
      break;
    case BodyEnd::close:
      state_ = State::close;
      break;
  }
}

std::size_t BodyScanner::take(std::string_view bytes, std::string* data) {
  std::size_t taken = 0;
  while (taken < bytes.size() && state_ != State::done && state_ != State::broken) {
    const std::string_view rest = bytes.substr(taken);
    if (state_ == State::close) {
      if (data != nullptr) data->append(rest);
      return bytes.size();
    }
    if (state_ == State::length || state_ == State::data) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, rest.size()));
      if (data != nullptr) data->append(rest.substr(0, count));
      taken += count;
      left_ -= count;
      if (left_ == 0) state_ = state_ == State::length ? State::done : State::data_end;
    } else {
      taken += take_line(rest);
    }
  }
  return taken;
}

std::size_t BodyScanner::take_line(std::string_view bytes) {
  const auto newline = bytes.find('\n');
  const std::size_t count = newline == std::string_view::npos ? bytes.size() : newline + 1;
  line_.append(bytes.substr(0, count));
  if (line_.size() > line_bytes_max) {
    state_ = State::broken;
    return 0;
  }
  if (newline == std::string_view::npos) return count;
  const bool is_line = line_.ends_with("\r\n");
  line_.resize(line_.size() - std::min<std::size_t>(2, line_.size()));
  if (!is_line || !is_plain(line_)) state_ = State::broken;
  if (state_ != State::broken) end_line();
  line_.clear();
  return state_ == State::broken ? 0 : count;
}

void BodyScanner::end_line() {
  if (state_ == State::data_end) {
    state_ = line_.empty() ? State::size : State::broken;
  } else if (state_ == State::size) {
    if (!parse_size(line_, left_)) {
      state_ = State::broken;
    } else {
      state_ = left_ == 0 ? State::trailer : State::data;
    }
  } else if (line_.empty()) {
    state_ = State::done;
  } else {
    trailers_ += line_.size();
    if (trailers_ > trailer_bytes_max || !is_trailer(line_)) state_ = State::broken;
  }
}

bool BodyScanner::end_of_stream() {
  if (state_ == State::close) state_ = State::done;
  return state_ == State::done;
}

std::string chunk_line(std::size_t bytes) {
  std::array<char, 20> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), bytes, 16).ptr;
  return std::string(text.data(), end) + "\r\n";
}

}  // namespace malin::api::proxy
