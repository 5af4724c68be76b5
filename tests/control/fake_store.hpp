// A store in memory, and the person's side: a courier and commands.
#pragma once

#include <algorithm>
#include <ranges>

#include "control/fake_base.hpp"
#include "ports/commands.hpp"
#include "ports/courier.hpp"
#include "ports/store.hpp"

namespace malin::testing {

class FakeStore : public Store, public Switches {
 public:
  FakeStore(Clock& clock, Journal& journal) : Switches(clock), journal_(journal) {}

  Task<Result<Ledger>> load() override { co_return ledger; }

  Task<Result<std::vector<std::int64_t>>> commit(Changes changes) override {
    const Result<void> passed = co_await pass("commit");
    if (!passed) co_return std::unexpected(passed.error());
    ++commits;
    std::vector<std::int64_t> ids;
    for (const Change& change : changes) note(change, ids);
    malin::apply(ledger, changes);
    if (!ids.empty()) ledger.last_event = ids.back();
    co_return ids;
  }

  Task<Result<std::vector<Event>>> events(std::int64_t after, int limit) override {
    const Result<void> passed = co_await pass("events");
    if (!passed) co_return std::unexpected(passed.error());
    std::vector<Event> found;
    for (const Event& event : timeline)
      if (event.id > after && std::ssize(found) < limit) found.push_back(event);
    co_return found;
  }

  Task<Result<Job>> job(JobId id) override {
    const auto found = all_jobs.find(id);
    if (found == all_jobs.end()) co_return fail(Errc::not_found, "there is no job " + id);
    co_return found->second;
  }

  Task<Result<Job>> job_by_key(std::string key) override {
    const Result<void> passed = co_await pass("job_by_key");
    if (!passed) co_return std::unexpected(passed.error());
    for (const auto& [id, job] : all_jobs)
      if (job.key == key) co_return job;
    co_return fail(Errc::not_found, "no job has this key");
  }

  Task<Result<std::vector<Job>>> jobs(int limit) override {
    std::vector<Job> newest;
    for (const auto& [id, job] : all_jobs) newest.push_back(job);
    std::ranges::sort(newest, std::ranges::greater{}, [](const Job& job) { return std::pair(job.id.size(), job.id); });
    if (std::ssize(newest) > limit) newest.resize(static_cast<std::size_t>(limit));
    co_return newest;
  }

  Ledger ledger;
  std::map<JobId, Job> all_jobs;
  std::vector<Event> timeline;
  int commits = 0;

 private:
  void note(const Change& change, std::vector<std::int64_t>& ids) {
    if (const auto* put = std::get_if<PutJob>(&change)) all_jobs[put->job.id] = put->job;
    if (const auto* put = std::get_if<PutAbsence>(&change)) journal_.write("commit absence " + put->absence.sense);
    if (const auto* drop = std::get_if<DropAbsence>(&change)) journal_.write("commit return " + drop->sense);
    if (const auto* put = std::get_if<PutWindow>(&change))
      journal_.write(std::string("commit window ") + to_string(put->window.phase));
    if (const auto* added = std::get_if<AddEvent>(&change)) {
      timeline.push_back(added->event);
      timeline.back().id = static_cast<std::int64_t>(timeline.size());
      ids.push_back(timeline.back().id);
    }
  }

  Journal& journal_;
};

class FakeCourier : public Courier, public Switches {
 public:
  FakeCourier(Clock& clock, Journal& journal) : Switches(clock), journal_(journal) {}

  Task<Result<std::string>> probe() override { co_return "@malin_bot"; }
  Task<Result<MessageId>> announce(std::string text, Buttons) override {
    const Result<void> passed = co_await pass("announce");
    if (!passed) co_return std::unexpected(passed.error());
    journal_.write("say " + text);
    co_return ++next_;
  }
  Task<Result<void>> amend(MessageId, std::string text, Buttons) override {
    const Result<void> passed = co_await pass("amend");
    if (passed) journal_.write("say instead " + text);
    co_return passed;
  }
  Task<Result<MessageId>> deliver(DeliveryOrder order) override {
    const Result<void> passed = co_await pass("deliver");
    if (!passed) co_return std::unexpected(passed.error());
    journal_.write("deliver");
    orders.push_back(order);
    co_return order.status.value_or(++next_);
  }
  Task<Result<void>> show_activity(MediaType) override { return pass("show_activity"); }
  Duration silence() const override { return silent; }

  std::vector<DeliveryOrder> orders;
  Duration silent{};

 private:
  Journal& journal_;
  MessageId next_ = 100;
};

class FakeCommands : public Commands, public Switches {
 public:
  FakeCommands(Clock& clock, Journal& journal) : Switches(clock), journal_(journal) {}

  Task<Result<std::string>> run(std::string command, Duration) override {
    journal_.write("run " + command);
    const Result<void> passed = co_await pass("run");
    if (!passed) co_return std::unexpected(passed.error());
    co_return "done";
  }

 private:
  Journal& journal_;
};

}  // namespace malin::testing
