#include "app/config_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <sstream>

#include "core/bytes.hpp"
#include "core/time.hpp"

namespace malin::app {

namespace {

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

// One way from text to value for each type, for the file and for the defaults and limits in the table alike.
bool from_text(std::string_view text, std::string& out) {
  out = text;
  return true;
}

template <class Whole>
  requires std::same_as<Whole, int> || std::same_as<Whole, std::int64_t>
bool from_text(std::string_view text, Whole& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

bool from_text(std::string_view text, bool& out) {
  out = text == "true";
  return out || text == "false";
}

bool from_text(std::string_view text, Duration& out) {
  const auto parsed = parse_duration(text);
  if (parsed) out = *parsed;
  return parsed.has_value();
}

bool from_text(std::string_view text, Bytes& out) {
  const auto parsed = parse_bytes(text);
  if (parsed) out = *parsed;
  return parsed.has_value();
}

template <class Value>
constexpr toml::node_type written_as = toml::node_type::string;
template <>
constexpr toml::node_type written_as<int> = toml::node_type::integer;
template <>
constexpr toml::node_type written_as<std::int64_t> = toml::node_type::integer;
template <>
constexpr toml::node_type written_as<bool> = toml::node_type::boolean;

const char* expected_form(const std::string&) { return "a text in quotes"; }
const char* expected_form(int) { return "a whole number"; }
const char* expected_form(std::int64_t) { return "a whole number"; }
const char* expected_form(bool) { return "true or false"; }
const char* expected_form(Duration) { return "a length of time in quotes, such as \"8s\", \"500ms\" or \"1h30m\""; }
const char* expected_form(Bytes) { return "an amount of memory in quotes, such as \"6 GiB\" or \"511 MiB\""; }

// A scalar as text; nullopt for arrays, tables and dates.
std::optional<std::string> text_of(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return text;
  if (const auto truth = node.value_exact<bool>()) return *truth ? "true" : "false";
  if (const auto whole = node.value_exact<std::int64_t>()) return std::to_string(*whole);
  if (const auto real = node.value_exact<double>()) {
    std::ostringstream out;
    out << *real;
    return out.str();
  }
  return std::nullopt;
}

std::string listed(std::string_view choices) {
  std::string out;
  for (const char c : choices) out += c == '|' ? std::string("\", \"") : std::string(1, c);
  return in_quotes(out);
}

bool is_choice(std::string_view text, std::string_view choices) {
  return text.find('|') == std::string_view::npos &&
         ("|" + std::string(choices) + "|").contains("|" + std::string(text) + "|");
}

// Empty: the value is within the limits of its row.
std::string limit_problem(const std::string& value, const KeyInfo& info) {
  if (info.required && value.empty()) return "must not be empty";
  if (!info.choices.empty() && !is_choice(value, info.choices)) {
    return in_quotes(value) + " is not one of " + listed(info.choices);
  }
  return "";
}

std::string limit_problem(bool, const KeyInfo&) { return ""; }

template <class Value>
std::string limit_problem(const Value& value, const KeyInfo& info) {
  Value limit{};
  const bool too_low = !info.lowest.empty() && from_text(info.lowest, limit) && value < limit;
  const bool too_high = !info.highest.empty() && from_text(info.highest, limit) && value > limit;
  if (!too_low && !too_high) return "";
  return "is out of range: " + std::string(info.lowest) + " to " + std::string(info.highest);
}

template <class Value>
std::string value_problem(const toml::node& node, const KeyInfo& info, Value& out) {
  if (node.type() != written_as<Value>) return std::string("must be ") + expected_form(out);
  const std::string text = text_of(node).value_or("");
  Value value{};
  if (!from_text(text, value)) return in_quotes(text) + " is not " + expected_form(out);
  const std::string problem = limit_problem(value, info);
  if (problem.empty()) out = std::move(value);
  return problem;
}

template <class Value>
std::string value_problem(const toml::node& node, const KeyInfo& info, std::optional<Value>& out) {
  Value value{};
  const std::string problem = value_problem(node, info, value);
  if (problem.empty()) out = std::move(value);
  return problem;
}

std::string value_problem(const toml::node& node, const KeyInfo&, std::optional<Strings>& out) {
  const toml::array* array = node.as_array();
  if (array == nullptr) return "must be a list of texts, such as [\"vision\"]";
  Strings values;
  for (const toml::node& element : *array) {
    const auto text = element.value_exact<std::string>();
    if (!text) return "must be a list of texts, such as [\"vision\"]";
    values.push_back(*text);
  }
  out = std::move(values);
  return "";
}

std::string value_problem(const toml::node& node, const KeyInfo&, StringMap& out) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return "must be a table of values, such as { width = 1024 }";
  for (const auto& [key, value] : *table) {
    const auto text = text_of(value);
    if (!text) return "the slot " + in_quotes(key.str()) + " must be a text, a number, or true or false";
    out[std::string(key.str())] = *text;
  }
  return "";
}

template <class Value>
void take_default(std::string_view text, Value& out) {
  from_text(text, out);
}
template <class Value>
void take_default(std::string_view, std::optional<Value>&) {}  // Optional values have no default.
void take_default(std::string_view, StringMap&) {}

}  // namespace

int line_of(const toml::node& node) { return static_cast<int>(node.source().begin.line); }

template <class Value>
void read_value(const toml::node* node, const std::string& path, const KeyInfo& info, Value& out, Problems& problems) {
  if (node == nullptr) {
    if (info.required) problems.add(path, "is missing");
    if (!info.fallback.empty()) take_default(info.fallback, out);
    return;
  }
  const std::string problem = value_problem(*node, info, out);
  if (!problem.empty()) problems.add(path, problem);
}

template void read_value(const toml::node*, const std::string&, const KeyInfo&, std::string&, Problems&);
template void read_value(const toml::node*, const std::string&, const KeyInfo&, int&, Problems&);
template void read_value(const toml::node*, const std::string&, const KeyInfo&, std::int64_t&, Problems&);
template void read_value(const toml::node*, const std::string&, const KeyInfo&, bool&, Problems&);
template void read_value(const toml::node*, const std::string&, const KeyInfo&, Duration&, Problems&);
template void read_value(const toml::node*, const std::string&, const KeyInfo&, Bytes&, Problems&);
template void read_value(const toml::node*, const std::string&, const KeyInfo&, std::optional<Duration>&, Problems&);
template void read_value(const toml::node*, const std::string&, const KeyInfo&, std::optional<Bytes>&, Problems&);
template void read_value(const toml::node*, const std::string&, const KeyInfo&, std::optional<Strings>&, Problems&);
template void read_value(const toml::node*, const std::string&, const KeyInfo&, StringMap&, Problems&);

void report_unknown(const toml::table& table, const std::string& path, const std::vector<std::string_view>& known,
                    Problems& problems) {
  for (const auto& [key, node] : table) {
    const std::string_view name = key.str();
    if (std::ranges::find(known, name) != known.end()) continue;
    const int line = static_cast<int>(key.source().begin.line);
    const bool takes_token = std::ranges::find(known, std::string_view("token_env")) != known.end();
    if (name == "token" && takes_token) {
      problems.add_at(line, key_path(path, name),
                      "a token does not belong in this file: write token_env = \"NAME\" or token_file = \"PATH\"");
    } else {
      problems.add_at(line, key_path(path, name), "unknown key" + suggest(name, known));
    }
  }
}

}  // namespace malin::app
