// Requests that wait for her, in the order in which they came. Those for one model go on one after another: the next
// when the answer to the one before has begun, so the engine gets them in that order too.
#pragma once

#include <functional>
#include <list>
#include <string>

#include "api/proxy/house.hpp"
#include "api/proxy/peer.hpp"

namespace malin::api::proxy {

class WaitingRoom {
 public:
  explicit WaitingRoom(House& house) : house_(house) {}

  struct Guest {
    std::string model;
    std::string name;            // Of the sense: guests for one sense keep their order.
    std::function<void()> call;  // Rings it, but not at once.
    Moment since{};
    bool speaks = false;
    bool is_called = false;  // It may go on.
  };

  // The guest lives until `leave`.
  void enter(Guest& guest);
  // It has been answered, or does not wait any longer.
  void leave(Guest& guest);
  // It was called but could not go on.
  void wait_again(Guest& guest);
  // Calls whoever may go on now.
  void review();

  // Whether somebody waits for this sense already.
  bool has_guest(std::string_view name) const;
  std::size_t size() const { return guests_.size(); }

 private:
  void tell();

  House& house_;
  std::list<Guest*> guests_;
};

}  // namespace malin::api::proxy
