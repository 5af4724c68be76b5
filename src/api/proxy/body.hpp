// Where the body of a message ends, found while it passes, in whatever pieces it comes. The bytes themselves go on as
// they are, chunk lines and trailers included.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/proxy/head.hpp"

namespace malin::api::proxy {

class BodyScanner {
 public:
  void begin(BodyEnd end, std::uint64_t bytes);

  // How many of `bytes` belong to the body. With `data` the payload is appended to it, without chunk lines.
  // Nothing is taken after a chunk that is broken.
  std::size_t take(std::string_view bytes, std::string* data = nullptr);
  // The connection ended: whether the body may end so.
  bool end_of_stream();

  bool is_done() const { return state_ == State::done; }
  bool is_broken() const { return state_ == State::broken; }

 private:
  enum class State : std::uint8_t { done, broken, length, close, size, data, data_end, trailer };

  std::size_t take_line(std::string_view bytes);
  void end_line();

  State state_ = State::done;
  std::uint64_t left_ = 0;    // Of the body, or of this chunk.
  std::string line_;          // A chunk line or trailer that has come in part.
  std::size_t trailers_ = 0;  // Bytes of them.
};

// "1f\r\n"
std::string chunk_line(std::size_t bytes);

}  // namespace malin::api::proxy
