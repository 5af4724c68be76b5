"""The named steps of a window at which the daemon is killed, from the job's acknowledgement to the window's end."""

import dataclasses
import typing

from relay import Trap

# What the daemon says to the servers, as it stands on the wire.
STATUS_LINE = r"/sendMessage"
UNLOAD = r'"endpoint":"unloadModel"'
LOAD = r'"endpoint":"loadModel"'
PROBE = r"POST /v1/chat/completions"
SUBMIT = r"POST /prompt"
FETCH = r"GET /view"
RELEASE = r"POST /free"
EDIT = r"/editMessageMedia"
LOOK = r'"endpoint":"listLoaded"'


@dataclasses.dataclass(frozen=True)
class Point:
    """Where it dies: at `trap` (makes one), when `look` is true (a method of the machine by name), or, with both, when it
    is true while the trap holds its bytes back. Neither: as soon as the job is acknowledged."""

    name: str
    expects: dict  # Of the ledger that it leaves: what makes it this step and no other. A set: any of these.
    trap: typing.Callable[[], Trap] | None = None
    look: str | None = None
    again: typing.Callable[[], Trap] | None = None  # The next daemon dies there.
    lines: int = 1  # Messages that the person may have seen at most; a second status line where none can be taken back.
    fault: dict | None = None


def asked(pattern, **more):
    return lambda: Trap(asked=pattern, **more)


def told(pattern, **more):
    return lambda: Trap(told=pattern, **more)


def answered(pattern, **more):
    return lambda: Trap(asked=pattern, answer=True, **more)


MAKING_ROOM = {"job": "queued", "window": "making_room", "absences": 2}
RENDERING = {"job": "rendering", "window": "rendering", "absences": 2}
FETCHING = {"job": "rendering"}  # Her senses come back meanwhile, so the window may be in any phase after the render.
# It is released while the end of the render is committed, so either phase may be left.
RENDERED = {"job": "rendering", "window": {"rendering", "releasing"}, "absences": 2}
RETURNING = {"window": "returning", "absences": 0}

POINTS = (
    Point("job accepted", {"job": "queued", "absences": 0}),
    Point("window and absences committed", MAKING_ROOM, asked(f"{STATUS_LINE}|{UNLOAD}")),
    Point("status line sent, unanswered", {"outbox": "announcing"}, answered(STATUS_LINE), lines=2),
    Point("unload asked", MAKING_ROOM, asked(UNLOAD), lines=2),
    Point("unload done, unheard", MAKING_ROOM, answered(UNLOAD), lines=2),
    Point("second unload asked", MAKING_ROOM, asked(UNLOAD, skip=1), lines=2),
    Point("unloaded, settling", MAKING_ROOM, look="is_settling",
          fault={"name": "lmstudio.unload.memory_late", "times": 2, "amount": 20}),
    Point("render committed, submission asked", RENDERING, asked(SUBMIT)),
    Point("render submitted, unheard", RENDERING, answered(SUBMIT)),
    Point("rendering", RENDERING, told(r'"type": "progress"')),
    Point("rendering, and dead again at the next look", RENDERING, told(r'"type": "progress"'), again=asked(LOOK)),
    Point("render finished, untold", RENDERING, told(r'"type": "execution_success"')),
    Point("render found in the history, unheard", RENDERING, told(r'"outputs": ?\{')),
    Point("media asked for", FETCHING, asked(FETCH)),
    Point("half of the media fetched", FETCHING, answered(FETCH, let_through=4), look="is_fetching"),
    Point("media spooled", FETCHING, look="is_spooled"),
    Point("media looked at", FETCHING, look="is_looked_at"),
    Point("outbox row, delivery asked", {"job": "rendered", "outbox": "delivering"}, asked(EDIT)),
    Point("delivery done, unheard", {"job": "rendered", "outbox": "delivering"}, answered(EDIT)),
    Point("delivered", {"job": "delivered", "outbox": "settled"}, look="is_delivered"),
    Point("release asked", RENDERED, asked(RELEASE)),
    Point("release done, unheard", RENDERED, answered(RELEASE)),
    Point("absences removed, reload asked", RETURNING, asked(LOAD)),
    Point("absences removed, and dead again at the reload", RETURNING, asked(LOAD), again=asked(LOAD)),
    Point("reload under way", RETURNING, answered(LOAD)),
    Point("loaded, unheard", RETURNING, told(r'"type":"success","info"')),
    Point("loaded, deep probe asked", RETURNING, asked(PROBE)),
    Point("deep probe passed, unheard", RETURNING, answered(PROBE)),
    Point("one is back, the other's reload asked", RETURNING, asked(LOAD, skip=1)),
    Point("window closed", {"job": "delivered", "window": "closed", "absences": 0}, look="is_closed"),
)
