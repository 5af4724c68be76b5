// The daemon watched live: its event stream says when something changes, its status says how everyone stands.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/client.hpp"
#include "app/screen.hpp"
#include "app/watch_view.hpp"

namespace malin::app {

// How it is shown: painted over and over, one line for each change, or one status as JSON for each change.
enum class WatchManner { screen, lines, json };

class Watch {
 public:
  Watch(DaemonClient& daemon, WatchManner manner);

  // Until it is told to end (SIGINT, SIGTERM, SIGHUP). A daemon that restarts is waited for; trouble: there was none
  // from the start, or it refuses. The exit code.
  std::expected<int, Trouble> run();

 private:
  Task<void> follow();
  Task<void> look();
  Task<void> look_once();
  Task<void> heed_signals();
  bool take(const net::StreamEvent& event);
  void take_row(net::json::value row);
  void lose(const std::string& why);
  void want_look();
  void show();
  std::chrono::milliseconds until_next_look() const;
  void stand_aside();

  DaemonClient& daemon_;
  WatchManner manner_;
  std::optional<Screen> screen_;
  WatchScene scene_;
  std::string told_;  // The standing that was told last, where lines are.
  std::optional<Trouble> trouble_;
  bool is_look_wanted_ = false;
  bool are_windows_wanted_ = false;
  boost::asio::steady_timer next_look_;
  boost::asio::signal_set signals_;
};

}  // namespace malin::app
