// What the proxy asks of the one whose door it is: who is here, when she may speak, and what becomes of her tags.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/tags.hpp"
#include "core/time.hpp"
#include "ports/task.hpp"

namespace malin::api::proxy {

// How the model of a request stands.
struct Standing {
  bool is_away = false;            // Asking for it now would load it on top of a render, or beside itself.
  bool is_unknown = false;         // The server does not answer. Who waits waits on; who comes hears that of it.
  std::string name;                // The sense, or the model that is none.
  std::string line;                // What she says meanwhile.
  std::string instance{};          // Of the sense, as it is loaded now; empty: it is not, or it is none.
  std::optional<Duration> left{};  // Until it is back, at the latest; empty: not known.
};

class House {
 public:
  virtual ~House() = default;

  // Whether any model may be asked for. Cheap: it is asked for every request.
  virtual bool is_everyone_here() = 0;
  virtual Standing look_up(std::string_view model) = 0;

  // A request whose answer is a reply of hers speaks from before it is passed on until its answer has ended, and no
  // window opens meanwhile. Whoever joined or began leaves again, once.
  virtual bool join_turn() = 0;                          // true: she is speaking already, or was a moment ago.
  virtual Task<bool> begin_turn(std::string model) = 0;  // false: not now; look again.
  virtual void leave_turn() = 0;

  // Since when someone waits for her; empty: nobody does.
  virtual void note_waiting(std::optional<Duration> since_ago) = 0;

  // The kinds whose tags are looked for.
  virtual std::span<const KindSpec> kinds() const = 0;
  // Makes jobs of them.
  virtual void take_requests(std::vector<TagRequest> requests) = 0;

  virtual std::int64_t unix_seconds() const = 0;

  // Called when anything above may answer otherwise than before.
  void on_news(std::function<void()> call) { news_ = std::move(call); }

 protected:
  void tell_news() const {
    if (news_) news_();
  }

 private:
  std::function<void()> news_;
};

}  // namespace malin::api::proxy
