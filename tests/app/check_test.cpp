// What `malin check` makes of what it found. The world: a 32 GB card with brain, eyes and voice, and 511 MiB free.
#include "app/check.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/check_workflow.hpp"
#include "app/config_file.hpp"
#include "core/room.hpp"
#include "net/json.hpp"

namespace malin::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Check : ConfigFile {
  void SetUp() override {
    ConfigFile::SetUp();
    ConfigResult parsed = parse(small_rig);
    ASSERT_TRUE(parsed) << all_of(parsed.error());
    config = std::move(*parsed);
    visits.cards["gpu0"] = CardReading{.total = gibibytes(24), .used = gibibytes(22), .free = gibibytes(1)};
    visits.engines["lmstudio"] = EngineReading{.residents = {{.model = "big", .identifier = "big", .instance = "1"},
                                                             {.model = "eyes", .identifier = "eyes", .instance = "2"}},
                                               .version = "LM Studio 0.4.21"};
    visits.engines["voice"] = EngineReading{.residents = {{.model = "tts", .identifier = "tts", .instance = "3"}}};
    visits.models["lmstudio"] = {"big", "eyes"};
    visits.renderers["comfyui"] = RendererReading{.version = "0.33.0"};
    visits.workflows["selfie"] = WorkflowVisit{};
    visits.courier = std::string("@malin_bot");
  }

  // The one finding about `part` that is not good.
  Finding trouble(const std::string& part) {
    const Findings all = judge(config, visits);
    const auto found =
        std::ranges::find_if(all, [&](const Finding& one) { return one.part == part && one.verdict != Verdict::good; });
    EXPECT_NE(found, all.end()) << format_findings(all, false);
    return found == all.end() ? Finding{} : *found;
  }
  static bool all_good(const Findings& findings) {
    return std::ranges::all_of(findings, [](const Finding& one) { return one.verdict == Verdict::good; });
  }

  AppConfig config;
  Visits visits;
};

TEST_F(Check, all_is_well_when_everything_is_as_configured) {
  const Findings all = judge(config, visits);
  EXPECT_TRUE(all_good(all)) << format_findings(all, false);
  EXPECT_THAT(format_findings(all, false), HasSubstr("All is well."));
  EXPECT_THAT(format_findings(all, false), HasSubstr("kind selfie       needs 6 GiB: vision goes away for it"));
}

TEST_F(Check, whoever_else_reads_the_commands_is_named) {
  visits.inbox = Result<void>();
  EXPECT_TRUE(all_good(judge(config, visits)));
  visits.inbox = fail(Errc::unreachable, "no route");
  EXPECT_TRUE(all_good(judge(config, visits))) << "the courier says that already";
  visits.inbox = fail(Errc::refused, "another program reads");
  EXPECT_EQ(trouble("courier telegram").text, "commands cannot be read: another program reads");
  visits.inbox.reset();
  visits.daemon = DaemonVisit{true, "all here", "a webhook takes them"};
  EXPECT_EQ(trouble("courier telegram").text, "commands cannot be read: a webhook takes them");
}

TEST_F(Check, without_the_studio_no_media_could_be_looked_at) {
  visits.studio = fail(Errc::not_found, "the program is missing");
  const Finding finding = trouble("media");
  EXPECT_EQ(finding.verdict, Verdict::wrong);
  EXPECT_EQ(finding.text, "the program is missing");
}

TEST_F(Check, a_silent_server_comes_with_how_to_start_it) {
  visits.engines["lmstudio"] = fail(Errc::unreachable, "nobody listens");
  config.engines.front().url = "http://127.0.0.1:1234";
  config.engines.front().start = "lms server start";
  const Finding finding = trouble("engine lmstudio");
  EXPECT_EQ(finding.verdict, Verdict::wrong);
  EXPECT_EQ(finding.text, "does not answer at http://127.0.0.1:1234: nobody listens");
  EXPECT_EQ(finding.advice, "start it with `lms server start`, or set engines.lmstudio.url");
  EXPECT_EQ(trouble("sense brain").verdict, Verdict::wrong);
  EXPECT_EQ(trouble("kind selfie").verdict, Verdict::remark);
}

TEST_F(Check, each_error_of_each_part_has_an_advice) {
  for (const Errc code : {Errc::timeout, Errc::unreachable, Errc::refused, Errc::not_found, Errc::bad_reply}) {
    const auto broken = fail(code, "so it is");
    visits.cards["gpu0"] = broken;
    visits.engines["lmstudio"] = broken;
    visits.renderers["comfyui"] = broken;
    visits.courier = broken;
    for (const char* part : {"card gpu0", "engine lmstudio", "renderer comfyui", "courier telegram"}) {
      const Finding finding = trouble(part);
      EXPECT_EQ(finding.verdict, Verdict::wrong) << part;
      EXPECT_FALSE(finding.advice.empty()) << part;
    }
  }
}

TEST_F(Check, a_model_that_is_not_there_is_told_apart_from_one_that_is_not_loaded) {
  visits.engines["lmstudio"]->residents.pop_back();
  EXPECT_EQ(trouble("sense vision").verdict, Verdict::remark);
  visits.models["lmstudio"].erase("eyes");
  EXPECT_EQ(trouble("sense vision").verdict, Verdict::wrong);
  EXPECT_THAT(trouble("sense vision").text, HasSubstr("no model \"eyes\""));
  visits.models.clear();
  EXPECT_EQ(trouble("sense vision").verdict, Verdict::remark);
}

TEST_F(Check, a_model_under_another_name_is_worth_knowing) {
  visits.engines["lmstudio"]->residents.back().identifier = "eyes:2";
  const Finding finding = trouble("sense vision");
  EXPECT_EQ(finding.verdict, Verdict::remark);
  EXPECT_THAT(finding.text, HasSubstr("loaded as \"eyes:2\""));
}

TEST_F(Check, room_is_judged_as_if_every_sense_were_at_home) {
  visits.engines["lmstudio"]->residents.clear();
  visits.cards["gpu0"]->free = gibibytes(19);
  EXPECT_THAT(format_findings(judge(config, visits), false), HasSubstr("needs 6 GiB: vision goes away for it"));
  visits.cards["gpu0"]->free = gibibytes(17);
  EXPECT_THAT(trouble("card gpu0").text, HasSubstr("do not fit together: 1 GiB too much"));
}

TEST_F(Check, a_need_that_no_eviction_covers_is_wrong) {
  config.core.kinds.front().need = gibibytes(22);
  config.kinds.front().need = gibibytes(22);
  const Finding finding = trouble("kind selfie");
  EXPECT_EQ(finding.verdict, Verdict::wrong);
  EXPECT_THAT(finding.text, HasSubstr("is all there would be"));
}

TEST_F(Check, what_a_workflow_misses_is_named) {
  visits.workflows["selfie"] =
      WorkflowVisit{.unknown_nodes = {"VHS_VideoCombine"}, .missing_choices = {"ckpt_name = a.safetensors"}};
  const std::string all = format_findings(judge(config, visits), false);
  EXPECT_THAT(all, HasSubstr("comfyui does not know: VHS_VideoCombine"));
  EXPECT_THAT(all, HasSubstr("ckpt_name = a.safetensors"));
}

TEST_F(Check, the_daemon_is_absent_running_or_someone_else) {
  visits.daemon = DaemonVisit{true, "all here"};
  EXPECT_THAT(format_findings(judge(config, visits), false), HasSubstr("is running at 127.0.0.1:7425: all here"));
  visits.daemon = DaemonVisit{};
  EXPECT_EQ(trouble("daemon").verdict, Verdict::wrong);
}

TEST_F(Check, json_has_the_same_findings) {
  const auto good = net::parse_json(format_json(judge(config, visits)));
  ASSERT_TRUE(good);
  EXPECT_EQ(net::find_bool(*good, "ok"), true);
  EXPECT_EQ(net::find_array(*good, "findings")->size(), judge(config, visits).size());
  visits.courier = fail(Errc::refused, "Unauthorized");
  EXPECT_EQ(net::find_bool(*net::parse_json(format_json(judge(config, visits))), "ok"), false);
  const auto problems = net::parse_json(format_json(ConfigProblems{{3, "swap.x", "unknown key"}}));
  EXPECT_EQ(net::find_int(net::find_array(*problems, "problems")->front(), "line"), 3);
}

TEST(CompareWorkflow, names_unknown_nodes_and_choices_that_are_not_offered) {
  const auto graph = net::parse_json(R"({
    "1": {"class_type": "Loader", "inputs": {"ckpt_name": "b.safetensors", "free": "any text"}},
    "2": {"class_type": "Sampler", "inputs": {"model": ["1", 0], "steps": 20, "sampler_name": "euler"}},
    "3": {"class_type": "Saver", "inputs": {"images": ["2", 0], "format": "webm"}},
    "4": {"class_type": "Gone", "inputs": {}}})");
  ASSERT_TRUE(graph);
  EXPECT_THAT(node_classes(*graph), ElementsAre("Gone", "Loader", "Sampler", "Saver"));
  NodeInfo nodes;
  nodes["Loader"] = *net::parse_json(R"({"Loader": {"input": {
      "required": {"ckpt_name": [["a.safetensors"], {}], "free": ["STRING", {"default": ""}]}}}})");
  nodes["Sampler"] = *net::parse_json(R"({"Sampler": {"input": {"required": {"sampler_name": [["euler"]]}}}})");
  nodes["Saver"] =
      *net::parse_json(R"({"Saver": {"input": {"optional": {"format": ["COMBO", {"options": ["mp4"]}]}}}})");
  nodes["Gone"] = *net::parse_json("{}");
  const WorkflowVisit visit = compare_workflow(*graph, nodes);
  EXPECT_THAT(visit.unknown_nodes, ElementsAre("Gone"));
  EXPECT_THAT(visit.missing_choices, ElementsAre("ckpt_name = b.safetensors", "format = webm"));
  EXPECT_TRUE(compare_workflow(*net::parse_json("[]"), nodes).unknown_nodes.empty());
  EXPECT_TRUE(compare_workflow(*graph, {}).unknown_nodes.empty());
}

}  // namespace
}  // namespace malin::app
