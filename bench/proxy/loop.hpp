// The sockets and appointments of the bench's one thread. Straight on epoll, leaner than what is measured, so that the
// proxy and not the bench is what limits a figure. Only for loopback, and only for `make bench-proxy`.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

namespace malin::bench {

using Moment = std::chrono::steady_clock::time_point;
using Nanoseconds = std::chrono::nanoseconds;

inline Moment now() { return std::chrono::steady_clock::now(); }

// Whoever is told that a descriptor can be read or written.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void on_ready(std::uint32_t events) = 0;
};

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // `events` as for epoll, level-triggered; a second call for a descriptor changes them.
  void watch(int descriptor, std::uint32_t events, Watcher& watcher);
  void forget(int descriptor);
  void at(Moment when, std::function<void()> call);
  // Until then, or until `is_over` says so; it is asked after every batch of events. Whether it did.
  bool run(Moment until, const std::function<bool()>& is_over = {});

 private:
  struct Appointment {
    Moment when;
    std::uint64_t number;  // Those for one moment keep their order.
    std::function<void()> call;
    bool operator<(const Appointment& other) const {
      return when == other.when ? number > other.number : when > other.when;
    }
  };

  void call_due();
  void wait(Moment until);

  int epoll_;
  std::vector<Watcher*> watchers_;  // By descriptor.
  std::priority_queue<Appointment> appointments_;
  std::uint64_t number_ = 0;
};

// One TCP connection. What does not go out at once waits until it does.
class Channel : public Watcher {
 public:
  Channel(Loop& loop, int descriptor);
  ~Channel() override;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  void send(std::string_view bytes);
  void close();
  bool is_open() const { return descriptor_ >= 0; }
  void on_ready(std::uint32_t events) final;

 protected:
  virtual void on_data(std::string_view bytes) = 0;  // One read's.
  virtual void on_end() = 0;                         // Closed by then.

 private:
  void flush();

  Loop& loop_;
  int descriptor_;
  std::string out_;
};

// Ends the program with what went wrong: without its sockets there is no bench.
[[noreturn]] void give_up(std::string_view what);

bool is_listening(std::uint16_t port);
// On 127.0.0.1, both; whoever is not there or has the port already ends the program.
int connect_to(std::uint16_t port);
int listen_on(std::uint16_t port);

}  // namespace malin::bench
