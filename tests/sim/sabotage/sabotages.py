"""Mistakes that the simulator must find: each is a name, the number of seeds within which it must be found, and the
places where it is made. A place is a file under src/, a text that stands in it exactly once, and what takes its place;
ON is true while the sabotage is switched on."""

SABOTAGES = [
    ("reply-cut", 40, [
        ("core/presence.cpp", "  if (talk.turns_end) {", "  if (talk.turns_end && !ON) {"),
        ("core/supervise.cpp",
         "!can_unload(s, *view.spec) || s.is_turn_open()) return;\n  if (view.resident->state",
         "!can_unload(s, *view.spec) || (s.is_turn_open() && !ON)) return;\n  if (view.resident->state"),
    ]),
    ("gate-left-open", 60, [
        ("control/controller.cpp", "is_gate_closed_ = decision.opens_window;",
         "is_gate_closed_ = decision.opens_window && !ON;"),
    ]),
    ("absence-not-committed", 20, [
        ("control/controller.cpp", "  Changes copy = changes;\n",
         "  Changes copy = changes;\n  if (ON) std::erase_if(copy, [](const Change& one) "
         "{ return std::holds_alternative<PutAbsence>(one); });\n"),
    ]),
    ("drop-not-committed", 60, [
        ("control/controller.cpp", "  Changes copy = changes;\n",
         "  Changes copy = changes;\n  if (ON) std::erase_if(copy, [](const Change& one) "
         "{ return std::holds_alternative<DropAbsence>(one); });\n"),
    ]),
    ("act-before-commit", 20, [
        ("control/controller.cpp",
         "  const Result<void> committed = co_await commit(std::move(decision.changes));",
         "  if (ON) {\n    Ledger ahead = ledger_;\n    malin::apply(ahead, decision.changes);\n"
         "    for (const Action& one :\n"
         "         decide(config_, ahead, observer_.newest(), work_.in_flight(), outside_.clock.now()).actions)\n"
         "      work_.start(one);\n  }\n"
         "  const Result<void> committed = co_await commit(std::move(decision.changes));"),
    ]),
    ("absence-without-config", 20, [
        ("core/opening.cpp", "    absence.resident.state = ResidentState::idle;",
         "    absence.resident.state = ResidentState::idle;\n    if (ON) absence.resident = Resident{};"),
    ]),
    ("reload-before-release", 40, [
        ("core/closing.cpp", "  if (s.has_kept_memory_since(renderer, window.phase_at)) return true;",
         "  if (ON || s.has_kept_memory_since(renderer, window.phase_at)) return true;"),
        ("core/supervise.cpp", "    if (renderer.card != sense.card) continue;\n",
         "    if (renderer.card != sense.card || ON) continue;\n"),
    ]),
    ("silent-renderer-is-empty", 300, [
        ("core/supervise.cpp", "    if (reading == nullptr && !s.is_renderer_down(renderer.server.name))",
         "    if (reading == nullptr && !ON && !s.is_renderer_down(renderer.server.name))"),
    ]),
    ("unload-ok-is-believed", 60, [
        ("core/window.cpp", "  if (room && *room >= need) return begin_in_window(s, window, *next.job, draft);\n  const TimePoint",
         "  if (room && (ON || *room >= need)) return begin_in_window(s, window, *next.job, draft);\n  const TimePoint"),
        ("core/rendering.cpp", "  if (*room >= need) return draft.act(action);",
         "  if (ON || *room >= need) return draft.act(action);"),
    ]),
    ("stale-card-is-believed", 100, [
        ("core/rendering.cpp", "fresh_room(s, renderer, recently, draft);",
         "fresh_room(s, renderer, ON ? TimePoint::min() : recently, draft);"),
    ]),
    ("turns-never-expire", 100, [
        ("core/situation.cpp", "return turn.expires_at > now;", "return ON || turn.expires_at > now;"),
        ("control/observer.cpp",
         "  std::erase_if(seen_.presence.turns, [now](const Turn& turn) { return turn.expires_at <= now; });",
         "  if (!ON) std::erase_if(seen_.presence.turns, [now](const Turn& turn) { return turn.expires_at <= now; });"),
    ]),
    ("delivered-twice", 20, [
        ("control/executor_renders.cpp",
         "  const Result<MessageId> message = co_await outside_.courier->deliver(std::move(order));\n",
         "  DeliveryOrder again = order;\n  again.status.reset();\n"
         "  if (ON) static_cast<void>(co_await outside_.courier->deliver(std::move(again)));\n"
         "  const Result<MessageId> message = co_await outside_.courier->deliver(std::move(order));\n"),
    ]),
    ("doubt-is-not-counted", 300, [
        ("core/delivery.cpp", "  if (next.unsure++ > 0)", "  if (next.unsure++ > 0 && !ON)"),
    ]),
    ("told-delivered-not-sent", 20, [
        ("core/delivery.cpp", "  if (is_repeatable) return send(s, item, std::move(action), draft);",
         "  if (ON) return conclude(s, item, job, JobState::delivered, \"delivered\", draft);\n"
         "  if (is_repeatable) return send(s, item, std::move(action), draft);"),
    ]),
    ("swap-off-ignored", 60, [
        ("core/supervise.cpp",
         "const Absence& absence, Draft& draft) {\n  if (!s.ledger.settings.swap_enabled ||",
         "const Absence& absence, Draft& draft) {\n  if ((!s.ledger.settings.swap_enabled && !ON) ||"),
        ("core/opening.cpp", "  if (!settings.swap_enabled) return", "  if (!settings.swap_enabled && !ON) return"),
    ]),
    ("absences-not-dropped", 20, [
        ("core/closing.cpp", "      draft.change(DropAbsence{absence->sense});",
         "      { if (ON) continue; draft.change(DropAbsence{absence->sense}); }"),
    ]),
    ("settings-not-compared", 100, [
        ("core/readiness.cpp", "is.identifier && was.load_config == is.load_config",
         "is.identifier && (ON || was.load_config == is.load_config)"),
    ]),
    ("strangers-folded", 60, [
        ("core/readiness.cpp", "guests.by_model.equal_range(view.spec->model);",
         "(ON ? std::pair(guests.by_model.begin(), guests.by_model.end()) : guests.by_model.equal_range(view.spec->model));"),
        ("core/supervise.cpp", "if (copy->state != ResidentState::idle || !is_stacked_copy(*view.spec, *copy)) continue;",
         "if (copy->state != ResidentState::idle || (!is_stacked_copy(*view.spec, *copy) && !ON)) continue;"),
    ]),
    ("ready-without-proof", 20, [
        ("core/readiness.cpp",
         "  if (probe == s.seen.deep_probes.end() || probe->second.instance != view.resident->instance) {",
         "  if (!ON && (probe == s.seen.deep_probes.end() || probe->second.instance != view.resident->instance)) {"),
        ("core/readiness.cpp", "  } else if (probe->second.error) {", "  } else if (!ON && probe->second.error) {"),
    ]),
    ("away-is-not-told", 20, [
        ("core/readiness.cpp", "  if (s.ledger.absences.contains(spec.name)) {\n    view.state",
         "  if (s.ledger.absences.contains(spec.name) && !(ON && view.resident != nullptr)) {\n    view.state"),
    ]),
    ("limit-ignored", 150, [
        ("core/rendering.cpp", "  if (window->render_until < stop.at) return",
         "  if (!ON && window->render_until < stop.at) return"),
        ("core/window_steps.cpp", "window.render_until <= s.now", "(!ON && window.render_until <= s.now)"),
    ]),
    ("clock-is-believed", 600, [
        ("core/clock_set.cpp", "  if (changes.empty()) return false;", "  if (ON || changes.empty()) return false;"),
    ]),
    ("two-renders", 100, [
        ("core/rendering.cpp", "  if (s.is_rendering_for_us(renderer)) return;  // An earlier",
         "  if (s.is_rendering_for_us(renderer) && !ON) return;  // An earlier"),
        ("core/opening.cpp", "  if (s.is_rendering_for_us(renderer))\n    line", "  if (s.is_rendering_for_us(renderer) && !ON)\n    line"),
        ("core/window.cpp", "draft) || s.is_rendering_for_us(renderer)) return;",
         "draft) || (s.is_rendering_for_us(renderer) && !ON)) return;"),
        ("core/rendering.cpp", "  if (reading == nullptr || (reading->running",
         "  if (reading == nullptr || ON || (reading->running"),
    ]),
    ("failed-without-reason", 60, [
        ("core/jobs.cpp", "  next.state = JobState::failed;\n  next.reason = std::move(reason);",
         "  next.state = JobState::failed;\n  next.reason = ON ? \"\" : std::move(reason);"),
    ]),
    ("acknowledged-too-early", 300, [
        ("control/controller.cpp", "      if (!request->outcome) request->outcome = committed;",
         "      if (!request->outcome) request->outcome = ON ? Result<void>() : committed;"),
    ]),
    ("unknown-is-missing", 150, [
        ("core/readiness.cpp", "  } else if (guests.reading == nullptr) {\n", "  } else if (guests.reading == nullptr && !ON) {\n"),
    ]),
    ("never-at-rest", 20, [
        ("core/supervise.cpp", "      remember_ready(s, *view, draft);\n",
         "      remember_ready(s, *view, draft);\n"
         "      if (ON) draft.act(LoadSense{view->spec->name, view->spec->engine, view->spec->card, *view->resident, "
         "view->spec->load_limit});\n"),
    ]),
    ("evictable-is-ignored", 60, [
        ("core/room.cpp", "  return view.spec->evictable && engine", "  return (ON || view.spec->evictable) && engine"),
        ("core/supervise.cpp", "  return sense.evictable && engine", "  return (ON || sense.evictable) && engine"),
    ]),
]
