// Every key that the config file knows, once: its type, unit, default and range. Reading, the check for unknown keys
// and the test of the example file all go by these tables.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/config.hpp"

namespace malin::app {

struct KeyInfo {
  std::string_view name;
  std::string_view fallback{};  // As it would be written in the file, without quotes; empty: none.
  std::string_view lowest{};    // The range includes both ends; empty: no limit.
  std::string_view highest{};
  std::string_view choices{};  // "edit|send"
  bool required = false;
};

using Strings = std::vector<std::string>;
using StringMap = std::map<std::string, std::string>;

// Where a value goes; its type says how it is written.
template <class T>
using Member =
    std::variant<std::string T::*, int T::*, std::int64_t T::*, bool T::*, Duration T::*, Bytes T::*,
                 std::optional<Duration> T::*, std::optional<Bytes> T::*, std::optional<Strings> T::*, StringMap T::*>;

template <class T>
struct Key {
  KeyInfo info;
  Member<T> member;
};

template <class T>
using Keys = std::span<const Key<T>>;

Keys<RootSettings> root_keys();
Keys<CardSettings> card_keys();
Keys<EngineSettings> engine_keys();
Keys<RendererSettings> renderer_keys();
Keys<SenseSpec> sense_keys();
Keys<KindSettings> kind_keys();
Keys<CourierSettings> courier_keys();
Keys<WebhookSettings> webhook_keys();
Keys<ApiSettings> api_keys();
Keys<ProxySettings> proxy_keys();
Keys<PresenceSettings> presence_keys();
Keys<SwapSpec> swap_keys();
Keys<SwapSpec> supervision_keys();

// Sections that stand once, [swap], and those that stand once for each name, [cards.NAME].
std::span<const std::string_view> single_sections();
std::span<const std::string_view> named_sections();

struct KnownKey {
  std::string_view section;  // Empty: before the first section.
  std::string_view type;     // "text", "number", "whole number", "true or false", "length of time", "memory", ...
  KeyInfo info;
};

// All of them, section by section.
std::vector<KnownKey> known_keys();

}  // namespace malin::app
