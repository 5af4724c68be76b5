// Which columns each row of the ledger has, in order, said once: writing, reading and the SQL text all follow it.
// `visit(name, member)` is called for every column, `visit.reference` for one that names a row of another table;
// optional media is one member of seven columns.
#pragma once

#include "core/ledger.hpp"

namespace malin::adapters {

template <class Row>
struct Table;

template <class Visit, class Part>
void media_fields(Visit& visit, Part& media) {
  visit("media_type", media.type);
  visit("media_path", media.path);
  visit("media_thumbnail", media.thumbnail);
  visit("media_width", media.width);
  visit("media_height", media.height);
  visit("media_duration_ms", media.duration);
  visit("media_bytes", media.size);
}

template <class Visit, class Part>
void resident_fields(Visit& visit, Part& resident) {
  visit("resident_model", resident.model);
  visit("resident_identifier", resident.identifier);
  visit("resident_instance", resident.instance);
  visit("resident_load_config", resident.load_config);
  visit("resident_ttl_ms", resident.ttl);
  visit("resident_state", resident.state);
}

template <>
struct Table<Job> {
  static constexpr const char* name = "jobs";
  static constexpr const char* key = "id";
  template <class Visit, class Row>
  static void fields(Visit& visit, Row& job) {
    visit("id", job.id);
    visit("key", job.key);
    visit("kind", job.kind);
    visit("prompt", job.prompt);
    visit("params", job.params);
    visit("priority", job.priority);
    visit("state", job.state);
    visit("reason", job.reason);
    visit("attempts", job.attempts);
    visit("prompt_id", job.prompt_id);
    visit("seed", job.seed);
    visit("media", job.media);
    visit("created_at", job.created_at);
    visit("started_at", job.started_at);
    visit("attempt_at", job.attempt_at);
    visit("rendered_at", job.rendered_at);
    visit("ended_at", job.ended_at);
    visit("not_before", job.not_before);
  }
};

template <>
struct Table<Window> {
  static constexpr const char* name = "windows";
  static constexpr const char* key = "id";
  template <class Visit, class Row>
  static void fields(Visit& visit, Row& window) {
    visit("id", window.id);
    visit("card", window.card);
    visit("renderer", window.renderer);
    visit("phase", window.phase);
    visit("evicted", window.evicted);
    visit("leaves", window.leaves);
    visit("jobs", window.jobs);
    visit("need_bytes", window.need);
    visit("opened_at", window.opened_at);
    visit("phase_at", window.phase_at);
    visit("render_until", window.render_until);
    visit("closed_at", window.closed_at);
    visit("aborted", window.aborted);
    visit("repairs", window.repairs);
    visit("reason", window.reason);
    visit("restored_exactly", window.restored_exactly);
  }
};

template <>
struct Table<Absence> {
  static constexpr const char* name = "absences";
  static constexpr const char* key = "sense";
  template <class Visit, class Row>
  static void fields(Visit& visit, Row& absence) {
    visit("sense", absence.sense);
    visit.reference("window", absence.window);
    resident_fields(visit, absence.resident);
    visit("since", absence.since);
    visit("deadline", absence.deadline);
    visit("evictions", absence.evictions);
  }
};

template <>
struct Table<Profile> {
  static constexpr const char* name = "profiles";
  static constexpr const char* key = "sense";
  template <class Visit, class Row>
  static void fields(Visit& visit, Row& profile) {
    visit("sense", profile.sense);
    resident_fields(visit, profile.resident);
    visit("footprint_bytes", profile.footprint);
    visit("load_time_ms", profile.load_time);
    visit("told_at", profile.told_at);
  }
};

template <>
struct Table<Footprint> {
  static constexpr const char* name = "footprints";
  static constexpr const char* key = "name";
  template <class Visit, class Row>
  static void fields(Visit& visit, Row& footprint) {
    visit("name", footprint.name);
    visit("peaks", footprint.peaks);
    visit("runs", footprint.runs);
    visit("measured_at", footprint.measured_at);
    visit("raised_bytes", footprint.raised);
    visit("ran_out_at", footprint.ran_out_at);
    visit("pinned_bytes", footprint.pinned);
  }
};

template <>
struct Table<OutboxItem> {
  static constexpr const char* name = "outbox";
  static constexpr const char* key = "id";
  template <class Visit, class Row>
  static void fields(Visit& visit, Row& item) {
    visit("id", item.id);
    visit.reference("job", item.job);
    visit("state", item.state);
    visit("text", item.text);
    visit("message", item.message);
    visit("unsure", item.unsure);
    visit("created_at", item.created_at);
    visit("settled_at", item.settled_at);
    visit("outcome", item.outcome);
  }
};

template <>
struct Table<Settings> {
  static constexpr const char* name = "settings";
  static constexpr const char* key = "one";
  template <class Visit, class Row>
  static void fields(Visit& visit, Row& settings) {
    visit("swap_enabled", settings.swap_enabled);
    visit("hold_until", settings.hold_until);
  }
};

template <>
struct Table<Event> {
  static constexpr const char* name = "events";
  static constexpr const char* key = "id";
  template <class Visit, class Row>
  static void fields(Visit& visit, Row& event) {
    visit("id", event.id);
    visit("at", event.at);
    visit("kind", event.kind);
    visit("subject", event.subject);
    visit("text", event.text);
  }
};

}  // namespace malin::adapters
