#include "core/person_reply.hpp"

#include <gtest/gtest.h>

#include "core/fake_expect.hpp"

namespace malin::fake {
namespace {

TEST(PersonReply, the_status_names_every_sense_and_who_is_away) {
  Moment moment;
  EXPECT_EQ(status_text(moment.situation()), "green: all here\nbrain is ready\nvision is ready\nvoice is ready");
  moment.ledger.settings.swap_enabled = false;
  moment.queue("selfie");
  EXPECT_EQ(status_text(moment.situation()),
            "green: all here\nbrain is ready\nvision is ready\nvoice is ready\n1 job waits\n"
            "Swapping is off: nobody is sent away.");
}

TEST(PersonReply, the_queue_is_told_in_its_order_and_cut_to_what_fits) {
  Moment moment;
  EXPECT_EQ(queue_text(moment.situation(), {}), "Nothing is waiting.");
  moment.queue("selfie").state = JobState::rendering;
  moment.queue("video", 2).prompt = std::string(79, 'x') + "\xc3\xa9 and more";
  EXPECT_EQ(queue_text(moment.situation(), {{"j-2", "she is talking"}}),
            "j-1 selfie, rendering: p\nj-2 video, waiting: " + std::string(79, 'x') + "\u2026 (she is talking)");
  for (int number = 3; number <= 32; ++number) moment.queue("selfie", number);
  const std::string text = queue_text(moment.situation(), {});
  EXPECT_TRUE(text.ends_with("\nand 12 more")) << text;
}

}  // namespace
}  // namespace malin::fake
