#include "app/command_line.hpp"

int main(int argc, char** argv) {
  const auto hand_on = [argv](const auto&) { return malin::app::become_studio(argv); };
  return malin::app::run_command_line(argc, argv, {.demo = hand_on, .rig = hand_on});
}
