// The names of states as they are stored, logged and shown: one word each, the same everywhere.
#include <array>
#include <utility>

#include "core/ledger.hpp"

namespace malin {

namespace {

template <class Enum, std::size_t n>
using Names = std::array<std::pair<Enum, const char*>, n>;

template <class Enum, std::size_t n>
const char* name_of(const Names<Enum, n>& names, Enum value) {
  for (const auto& [known, name] : names)
    if (known == value) return name;
  return "?";
}

template <class Enum, std::size_t n>
std::optional<Enum> value_of(const Names<Enum, n>& names, std::string_view text) {
  for (const auto& [known, name] : names)
    if (text == name) return known;
  return std::nullopt;
}

constexpr Names<JobState, 6> job_states{{{JobState::queued, "queued"},
                                         {JobState::rendering, "rendering"},
                                         {JobState::rendered, "rendered"},
                                         {JobState::delivered, "delivered"},
                                         {JobState::failed, "failed"},
                                         {JobState::cancelled, "cancelled"}}};
constexpr Names<WindowPhase, 5> window_phases{{{WindowPhase::making_room, "making_room"},
                                               {WindowPhase::rendering, "rendering"},
                                               {WindowPhase::releasing, "releasing"},
                                               {WindowPhase::returning, "returning"},
                                               {WindowPhase::closed, "closed"}}};
constexpr Names<OutboxState, 5> outbox_states{{{OutboxState::announcing, "announcing"},
                                               {OutboxState::announced, "announced"},
                                               {OutboxState::delivering, "delivering"},
                                               {OutboxState::retracting, "retracting"},
                                               {OutboxState::settled, "settled"}}};
constexpr Names<MediaType, 3> media_types{
    {{MediaType::photo, "photo"}, {MediaType::video, "video"}, {MediaType::document, "document"}}};
constexpr Names<ResidentState, 4> resident_states{{{ResidentState::loading, "loading"},
                                                   {ResidentState::idle, "idle"},
                                                   {ResidentState::busy, "busy"},
                                                   {ResidentState::unloading, "unloading"}}};

}  // namespace

const char* to_string(JobState state) { return name_of(job_states, state); }
const char* to_string(WindowPhase phase) { return name_of(window_phases, phase); }
const char* to_string(OutboxState state) { return name_of(outbox_states, state); }
const char* to_string(MediaType type) { return name_of(media_types, type); }
const char* to_string(ResidentState state) { return name_of(resident_states, state); }
std::optional<JobState> parse_job_state(std::string_view text) { return value_of(job_states, text); }
std::optional<WindowPhase> parse_window_phase(std::string_view text) { return value_of(window_phases, text); }
std::optional<OutboxState> parse_outbox_state(std::string_view text) { return value_of(outbox_states, text); }
std::optional<MediaType> parse_media_type(std::string_view text) { return value_of(media_types, text); }
std::optional<ResidentState> parse_resident_state(std::string_view text) { return value_of(resident_states, text); }

}  // namespace malin
