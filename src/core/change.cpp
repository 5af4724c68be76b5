#include "core/change.hpp"

#include <algorithm>
#include <charconv>
#include <functional>

namespace malin {

namespace {

constexpr std::size_t ended_kept = 100;

std::int64_t number_of(const JobId& id) {
  std::int64_t number = 0;
  if (id.starts_with("j-")) std::from_chars(id.data() + 2, id.data() + id.size(), number);
  return number;
}

void apply_one(Ledger& ledger, const PutJob& change) {
  ledger.next_job = std::max(ledger.next_job, number_of(change.job.id) + 1);
  ledger.jobs[change.job.id] = change.job;
}

void apply_one(Ledger& ledger, const PutWindow& change) {
  ledger.next_window = std::max(ledger.next_window, change.window.id + 1);
  ledger.windows[change.window.id] = change.window;
}

void apply_one(Ledger& ledger, const PutAbsence& change) { ledger.absences[change.absence.sense] = change.absence; }

void apply_one(Ledger& ledger, const DropAbsence& change) { ledger.absences.erase(change.sense); }

void apply_one(Ledger& ledger, const PutProfile& change) { ledger.profiles[change.profile.sense] = change.profile; }

void apply_one(Ledger& ledger, const PutFootprint& change) {
  ledger.footprints[change.footprint.name] = change.footprint;
}

void apply_one(Ledger& ledger, const DropFootprint& change) { ledger.footprints.erase(change.name); }

void apply_one(Ledger& ledger, const PutOutbox& change) {
  ledger.next_outbox = std::max(ledger.next_outbox, change.item.id + 1);
  if (change.item.state == OutboxState::settled) {
    ledger.outbox.erase(change.item.id);
  } else {
    ledger.outbox[change.item.id] = change.item;
  }
}

void apply_one(Ledger& ledger, const PutSettings& change) { ledger.settings = change.settings; }

void apply_one(Ledger&, const AddEvent&) {}  // The timeline lives in the store alone.

// Forgets the oldest rows that are over, beyond `ended_kept`.
template <class Rows, class IsOver, class Age>
void prune(Rows& rows, IsOver is_row_over, Age age_of) {
  std::vector<typename Rows::iterator> over;
  for (auto row = rows.begin(); row != rows.end(); ++row)
    if (is_row_over(row->second)) over.push_back(row);
  if (over.size() <= ended_kept) return;
  std::ranges::sort(over, {}, [&](const auto& row) { return std::invoke(age_of, row->second); });
  for (std::size_t i = 0; i + ended_kept < over.size(); ++i) rows.erase(over[i]);
}

}  // namespace

void apply(Ledger& ledger, const Changes& changes) {
  for (const Change& change : changes) std::visit([&](const auto& one) { apply_one(ledger, one); }, change);
  prune(
      ledger.jobs, [](const Job& job) { return is_over(job.state); }, [](const Job& job) { return number_of(job.id); });
  prune(ledger.windows, [](const Window& window) { return window.phase == WindowPhase::closed; }, &Window::id);
}

const Window* Ledger::open_window(std::string_view card) const {
  for (const auto& [id, window] : windows)
    if (window.card == card && window.phase != WindowPhase::closed) return &window;
  return nullptr;
}

}  // namespace malin
