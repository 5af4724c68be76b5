// Keeps a trace of what is asked of her (app/rehearsal/trace.hpp), for `malin rehearse`: one line a turn and a job,
// with their moments and no word of them. The file never grows beyond `trace_bytes_max`: then its older half goes. What
// could not be written is missing from it, which is logged once; nothing else depends on it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/bytes.hpp"
#include "core/observation.hpp"
#include "core/result.hpp"

namespace malin::app {

inline constexpr Bytes trace_bytes_max = mebibytes(4);

class TraceRecorder {
 public:
  explicit TraceRecorder(std::filesystem::path file, Bytes bytes_max = trace_bytes_max);
  ~TraceRecorder();
  TraceRecorder(const TraceRecorder&) = delete;
  TraceRecorder& operator=(const TraceRecorder&) = delete;

  void record(const Turn& turn, TimePoint ended_at);
  void record(const Job& job);

 private:
  void append(const std::string& line);
  Result<void> try_to_append(const std::string& line);
  // Opens the file unless it is open and still has its name. Its size.
  Result<std::int64_t> open();
  void close();
  Result<void> shorten() const;

  std::filesystem::path file_;
  Bytes bytes_max_;
  int descriptor_ = -1;
  bool is_in_trouble_ = false;
};

}  // namespace malin::app
