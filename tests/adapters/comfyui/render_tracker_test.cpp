#include "adapters/comfyui/render_tracker.hpp"

#include <gtest/gtest.h>

#include "adapters/comfyui/transcript.hpp"

namespace malin::adapters {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint first_look = from_unix_ms(1'000'000);
constexpr Duration stuck_after = 120s;

SocketHint hint(const std::string& prompt_id, std::map<std::string, double> nodes) {
  return {prompt_id, std::move(nodes), false};
}

TEST(RenderTracker, progress_counts_work_and_never_falls) {
  RenderTracker renders;
  renders.begin("p", {{"1", 1}, {"2", 8}, {"3", 1}}, first_look);
  EXPECT_TRUE(renders.note_hint(hint("p", {{"1", 1}}), first_look));
  EXPECT_DOUBLE_EQ(renders.progress("p"), 0.1);
  renders.note_hint(hint("p", {{"2", 0.5}}), first_look);
  EXPECT_DOUBLE_EQ(renders.progress("p"), 0.5);
  renders.note_hint(hint("p", {{"2", 0.25}}), first_look);
  EXPECT_DOUBLE_EQ(renders.progress("p"), 0.5);
  EXPECT_FALSE(renders.note_hint(hint("someone else's", {{"2", 1}}), first_look));
  EXPECT_EQ(renders.progress("unknown"), 0);
}

TEST(RenderTracker, a_worker_is_dead_only_when_it_stands_still_and_is_deaf) {
  RenderTracker renders;
  renders.begin("p", {}, first_look);
  renders.note_running("p", first_look);
  const std::vector<std::string> running = {"p"};
  EXPECT_FALSE(renders.worker_dead(running, first_look + 1h, stuck_after)) << "nobody has interrupted it";
  renders.note_interrupt("p", first_look + 115s);
  EXPECT_FALSE(renders.worker_dead(running, first_look + 119s, stuck_after)) << "it made progress lately";
  EXPECT_FALSE(renders.worker_dead(running, first_look + 129s, stuck_after)) << "the interrupt may still work";
  renders.note_interrupt("p", first_look + 129s);
  EXPECT_TRUE(renders.worker_dead(running, first_look + 130s, stuck_after));
  EXPECT_FALSE(renders.worker_dead({"other"}, first_look + 130s, stuck_after)) << "it no longer runs";
  renders.note_hint(hint("p", {}), first_look + 131s);
  EXPECT_FALSE(renders.worker_dead(running, first_look + 132s, stuck_after)) << "it moved";
}

TEST(RenderTracker, a_render_from_before_a_restart_is_adopted) {
  RenderTracker renders;
  EXPECT_TRUE(renders.empty());
  renders.note_interrupt("p", first_look);
  EXPECT_TRUE(renders.empty());
  renders.note_running("p", first_look);
  EXPECT_FALSE(renders.empty());
  renders.forget("p");
  EXPECT_TRUE(renders.empty());
}

TEST(RenderTracker, the_oldest_is_dropped_when_there_are_too_many) {
  RenderTracker renders;
  for (int i = 0; i < 200; ++i)
    renders.begin("p" + std::to_string(i), {{"1", 1}}, first_look + std::chrono::seconds(i));
  EXPECT_TRUE(renders.note_hint(hint("p199", {}), first_look + 1h));
  EXPECT_FALSE(renders.note_hint(hint("p0", {}), first_look + 1h));
}

}  // namespace
}  // namespace malin::adapters
