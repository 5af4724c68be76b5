#include "api/body.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "api/problem.hpp"
#include "core/suggest.hpp"
#include "core/utf8.hpp"

namespace malin::api {

namespace {

constexpr std::size_t echoed_max = 64;  // Bytes of a name that came from outside, when it is said back.
constexpr std::size_t errors_max = 20;

std::string_view echo(std::string_view name) { return cut_utf8(name, echoed_max); }

std::string text_of(const json::string& text) { return {text.data(), text.size()}; }

// nullopt: neither text nor a number.
std::optional<std::string> as_text(const json::value& value) {
  if (const auto* text = value.if_string()) return text_of(*text);
  if (const auto* whole = value.if_int64()) return fmt::to_string(*whole);
  if (const auto* large = value.if_uint64()) return fmt::to_string(*large);
  if (const auto* real = value.if_double()) return fmt::to_string(*real);
  return std::nullopt;
}

}  // namespace

Body::Body(const net::HttpRequest& request) {
  Result<json::value> parsed = net::parse_json(request.body.empty() ? std::string_view("{}") : request.body);
  if (!parsed) {
    note("", "the body is " + parsed.error().message);
    return;
  }
  value_ = std::move(*parsed);
  is_object_ = value_.is_object();
  if (!is_object_) note("", "the body is not a JSON object");
}

void Body::note(std::string_view field, std::string detail) {
  if (errors_.size() < errors_max)
    errors_.push_back(json::object{{"field", std::string(field)}, {"detail", std::move(detail)}});
}

const json::value* Body::take(std::string_view name, bool is_required) {
  known_.push_back(name);
  const json::value* member = net::find(value_, name);
  if (member == nullptr && is_required && is_object_) note(name, fmt::format("\"{}\" is missing", name));
  return member;
}

std::string Body::text(std::string_view name) {
  const json::value* member = take(name, true);
  if (member == nullptr) return "";
  if (const auto* text = member->if_string()) return text_of(*text);
  note(name, fmt::format("\"{}\" must be a text", name));
  return "";
}

std::string Body::text_or_empty(std::string_view name, std::size_t bytes_max) {
  const json::value* member = take(name, false);
  if (member == nullptr) return "";
  const auto* text = member->if_string();
  if (text != nullptr && text->size() <= bytes_max) return text_of(*text);
  note(name, fmt::format("\"{}\" must be a text of at most {} bytes", name, bytes_max));
  return "";
}

std::int64_t Body::whole(std::string_view name, std::int64_t lowest, std::int64_t highest) {
  return take(name, true) == nullptr ? 0 : number_of(name, lowest, highest);
}

std::int64_t Body::whole_or_zero(std::string_view name, std::int64_t lowest, std::int64_t highest) {
  return take(name, false) == nullptr ? 0 : number_of(name, lowest, highest);
}

std::int64_t Body::number_of(std::string_view name, std::int64_t lowest, std::int64_t highest) {
  const auto number = net::find_int(value_, name);
  if (number && *number >= lowest && *number <= highest) return *number;
  note(name, fmt::format("\"{}\" must be a whole number from {} to {}", name, lowest, highest));
  return 0;
}

bool Body::flag(std::string_view name) {
  const json::value* member = take(name, true);
  if (member == nullptr) return false;
  if (const auto* flag = member->if_bool()) return *flag;
  note(name, fmt::format("\"{}\" must be true or false", name));
  return false;
}

std::map<std::string, std::string> Body::texts_or_none(std::string_view name) {
  std::map<std::string, std::string> texts;
  const json::value* member = take(name, false);
  if (member == nullptr) return texts;
  const auto* object = member->if_object();
  if (object == nullptr) {
    note(name, fmt::format("\"{}\" must be an object of texts and numbers", name));
    return texts;
  }
  for (const auto& [key, value] : *object) {
    const std::string inner(key.data(), key.size());
    std::optional<std::string> text = as_text(value);
    if (text)
      texts[inner] = std::move(*text);
    else
      note(fmt::format("{}.{}", name, echo(inner)), "must be a text or a number");
  }
  return texts;
}

void Body::note_unknown() {
  if (!is_object_) return;
  for (const auto& member : value_.get_object()) {
    const std::string_view name(member.key().data(), member.key().size());
    if (std::ranges::find(known_, name) != known_.end()) continue;
    const std::string_view echoed = echo(name);
    note(echoed, fmt::format("there is no member \"{}\"{}", echoed, suggest(name, known_)));
    return;  // One is enough: the body may have any number.
  }
}

std::optional<net::HttpResponse> Body::problem() {
  note_unknown();
  if (errors_.empty()) return std::nullopt;
  std::string detail;
  for (const json::value& error : errors_)
    detail += (detail.empty() ? "" : "; ") + net::find_string(error, "detail").value_or("");
  return api::problem(400, detail, {{"errors", errors_}});
}

}  // namespace malin::api
