// The executor's verbs for renders (control/executor.hpp).
#include <algorithm>
#include <array>
#include <filesystem>

#include "control/deadline.hpp"
#include "control/executor.hpp"
#include "control/record.hpp"

namespace malin::control {

namespace {

constexpr Duration submit_limit{60'000};
constexpr Duration interrupt_limit{20'000};
constexpr Duration collect_limit{300'000};
constexpr Duration release_poll{250};

constexpr std::array<std::string_view, 5> video_endings{"mp4", "webm", "mov", "mkv", "gif"};
constexpr std::array<std::string_view, 4> photo_endings{"png", "jpg", "jpeg", "webp"};

// The ending of a name that came from outside, if it is one we know; it becomes part of a path of ours.
std::string_view ending_of(const OutputFile& file) {
  const auto is_ending = [&](std::string_view ending) {
    return file.filename.size() > ending.size() && file.filename.ends_with(ending) &&
           file.filename[file.filename.size() - ending.size() - 1] == '.';
  };
  for (const auto ending : video_endings)
    if (is_ending(ending)) return ending;
  for (const auto ending : photo_endings)
    if (is_ending(ending)) return ending;
  return "bin";
}

// The file that a job of this kind is about: previews and sound tracks may lie beside it.
const OutputFile& pick(const std::vector<OutputFile>& files, bool is_video) {
  const auto fits = [is_video](const OutputFile& file) {
    const auto ending = ending_of(file);
    return is_video ? std::ranges::find(video_endings, ending) != video_endings.end()
                    : std::ranges::find(photo_endings, ending) != photo_endings.end();
  };
  const auto found = std::ranges::find_if(files, fits);
  return found == files.end() ? files.front() : *found;
}

}  // namespace

Task<Result<void>> Executor::perform(SubmitRender action) {
  const auto job = ledger_.jobs.find(action.job);
  if (job == ledger_.jobs.end()) co_return fail(Errc::not_found, "job " + action.job + " is gone");
  const KindSpec* kind = config_.kind(job->second.kind);
  if (kind == nullptr) co_return fail(Errc::refused, "kind " + job->second.kind + " is no longer configured");
  RenderOrder order;
  order.prompt_id = action.prompt_id;
  order.kind = job->second.kind;
  order.slots = kind->slots;
  for (const auto& [name, value] : job->second.params) order.slots[name] = value;
  order.slots["prompt"] = job->second.prompt;
  order.slots["seed"] = std::to_string(job->second.seed);
  Task<Result<void>> submit = ports_.renderers.at(action.renderer)->submit(std::move(order));
  Result<void> outcome = co_await within(ports_.clock, submit_limit, action.renderer, std::move(submit));
  LookUpRender look;
  look.job = action.job;
  look.renderer = action.renderer;
  look.prompt_id = action.prompt_id;
  co_await perform(std::move(look));
  co_return outcome;
}

Task<Result<void>> Executor::perform(InterruptRender action) {
  Task<Result<void>> interrupt = ports_.renderers.at(action.renderer)->interrupt(action.prompt_id);
  co_return co_await within(ports_.clock, interrupt_limit, action.renderer, std::move(interrupt));
}

// Ok only when the renderer itself shows that it holds no more than its rest.
Task<Result<void>> Executor::perform(ReleaseRenderer action) {
  const RendererSpec* spec = config_.renderer(action.renderer);
  const TimePoint deadline = ports_.clock.now() + config_.swap.release_limit;
  Task<Result<void>> release = ports_.renderers.at(action.renderer)->release();
  Result<void> asked = co_await within(ports_.clock, config_.swap.release_limit, action.renderer, std::move(release));
  while (asked) {
    ProbeRenderer look;
    look.renderer = action.renderer;
    co_await perform(std::move(look));
    const RendererReading* reading = seen_.renderers[action.renderer].known();
    if (reading != nullptr && reading->held <= spec->rest) co_return Result<void>();
    if (ports_.clock.now() >= deadline) {
      const std::string held = reading == nullptr ? "its memory" : format_bytes(reading->held);
      asked = fail(Errc::timeout, "it still holds " + held + " after " + format_duration(config_.swap.release_limit));
      break;
    }
    co_await ports_.clock.sleep_until(ports_.clock.now() + release_poll);
  }
  co_return asked;
}

Task<Result<Media>> Executor::fetch_and_judge(CollectMedia action) {
  const auto job = ledger_.jobs.find(action.job);
  if (job == ledger_.jobs.end()) co_return fail(Errc::not_found, "job " + action.job + " is gone");
  const KindSpec* kind = config_.kind(job->second.kind);
  const OutputFile file = pick(action.files, kind != nullptr && kind->is_video);
  const std::filesystem::path folder = std::filesystem::path(ports_.spool) / action.job;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::string path =
      folder / ("attempt-" + std::to_string(job->second.attempts) + "." + std::string(ending_of(file)));
  std::filesystem::remove(path, error);  // Of a try before a crash.
  Task<Result<void>> fetch = ports_.renderers.at(action.renderer)->fetch(file, path);
  const Result<void> fetched = co_await std::move(fetch);
  if (!fetched) co_return std::unexpected(fetched.error());
  Task<Result<Media>> inspect = ports_.inspector.inspect(path);
  co_return co_await std::move(inspect);
}

Task<Result<void>> Executor::perform(CollectMedia action) {
  const JobId job = action.job;
  Task<Result<Media>> collect = fetch_and_judge(std::move(action));
  const Result<Media> media = co_await within(ports_.clock, collect_limit, "fetching the media", std::move(collect));
  Collected& collected = seen_.collected[job];
  if (media) {
    collected.media = *media;
    collected.error.reset();
    co_return Result<void>();
  }
  collected.error = media.error();
  co_return std::unexpected(media.error());
}

}  // namespace malin::control
