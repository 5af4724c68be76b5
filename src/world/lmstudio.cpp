#include "world/lmstudio.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace malin::world {
namespace {

constexpr Duration load_step{50};

Error engine_down() { return {Errc::unreachable, "LM Studio is not running"}; }

std::string insufficient_resources(Bytes needed) {
  return fmt::format(
      "Model loading was stopped due to insufficient system resources. Under the current settings, this model requires "
      "approximately {:.2f} GB of memory. Continuing to load the model would likely overload your system and cause it "
      "to freeze.",
      static_cast<double>(needed.count) / 1e9);
}

}  // namespace

const char* to_string(InstanceState state) {
  switch (state) {
    case InstanceState::loading:
      return "loading";
    case InstanceState::idle:
      return "idle";
    case InstanceState::processing_prompt:
      return "processingPrompt";
    case InstanceState::generating:
      return "generating";
    case InstanceState::unloading:
      return "unloading";
  }
  return "?";
}

LmStudio::LmStudio(Clock& clock, CardLedger& card, Faults& faults, LmStudioOptions options)
    : clock_(clock), card_(card), faults_(faults), options_(std::move(options)), random_(options_.seed) {
  faults_.declare("lmstudio.hangs", "accepts connections and answers nothing");
  faults_.declare("lmstudio.load.fails", "a load fails at the share `amount` (0..1) with the message `text`");
  faults_.declare("lmstudio.load.stalls", "a load stays at the share `amount` (0..1) until it is cancelled");
  faults_.declare("lmstudio.load.crashes", "the engine dies when a load reaches the share `amount` (0..1)");
  faults_.declare("lmstudio.load.other_config",
                  "a load takes the model's default config instead of the one it was given");
  faults_.declare("lmstudio.load.duplicate", "a load leaves a second copy as :2, with `amount` MiB on the card");
  faults_.declare("lmstudio.unload.ignored", "unload says ok and the model stays");
  faults_.declare("lmstudio.unload.memory_stays", "unload says ok and the memory stays until the engine dies");
  faults_.declare("lmstudio.unload.memory_late", "the memory of an unloaded model comes back after `amount` seconds");
  faults_.declare("lmstudio.unload.intruder", "`amount` seconds after an unload somebody loads the model `text`");
  faults_.declare("lmstudio.reply.garbage", "a reply is no language");
  faults_.declare("lmstudio.reply.other_model", "a reply comes from the model `text`");
  faults_.declare("lmstudio.reply.stalls", "a reply never gets its first token");
}

const Model* LmStudio::find_model(std::string_view key) const {
  const auto found = std::ranges::find(options_.models, key, &Model::key);
  return found == options_.models.end() ? nullptr : &*found;
}

LmStudio::Slot* LmStudio::slot(std::string_view identifier) {
  const auto found = std::ranges::find_if(slots_, [&](const Slot& s) { return s.view.identifier == identifier; });
  return found == slots_.end() ? nullptr : &*found;
}

LmStudio::Slot* LmStudio::slot_by_reference(std::string_view reference) {
  const auto found = std::ranges::find_if(slots_, [&](const Slot& s) { return s.view.reference == reference; });
  return found == slots_.end() ? nullptr : &*found;
}

std::vector<Instance> LmStudio::instances() {
  tick();
  std::vector<Instance> all;
  for (const Slot& s : slots_) all.push_back(s.view);
  return all;
}

std::optional<Instance> LmStudio::find(std::string_view identifier) {
  tick();
  const Slot* found = slot(identifier);
  return found ? std::optional(found->view) : std::nullopt;
}

std::optional<Instance> LmStudio::find_reference(std::string_view reference) {
  tick();
  const Slot* found = slot_by_reference(reference);
  return found ? std::optional(found->view) : std::nullopt;
}

Error LmStudio::not_loaded(std::string_view identifier) const {
  return {Errc::not_found, fmt::format("Cannot find a loaded model with the identifier \"{}\".", identifier)};
}

std::string LmStudio::unique_identifier(const std::string& key) {
  std::string identifier = key;
  for (int n = 2; slot(identifier); ++n) identifier = fmt::format("{}:{}", key, n);
  return identifier;
}

std::string LmStudio::new_reference() {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string reference;
  for (int i = 0; i < 24; ++i) reference += letters[random_() % letters.size()];
  return reference;
}

Duration LmStudio::draw_settle() {
  const auto span = static_cast<std::uint64_t>((options_.settle_max - options_.settle_min).count());
  return options_.settle_min + Duration{static_cast<std::int64_t>(random_() % (span + 1))};
}

Result<Estimate> LmStudio::estimate(const std::string& model, int context_length, double offload) const {
  const Model* known = find_model(model);
  if (!known) return fail(Errc::not_found, fmt::format("Model not found: {}", model));
  const int context = context_length > 0 ? context_length : known->default_context;
  Estimate answer;
  answer.model = footprint(*known, 0, offload);
  answer.context = footprint(*known, context, offload) - answer.model;
  // Like the real guardrails it looks at its own models only: what other programs hold on the card goes unseen.
  Bytes own;
  for (const Slot& s : slots_) own += s.view.footprint;
  answer.passes_guardrails =
      !options_.guardrails || answer.model + answer.context + own <= card_.total() - card_.reserved();
  return answer;
}

Result<std::string> LmStudio::begin_load(LoadRequest request) {
  tick();
  if (!alive_) return std::unexpected(engine_down());
  const Result<Estimate> cost = estimate(request.model, request.context_length, request.offload);
  if (!cost) return std::unexpected(cost.error());
  if (request.identifier && slot(*request.identifier)) {
    return fail(Errc::refused, fmt::format("The model identifier \"{}\" is already in use.", *request.identifier));
  }
  if (!cost->passes_guardrails) return fail(Errc::refused, insufficient_resources(cost->model + cost->context));

  const Model& model = *find_model(request.model);
  if (faults_.fires("lmstudio.load.other_config")) {
    request.config.clear();
    request.context_length = 0;
    request.offload = 1;
  }
  Slot loading;
  Instance& view = loading.view;
  view.model = model.key;
  view.identifier = request.identifier ? *request.identifier : unique_identifier(model.key);
  view.reference = new_reference();
  view.config = request.config.empty() ? model.default_config : request.config;
  view.context_length = request.context_length > 0 ? request.context_length : model.default_context;
  view.ttl = request.ttl;
  view.jit = request.jit;
  view.state = InstanceState::loading;
  view.footprint = footprint(model, view.context_length, request.offload);
  view.since = view.last_used = clock_.now();
  loading.load_time = model.load_time;
  loading.fails = faults_.fires("lmstudio.load.fails");
  loading.stalls = faults_.fires("lmstudio.load.stalls");
  loading.crashes = faults_.fires("lmstudio.load.crashes");
  slots_.push_back(loading);
  return loading.view.reference;
}

TimePoint LmStudio::next_step(TimePoint end) const {
  const TimePoint now = clock_.now();
  return std::clamp(end, now + Duration{1}, now + load_step);
}

Task<Result<Instance>> LmStudio::wait_loaded(std::string reference, Progress progress) {
  double reported = -1;
  for (;;) {
    tick();
    const Slot* loading = slot_by_reference(reference);
    if (!loading) break;
    if (progress && loading->view.progress != reported) progress(reported = loading->view.progress);
    if (loading->view.state != InstanceState::loading) co_return loading->view;
    co_await clock_.sleep_until(next_step(loading->view.since + loading->load_time));
  }
  if (!alive_) co_return std::unexpected(engine_down());
  const auto failed = failed_loads_.find(reference);
  if (failed == failed_loads_.end()) co_return fail(Errc::refused, "Model is unloaded.");
  const std::string why = failed->second;
  failed_loads_.erase(failed);
  co_return fail(Errc::refused, why);
}

Task<Result<Instance>> LmStudio::load(LoadRequest request, Progress progress) {
  Result<std::string> reference = begin_load(std::move(request));
  if (!reference) co_return std::unexpected(reference.error());
  co_return co_await wait_loaded(std::move(*reference), std::move(progress));
}

void LmStudio::cancel_load(const std::string& reference) {
  tick();
  const Slot* loading = slot_by_reference(reference);
  if (loading && loading->view.state == InstanceState::loading) fail_load(reference, "Model loading was cancelled.");
}

Task<Result<Instance>> LmStudio::get_or_load(std::string key) {
  tick();
  if (!alive_) co_return std::unexpected(engine_down());
  if (const Slot* there = slot(key)) {
    const std::string reference = there->view.reference;
    co_return co_await wait_loaded(reference, nullptr);
  }
  if (!find_model(key)) co_return std::unexpected(not_loaded(key));
  // "Only keep last JIT loaded model": it does not care whether that one is speaking.
  for (Slot& other : slots_) {
    if (other.view.jit && other.view.state != InstanceState::loading) start_unload(other);
  }
  LoadRequest request;
  request.model = key;
  request.ttl = options_.jit_ttl;
  request.jit = true;
  co_return co_await load(std::move(request), nullptr);
}

Task<Result<void>> LmStudio::unload(std::string identifier) {
  tick();
  if (!alive_) co_return std::unexpected(engine_down());
  Slot* leaving = slot(identifier);
  if (!leaving) co_return std::unexpected(not_loaded(identifier));
  if (faults_.fires("lmstudio.unload.ignored")) co_return Result<void>{};
  const std::string reference = leaving->view.reference;
  if (leaving->view.state == InstanceState::loading) {
    fail_load(reference, "Model is unloaded.");
    co_return Result<void>{};
  }
  start_unload(*leaving);
  while (const Slot* going = slot_by_reference(reference)) {
    co_await clock_.sleep_until(next_step(going->view.since + options_.unload_time));
    tick();
  }
  if (!alive_) co_return std::unexpected(engine_down());
  co_return Result<void>{};
}

}  // namespace malin::world
