// An engine and its card as small state machines.
#pragma once

#include <optional>

#include "control/fake_base.hpp"
#include "ports/card.hpp"
#include "ports/engine.hpp"

namespace malin::testing {

class FakeCard : public Card, public Switches {
 public:
  FakeCard(Clock& clock, Gpu& gpu) : Switches(clock), gpu_(gpu) {}

  Task<Result<CardReading>> probe() override {
    const Result<void> passed = co_await pass("probe");
    if (!passed) co_return std::unexpected(passed.error());
    CardReading reading;
    reading.total = gpu_.total;
    reading.free = gpu_.free();
    reading.used = reading.total - reading.free;
    reading.holders.push_back({.pid = 4711, .name = "lm-studio", .used = reading.used});
    co_return reading;
  }

 private:
  Gpu& gpu_;
};

class FakeEngine : public Engine, public Switches {
 public:
  FakeEngine(Clock& clock, Gpu& gpu, Journal& journal) : Switches(clock), gpu_(gpu), journal_(journal) {}

  // A resident as it stands there before anybody asks.
  void put(const std::string& identifier, Bytes size, const std::string& load_config = "{}") {
    sizes[identifier] = size;
    Resident resident;
    resident.model = "model/" + identifier;
    resident.identifier = identifier;
    resident.instance = identifier + "#" + std::to_string(next_instance_++);
    resident.load_config = load_config;
    residents.push_back(std::move(resident));
    gpu_.hold(identifier, size);
  }
  void drop(const std::string& identifier) {
    std::erase_if(residents, [&](const Resident& one) { return one.identifier == identifier; });
    gpu_.give_back(identifier);
  }
  const Resident* find(const std::string& identifier) const {
    for (const Resident& one : residents)
      if (one.identifier == identifier) return &one;
    return nullptr;
  }

  Task<Result<EngineReading>> probe() override {
    const Result<void> passed = co_await pass("probe");
    if (!passed) co_return std::unexpected(passed.error());
    EngineReading reading;
    reading.residents = residents;
    reading.version = "0.4.1";
    co_return reading;
  }

  Task<Result<void>> ensure_loaded(LoadOrder order, LoadProgress progress) override {
    journal_.write("load " + order.identifier);
    const LoadEnds ends{journal_, order.identifier};
    const Result<void> passed = co_await pass("load");
    if (!passed) co_return passed;
    progress(0.5);
    co_await clock_.sleep_until(clock_.now() + load_takes);
    if (find(order.identifier) == nullptr) put(order.identifier, sizes[order.identifier], order.load_config);
    residents.back().ttl = order.ttl;
    co_return Result<void>();
  }

  Task<Result<void>> ensure_absent(std::string identifier) override {
    journal_.write("unload " + identifier);
    const Result<void> passed = co_await pass("unload");
    if (!passed) co_return passed;
    drop(identifier);
    co_return Result<void>();
  }

  Task<Result<void>> probe_sense(std::string identifier) override {
    const Result<void> passed = co_await pass("probe_sense");
    if (!passed) co_return passed;
    if (find(identifier) == nullptr) co_return fail(Errc::not_found, identifier + " is not loaded");
    journal_.write("token " + identifier);
    co_return Result<void>();
  }

  std::vector<Resident> residents;
  std::map<std::string, Bytes> sizes;
  Duration load_takes{4'000};

 private:
  // Tells a load that was cancelled from one that ended.
  struct LoadEnds {
    Journal& journal;
    std::string identifier;
    ~LoadEnds() { journal.write("load over " + identifier); }
  };

  Gpu& gpu_;
  Journal& journal_;
  int next_instance_ = 1;
};

}  // namespace malin::testing
