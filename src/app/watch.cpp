#include "app/watch.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "app/client_json.hpp"
#include "app/command.hpp"
#include "ports/task.hpp"

namespace malin::app {

namespace asio = boost::asio;
namespace json = net::json;

namespace {

constexpr auto token = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t events_kept = 100;
// The stream tells of changes; progress and seconds are nothing but numbers, so they are looked at.
constexpr std::chrono::seconds look_pause{1};
constexpr std::chrono::seconds look_pause_at_rest{5};

bool is_at_rest(const json::value& status) {
  return text_of(status, "glow") == "green" && list_of(status, "queue").empty() && list_of(status, "windows").empty();
}

}  // namespace

Watch::Watch(DaemonClient& daemon, WatchManner manner)
    : daemon_(daemon), manner_(manner), next_look_(daemon.io()), signals_(daemon.io(), SIGINT, SIGTERM, SIGHUP) {
  if (manner_ != WatchManner::screen) return;
  signals_.add(SIGWINCH);
  signals_.add(SIGTSTP);
}

std::expected<int, Trouble> Watch::run() {
  asio::co_spawn(daemon_.io(), follow(), rethrow);
  asio::co_spawn(daemon_.io(), look(), rethrow);
  asio::co_spawn(daemon_.io(), heed_signals(), rethrow);
  daemon_.io().run();
  screen_.reset();
  if (trouble_) return std::unexpected(*trouble_);
  return exit_ok;
}

Task<void> Watch::follow() {
  const char* target = manner_ == WatchManner::screen ? "/v1/events?limit=100" : "/v1/events?limit=10";
  const auto take_one = [this](const net::StreamEvent& event) { return take(event); };
  const auto lose_it = [this](const std::string& why) { lose(why); };
  const auto ended = co_await daemon_.follow_meanwhile(target, take_one, lose_it);
  if (!ended) trouble_ = ended.error();
  daemon_.io().stop();
}

bool Watch::take(const net::StreamEvent& event) {
  if (!std::exchange(scene_.lost, "").empty()) told_.clear();
  Result<json::value> data = net::parse_json(event.data);
  if (event.event == "timeline" && data) take_row(std::move(*data));
  want_look();
  return true;
}

void Watch::take_row(json::value row) {
  are_windows_wanted_ = true;
  if (manner_ == WatchManner::lines) {
    fmt::print("{}\n", tell_event(row, wants_colour(stdout)));
    std::fflush(stdout);
    return;
  }
  // Ids that start anew are of another ledger.
  const auto id = net::find_int(row, "id");
  if (!scene_.events.empty() && id <= net::find_int(scene_.events.back(), "id")) scene_.events.clear();
  scene_.events.push_back(std::move(row));
  if (scene_.events.size() > events_kept) scene_.events.pop_front();
}

void Watch::lose(const std::string& why) {
  if (scene_.lost.empty() && manner_ != WatchManner::screen)
    fmt::print(stderr, "malin: {}; trying again\n", printable(why));
  scene_.lost = why;
  if (screen_) show();
}

void Watch::want_look() {
  is_look_wanted_ = true;
  next_look_.cancel();
}

Task<void> Watch::look() {
  for (;;) {
    next_look_.expires_after(until_next_look());
    if (!is_look_wanted_) {
      const auto [error] = co_await next_look_.async_wait(token);
      if (!error) is_look_wanted_ = true;
    }
    if (std::exchange(is_look_wanted_, false)) co_await look_once();
  }
}

std::chrono::milliseconds Watch::until_next_look() const {
  const bool is_moved_by_news_alone = manner_ != WatchManner::screen || !scene_.lost.empty() || scene_.status.is_null();
  if (is_moved_by_news_alone) return std::chrono::hours(1);
  return is_at_rest(scene_.status) ? look_pause_at_rest : look_pause;
}

// The stream notices by itself when the daemon is gone, so no answer is no trouble here.
Task<void> Watch::look_once() {
  auto status = co_await daemon_.ask_meanwhile("GET", "/v1/status");
  if (!status) co_return;
  scene_.status = std::move(status->body);
  if (manner_ == WatchManner::screen && std::exchange(are_windows_wanted_, false)) {
    auto windows = co_await daemon_.ask_meanwhile("GET", "/v1/windows?limit=100");
    if (windows) scene_.windows = std::move(windows->body);
  }
  show();
}

void Watch::show() {
  if (manner_ == WatchManner::screen) {
    if (!screen_) screen_.emplace(stdout, Screen::Place::whole);  // Not before there is something to be seen.
    screen_->show(paint_watch(scene_, screen_->pen(), screen_->height()));
    return;
  }
  const std::string standing = text_of(scene_.status, "glow") + text_of(scene_.status, "line");
  if (manner_ == WatchManner::json) {
    fmt::print("{}\n", json::serialize(scene_.status));
  } else if (standing != std::exchange(told_, standing)) {
    fmt::print("{}\n", tell_standing(scene_.status, wants_colour(stdout)));
  }
  std::fflush(stdout);
}

Task<void> Watch::heed_signals() {
  for (;;) {
    const auto [error, signal] = co_await signals_.async_wait(token);
    if (error) co_return;
    if (signal == SIGTSTP) {
      stand_aside();
    } else if (signal != SIGWINCH) {
      break;
    }
    if (screen_) show();
  }
  daemon_.io().stop();
}

// Ctrl-Z: the shell has the terminal as it was, until it brings us back.
void Watch::stand_aside() {
  if (screen_) screen_->leave();
  std::raise(SIGSTOP);
  if (screen_) screen_->enter();
}

}  // namespace malin::app
