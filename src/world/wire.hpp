// What lies between Malin and one server of the world, without sockets: a call takes time there and back, and on the
// way it may be declined, find nobody, never arrive, or lose its answer after the deed is done.
//
// Always true: a call that is reported to `on_call` is reported to `on_answer` too, unless its coroutine ends first.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <utility>

#include "core/result.hpp"
#include "ports/clock.hpp"

namespace malin::world {

struct PortCall {
  std::string port;     // Name of the server in the config.
  std::string verb;     // "probe", "load", "unload", ...
  std::string subject;  // Identifier, prompt id, message id; may be empty.
  TimePoint at{};
  std::int64_t number = 0;  // Counts the calls on all wires of one `WireLog`.
};

enum class Mishap {
  none,
  unreachable,  // Nobody there; nothing was done.
  error,        // An error in place of an answer; nothing was done.
  silent,       // It never arrives: a timeout, nothing was done.
  answer_lost,  // It is done, and the answer never arrives: a timeout.
  broken,       // It is done, and the connection breaks before the answer.
  half_answer,  // It is done, and half the answer arrives.
};
const char* to_string(Mishap mishap);

// Shared by all wires of a daemon: who watches, and who decides what goes wrong.
struct WireLog {
  std::function<Mishap(const PortCall&)> mishap_of;  // May be empty.
  std::function<void(const PortCall&, Mishap)> on_call;
  std::function<void(const PortCall&, const Error*)> on_answer;  // nullptr: ok.
  std::int64_t calls = 0;
};

struct WireOptions {
  Duration there{2};  // On the way, at least; and as much at most again.
  Duration back{2};
  bool is_socket = false;  // A WebSocket that breaks is nobody to talk to; a broken HTTP answer is a doubt.
};

class Wire {
 public:
  Wire(Clock& clock, WireLog& log, std::string port, std::uint64_t seed, WireOptions options = {})
      : clock_(clock), log_(log), port_(std::move(port)), options_(options), random_(seed) {}

  // Carries one call. `limit`: how long its answer is waited for when it does not come. `work`: what the server does.
  template <class T>
  Task<Result<T>> carry(std::string verb, std::string subject, Duration limit, Task<Result<T>> work) {
    const PortCall call = begin(std::move(verb), std::move(subject));
    const Mishap mishap = log_.mishap_of ? log_.mishap_of(call) : Mishap::none;
    if (log_.on_call) log_.on_call(call, mishap);
    const TimePoint deadline = clock_.now() + limit;
    co_await clock_.sleep_until(clock_.now() + draw(options_.there));
    if (mishap == Mishap::silent) co_await clock_.sleep_until(deadline);
    if (is_before(mishap)) {
      Result<T> failed = std::unexpected(error_of(mishap));
      answer(call, &failed.error());
      co_return failed;
    }
    Result<T> done = co_await std::move(work);
    if (mishap == Mishap::answer_lost) co_await clock_.sleep_until(deadline);
    if (mishap != Mishap::none) done = std::unexpected(error_of(mishap));
    co_await clock_.sleep_until(clock_.now() + draw(options_.back));
    answer(call, done ? nullptr : &done.error());
    co_return done;
  }

  Clock& clock() const { return clock_; }

 private:
  static bool is_before(Mishap mishap) {
    return mishap == Mishap::unreachable || mishap == Mishap::error || mishap == Mishap::silent;
  }
  PortCall begin(std::string verb, std::string subject);
  Error error_of(Mishap mishap) const;
  Duration draw(Duration least);
  void answer(const PortCall& call, const Error* error) {
    if (log_.on_answer) log_.on_answer(call, error);
  }

  Clock& clock_;
  WireLog& log_;
  std::string port_;
  WireOptions options_;
  std::mt19937_64 random_;
};

}  // namespace malin::world
