#include <string_view>

#include "adapters/media/worker/media_worker.hpp"
#include "app/command_line.hpp"

int main(int argc, char** argv) {
  // A child that decodes what came from outside: before anything else is set up.
  if (argc > 1 && std::string_view(argv[1]) == "inspect-media") malin::adapters::run_media_worker(argc - 1, argv + 1);
  return malin::app::run_command_line(argc, argv, {.demo = malin::app::run_demo, .rig = malin::app::run_rig});
}
