// Failure as a value. The code says what a caller can do about it; the message says it to a person.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace malin {

enum class Errc {
  timeout,      // No answer in time. It may have happened or not: look before doing it again.
  unreachable,  // Nobody there, or the connection broke before an answer. Try later.
  refused,      // Understood and declined. Do not repeat unchanged.
  not_found,    // The thing named does not exist there. Do not repeat unchanged.
  bad_reply,    // An answer that makes no sense. Tell a person.
};

struct Error {
  Errc code;
  std::string message;

  bool operator==(const Error&) const = default;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

constexpr const char* to_string(Errc code) {
  switch (code) {
    case Errc::timeout:
      return "timeout";
    case Errc::unreachable:
      return "unreachable";
    case Errc::refused:
      return "refused";
    case Errc::not_found:
      return "not_found";
    case Errc::bad_reply:
      return "bad_reply";
  }
  return "?";
}

}  // namespace malin
