#include "world/wire.hpp"

namespace malin::world {

const char* to_string(Mishap mishap) {
  switch (mishap) {
    case Mishap::none:
      return "none";
    case Mishap::unreachable:
      return "unreachable";
    case Mishap::error:
      return "error";
    case Mishap::silent:
      return "silent";
    case Mishap::answer_lost:
      return "answer_lost";
    case Mishap::broken:
      return "broken";
    case Mishap::half_answer:
      return "half_answer";
  }
  return "?";
}

PortCall Wire::begin(std::string verb, std::string subject) {
  return {.port = port_,
          .verb = std::move(verb),
          .subject = std::move(subject),
          .at = clock_.now(),
          .number = ++log_.calls};
}

Error Wire::error_of(Mishap mishap) const {
  switch (mishap) {
    case Mishap::none:
      break;
    case Mishap::unreachable:
      return {Errc::unreachable, port_ + ": connection refused"};
    case Mishap::error:
      return {Errc::bad_reply, port_ + ": status 500, Internal Server Error"};
    case Mishap::silent:
    case Mishap::answer_lost:
      return {Errc::timeout, port_ + ": no answer in time"};
    case Mishap::broken:
      return {options_.is_socket ? Errc::unreachable : Errc::timeout,
              port_ + ": the connection broke before an answer"};
    case Mishap::half_answer:
      return {Errc::bad_reply, port_ + ": the answer ends in its middle"};
  }
  return {Errc::bad_reply, ""};
}

Duration Wire::draw(Duration least) {
  return least + Duration{static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(least.count() + 1))};
}

}  // namespace malin::world
