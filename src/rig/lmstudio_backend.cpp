#include "rig/lmstudio_backend.hpp"

namespace malin::rig {

Task<void> wait_while_hanging(LmStudioBackend& backend) {
  constexpr Duration look_again{50};
  while (backend.studio.hangs()) co_await backend.studio.sleep(look_again);
}

std::optional<world::Instance> find_serving(LmStudioBackend& backend, std::string_view identifier) {
  std::optional<world::Instance> found = backend.studio.find(identifier);
  if (!found || found->state == world::InstanceState::loading) return std::nullopt;
  if (found->state == world::InstanceState::unloading) return std::nullopt;
  return found;
}

std::optional<std::pair<std::string, std::string>> split_token(std::string_view token) {
  constexpr std::string_view prefix = "sk-lm-";
  constexpr std::size_t client_length = 8;
  constexpr std::size_t passkey_length = 20;
  if (!token.starts_with(prefix) || token.size() != prefix.size() + client_length + 1 + passkey_length) return {};
  token.remove_prefix(prefix.size());
  if (token[client_length] != ':') return {};
  return std::pair(std::string(token.substr(0, client_length)), std::string(token.substr(client_length + 1)));
}

}  // namespace malin::rig
