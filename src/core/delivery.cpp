#include "core/delivery.hpp"

namespace malin {

namespace {

constexpr int unsure_max = 2;  // A send whose answer was lost is repeated once, then believed.
constexpr Duration retry_longest{300'000};

const Job* job_of(const Situation& s, const OutboxItem& item) {
  const auto found = s.ledger.jobs.find(item.job);
  return item.job.empty() || found == s.ledger.jobs.end() ? nullptr : &found->second;
}

std::string key_of_item(const OutboxItem& item) { return "send " + std::to_string(item.id); }

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
  if (s.is_running(key)) return;
  const TimePoint due = std::max(s.retry_at(key, retry_longest), s.seen.courier_silent_until);
  if (due <= s.now)
    draft.act(std::move(action));
  else
    draft.wake_at(due);
}

bool is_final(const Error& error) { return error.code == Errc::refused || error.code == Errc::not_found; }

void announce(const Situation& s, const OutboxItem& item, const Job* job, const Sent* sent, Draft& draft) {
  const bool is_notice = item.job.empty();
  OutboxItem next = item;
  if (sent != nullptr && sent->message) {
    next.message = sent->message;
    if (is_notice) return settle(s, std::move(next), "sent", draft);
    return move_to(std::move(next), OutboxState::announced, draft);
  }
  if (job != nullptr && job->state == JobState::cancelled && !s.is_running(key_of_item(item)))
    return settle(s, std::move(next), "cancelled before it was announced", draft);
  if (sent != nullptr && sent->error) {
    if (is_final(*sent->error)) {
      if (is_notice) return settle(s, std::move(next), "given up: " + sent->error->message, draft);
      draft.tell("courier", item.job, "the status line was refused: " + sent->error->message);
      return move_to(std::move(next), OutboxState::announced, draft);
    }
    if (sent->error->code == Errc::timeout || sent->error->code == Errc::bad_reply) {
      ++next.unsure;
      draft.tell("courier", item.job, "no answer to a line that was sent; it may appear twice");
      return move_to(std::move(next), OutboxState::announcing, draft);
    }
  }
  if (item.unsure >= unsure_max && is_notice) return settle(s, std::move(next), "sent, unconfirmed", draft);
  if (item.unsure >= unsure_max) return move_to(std::move(next), OutboxState::announced, draft);
  send(s, item, Announce{item.id, item.text}, draft);
}

void wait_for_media(const Situation& s, const OutboxItem& item, const Job& job, Draft& draft) {
  if (job.state == JobState::rendered) return move_to(item, OutboxState::delivering, draft);
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
    const bool is_repeatable = item.message && s.config.courier->edits;
    if (error.code == Errc::timeout && !is_repeatable) {
      if (++next.unsure >= unsure_max)
        return conclude(s, next, job, JobState::delivered, "sent twice without an answer; taken as delivered", draft);
      draft.tell("courier", job.id, "no answer to the delivery; sending once more, so it may appear twice");
      return move_to(std::move(next), OutboxState::delivering, draft);
    }
  }
  const KindSpec* kind = s.config.kind(job.kind);
  send(s, item, Deliver{item.id, job.id, item.message, *job.media, kind == nullptr ? "" : kind->caption}, draft);
}

void amend(const Situation& s, const OutboxItem& item, const Sent* sent, Draft& draft) {
  if (!item.message || (sent != nullptr && (!sent->error || is_final(*sent->error))))
    return settle(s, item, "told", draft);
  send(s, item, Amend{item.id, *item.message, item.text}, draft);
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
      return amend(s, item, sent, draft);
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

}  // namespace malin
