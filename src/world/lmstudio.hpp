// LM Studio as a state machine on the Clock: what lies on its disk, what is resident on its card, and how long things
// take. No sockets, no JSON. Nothing moves by itself: every call first brings the world up to now, and `tick` does just
// that. Errors carry the titles that LM Studio shows; unreachable means that the engine is dead.
//
//   (load) -> loading -> idle <-> processing_prompt -> generating -> idle
//                |         |                              |
//                +-> gone  +----------> unloading <-------+   unloading -> gone; the card shows it free later
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "ports/clock.hpp"
#include "world/card_ledger.hpp"
#include "world/faults.hpp"
#include "world/lmstudio_models.hpp"

namespace malin::world {

enum class InstanceState { loading, idle, processing_prompt, generating, unloading };
const char* to_string(InstanceState state);

struct Instance {
  std::string model;
  std::string identifier;  // Unique.
  std::string reference;   // New with every load.
  std::string config;      // As loaded; opaque here.
  int context_length = 0;
  std::optional<Duration> ttl;
  bool jit = false;  // Loaded by a request that needed it.
  InstanceState state = InstanceState::idle;
  double progress = 0;  // Of loading.
  Bytes footprint;      // When fully loaded.
  TimePoint since{};    // Start of loading or unloading.
  TimePoint last_used{};
};

struct LoadRequest {
  std::string model;
  std::optional<std::string> identifier;  // In use already: an error. Without: the key, or key:2, key:3, ...
  std::optional<Duration> ttl;
  std::string config;      // Empty: the model's default.
  int context_length = 0;  // 0: the model's default. Part of config, for the world to understand.
  double offload = 1;      // The same.
  bool jit = false;
};

struct Estimate {
  Bytes model;
  Bytes context;
  bool passes_guardrails = true;
};

struct ReplyRequest {
  std::string prompt;
  bool has_image = false;
  int tokens_max = -1;  // -1: until it has said everything.
};

struct LmStudioOptions {
  std::vector<Model> models = default_models();
  double tokens_per_second = 30;
  Duration first_token{250};
  Duration unload_time{200};
  Duration settle_min{500};  // How late the card shows unloaded memory free.
  Duration settle_max{1500};
  bool guardrails = true;
  Duration jit_ttl{std::chrono::minutes(60)};
  std::uint64_t seed = 1;
};

struct LmStudioCounters {
  int loads = 0;
  int load_failures = 0;
  int unloads = 0;
  int expiries = 0;
  int replies = 0;      // Said to their end.
  int replies_cut = 0;  // Ended by an unload or by the engine's death.
};

class LmStudio {
 public:
  using Progress = std::function<void(double fraction)>;
  using ReplyId = int;

  // Declares its faults (names and meanings in lmstudio.cpp).
  LmStudio(Clock& clock, CardLedger& card, Faults& faults, LmStudioOptions options = {});

  void tick();

  const std::vector<Model>& models() const { return options_.models; }
  const Model* find_model(std::string_view key) const;
  // Every instance, loading and unloading ones too, in the order of their loads.
  std::vector<Instance> instances();
  std::optional<Instance> find(std::string_view identifier);
  std::optional<Instance> find_reference(std::string_view reference);

  // Starts a load and returns its reference. not_found: no such model. refused: identifier in use, or guardrails.
  Result<std::string> begin_load(LoadRequest request);
  // Until that load has ended. refused: it failed or was cancelled, with LM Studio's words.
  Task<Result<Instance>> wait_loaded(std::string reference, Progress progress);
  Task<Result<Instance>> load(LoadRequest request, Progress progress);
  // Nothing happens if it is loaded already.
  void cancel_load(const std::string& reference);
  // The instance with this identifier; otherwise loads the model of that key just in time, with default config.
  Task<Result<Instance>> get_or_load(std::string key);

  // Finishes every load now, for a world that is to begin with them.
  void hurry();

  // Ok when it is gone from the list; its replies are cut. The card shows the memory free later. not_found: no such.
  Task<Result<void>> unload(std::string identifier);

  Result<Estimate> estimate(const std::string& model, int context_length, double offload) const;

  // A reply, token by token. not_found: not loaded.
  Result<ReplyId> begin_reply(const std::string& identifier, ReplyRequest request);
  // The identifier that the reply is said to come from, until it has ended.
  std::string speaker_of(ReplyId id) const;
  // The next token when its time has come; nullopt at the end. refused: "Model is unloaded."
  Task<Result<std::optional<std::string>>> next_token(ReplyId id);
  // The client has gone or has enough.
  void end_reply(ReplyId id);

  bool alive() const { return alive_; }
  bool hangs() const { return faults_.find("lmstudio.hangs") != nullptr; }
  // The process ends: all residents gone, memory back a little later.
  void die();
  void revive() { alive_ = true; }

  const LmStudioCounters& counters() const { return counters_; }
  TimePoint now() const { return clock_.now(); }
  Task<void> sleep(Duration length) { return clock_.sleep_until(clock_.now() + length); }

 private:
  struct Slot {
    Instance view;
    Duration load_time{};
    std::optional<FaultSpec> fails;  // Of this load, drawn when it began.
    std::optional<FaultSpec> stalls;
    std::optional<FaultSpec> crashes;
    bool duplicate = false;
    int replies = 0;
  };
  struct Reply {
    std::string reference;
    std::string speaker;
    std::vector<std::string> tokens;
    std::size_t said = 0;
    TimePoint next_at{};
  };
  struct Intruder {
    TimePoint at;
    std::string model;
  };

  static std::string holder_of(const Instance& instance) { return "LM Studio: " + instance.identifier; }
  Slot* slot(std::string_view identifier);
  Slot* slot_by_reference(std::string_view reference);
  std::string unique_identifier(const std::string& key);
  std::string new_reference();
  Duration draw_settle();
  TimePoint next_step(TimePoint end) const;  // Of a wait for something that ends then, if all goes well.
  void advance_load(const std::string& reference);
  void finish_load(Slot& loaded);
  void fail_load(const std::string& reference, std::string why);
  void remove(const std::string& reference, std::optional<Duration> late);
  void cut_replies(const std::string& reference);
  void finish_unload(const std::string& reference);
  void start_unload(Slot& leaving);
  Error not_loaded(std::string_view identifier) const;

  Clock& clock_;
  CardLedger& card_;
  Faults& faults_;
  LmStudioOptions options_;
  LmStudioCounters counters_;
  std::vector<Slot> slots_;
  std::map<ReplyId, Reply> replies_;
  std::map<std::string, std::string> failed_loads_;  // Why, by reference.
  std::vector<Intruder> intruders_;
  ReplyId next_reply_ = 1;
  std::size_t turn_ = 0;
  bool alive_ = true;
  std::mt19937_64 random_;
};

}  // namespace malin::world
