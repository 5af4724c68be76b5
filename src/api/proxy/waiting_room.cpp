#include "api/proxy/waiting_room.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace malin::api::proxy {

void WaitingRoom::enter(Guest& guest) {
  guests_.push_back(&guest);
  tell();
}

void WaitingRoom::leave(Guest& guest) {
  guests_.remove(&guest);
  tell();
  review();
}

void WaitingRoom::wait_again(Guest& guest) { guest.is_called = false; }

void WaitingRoom::review() {
  std::set<std::string_view> busy;  // Senses whose first guest is still on its way.
  std::vector<Guest*> called;
  for (Guest* guest : guests_) {
    if (busy.contains(guest->name)) continue;
    busy.insert(guest->name);
    if (guest->is_called) continue;
    const Standing standing = house_.look_up(guest->model);
    if (standing.is_away || standing.is_unknown) continue;
    guest->is_called = true;
    called.push_back(guest);
  }
  for (Guest* guest : called) guest->call();
}

bool WaitingRoom::has_guest(std::string_view name) const {
  return std::ranges::any_of(guests_, [&](const Guest* guest) { return guest->name == name; });
}

void WaitingRoom::tell() {
  std::optional<Moment> since;
  for (const Guest* guest : guests_)
    if (guest->speaks && (!since || guest->since < *since)) since = guest->since;
  if (!since) return house_.note_waiting(std::nullopt);
  house_.note_waiting(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - *since));
}

}  // namespace malin::api::proxy
