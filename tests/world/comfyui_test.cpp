#include "world/comfyui.hpp"

#include <gtest/gtest.h>

#include "net/run.hpp"
#include "rig/fast_clock.hpp"

namespace malin::world {
namespace {

using malin::testing::run_until;

// Writes down what is told, and makes files of their size in text.
struct Diary : ComfyEvents {
  std::vector<std::string> lines;
  void queue_changed() override { lines.emplace_back("queue"); }
  void started(const ComfyRun& run) override { lines.push_back("start " + run.prompt.id); }
  void progressed(const ComfyRun&) override {}
  void node_started(const ComfyRun& run) override { lines.push_back("node " + run.current); }
  void stepped(const ComfyRun&, const ComfyProgress&, bool) override {}
  void node_executed(const ComfyRun&, const std::string& node) override { lines.push_back("shows " + node); }
  void finished(const ComfyRun& run) override {
    lines.push_back(run.error ? "error" : run.interrupted ? "interrupted" : "success");
  }
  void ended(const ComfyRun& run) override { lines.push_back("end " + run.prompt.id); }
  Task<std::string> make(ComfyPicture) override { co_return "file"; }
};

// A card of 16 GiB, and ComfyUI on it, ten times as fast as life.
struct Bench {
  Bench() : card(clock, "card", gibibytes(16)), comfyui(io.get_executor(), clock, card, faults, diary) {
    EXPECT_TRUE(comfyui.start().has_value());
  }

  static ComfyPrompt prompt(const std::string& id, double number, const std::string& seed) {
    ComfyNode sampler;
    sampler.id = "1";
    sampler.key = "sampler " + seed;
    sampler.steps = 4;
    sampler.time = Duration{400};
    sampler.model = "image";
    sampler.weights = gibibytes(5);
    sampler.workspace = gibibytes(1);
    ComfyNode save;
    save.id = "2";
    save.key = "save " + seed;
    save.output.emplace();
    save.output->prefix = "selfie";
    ComfyPrompt prompt;
    prompt.id = id;
    prompt.number = number;
    prompt.nodes = {sampler, save};
    return prompt;
  }

  bool runs(std::size_t count) {
    return run_until(io, [&] { return comfyui.history().size() == count && !comfyui.running(); });
  }
  Bytes used() const { return card.held_by(ComfyUi::holder); }

  boost::asio::io_context io{1};
  testing::FastClock clock{10};
  CardLedger card;
  Faults faults;
  Diary diary;
  ComfyUi comfyui;
};

TEST(Comfyui, the_context_is_held_from_start_to_end_of_the_process) {
  Bench bench;
  EXPECT_EQ(bench.used(), mebibytes(843));
  bench.comfyui.kill();
  EXPECT_EQ(bench.used(), Bytes{});
}

TEST(Comfyui, memory_of_a_model_stays_until_a_release) {
  Bench bench;
  bench.comfyui.put(Bench::prompt("a", 0, "1"));
  ASSERT_TRUE(bench.runs(1));
  EXPECT_EQ(bench.used(), mebibytes(843) + gibibytes(6));
  EXPECT_EQ(bench.comfyui.torch_active(), gibibytes(5));
  bench.comfyui.free(true, false);
  EXPECT_TRUE(run_until(bench.io, [&] { return bench.used() == mebibytes(843 + 32); }));
}

TEST(Comfyui, a_release_during_a_prompt_waits_for_its_end) {
  Bench bench;
  bench.comfyui.put(Bench::prompt("a", 0, "1"));
  ASSERT_TRUE(run_until(bench.io, [&] { return bench.comfyui.torch_reserved() == gibibytes(6); }));
  bench.comfyui.free(true, true);
  EXPECT_EQ(bench.comfyui.torch_reserved(), gibibytes(6));
  ASSERT_TRUE(bench.runs(1));
  EXPECT_TRUE(run_until(bench.io, [&] { return bench.comfyui.torch_reserved() == mebibytes(32); }));
}

TEST(Comfyui, an_ignored_release_keeps_the_memory) {
  Bench bench;
  bench.faults.set("comfyui.release.ignored", {});
  bench.comfyui.put(Bench::prompt("a", 0, "1"));
  bench.comfyui.free(true, true);
  ASSERT_TRUE(bench.runs(1));
  ASSERT_TRUE(run_until(bench.io, [&] { return bench.faults.fired().contains("comfyui.release.ignored"); }));
  EXPECT_EQ(bench.comfyui.torch_reserved(), gibibytes(6));
}

TEST(Comfyui, a_model_that_does_not_fit_is_an_error_and_unloads_everything) {
  Bench bench;
  ASSERT_TRUE(bench.card.take("brain", gibibytes(12)));
  bench.comfyui.put(Bench::prompt("a", 0, "1"));
  ASSERT_TRUE(bench.runs(1));
  EXPECT_EQ(bench.comfyui.history().front().error->type, "torch.OutOfMemoryError");
  EXPECT_EQ(bench.comfyui.torch_reserved(), Bytes{});
}

TEST(Comfyui, lower_numbers_run_first) {
  Bench bench;
  bench.comfyui.put(Bench::prompt("a", 5, "1"));
  bench.comfyui.put(Bench::prompt("b", 6, "2"));
  bench.comfyui.put(Bench::prompt("c", -7, "3"));
  ASSERT_TRUE(bench.runs(3));
  EXPECT_EQ(bench.comfyui.history()[0].prompt.id, "c");
  EXPECT_EQ(bench.comfyui.history()[2].prompt.id, "b");
}

TEST(Comfyui, equal_nodes_are_not_run_again_and_show_the_old_file) {
  Bench bench;
  bench.comfyui.put(Bench::prompt("a", 0, "1"));
  bench.comfyui.put(Bench::prompt("b", 1, "1"));
  ASSERT_TRUE(bench.runs(2));
  EXPECT_EQ(bench.comfyui.history()[1].cached.size(), 2U);
  EXPECT_EQ(bench.comfyui.history()[1].outputs.at("2").front().filename, "selfie_00001_.png");
}

TEST(Comfyui, the_file_counter_goes_on_after_a_restart) {
  Bench bench;
  bench.comfyui.put(Bench::prompt("a", 0, "1"));
  ASSERT_TRUE(bench.runs(1));
  bench.comfyui.kill();
  ASSERT_TRUE(bench.comfyui.start().has_value());
  EXPECT_TRUE(bench.comfyui.history().empty());
  bench.comfyui.put(Bench::prompt("a", 0, "1"));
  ASSERT_TRUE(bench.runs(1));
  EXPECT_EQ(bench.comfyui.history()[0].outputs.at("2").front().filename, "selfie_00002_.png");
}

TEST(Comfyui, an_interrupt_takes_effect_at_the_next_step_and_never_on_the_next_prompt) {
  Bench bench;
  bench.comfyui.interrupt();
  bench.comfyui.put(Bench::prompt("a", 0, "1"));
  ASSERT_TRUE(run_until(bench.io, [&] { return bench.comfyui.torch_reserved() == gibibytes(6); }));
  bench.comfyui.interrupt();
  bench.comfyui.put(Bench::prompt("b", 1, "2"));
  ASSERT_TRUE(bench.runs(2));
  EXPECT_TRUE(bench.comfyui.history()[0].interrupted);
  EXPECT_FALSE(bench.comfyui.history()[1].interrupted);
}

TEST(Comfyui, the_end_is_told_after_the_history_has_it) {
  Bench bench;
  bench.comfyui.put(Bench::prompt("a", 0, "1"));
  ASSERT_TRUE(bench.runs(1));
  const std::vector<std::string> told = {"queue",   "queue",   "start a", "node 1", "node 2",
                                         "shows 2", "success", "queue",   "end a"};
  EXPECT_EQ(bench.diary.lines, told);
}

}  // namespace
}  // namespace malin::world
