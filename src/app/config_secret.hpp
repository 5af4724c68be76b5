// A token. Prints as "***" everywhere; whoever needs the text asks for it by name.
#pragma once

#include <ostream>
#include <string>
#include <utility>

namespace malin::app {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  bool empty() const { return text_.empty(); }
  const std::string& reveal() const { return text_; }

  friend std::ostream& operator<<(std::ostream& out, const Secret& secret) {
    return out << (secret.empty() ? "(none)" : "***");
  }

 private:
  std::string text_;
};

}  // namespace malin::app
