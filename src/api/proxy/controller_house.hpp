// The house as the daemon knows it: the loop says who is here, keeps the one turn that all proxied replies share, and
// takes the jobs.
#pragma once

#include <map>

#include <boost/asio/any_io_executor.hpp>

#include "api/proxy/house.hpp"
#include "control/bell.hpp"
#include "control/controller.hpp"
#include "ports/clock.hpp"

namespace malin::api::proxy {

struct HouseOptions {
  std::string engine;            // The one behind the proxy.
  Duration turn_grace{3000};     // A turn lasts so long after a reply, for people answer.
  Duration turn_expiry{30'000};  // As the controller has it.
};

class ControllerHouse final : public House {
 public:
  // All references outlive the house.
  ControllerHouse(boost::asio::any_io_executor executor, Clock& clock, const Config& config,
                  control::Controller& controller, HouseOptions options);

  // Keeps the turn, passes news on and submits what was asked for, until the controller stops.
  Task<void> run();

  bool is_everyone_here() override;
  Standing look_up(std::string_view model) override;
  bool join_turn() override;
  Task<bool> begin_turn(std::string model) override;
  void leave_turn() override;
  void note_waiting(std::optional<Duration> since_ago) override;
  std::span<const KindSpec> kinds() const override { return config_.kinds; }
  void take_requests(std::vector<TagRequest> requests) override;
  std::int64_t unix_seconds() const override;

 private:
  void remember_instances();
  const SenseSpec* sense_of(std::string_view model) const;
  bool may_be_asked(const Situation& situation, const SenseView& view) const;
  std::string line_of(const Situation& situation, const std::vector<SenseView>& senses) const;
  Task<void> mind_turn();
  Task<void> submit_requests();
  TimePoint next_look() const;
  void wake();

  Clock& clock_;
  const Config& config_;
  control::Controller& controller_;
  HouseOptions options_;
  control::Bell bell_;
  bool is_woken_ = false;
  std::map<std::string, std::string> instances_;  // The sense that each was, the newest hundreds.
  std::int64_t looked_at_ = -1;                   // The revision that `is_everyone_here_` is of.
  bool is_everyone_here_ = false;

  std::string turn_;  // Empty: none is open.
  int speakers_ = 0;
  TimePoint quiet_since_{};
  TimePoint keep_at_{};

  std::vector<TagRequest> requests_;  // Not submitted yet.
  TimePoint submit_at_{};
};

}  // namespace malin::api::proxy
