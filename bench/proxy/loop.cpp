#include "proxy/loop.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace malin::bench {

void give_up(std::string_view what) {
  std::fprintf(stderr, "proxy_bench: %.*s: %s\n", static_cast<int>(what.size()), what.data(), std::strerror(errno));
  std::exit(1);
}

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// -1: nobody listens there.
int try_to_connect(std::uint16_t port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) give_up("socket");
  const sockaddr_in address = loopback(port);
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return descriptor;
  close(descriptor);
  return -1;
}

}  // namespace

bool is_listening(std::uint16_t port) {
  const int descriptor = try_to_connect(port);
  if (descriptor >= 0) close(descriptor);
  return descriptor >= 0;
}

int connect_to(std::uint16_t port) {
  const int descriptor = try_to_connect(port);
  if (descriptor < 0) give_up("connect to port " + std::to_string(port));
  return descriptor;
}

int listen_on(std::uint16_t port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) give_up("socket");
  const int yes = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const sockaddr_in address = loopback(port);
  if (bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) give_up("bind");
  if (listen(descriptor, SOMAXCONN) != 0) give_up("listen");
  return descriptor;
}

Loop::Loop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) give_up("epoll_create1");
}

Loop::~Loop() { close(epoll_); }

void Loop::watch(int descriptor, std::uint32_t events, Watcher& watcher) {
  const auto at = static_cast<std::size_t>(descriptor);
  if (watchers_.size() <= at) watchers_.resize(at + 1);
  epoll_event event{};
  event.events = events;
  event.data.fd = descriptor;
  const int what = watchers_[at] == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  if (epoll_ctl(epoll_, what, descriptor, &event) != 0) give_up("epoll_ctl");
  watchers_[at] = &watcher;
}

void Loop::forget(int descriptor) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
  watchers_[static_cast<std::size_t>(descriptor)] = nullptr;
}

void Loop::at(Moment when, std::function<void()> call) { appointments_.push({when, ++number_, std::move(call)}); }

void Loop::call_due() {
  while (!appointments_.empty() && appointments_.top().when <= now()) {
    const auto call = appointments_.top().call;
    appointments_.pop();
    call();
  }
}

void Loop::wait(Moment until) {
  const Moment next = appointments_.empty() ? until : std::min(until, appointments_.top().when);
  const auto left = std::max(Nanoseconds(0), Nanoseconds(next - now()));
  const timespec limit{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
  std::array<epoll_event, 256> events{};
  const int count = epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &limit, nullptr);
  if (count < 0 && errno != EINTR) give_up("epoll_pwait2");
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    Watcher* watcher = watchers_[static_cast<std::size_t>(event.data.fd)];
    if (watcher != nullptr) watcher->on_ready(event.events);
  }
}

bool Loop::run(Moment until, const std::function<bool()>& is_over) {
  for (;;) {
    if (is_over && is_over()) return true;
    if (now() >= until) return false;
    wait(until);
    call_due();
  }
}

Channel::Channel(Loop& loop, int descriptor) : loop_(loop), descriptor_(descriptor) {
  const int yes = 1;
  setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  loop_.watch(descriptor_, EPOLLIN, *this);
}

Channel::~Channel() { close(); }

void Channel::close() {
  if (!is_open()) return;
  loop_.forget(descriptor_);
  ::close(std::exchange(descriptor_, -1));
}

void Channel::send(std::string_view bytes) {
  if (!is_open()) return;
  if (out_.empty()) {
    const auto gone = ::send(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (gone == static_cast<ssize_t>(bytes.size())) return;
    if (gone > 0) bytes.remove_prefix(static_cast<std::size_t>(gone));
    loop_.watch(descriptor_, EPOLLIN | EPOLLOUT, *this);
  }
  out_.append(bytes);
}

void Channel::flush() {
  const auto gone = ::send(descriptor_, out_.data(), out_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (gone > 0) out_.erase(0, static_cast<std::size_t>(gone));
  if (out_.empty()) loop_.watch(descriptor_, EPOLLIN, *this);
}

void Channel::on_ready(std::uint32_t events) {
  static std::array<char, 128 << 10> buffer;
  if ((events & EPOLLOUT) != 0) flush();
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) return;
  const auto count = recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count > 0) return on_data({buffer.data(), static_cast<std::size_t>(count)});
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  close();
  on_end();
}

}  // namespace malin::bench
