#include "proxy/held.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "proxy/caller.hpp"
#include "proxy/load.hpp"
#include "proxy/process.hpp"

namespace malin::bench {

namespace {

constexpr std::chrono::seconds notice_limit{60};
constexpr std::chrono::seconds hold_for{3};
constexpr std::chrono::milliseconds held_after{500};  // A request that is not answered by then is held.

void wait_until_away(Loop& loop, std::uint16_t port) {
  const Moment until = now() + notice_limit;
  while (is_answered(loop, port, held_after))
    if (now() > until) give_up("the model is away, and its requests are still passed on");
}

}  // namespace

Held hold_streams(Loop& loop, Upstream& upstream, std::uint16_t port, int count, int process) {
  upstream.set_well(false);
  wait_until_away(loop, port);
  const std::size_t asked_before = upstream.asked();
  const std::string request = make_request("chunks=5&every=1000", 200);
  Outcome outcome;
  std::vector<std::unique_ptr<Caller>> callers;
  for (int i = 0; i < count; ++i) {
    callers.push_back(std::make_unique<Caller>(loop, port, request, outcome));
    callers.back()->stop();
    callers.back()->ask();
  }
  loop.run(now() + hold_for);
  Held held;
  held.resident_bytes = resident_bytes(process);
  held.broken = upstream.asked() - asked_before;
  upstream.set_well(true);
  const auto is_over = [&] { return std::ranges::none_of(callers, &Caller::is_busy); };
  loop.run(now() + notice_limit, [&] { return is_over(); });
  held.broken += static_cast<std::size_t>(std::ranges::count(callers, 0U, &Caller::answered));
  return held;
}

}  // namespace malin::bench
