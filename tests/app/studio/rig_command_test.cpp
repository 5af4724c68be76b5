#include "app/studio/rig_command.hpp"

#include <gtest/gtest.h>

namespace malin::app {
namespace {

TEST(RigCommand, a_fault_has_a_name_an_amount_and_a_text) {
  const auto plain = parse_fault("comfyui.black");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->first, "comfyui.black");
  EXPECT_EQ(plain->second.times, -1);
  const auto amount = parse_fault("comfyui.slow=2.5");
  ASSERT_TRUE(amount);
  EXPECT_EQ(amount->second.amount, 2.5);
  const auto both = parse_fault("lmstudio.unload.intruder=3,gemma-3-4b");
  ASSERT_TRUE(both);
  EXPECT_EQ(both->second.amount, 3);
  EXPECT_EQ(both->second.text, "gemma-3-4b");
  const auto text = parse_fault("comfyui.oom=,no memory, sorry");
  ASSERT_TRUE(text);
  EXPECT_EQ(text->second.text, "no memory, sorry");
  for (const char* wrong : {"=3", "a=b", "a=3x"}) EXPECT_FALSE(parse_fault(wrong)) << wrong;
}

}  // namespace
}  // namespace malin::app
