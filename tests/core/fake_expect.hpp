// What a run in the fake home must have come to.
#pragma once

#include "core/fake_world.hpp"

namespace malin::fake {

// Everyone is back as they were, and each of these jobs was delivered once.
inline void expect_good_end(World& world, const std::vector<JobId>& jobs) {
  EXPECT_TRUE(world.is_all_ready()) << world.log;
  EXPECT_TRUE(world.ledger.absences.empty());
  EXPECT_EQ(world.window(), nullptr);
  EXPECT_TRUE(world.ledger.outbox.empty());
  for (const SenseSpec& spec : world.config.senses) {
    const Resident* resident = world.outside.resident(spec.identifier);
    ASSERT_NE(resident, nullptr) << spec.name;
    EXPECT_TRUE(same_load(resident_of(spec), *resident)) << spec.name;
  }
  EXPECT_EQ(world.outside.residents.size(), world.config.senses.size());
  for (const JobId& id : jobs) {
    EXPECT_EQ(world.job(id).state, JobState::delivered) << id << ": " << world.job(id).reason << "\n" << world.log;
    const auto copies = std::ranges::count_if(world.outside.messages, [&](const auto& row) {
      return row.second.media && world.job(id).media && row.second.media->path == world.job(id).media->path;
    });
    EXPECT_EQ(copies, 1) << id;
  }
}

}  // namespace malin::fake
