// The test program is its own worker, as the studio is.
#include <string_view>

#include <gtest/gtest.h>

#include "adapters/media/worker/media_worker.hpp"

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "inspect-media") {
    return malin::adapters::run_media_worker(argc - 1, argv + 1);
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
