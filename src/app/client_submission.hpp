// A job as it is asked for on the command line.
#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"

namespace malin::app {

struct SubmissionText {
  std::string kind;
  std::string prompt;
  std::vector<std::string> params;  // "NAME=VALUE"
  int priority = 0;
  std::string key;
};

// The body of POST /v1/jobs. refused: a param is not NAME=VALUE, or comes twice.
Result<std::string> format_submission(const SubmissionText& submission);

}  // namespace malin::app
