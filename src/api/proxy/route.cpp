#include "api/proxy/route.hpp"

#include <algorithm>
#include <array>

#include "core/ascii.hpp"

namespace malin::api::proxy {

namespace {

struct Row {
  std::string_view name;
  Dialect dialect;
  bool speaks;
};

constexpr auto posts = std::to_array<Row>({
    {"/v1/chat/completions", Dialect::chat, true},
    {"/v1/completions", Dialect::text, true},
    {"/v1/responses", Dialect::responses, true},
    {"/v1/messages", Dialect::messages, true},
    {"/api/v1/chat", Dialect::lmstudio, true},
    {"/api/v0/chat/completions", Dialect::chat, true},
    {"/api/v0/completions", Dialect::text, true},
    {"/v1/embeddings", Dialect::other, false},
    {"/api/v0/embeddings", Dialect::other, false},
    {"/api/v1/models/load", Dialect::other, false},
    {"/v1/messages/count_tokens", Dialect::messages, false},
    {"/v1/rerank", Dialect::other, false},
    // Other servers that speak OpenAI's dialect know these too.
    {"/chat/completions", Dialect::chat, true},
    {"/completions", Dialect::text, true},
    {"/completion", Dialect::other, true},
    {"/embeddings", Dialect::other, false},
    {"/v1/audio/speech", Dialect::other, false},
});

constexpr auto sockets = std::to_array<Row>({{"/llm", Dialect::other, true}, {"/embedding", Dialect::other, false}});

template <class Rows>
const Row* find_row(const Rows& rows, std::string_view path) {
  const auto found = std::ranges::find(rows, path, &Row::name);
  return found == rows.end() ? nullptr : &*found;
}

std::string normalise(std::string_view path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    char c = path[i];
    if (c == '%' && i + 2 < path.size() && hex_value(path[i + 1]) >= 0 && hex_value(path[i + 2]) >= 0) {
      c = static_cast<char>(hex_value(path[i + 1]) * 16 + hex_value(path[i + 2]));
      i += 2;
    }
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    if (c == '/' && out.ends_with('/')) continue;
    out += c;
  }
  while (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

}  // namespace

Route find_route(std::string_view method, std::string_view target, bool upgrades) {
  if (!upgrades && method != "POST") return {};
  const std::string_view path = target.substr(0, target.find('?'));
  const auto look = [&](std::string_view at) { return upgrades ? find_row(sockets, at) : find_row(posts, at); };
  const Row* row = look(path);
  if (row == nullptr) row = look(normalise(path));
  if (row == nullptr) return {};
  return {.dialect = row->dialect,
          .speaks = row->speaks && !upgrades,
          .uses_model = !upgrades,
          .is_socket = upgrades,
          .name = row->name};
}

bool is_route_name(std::string_view name) { return find_row(posts, name) || find_row(sockets, name); }

}  // namespace malin::api::proxy
