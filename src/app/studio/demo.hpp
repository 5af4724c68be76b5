// `malin demo`: the whole story on the simulated machine. A full card, a backlog that could never have run, a live loop
// that talks, and the backlog draining to the person while every sense comes back.
#pragma once

namespace malin::app {

struct DemoOptions {
  double speed = 10;  // Simulated seconds per real one.
  bool keep = false;  // Stay up afterwards, to be looked at, until interrupted.
  bool json = false;  // One document to stdout, progress to stderr.
};

// Exit code 0: every job was delivered, every sense is ready, no reply was cut, everything was restored exactly.
int run_demo(const DemoOptions& options);

}  // namespace malin::app
