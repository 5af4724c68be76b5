// The result of one probe, on an io_context of its own.
#pragma once

#include <optional>
#include <utility>

#include "net/run.hpp"

namespace malin::testing {

template <class Value>
Task<void> keep(Task<Value> task, std::optional<Value>& kept) {
  kept.emplace(co_await std::move(task));
}

template <class Value>
Value ask(Task<Value> task) {
  std::optional<Value> kept;
  run(keep(std::move(task), kept));
  return std::move(*kept);
}

}  // namespace malin::testing
