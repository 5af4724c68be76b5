// Keeps the newest observation. Looks and outcomes of actions are put in as they come; what nobody needs any more is
// forgotten, so it stays as small as the work in hand.
#pragma once

#include <string>

#include "core/action.hpp"
#include "core/change.hpp"
#include "core/observation.hpp"
#include "core/result.hpp"

namespace malin::control {

class Observer {
 public:
  explicit Observer(TimePoint now);

  const Observation& newest() const { return seen_; }

  // `asked_at`: when the probe was begun. An answer that was asked for before the one that is known is old news.
  // True: it answers again, or no longer.
  bool saw(const ProbeCard& probe, TimePoint asked_at, Result<CardReading> reading);
  bool saw(const ProbeEngine& probe, TimePoint asked_at, Result<EngineReading> reading);
  bool saw(const ProbeRenderer& probe, TimePoint asked_at, Result<RendererReading> reading);
  bool saw(const LookUpRender& probe, TimePoint asked_at, Result<RenderReading> reading);
  void saw(const ProbeSense& probe, TimePoint now, const Result<void>& answer);

  // Someone generates, so it is not quiet.
  void heard_her(TimePoint now);
  // A render is about to be submitted, on a card that looks like this. A second try of the same render is no news.
  void submits(const std::string& prompt_id, RenderUse before);
  // A load of this sense that began then has ended well; its proof is still to come.
  void loaded(const std::string& sense, TimePoint began);
  // What a sense was seen to take of its card.
  void measured(const std::string& sense, Bytes footprint);
  void forget_measured(const std::string& sense);
  void collected(const JobId& job, Result<Media> media);
  void sent(std::int64_t item, Result<std::optional<std::int64_t>> message);
  // The status message says this now.
  void showed(std::int64_t item, std::string text, TimePoint now);
  void courier_is_silent_until(TimePoint moment);
  // A start or restart command of this server has ended.
  void restarted(const std::string& server, TimePoint now);
  // The newest try of an action has ended.
  void tried(const std::string& key, TimePoint now, const Result<void>& outcome);

  // The person's side: a message of another chat; whether commands can be read.
  void met_stranger() { ++seen_.strangers; }
  void heard_person(const Result<void>& heard);

  // A render moved: look again soon. One is over: look at once, and once more if a look is under way.
  void hint(TimePoint now, bool is_over);

  // Turns. A turn that nobody keeps alive ends by itself.
  void begin_turn(Turn turn);
  bool keep_turn(const std::string& id, TimePoint expires_at);  // False: it is over already.
  // The turns that are over now.
  std::optional<Turn> end_turn(const std::string& id, TimePoint now);  // Empty: it is over already.
  std::vector<Turn> expire_turns(TimePoint now);
  // Since when a message is held for a sense that is away; empty: none is.
  void held_since(std::optional<TimePoint> since);
  // A turn could not begin because of a window. Its client counts as waiting until a turn begins or no window is open.
  // True: nobody was waiting like that.
  bool declined_turn(TimePoint now);

  // Drops what belongs to renders, jobs and messages that are over in this ledger.
  void forget(const Ledger& ledger);
  // Drops what came of a send that is in the ledger now.
  void forget_sent(const Changes& committed);
  // The sends and renders that these changes announce may begin. `before`: the ledger without them.
  void committed(const Ledger& before, const Changes& changes);

 private:
  bool is_seen_running(const std::string& prompt_id) const;
  template <class Seen>
  void note_use(std::string RenderUse::* where, const std::string& name, TimePoint asked_at, const Seen& seen);
  void note_uses(const std::string& engine, TimePoint asked_at, const EngineReading& reading);
  void note_waiting();

  Observation seen_;
  std::map<std::string, TimePoint> unproved_loads_;  // By sense: when the load began.
  std::optional<TimePoint> held_since_;
  std::optional<TimePoint> declined_since_;
  TimePoint render_over_at_ = TimePoint::min();  // When a render last said so.
};

}  // namespace malin::control
