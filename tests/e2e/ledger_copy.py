"""How the ledger of a daemon stands. Of a copy, so that looking leaves the files as the daemon did."""

import dataclasses
import shutil
import sqlite3
import tempfile


@dataclasses.dataclass(frozen=True)
class Standing:
    """The newest job, window and outbox row, by their state; `none` where there is none."""

    job: str
    window: str
    outbox: str
    absences: int
    attempts: int

    def __str__(self):
        return f"{self.job}, {self.window}, {self.outbox}, {self.absences} away"


def _query(folder, *queries):
    with tempfile.TemporaryDirectory() as place:
        for path in folder.glob("malin.db*"):
            shutil.copy(path, place)
        ledger = sqlite3.connect(f"{place}/malin.db")
        try:
            return [ledger.execute(query).fetchall() for query in queries]
        finally:
            ledger.close()


def standing(folder):
    """Of the state folder of a daemon that has ended."""
    jobs, windows, outbox, absences = _query(
        folder,
        "SELECT state, attempts FROM jobs ORDER BY number DESC LIMIT 1",
        "SELECT phase FROM windows ORDER BY id DESC LIMIT 1",
        "SELECT state FROM outbox ORDER BY id DESC LIMIT 1",
        "SELECT count(*) FROM absences",
    )
    job, attempts = jobs[0] if jobs else ("none", 0)
    first = [rows[0][0] if rows else "none" for rows in (windows, outbox)]
    return Standing(job, *first, absences[0][0], attempts)


def unrest(folder):
    """What is not over in it, in words; empty: it is at rest, and whole."""
    damage, absences, windows, jobs, outbox = _query(
        folder,
        "PRAGMA integrity_check",
        "SELECT sense FROM absences",
        "SELECT id, phase FROM windows WHERE phase <> 'closed'",
        "SELECT id, state FROM jobs WHERE state <> 'delivered'",
        "SELECT id, state FROM outbox WHERE state <> 'settled'",
    )
    found = {"damage": damage if damage != [("ok",)] else [], "away": absences, "windows": windows}
    found |= {"jobs": jobs, "outbox": outbox}
    return {name: rows for name, rows in found.items() if rows}
