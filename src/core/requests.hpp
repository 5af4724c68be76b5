// What people and programs may ask of a running daemon, as steps of the ledger. Each answers with the changes to
// commit, or says why not; nothing is acknowledged before its commit.
#pragma once

#include <map>
#include <string>

#include "core/change.hpp"
#include "core/config.hpp"

namespace malin {

constexpr std::size_t queued_jobs_max = 1000;

struct Submission {
  std::string kind;
  std::string prompt;
  std::map<std::string, std::string> params;
  int priority = 0;
  std::string key;       // May be empty.
  bool is_told = false;  // The person is told at once that it is in the queue, not only when its render begins.
};

struct Accepted {
  Job job;
  Changes changes;
};

// not_found: no such kind. refused: no prompt, too long a prompt, a slot name that is not one, the queue is full.
// The caller has looked for an earlier job with the same key.
Result<Accepted> submit_job(const Config& config, const Ledger& ledger, const Submission& submission, TimePoint now);

// Queued or rendering -> cancelled. not_found: no such job among the living. refused: it is past that.
Result<Changes> cancel_job(const Ledger& ledger, const JobId& id, TimePoint now);

// Off: no window opens any more, and an open one is called off. Empty when nothing changes.
Changes set_swap(const Ledger& ledger, bool enabled, TimePoint now);

// Calls off every open window: renders are interrupted, the senses come back, and no window opens for `abort_hold`.
// refused: none is open.
Result<Changes> abort_swap(const Config& config, const Ledger& ledger, TimePoint now);

// Brings one sense back now: calls off the window it is away for. Empty changes when it is wanted already.
// not_found: no such sense.
Result<Changes> restore_sense(const Config& config, const Ledger& ledger, const std::string& sense, TimePoint now);

// What the footprint of this name is kept under: of a sense its own name, of a kind that of its usual size, and else a
// size that was rendered before. not_found: there is none.
Result<std::string> footprint_key(const Config& config, const Ledger& ledger, const std::string& name);

constexpr Bytes pin_min = mebibytes(1);
constexpr Bytes pin_max = gibibytes(4096);

// It counts as this large whatever was configured and is measured. Both: not_found: there is no such footprint.
Result<Changes> pin_footprint(const Config& config, const Ledger& ledger, const std::string& name, Bytes size,
                              TimePoint now);
// Takes the pin away, and all that was measured: the config counts until it is measured again.
Result<Changes> forget_footprint(const Config& config, const Ledger& ledger, const std::string& name, TimePoint now);

}  // namespace malin
