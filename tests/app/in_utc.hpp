// Tests of what people read: local times in the output are those of UTC.
#pragma once

#include <cstdlib>
#include <ctime>

#include <gtest/gtest.h>

#include "net/json.hpp"

namespace malin::app {

struct InUtc : testing::Test {
  void SetUp() override {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }

  static net::json::value parse(const char* text) { return net::parse_json(text).value(); }
};

}  // namespace malin::app
