#include "api/proxy/controller_house.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "control/log.hpp"
#include "core/estimate.hpp"
#include "core/explain.hpp"

namespace malin::api::proxy {

namespace {

constexpr Duration submit_pause{1000};     // After a disk that took nothing.
constexpr std::size_t requests_max = 256;  // That wait for the disk.
constexpr Duration longest_rest{3'600'000};

bool is_usable(const Resident& resident) {
  return resident.state == ResidentState::idle || resident.state == ResidentState::busy;
}

const Window* window_of(const Situation& s, const SenseView& view) {
  const Window* window = s.ledger.open_window(view.spec->card);
  const bool is_its = window != nullptr && std::ranges::find(window->evicted, view.spec->name) != window->evicted.end();
  return is_its ? window : nullptr;
}

bool is_window_open(const Situation& s) {
  return std::ranges::any_of(s.ledger.windows, [](const auto& row) { return row.second.phase != WindowPhase::closed; });
}

}  // namespace

ControllerHouse::ControllerHouse(boost::asio::any_io_executor executor, Clock& clock, const Config& config,
                                 control::Controller& controller, HouseOptions options)
    : clock_(clock), config_(config), controller_(controller), options_(std::move(options)), bell_(executor) {}

// The sense that a request means. One without a model means her who is missed most.
const SenseSpec* ControllerHouse::sense_of(std::string_view model) const {
  const SenseSpec* first = nullptr;
  if (const auto known = instances_.find(std::string(model)); known != instances_.end())
    return config_.sense(known->second);
  for (const SenseSpec& sense : config_.senses) {
    if (sense.engine != options_.engine) continue;
    if (!model.empty() && (sense.identifier == model || sense.model == model || sense.name == model)) return &sense;
    if (model.empty() && (first == nullptr || sense.impact > first->impact)) first = &sense;
  }
  return first;
}

// So that a client that keeps a handle from before a window is understood after it.
void ControllerHouse::remember_instances() {
  constexpr std::size_t most = 512;
  if (instances_.size() > most) instances_.clear();
  const Situation now = controller_.situation();
  for (const SenseView& view : view_senses(now))
    if (view.spec->engine == options_.engine && view.resident != nullptr && !view.resident->instance.empty())
      instances_[view.resident->instance] = view.spec->name;
}

// Asked for, it answers; and nothing is loaded by that.
bool ControllerHouse::may_be_asked(const Situation& s, const SenseView& view) const {
  if (s.ledger.absences.contains(view.spec->name)) return false;
  if (window_of(s, view) != nullptr && view.state != SenseState::ready) return false;
  const bool is_engine_known = s.engine(view.spec->engine) != nullptr;
  return !is_engine_known || (view.resident != nullptr && is_usable(*view.resident));
}

bool ControllerHouse::is_everyone_here() {
  if (looked_at_ == controller_.revision()) return is_everyone_here_;
  looked_at_ = controller_.revision();
  const Situation now = controller_.situation();
  const std::vector<SenseView> senses = view_senses(now);
  is_everyone_here_ =
      controller_.gap_for().empty() && !is_window_open(now) && std::ranges::all_of(senses, [&](const SenseView& view) {
        return view.spec->engine != options_.engine || may_be_asked(now, view);
      });
  return is_everyone_here_;
}

Standing ControllerHouse::look_up(std::string_view model) {
  const Situation now = controller_.situation();
  const std::vector<SenseView> senses = view_senses(now);
  Standing standing;
  standing.name = model;
  standing.is_unknown = now.engine(options_.engine) == nullptr;
  if (const SenseSpec* sense = sense_of(model)) {
    const SenseView& view = *find_view(senses, sense->name);
    standing.name = sense->name;
    standing.is_away = !may_be_asked(now, view);
    if (!standing.is_away && view.resident != nullptr) standing.instance = view.resident->instance;
  } else if (is_window_open(now)) {
    // None of hers. It may answer if it is loaded, but must not be loaded now.
    const EngineReading* engine = now.engine(options_.engine);
    standing.is_away = engine == nullptr || std::ranges::none_of(engine->residents, [&](const Resident& resident) {
                         return (resident.identifier == model || resident.model == model) && is_usable(resident);
                       });
  }
  standing.line = line_of(now, senses);
  standing.left = estimate(now).until_back;
  return standing;
}

// What she says while she is away: the status line of the picture in hand.
std::string ControllerHouse::line_of(const Situation& s, const std::vector<SenseView>& senses) const {
  const Job* job = nullptr;
  for (const auto& [id, window] : s.ledger.windows) {
    if (window.phase == WindowPhase::closed) continue;
    if (const Job* rendering = s.rendering_job(window.renderer)) job = rendering;
    if (job == nullptr && !window.jobs.empty()) {
      const auto last = s.ledger.jobs.find(window.jobs.back());
      if (last != s.ledger.jobs.end()) job = &last->second;
    }
  }
  if (job == nullptr && (is_window_open(s) || !controller_.gap_for().empty()))
    for (const auto& [id, queued] : s.ledger.jobs)
      if (job == nullptr && queued.state == JobState::queued) job = &queued;
  const KindSpec* kind = job == nullptr ? nullptr : s.config.kind(job->kind);
  return kind == nullptr ? explain(s, senses) : kind->status_line;
}

bool ControllerHouse::join_turn() {
  if (turn_.empty() || !controller_.gap_for().empty()) return false;
  ++speakers_;
  return true;
}

Task<bool> ControllerHouse::begin_turn(std::string model) {
  if (join_turn()) co_return true;
  const SenseSpec* sense = sense_of(model);
  std::string name = sense == nullptr || model.empty() ? model : sense->name;
  const control::TurnAnswer answer = co_await controller_.begin_turn(std::move(name));
  if (!answer.away.senses.empty()) co_return false;
  if (turn_.empty()) {
    turn_ = answer.turn.id;
    keep_at_ = clock_.now() + options_.turn_expiry / 3;
    wake();
  } else {
    // Another request has begun one meanwhile.
    const Result<void> ended = controller_.end_turn(answer.turn.id);
    if (!ended) control::log(spdlog::level::warn, ended.error().message, {{"turn", answer.turn.id}});
  }
  ++speakers_;
  co_return true;
}

void ControllerHouse::leave_turn() {
  if (--speakers_ == 0) quiet_since_ = clock_.now();
}

void ControllerHouse::note_waiting(std::optional<Duration> since_ago) {
  if (!since_ago) return controller_.note_waiting(std::nullopt);
  controller_.note_waiting(clock_.now() - *since_ago);
}

void ControllerHouse::take_requests(std::vector<TagRequest> requests) {
  for (TagRequest& request : requests) {
    if (requests_.size() >= requests_max) {
      control::log(spdlog::level::warn, "asked for in a reply, but too much waits for the disk",
                   {{"kind", request.kind}});
      continue;
    }
    requests_.push_back(std::move(request));
  }
  wake();
}

std::int64_t ControllerHouse::unix_seconds() const { return to_unix_ms(clock_.now()) / 1000; }

void ControllerHouse::wake() {
  is_woken_ = true;
  bell_.ring();
}

Task<void> ControllerHouse::run() {
  using namespace boost::asio::experimental::awaitable_operators;
  std::int64_t told = -1;
  while (!controller_.is_stopping()) {
    is_woken_ = false;
    const std::int64_t seen = controller_.revision();
    co_await submit_requests();
    co_await mind_turn();
    if (std::exchange(told, seen) != seen) {
      remember_instances();
      tell_news();
    }
    if (is_woken_ || controller_.is_stopping()) continue;
    Task<void> news = controller_.wait_for_news(seen, next_look());
    co_await (std::move(news) || bell_.wait());
  }
}

// While she speaks the turn is kept; `turn_grace` after her last word it ends, or at once when a window needs the gap.
Task<void> ControllerHouse::mind_turn() {
  if (turn_.empty()) co_return;
  const TimePoint now = clock_.now();
  const bool is_over = quiet_since_ + options_.turn_grace <= now || !controller_.gap_for().empty();
  if (speakers_ == 0 && is_over) {
    const Result<void> ended = controller_.end_turn(std::exchange(turn_, {}));
    if (!ended) control::log(spdlog::level::debug, ended.error().message, {});
    co_return;
  }
  if (keep_at_ > now) co_return;
  keep_at_ = now + options_.turn_expiry / 3;
  const Result<Turn> kept = controller_.keep_turn(turn_);
  if (kept) co_return;
  // It expired, which takes a clock that jumped or a machine that slept. She still speaks.
  turn_.clear();
  const control::TurnAnswer again = co_await controller_.begin_turn();
  if (again.away.senses.empty()) turn_ = again.turn.id;
}

TimePoint ControllerHouse::next_look() const {
  const TimePoint now = clock_.now();
  TimePoint next = now + longest_rest;
  if (!requests_.empty()) next = std::min(next, submit_at_);
  if (turn_.empty()) return next;
  const TimePoint quiet_at = speakers_ == 0 ? quiet_since_ : now;
  return std::min({next, keep_at_, quiet_at + options_.turn_grace});
}

Task<void> ControllerHouse::submit_requests() {
  while (!requests_.empty() && submit_at_ <= clock_.now()) {
    Submission submission;
    submission.kind = requests_.front().kind;
    submission.prompt = requests_.front().prompt;
    const Result<control::Submitted> submitted = co_await controller_.submit(std::move(submission));
    if (!submitted && submitted.error().code == Errc::unreachable) {
      submit_at_ = clock_.now() + submit_pause;
      co_return;
    }
    const std::string& kind = requests_.front().kind;
    if (submitted)
      control::log(spdlog::level::info, "asked for in a reply", {{"job", submitted->job.id}, {"kind", kind}});
    else
      control::log(spdlog::level::warn, "asked for in a reply, and declined",
                   {{"kind", kind}, {"why", submitted.error().message}});
    requests_.erase(requests_.begin());
  }
}

}  // namespace malin::api::proxy
