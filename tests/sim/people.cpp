#include "sim/people.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

namespace malin::sim {

namespace {

Task<Result<void>> speak_for(world::LmStudio& studio, std::string identifier, Duration length) {
  world::ReplyRequest request;
  request.prompt = "hello";
  const Result<world::LmStudio::ReplyId> reply = studio.begin_reply(identifier, std::move(request));
  if (!reply) co_return std::unexpected(reply.error());
  co_await studio.sleep(length);
  studio.end_reply(*reply);
  co_return Result<void>();
}

Task<Result<void>> want(world::LmStudio& studio, std::string model) {
  const Result<world::Instance> loaded = co_await studio.get_or_load(std::move(model));
  if (!loaded) co_return std::unexpected(loaded.error());
  co_return Result<void>();
}

}  // namespace

People::People(Universe& universe, Checker& checker, Journal& journal)
    : universe_(universe),
      checker_(checker),
      journal_(journal),
      rough_(universe.plan.rough),
      dice_(universe.plan.seed, "people"),
      worst_moment_(universe.plan.seed, "worst moment"),
      proxied_(universe.plan.seed, "proxied") {
  const TimePoint now = universe_.clock.now();
  if (rough_.chat > Duration{}) chat_at_ = now + dice_.about(rough_.chat);
  if (rough_.job > Duration{}) job_at_ = now + dice_.about(rough_.job);
  if (rough_.click > Duration{}) click_at_ = now + dice_.about(rough_.click);
}

TimePoint People::next() const {
  TimePoint soonest = std::min({chat_at_, job_at_, click_at_});
  if (talk_ && !talk_->is_lost) soonest = std::min({soonest, talk_->keep_at, talk_->end_at});
  return soonest;
}

// The answer is dropped with the daemon that it was asked of.
template <class T, class Answer>
void People::ask(Daemon& daemon, Task<T> question, Answer answer) {
  boost::asio::co_spawn(daemon.context(), std::move(question), [answer](std::exception_ptr error, T value) {
    if (error) std::rethrow_exception(error);
    answer(std::move(value));
  });
}

void People::act(Daemon* daemon) {
  const TimePoint now = universe_.clock.now();
  if (talk_ && talk_->end_at <= now && daemon != nullptr && !talk_->is_lost) end_turn(*daemon);
  if (talk_ && talk_->keep_at <= now && daemon != nullptr && !talk_->is_lost) {
    const Result<Turn> kept = daemon->controller().keep_turn(talk_->turn);
    if (kept) checker_.turn_kept(talk_->turn, daemon->clock().to_world(kept->expires_at));
    talk_->keep_at = now + universe_.plan.turn_expiry / 3;
  }
  if (chat_at_ <= now) {
    chat_at_ = now + dice_.about(is_calm_ ? rough_.chat * 4 : rough_.chat);
    if (daemon != nullptr) chat(*daemon);
  }
  if (job_at_ <= now) {
    job_at_ = submitted_ >= universe_.plan.jobs_max ? TimePoint::max() : now + dice_.about(rough_.job);
    if (daemon != nullptr) submit(*daemon, dice_.pick(universe_.plan.config.kinds).name);
  }
  if (click_at_ <= now) {
    click_at_ = now + dice_.about(rough_.click);
    if (daemon != nullptr) click(*daemon);
  }
}

void People::chat(Daemon& daemon) {
  const std::vector<std::unique_ptr<Studio>>& studios = universe_.studios;
  Studio& studio = *studios[static_cast<std::size_t>(dice_.between(0, std::ssize(studios) - 1))];
  std::vector<world::Instance> there = studio.studio.instances();
  if (is_calm_) std::erase_if(there, [](const world::Instance& instance) { return instance.jit; });
  if (!there.empty() && dice_.chance(0.5))
    speak(studio, dice_.pick(there).identifier, dice_.between(Duration{500}, Duration{15'000}));
  if (!talk_ && !is_asking_ && dice_.chance(0.8)) begin_turn(daemon);
  if (talk_ && talk_->is_lost) talk_.reset();
  if (proxied_.chance(0.5)) chat_through_proxy(daemon.chat_program());
}

void People::chat_through_proxy(ChatProgram& program) {
  const std::vector<const SenseSpec*> senses = program.senses();
  if (senses.empty()) return;
  const SenseSpec& sense = *proxied_.pick(senses);
  const bool wants = !is_calm_ && submitted_ < universe_.plan.jobs_max && proxied_.chance(0.2);
  if (wants) ++submitted_;
  tell(sense.name + " is written to through the proxy");
  program.ask(sense, proxied_.between(Duration{500}, Duration{30'000}),
              wants ? proxied_.pick(universe_.plan.config.kinds).name : "");
}

void People::begin_turn(Daemon& daemon) {
  is_asking_ = true;
  ask(daemon, daemon.controller().begin_turn(), [this, &daemon](const control::TurnAnswer& answer) {
    is_asking_ = false;
    if (!answer.away.senses.empty()) return;
    ++turns_;
    const TimePoint now = universe_.clock.now();
    checker_.turn_began(answer.turn.id, daemon.clock().to_world(answer.turn.expires_at));
    tell("she begins to talk: turn " + answer.turn.id);
    talk_ = Talk{.turn = answer.turn.id, .keep_at = now + universe_.plan.turn_expiry / 3};
    talk_->end_at = now + dice_.between(Duration{1000}, Duration{90'000});
    talk_->is_lost = !is_calm_ && dice_.chance(0.1);
  });
}

void People::end_turn(Daemon& daemon) {
  if (!talk_) return;
  checker_.turn_ended(talk_->turn);
  const Result<void> ended = daemon.controller().end_turn(talk_->turn);
  tell(ended ? "she has said it: turn " + talk_->turn : "her turn was over already");
  talk_.reset();
}

void People::daemon_died() {
  talk_.reset();
  is_asking_ = false;
}

void People::saw_commit_begin(Daemon& daemon, const Changes& changes) {
  const auto sends_away = [](const Change& change) { return std::holds_alternative<PutAbsence>(change); };
  if (rough_.chat == Duration{} || talk_ || is_asking_ || std::ranges::none_of(changes, sends_away)) return;
  if (worst_moment_.chance(0.2)) begin_turn(daemon);
}

void People::submit(Daemon& daemon, const std::string& kind) {
  control::Submitted none;
  Submission submission{.kind = kind, .prompt = fmt::format("picture {}", ++submitted_)};
  if (dice_.chance(0.3)) submission.key = fmt::format("key-{}", dice_.between(1, 12));
  submission.priority = dice_.chance(0.2) ? 1 : 0;
  ask(daemon, daemon.controller().submit(std::move(submission)), [this](const Result<control::Submitted>& answer) {
    if (answer) checker_.acknowledged(answer->job.id);
  });
}

void People::calm_down(Daemon& daemon) {
  is_calm_ = true;
  job_at_ = click_at_ = TimePoint::max();
  set_swap(daemon, true);
}

void People::set_swap(Daemon& daemon, bool enabled) {
  is_swap_on_ = enabled;
  tell(enabled ? "swapping is switched on" : "swapping is switched off");
  ask(daemon, daemon.controller().set_swap(enabled), [](const Result<void>&) {});
}

void People::abort_swap(Daemon& daemon) {
  tell("the swap is called off");
  ask(daemon, daemon.controller().abort_swap(), [](const Result<void>&) {});
}

void People::cancel(Daemon& daemon, const JobId& job) {
  tell(job + " is to be cancelled");
  checker_.cancel_asked(job);
  ask(daemon, daemon.controller().cancel(job), [](const Result<void>&) {});
}

void People::restore(Daemon& daemon, const std::string& sense) {
  tell(sense + " is asked back");
  ask(daemon, daemon.controller().restore(sense), [](const Result<void>&) {});
}

void People::eject(const std::string& engine, const std::string& identifier) {
  Studio* studio = universe_.studio(engine);
  if (studio == nullptr) return;
  tell(fmt::format("somebody ejects {} from {}", identifier, engine));
  universe_.begin(studio->studio.unload(identifier));
}

void People::load_by_hand(Studio& studio, const std::string& model, const std::string& identifier) {
  tell(fmt::format("somebody loads {} as {} in {}", model, identifier, studio.plan.name));
  world::LoadRequest request;
  request.model = model;
  request.identifier = identifier;
  request.config = "context=1024";
  request.context_length = 1024;
  static_cast<void>(studio.studio.begin_load(std::move(request)));  // A refusal is their own trouble.
}

void People::ask_for(Studio& studio, const std::string& model) {
  tell(fmt::format("a program asks {} for {}", studio.plan.name, model));
  universe_.begin(want(studio.studio, model));
}

void People::speak(Studio& studio, const std::string& identifier, Duration length) {
  universe_.begin(speak_for(studio.studio, identifier, length));
}

void People::click_in_studio(Studio& studio) {
  const std::vector<world::Instance> there = studio.studio.instances();
  const world::Model& model = dice_.pick(studio.plan.options.models);
  switch (dice_.between(0, 3)) {
    case 0:
      if (!there.empty()) eject(studio.plan.name, dice_.pick(there).identifier);
      return;
    case 1:
      return load_by_hand(studio, model.key, model.key);
    case 2: {
      const SenseSpec& sense = dice_.pick(universe_.plan.config.senses);
      if (sense.engine == studio.plan.name) load_by_hand(studio, sense.model, sense.identifier);
      return;
    }
    default:
      return ask_for(studio, model.key);
  }
}

void People::click(Daemon& daemon) {
  ++clicks_;
  const auto& studios = universe_.studios;
  switch (dice_.between(0, 9)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return click_in_studio(*studios[static_cast<std::size_t>(dice_.between(0, std::ssize(studios) - 1))]);
    case 4:
      return set_swap(daemon, !is_swap_on_);
    case 5:
      return abort_swap(daemon);
    case 6:
    case 7:
      if (!checker_.jobs().empty()) cancel(daemon, fmt::format("j-{}", dice_.between(1, std::ssize(checker_.jobs()))));
      return;
    case 8:
      return restore(daemon, dice_.pick(universe_.plan.config.senses).name);
    default:
      break;
  }
  const auto& messages = universe_.telegram.messages();
  if (messages.empty()) return;
  const std::int64_t id = dice_.pick(messages).id;
  tell(fmt::format("the person deletes message {}", id));
  checker_.status_deleted();
  static_cast<void>(universe_.telegram.remove(std::to_string(universe_.telegram.options().chat), id));
}

}  // namespace malin::sim
