#include "adapters/comfyui/workflow.hpp"

#include <gtest/gtest.h>

#include "adapters/comfyui/transcript.hpp"

namespace malin::adapters {
namespace {

// The smallest workflow with both slots, and `more` as further inputs.
std::string with_inputs(const std::string& more) {
  return R"({"1":{"class_type":"A","inputs":{"text":"{{prompt}}","seed":"{{seed}}")" + more + "}}}";
}

Workflow parsed(const std::string& text) {
  auto workflow = parse_workflow(text);
  EXPECT_TRUE(workflow) << (workflow ? "" : workflow.error().message);
  return workflow.value_or(Workflow());
}

net::json::value inputs_of(const Result<std::string>& graph) {
  EXPECT_TRUE(graph) << (graph ? "" : graph.error().message);
  if (!graph) return net::json::object();
  return net::json::parse(*graph).at("1").at("inputs");
}

std::string refusal(const std::string& text) {
  const auto workflow = parse_workflow(text);
  if (workflow) return "";
  EXPECT_EQ(workflow.error().code, Errc::refused);
  return workflow.error().message;
}

TEST(Workflow, slots_are_listed_with_their_defaults) {
  const Workflow workflow =
      parsed(with_inputs(R"(,"w":"{{width=832}}","n":"{{negative=}}","deep":[{"x":"{{ look = a=b}}"}])"));
  const SlotDefaults expected = {
      {"look", " a=b"}, {"negative", ""}, {"prompt", std::nullopt}, {"seed", std::nullopt}, {"width", "832"}};
  EXPECT_EQ(workflow.slots(), expected);
}

TEST(Workflow, values_take_the_type_of_their_slot) {
  const Workflow workflow = parsed(with_inputs(
      R"(,"width":"{{width=832}}","strength":"{{strength=0.5}}","tiled":"{{tiled=false}}","name":"{{style}}")"));
  const SlotValues values = {{"prompt", "42"}, {"seed", "18446744073709551615"}, {"style", "7"}, {"strength", "1"}};
  const auto inputs = inputs_of(fill(workflow, values));
  EXPECT_EQ(inputs.at("text").as_string(), "42");
  EXPECT_EQ(inputs.at("seed").as_uint64(), 18446744073709551615u);
  EXPECT_EQ(inputs.at("width").as_int64(), 832);
  EXPECT_EQ(inputs.at("strength").as_int64(), 1);
  EXPECT_FALSE(inputs.at("tiled").as_bool());
  EXPECT_EQ(inputs.at("name").as_string(), "7");
}

TEST(Workflow, a_prompt_of_any_characters_arrives_as_it_is) {
  const Workflow workflow = parsed(with_inputs(R"(,"title":"photo of {{prompt}}, {{style=soft}} light")"));
  const std::string prompt = "\"quoted\" \\ {{seed}} }} {a|b}\n\t\x01 \xF0\x9F\x98\x80";
  const auto inputs = inputs_of(fill(workflow, {{"prompt", prompt}, {"seed", "1"}}));
  EXPECT_EQ(inputs.at("text").as_string(), prompt);
  EXPECT_EQ(inputs.at("title").as_string(), "photo of " + prompt + ", soft light");
}

TEST(Workflow, a_prompt_that_is_not_utf8_becomes_it) {
  const auto inputs = inputs_of(fill(parsed(with_inputs("")), {{"prompt", "caf\xE9"}, {"seed", "1"}}));
  EXPECT_EQ(inputs.at("text").as_string(), "caf\uFFFD");
}

TEST(Workflow, braces_around_no_name_are_ordinary_text) {
  const Workflow workflow = parsed(with_inputs(R"(,"a":"{{1+1}} {{}} {{a|b}}","b":"{{{style=x}}}")"));
  const auto inputs = inputs_of(fill(workflow, {{"prompt", "p"}, {"seed", "1"}}));
  EXPECT_EQ(inputs.at("a").as_string(), "{{1+1}} {{}} {{a|b}}");
  EXPECT_EQ(inputs.at("b").as_string(), "{x}");
}

TEST(Workflow, wrong_values_are_refused_by_name) {
  const Workflow workflow = parsed(with_inputs(R"(,"width":"{{width=832}}","name":"{{style}}")"));
  const auto unknown = fill(workflow, {{"prompt", "p"}, {"seed", "1"}, {"style", "s"}, {"colour", "red"}});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message, "the workflow has no slot {{colour}}");
  const auto missing = fill(workflow, {{"prompt", "p"}, {"seed", "1"}});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "slot style has no value and no default");
  const auto no_number = fill(workflow, {{"prompt", "p"}, {"seed", "1"}, {"style", "s"}, {"width", "wide"}});
  ASSERT_FALSE(no_number);
  EXPECT_EQ(no_number.error().message, "slot width wants a number, not \"wide\"");
}

TEST(Workflow, files_that_cannot_work_are_refused_with_what_to_do) {
  EXPECT_NE(refusal("{\n \"1\": {,}\n}").find("at line 2, column "), std::string::npos);
  EXPECT_NE(refusal("").find("not JSON"), std::string::npos);
  EXPECT_NE(refusal(with_inputs(R"(,"a":1e999)")).find("too large"), std::string::npos);
  EXPECT_NE(refusal(R"({"nodes":[],"links":[],"version":0.4})").find("Export (API)"), std::string::npos);
  EXPECT_NE(refusal(R"([1])").find("one JSON object"), std::string::npos);
  EXPECT_NE(refusal(R"({"prompt":{"1":{}}})").find("node \"prompt\""), std::string::npos);
  EXPECT_NE(refusal(R"({"1":{"class_type":"A","inputs":{"seed":"{{seed}}"}}})").find("{{prompt}}"), std::string::npos);
  EXPECT_NE(refusal(R"({"1":{"class_type":"A","inputs":{"text":"{{prompt}}"}}})").find("cache"), std::string::npos);
  EXPECT_NE(refusal(with_inputs(R"(,"a":"{{n=1}}","b":"{{n=2}}")")).find("two defaults"), std::string::npos);
  EXPECT_NE(refusal(std::string(workflow_bytes_max + 1, ' ')).find("4 MiB"), std::string::npos);
}

TEST(Workflow, the_delivered_workflows_are_whole) {
  const std::string folder = std::string(MALIN_TEST_DATA) + "/../../config/workflows/";
  for (const char* name : {"selfie.json", "video.json"}) {
    SCOPED_TRACE(name);
    const Workflow workflow = parsed(testing::read_text(folder + name));
    for (const char* slot : {"negative", "width", "height", "steps"}) EXPECT_TRUE(workflow.slots().contains(slot));
    const auto graph = fill(workflow, {{"prompt", "a cat"}, {"seed", "7"}});
    ASSERT_TRUE(graph);
    EXPECT_EQ(graph->find("{{"), std::string::npos);
    const auto nodes = net::json::parse(*graph);
    for (const auto& node : nodes.as_object()) {  // Every link leads to a node.
      for (const auto& input : node.value().at("inputs").as_object()) {
        if (!input.value().is_array()) continue;
        EXPECT_TRUE(nodes.as_object().contains(input.value().as_array()[0].as_string())) << input.key();
      }
    }
  }
  const Workflow video = parsed(testing::read_text(folder + "video.json"));
  EXPECT_TRUE(video.slots().contains("frames") && video.slots().contains("fps"));
}

}  // namespace
}  // namespace malin::adapters
