#include "core/change.hpp"

#include <gtest/gtest.h>

namespace malin {
namespace {

TEST(Change, applying_twice_is_applying_once) {
  const Changes changes{PutJob{{.id = "j-3"}},
                        PutWindow{{.id = 2, .card = "gpu0"}},
                        PutAbsence{{.sense = "brain", .window = 2}},
                        PutProfile{{.sense = "brain"}},
                        PutOutbox{{.id = 5, .text = "hi"}},
                        PutSettings{{.swap_enabled = false}},
                        PutFootprint{{.name = "selfie", .runs = 1}},
                        AddEvent{{.text = "something"}}};
  Ledger ledger;
  for (int i = 0; i < 2; ++i) {
    apply(ledger, changes);
    EXPECT_EQ(ledger.jobs.size(), 1u);
    EXPECT_EQ(ledger.next_job, 4);
    EXPECT_EQ(ledger.next_window, 3);
    EXPECT_EQ(ledger.next_outbox, 6);
    EXPECT_EQ(ledger.absences.at("brain").window, 2);
    EXPECT_EQ(ledger.profiles.size(), 1u);
    EXPECT_EQ(ledger.footprints.at("selfie").runs, 1);
    EXPECT_EQ(ledger.outbox.at(5).text, "hi");
    EXPECT_FALSE(ledger.settings.swap_enabled);
    EXPECT_EQ(ledger.open_window("gpu0"), &ledger.windows.at(2));
  }
}

TEST(Change, what_is_dropped_or_settled_is_gone_and_numbers_are_not_used_again) {
  Ledger ledger;
  apply(ledger, {PutAbsence{{.sense = "brain"}}, DropAbsence{"brain"}, DropAbsence{"brain"}});
  EXPECT_TRUE(ledger.absences.empty());
  apply(ledger, {PutFootprint{{.name = "selfie"}}, DropFootprint{"selfie"}, DropFootprint{"selfie"}});
  EXPECT_TRUE(ledger.footprints.empty());
  apply(ledger, {PutOutbox{{.id = 5}}, PutOutbox{{.id = 5, .state = OutboxState::settled}}});
  EXPECT_TRUE(ledger.outbox.empty());
  EXPECT_EQ(ledger.next_outbox, 6);
}

TEST(Change, only_an_open_window_of_that_card_is_found) {
  Ledger ledger;
  apply(ledger, {PutWindow{{.id = 1, .card = "a", .phase = WindowPhase::closed}}, PutWindow{{.id = 2, .card = "b"}}});
  EXPECT_EQ(ledger.open_window("a"), nullptr);
  EXPECT_EQ(ledger.open_window("b")->id, 2);
  EXPECT_EQ(ledger.open_window("c"), nullptr);
}

TEST(Change, the_newest_hundred_that_are_over_are_kept_and_all_that_are_not) {
  Ledger ledger;
  for (int i = 1; i <= 250; ++i) {
    const bool is_over = i % 2 == 0;
    apply(ledger, {PutJob{{.id = "j-" + std::to_string(i), .state = is_over ? JobState::failed : JobState::queued}},
                   PutWindow{{.id = i, .card = "c", .phase = WindowPhase::closed}}});
  }
  EXPECT_EQ(ledger.jobs.size(), 125u + 100u);
  EXPECT_FALSE(ledger.jobs.contains("j-50"));
  EXPECT_TRUE(ledger.jobs.contains("j-52"));
  EXPECT_TRUE(ledger.jobs.contains("j-1"));
  EXPECT_EQ(ledger.windows.size(), 100u);
  EXPECT_EQ(ledger.windows.begin()->first, 151);
}

}  // namespace
}  // namespace malin
