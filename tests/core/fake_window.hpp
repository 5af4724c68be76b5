// A home in which a window is open.
#pragma once

#include <gtest/gtest.h>

#include "core/fake_home.hpp"
#include "core/window.hpp"

namespace malin::fake {

// A window for a selfie, open since `start`, with vision away.
struct WindowTest : testing::Test {
  Moment moment;

  WindowTest() {
    moment.queue("selfie");
    Window& window = moment.ledger.windows[1];
    window = {.id = 1, .card = "gpu0", .renderer = "comfyui", .evicted = {"vision"}, .need = gibibytes(6)};
    window.leaves["vision"] = {.since = start};
    window.opened_at = window.phase_at = start;
    window.render_until = start + 96s;
    moment.ledger.absences["vision"] = {.sense = "vision",
                                        .window = 1,
                                        .resident = moment.resident("vision"),
                                        .since = start,
                                        .deadline = start + 120s,
                                        .evictions = 1};
    moment.take_away("vision");
    moment.show_free(tenths(65));
  }
  Window& window() { return moment.ledger.windows.at(1); }
  WindowPhase phase_after(const Decision& decision) {
    moment.commit(decision.changes);
    return window().phase;
  }
  Decision in(WindowPhase phase) {
    window().phase = phase;
    return moment.decide();
  }
};

}  // namespace malin::fake
