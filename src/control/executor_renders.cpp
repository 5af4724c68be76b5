// The executor's verbs for renders and for the person.
#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "control/executor.hpp"
#include "core/situation.hpp"

namespace malin::control {

namespace {

// A name of ours: what the renderer calls its file never becomes a path. Only a harmless extension is kept, because
// the person's programs go by it.
std::string spool_name(const Job& job, const OutputFile& file) {
  constexpr std::size_t extension_max = 5;
  const std::size_t dot = file.filename.rfind('.');
  std::string extension = dot == std::string::npos ? "" : file.filename.substr(dot + 1);
  const bool is_harmless = std::ranges::all_of(extension, [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
  if (extension.empty() || extension.size() > extension_max || !is_harmless) extension = "bin";
  return job.id + "-" + std::to_string(job.attempts) + "." + extension;
}

// Of several files the last is what the workflow ends in; a video workflow may also save its first picture.
OutputFile choose_file(const std::vector<OutputFile>& files, bool is_video) {
  if (is_video) {
    for (const std::string_view extension : {".mp4", ".webm", ".mkv", ".mov", ".gif", ".webp"})
      for (const OutputFile& file : files)
        if (file.filename.ends_with(extension)) return file;
  }
  return files.back();
}

}  // namespace

void Executor::note_room(const SubmitRender& submit) {
  const TimePoint now = outside_.clock.now();
  const RendererSpec& renderer = *config_.renderer(submit.renderer);
  const Situation situation{config_, ledger_, observer_.newest(), in_flight_, now};
  const CardReading* card = situation.card(renderer.card);
  const RendererReading* reading = situation.renderer(submit.renderer);
  if (card == nullptr || reading == nullptr) return;
  RenderUse use = before_render(situation.config, renderer, *card, *reading, now);
  for (const auto& [engine, seen] : situation.seen.engines)
    if (const EngineReading* known = situation.engine(engine)) look(use, engine, *known);
  observer_.submits(submit.prompt_id, std::move(use));
}

Task<Result<void>> Executor::perform(SubmitRender action) {
  const auto found = ledger_.jobs.find(action.job);
  const KindSpec* kind = found == ledger_.jobs.end() ? nullptr : config_.kind(found->second.kind);
  if (kind == nullptr || found->second.prompt_id != action.prompt_id)
    co_return fail(Errc::refused, "job " + action.job + " is not to be rendered any more");
  const Job& job = found->second;
  RenderOrder order{.prompt_id = action.prompt_id, .kind = job.kind, .slots = kind->slots};
  for (const auto& [name, value] : job.params) order.slots[name] = value;
  order.slots["prompt"] = job.prompt;
  order.slots["seed"] = std::to_string(job.seed);
  note_room(action);
  const Result<void> submitted = co_await outside_.renderers.at(action.renderer)->submit(std::move(order));
  LookUpRender look{action.job, action.renderer, action.prompt_id};
  const Result<void> looked = co_await perform(std::move(look));
  co_return submitted;
}

Task<Result<void>> Executor::perform(InterruptRender action) {
  const Result<void> stopped = co_await outside_.renderers.at(action.renderer)->interrupt(action.prompt_id);
  co_return stopped;
}

Task<Result<void>> Executor::perform(CollectMedia action) {
  const auto found = ledger_.jobs.find(action.job);
  const KindSpec* kind = found == ledger_.jobs.end() ? nullptr : config_.kind(found->second.kind);
  if (kind == nullptr || action.files.empty()) co_return fail(Errc::refused, "nothing is to be collected");
  const OutputFile file = choose_file(action.files, kind->is_video);
  const std::string path = outside_.spool / spool_name(found->second, file);
  const Result<void> fetched = co_await outside_.renderers.at(action.renderer)->fetch(file, path);
  if (!fetched) {
    observer_.collected(action.job, std::unexpected(fetched.error()));
    co_return fetched;
  }
  Result<Media> media = co_await outside_.inspector.inspect(path);
  const bool is_kept = media && media->path == path;
  std::error_code ignored;  // What is left over takes room, no more.
  if (!is_kept) std::filesystem::remove(path, ignored);
  Result<void> outcome;
  if (!media) outcome = std::unexpected(media.error());
  observer_.collected(action.job, std::move(media));
  co_return outcome;
}

void Executor::note_silence() {
  const Duration silence = outside_.courier->silence();
  if (silence > Duration::zero()) observer_.courier_is_silent_until(outside_.clock.now() + silence);
}

Result<void> Executor::note_sent(std::int64_t item, const Result<MessageId>& message) {
  note_silence();
  if (!message) {
    observer_.sent(item, std::unexpected(message.error()));
    return std::unexpected(message.error());
  }
  observer_.sent(item, std::optional<std::int64_t>(*message));
  return {};
}

Task<Result<void>> Executor::perform(Announce action) {
  const Result<MessageId> message = co_await outside_.courier->announce(action.text, action.buttons);
  if (message) observer_.showed(action.item, action.text, outside_.clock.now());
  co_return note_sent(action.item, message);
}

Task<Result<void>> Executor::perform(Deliver action) {
  DeliveryOrder order{.status = action.message, .media = action.media, .caption = action.caption};
  const Result<MessageId> message = co_await outside_.courier->deliver(std::move(order));
  co_return note_sent(action.item, message);
}

Task<Result<void>> Executor::perform(Amend action) {
  const Result<void> amended = co_await outside_.courier->amend(action.message, action.text, action.buttons);
  Result<MessageId> message = action.message;
  if (!amended) message = std::unexpected(amended.error());
  co_return note_sent(action.item, message);
}

Task<Result<void>> Executor::perform(ShowLine action) {
  if (outside_.courier == nullptr) co_return Result<void>();
  const Result<void> shown = co_await outside_.courier->amend(action.message, action.text, action.buttons);
  note_silence();
  if (shown) observer_.showed(action.item, action.text, outside_.clock.now());
  co_return shown;
}

Task<Result<void>> Executor::perform(ShowActivity action) {
  if (outside_.courier == nullptr) co_return Result<void>();
  const Result<void> shown = co_await outside_.courier->show_activity(action.type);
  note_silence();
  co_return shown;
}

}  // namespace malin::control
