#include "core/delivery.hpp"

#include <algorithm>

#include "core/status_line.hpp"

namespace malin {

namespace {

constexpr int unsure_max = 2;  // A send whose answer was lost is repeated once, then believed.
constexpr Duration send_retry_longest{300'000};
constexpr Duration line_interval{4000};  // Of edits that say how far a job is: 15 a minute, Telegram takes about 20.

const Job* job_of(const Situation& s, const OutboxItem& item) {
  const auto found = s.ledger.jobs.find(item.job);
  return item.job.empty() || found == s.ledger.jobs.end() ? nullptr : &found->second;
}

std::string key_of_item(const OutboxItem& item) { return "send " + std::to_string(item.id); }

std::string key_of_line(const OutboxItem& item) { return "line " + std::to_string(item.id); }

// A cosmetic edit under way must not come after what follows it.
bool is_busy(const Situation& s, const OutboxItem& item) {
  return s.is_running(key_of_item(item)) || s.is_running(key_of_line(item));
}

void settle(const Situation& s, OutboxItem item, std::string outcome, Draft& draft) {
  item.state = OutboxState::settled;
  item.settled_at = s.now;
  item.outcome = std::move(outcome);
  draft.change(PutOutbox{std::move(item)});
}

void move_to(OutboxItem item, OutboxState state, Draft& draft) {
  item.state = state;
  draft.change(PutOutbox{std::move(item)});
}

void retract(OutboxItem item, const Job& job, Draft& draft) {
  item.text =
      job.state == JobState::cancelled ? "Never mind, I was asked not to." : "I could not take it: " + job.reason;
  move_to(std::move(item), OutboxState::retracting, draft);
}

// Does `action` unless it is running, pausing after a failure, or the courier was asked to be silent.
void send(const Situation& s, const OutboxItem& item, Action action, Draft& draft) {
  const std::string key = key_of_item(item);
  if (is_busy(s, item)) return;
  const TimePoint due = std::max(s.retry_at(key, send_retry_longest), s.seen.courier_silent_until);
  if (due <= s.now)
    draft.act(std::move(action));
  else
    draft.wake_at(due);
}

// A send that cannot be repeated safely: counted first, then begun.
void send_once(const Situation& s, const OutboxItem& item, Action action, const char* what, Draft& draft) {
  const std::string key = key_of_item(item);
  if (is_busy(s, item)) return;
  if (s.seen.armed.contains(item.id)) return send(s, item, std::move(action), draft);
  const TimePoint due = std::max(s.retry_at(key, send_retry_longest), s.seen.courier_silent_until);
  if (due > s.now) return draft.wake_at(due);
  OutboxItem next = item;
  if (next.unsure++ > 0)
    draft.tell("courier", item.job,
               std::string("no answer to ") + what + "; sending once more, so it may appear twice");
  draft.change(PutOutbox{std::move(next)});
}

// What came of an armed send is committed: it did not arrive, or nobody knows.
void disarm(OutboxItem item, const Error& error, Draft& draft) {
  const bool is_sure = error.code == Errc::unreachable;
  if (is_sure && item.unsure > 0) --item.unsure;
  draft.change(PutOutbox{std::move(item)});
}

bool is_final(const Error& error) { return error.code == Errc::refused || error.code == Errc::not_found; }

bool is_under_way(const Situation& s, const OutboxItem& item) {
  return s.seen.armed.contains(item.id) || s.is_running(key_of_item(item));
}

void announce(const Situation& s, const OutboxItem& item, const Job* job, const Sent* sent, Draft& draft) {
  const bool is_notice = item.job.empty();
  OutboxItem next = item;
  if (sent != nullptr && sent->message) {
    next.message = sent->message;
    if (is_notice) return settle(s, std::move(next), "sent", draft);
    return move_to(std::move(next), OutboxState::announced, draft);
  }
  if (job != nullptr && job->state == JobState::cancelled && !s.is_running(key_of_item(item)) && sent == nullptr)
    return settle(s, std::move(next), "cancelled before it was announced", draft);
  if (sent != nullptr && sent->error) {
    if (is_final(*sent->error)) {
      if (is_notice) return settle(s, std::move(next), "given up: " + sent->error->message, draft);
      draft.tell("courier", item.job, "the status line was refused: " + sent->error->message);
      return move_to(std::move(next), OutboxState::announced, draft);
    }
    return disarm(item, *sent->error, draft);
  }
  if (item.unsure >= unsure_max && !is_under_way(s, item)) {
    if (is_notice) return settle(s, std::move(next), "sent, unconfirmed", draft);
    return move_to(std::move(next), OutboxState::announced, draft);
  }
  Announce action{item.id, item.text};
  if (job != nullptr && s.config.courier->is_live) {
    action.text = status_line(s, item, *job);
    action.buttons = buttons_for(s.config, *job);
  }
  send_once(s, item, std::move(action), "a line that was sent", draft);
}

bool is_final(const Situation& s, const std::string& key) {
  const Error* error = s.last_error(key);
  return error != nullptr && is_final(*error);
}

// Keeps the status message true while its job is under way. What fails is not worth more than another try.
void follow(const Situation& s, const OutboxItem& item, const Job& job, Draft& draft) {
  const std::string key = key_of_line(item);
  if (!s.config.courier->is_live || !item.message || is_busy(s, item) || is_final(s, key)) return;
  std::string text = status_line(s, item, job);
  const auto found = s.seen.shown.find(item.id);
  const Shown shown = found == s.seen.shown.end() ? Shown{} : found->second;
  if (shown.text == text) return;
  const TimePoint due =
      std::max({shown.at + line_interval, s.retry_at(key, send_retry_longest), s.seen.courier_silent_until});
  if (due > s.now) return draft.wake_at(due);
  draft.act(ShowLine{item.id, *item.message, std::move(text), buttons_for(s.config, job)});
}

void wait_for_media(const Situation& s, const OutboxItem& item, const Job& job, Draft& draft) {
  if (job.state == JobState::rendered) {
    OutboxItem next = item;
    next.unsure = 0;  // It counted the sends of the line.
    return move_to(std::move(next), OutboxState::delivering, draft);
  }
  if (job.state == JobState::queued || job.state == JobState::rendering) return follow(s, item, job, draft);
  if (job.state != JobState::failed && job.state != JobState::cancelled) return;
  if (item.message) return retract(item, job, draft);
  settle(s, item, "over before it was announced", draft);
}

void conclude(const Situation& s, const OutboxItem& item, const Job& job, JobState state, std::string text,
              Draft& draft) {
  Job next = job;
  next.state = state;
  next.ended_at = s.now;
  if (state == JobState::failed) next.reason = text;
  draft.tell("job", job.id,
             state == JobState::delivered ? "the " + job.kind + " is delivered" : "not delivered: " + text);
  draft.change(PutJob{next});
  if (state == JobState::failed && item.message) return retract(item, next, draft);
  settle(s, item, std::move(text), draft);
}

void hand_over(const Situation& s, const OutboxItem& item, const Job& job, const Sent* sent, Draft& draft) {
  if (!job.media) return conclude(s, item, job, JobState::failed, "its media is gone", draft);
  const bool is_repeatable = item.message && s.config.courier->edits;
  if (sent != nullptr && !sent->error) return conclude(s, item, job, JobState::delivered, "delivered", draft);
  if (sent != nullptr) {
    const Error& error = *sent->error;
    OutboxItem next = item;
    if (error.code == Errc::not_found && item.message) {
      next.message.reset();  // The person deleted the status line: the media comes as a new message.
      return move_to(std::move(next), OutboxState::delivering, draft);
    }
    if (is_final(error) || error.code == Errc::bad_reply)
      return conclude(s, item, job, JobState::failed, error.message, draft);
    if (!is_repeatable) return disarm(item, error, draft);
  }
  const KindSpec* kind = s.config.kind(job.kind);
  Deliver action{item.id, job.id, item.message, *job.media, kind == nullptr ? "" : kind->caption};
  if (is_repeatable) return send(s, item, std::move(action), draft);
  if (item.unsure >= unsure_max && !is_under_way(s, item))
    return conclude(s, item, job, JobState::delivered, "sent twice without an answer; taken as delivered", draft);
  send_once(s, item, std::move(action), "the delivery", draft);
}

void amend(const Situation& s, const OutboxItem& item, const Job* job, const Sent* sent, Draft& draft) {
  if (!item.message || (sent != nullptr && (!sent->error || is_final(*sent->error))))
    return settle(s, item, "told", draft);
  Buttons buttons = job == nullptr ? Buttons{} : buttons_for(s.config, *job);
  send(s, item, Amend{item.id, *item.message, item.text, std::move(buttons)}, draft);
}

void deliver_item(const Situation& s, const OutboxItem& item, Draft& draft) {
  const auto found = s.seen.sent.find(item.id);
  const Sent* sent = found == s.seen.sent.end() ? nullptr : &found->second;
  const Job* job = job_of(s, item);
  if (!item.job.empty() && job == nullptr) return settle(s, item, "its job is gone", draft);
  switch (item.state) {
    case OutboxState::announcing:
      return announce(s, item, job, sent, draft);
    case OutboxState::announced:
      return wait_for_media(s, item, *job, draft);
    case OutboxState::delivering:
      return hand_over(s, item, *job, sent, draft);
    case OutboxState::retracting:
      return amend(s, item, job, sent, draft);
    case OutboxState::settled:
      return;
  }
}

// Without a courier a rendered job is done: its media waits in the spool.
void deliver_to_nobody(const Situation& s, Draft& draft) {
  for (const auto& [id, item] : s.ledger.outbox) settle(s, item, "no courier is configured", draft);
  for (const auto& [id, job] : s.ledger.jobs) {
    if (job.state != JobState::rendered) continue;
    Job next = job;
    next.state = JobState::delivered;
    next.ended_at = s.now;
    draft.tell("job", id, "the " + job.kind + " is in the spool");
    draft.change(PutJob{std::move(next)});
  }
}

}  // namespace

void deliver(const Situation& s, Draft& draft) {
  if (!s.config.courier) return deliver_to_nobody(s, draft);
  for (const auto& [id, item] : s.ledger.outbox) deliver_item(s, item, draft);
}

void follow_armed(const Ledger& before, const Changes& changes, std::set<std::int64_t>& armed) {
  for (const Change& change : changes) {
    const auto* put = std::get_if<PutOutbox>(&change);
    if (put == nullptr) continue;
    const auto old = before.outbox.find(put->item.id);
    if (put->item.unsure > (old == before.outbox.end() ? 0 : old->second.unsure))
      armed.insert(put->item.id);
    else
      armed.erase(put->item.id);
  }
}

}  // namespace malin
