"""One rig and one daemon after the other, each killed; and what must be true after all of it."""

import pathlib
import shutil
import sqlite3
import tempfile

from harness import Daemon, Rig
from ledger_copy import standing, unrest
from processes import until
from relay import Wire

SPEED = 30
LOOK_S = 0.0005


def check(what, is_true, *seen):
    if not is_true:
        raise AssertionError(f"{what}: {', '.join(str(one) for one in seen)}")


class Machine:
    """Both senses leave for a selfie."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="malin-crash-"))
        (self.folder / "rig").mkdir()
        self.rig = Rig(self.folder / "rig", SPEED)
        self.state = self.rig.folder / "state"
        self.wire = Wire()
        for section, key, server in (
            ("engines.lmstudio", "url", "lmstudio"),
            ("renderers.comfyui", "url", "comfyui"),
            ("courier", "api_root", "telegram"),
        ):
            self.rig.config.set(section, key, f'"{self.wire.relay(self.rig.places[server]["url"])}"')
        self.rig.config.set("kinds.selfie", "evict", '["vision", "brain"]')
        self.rig.config.set("kinds.selfie", "need", '"14 GiB"')
        self.rig.config.set("presence", "min_present", '"0s"')
        self.lives = []  # Since the last rest.
        self.jobs = []  # The newest round's.
        self.all_jobs = 0
        self.lines = 0  # Seen before this round.
        self.start()
        self.malin.wait_until_ready()
        self.before = self.rig.residents()
        self.held = self.holders()

    def start(self):
        self.malin = Daemon(self.rig.config_path)
        self.lives.append(self.malin)

    def holders(self):
        """Of the card's memory; what the renderer keeps for itself after its first run is its own affair."""
        holders = self.rig.state()["cards"][0]["holders"]
        return {name: used for name, used in holders.items() if name != "comfyui"}

    def submit(self):
        self.all_jobs += 1
        self.jobs.append(self.malin.submit(prompt=f"at the window, {self.all_jobs}"))

    def read(self, query):
        """The first row, from the ledger of a daemon that runs."""
        ledger = sqlite3.connect(f"file:{self.state}/malin.db?mode=ro", uri=True)
        try:
            return ledger.execute(query).fetchone()
        finally:
            ledger.close()

    # How a step that is no call is seen.

    def is_settling(self):
        return not self.rig.residents()

    def is_fetching(self):
        return self.spool("png.part")

    def is_spooled(self):
        return self.spool("png")

    def is_looked_at(self):
        return self.spool("thumb.jpg")

    def spool(self, ending):
        return any((self.state / "spool").glob(f"{self.jobs[0]}-*.{ending}"))

    def is_delivered(self):
        return self.read(f"SELECT 1 FROM jobs WHERE id = '{self.jobs[0]}' AND state = 'delivered'")

    def is_closed(self):
        return self.read(f"SELECT 1 FROM windows WHERE jobs LIKE '%\"{self.jobs[0]}\"%' AND phase = 'closed'")

    # Deaths.

    def kill(self):
        """How the ledger stands after it."""
        self.malin.kill()
        return standing(self.state)

    def die_at(self, point):
        if point.fault:
            self.rig.fault(**point.fault)

        def spring():
            if point.look:
                until(point.name, getattr(self, point.look), pause=LOOK_S)
            self.malin.kill()

        if point.trap:
            self.wire.set(point.trap(), spring)
        self.submit()
        if point.trap:
            until(f"it is killed at {point.name!r}", lambda: not self.malin.is_running())
        elif point.look:
            spring()
        found = self.kill()
        for name, value in point.expects.items():
            allowed = value if isinstance(value, set) else {value}
            check(f"it was not that step, by {name}", getattr(found, name) in allowed, found)
        if point.again:
            self.die_again_at(point.again())
        return found

    def die_again_at(self, trap):
        dead = self.malin

        def spring():
            until("the next daemon has a name", lambda: self.malin is not dead)
            self.malin.kill()

        self.wire.set(trap, spring)
        self.start()
        until("the next is killed too", lambda: not self.malin.is_running())

    # And what must be true afterwards.

    def rest(self, lines):
        for job in self.jobs:
            self.malin.wait_for_state(job, "delivered")
        self.malin.wait_until_ready()
        self.compare_machine()
        self.compare_jobs(lines)
        for life in self.lives:
            check("a sanitizer's report", not life.sanitizer_report())
        self.lives = self.lives[-1:]
        self.jobs = []
        self.lines = len(self.rig.inbox())

    def compare_machine(self):
        state = self.rig.state()
        check("residents", self.rig.residents() == self.before, self.rig.residents(), "before", self.before)
        check("copies", len(state["lmstudio"]["residents"]) == len(self.before), state["lmstudio"]["residents"])
        check("voice", state["chatterbox"]["loaded"], state["chatterbox"])
        check("cut replies", state["lmstudio"]["replies_cut"] == 0, state["lmstudio"])
        check("the card", self.holders() == self.held, self.holders(), "before", self.held)
        newest = self.malin.windows()[0]
        check("restored exactly", (newest["phase"], newest["restored_exactly"]) == ("closed", True), newest)
        check("the ledger at rest", not unrest(self.state), unrest(self.state))

    def compare_jobs(self, lines):
        """Each was rendered once and delivered once; at most `lines` messages were written for each."""
        check("one render a job", len(self.rig.history()) == self.all_jobs, len(self.rig.history()), self.all_jobs)
        attempts = [self.malin.job(job)["attempts"] for job in self.jobs]
        check("one attempt a job", attempts == [1] * len(self.jobs), attempts)
        inbox = self.rig.inbox()
        media = [message["deliveries"] for message in inbox if message["media"]]
        check("one delivery a job", media == [1] * self.all_jobs, media, self.all_jobs)
        new = len(inbox) - self.lines
        check("messages", len(self.jobs) <= new <= lines * len(self.jobs), inbox[self.lines :])

    def story(self):
        """What the newest lives said, and how the last ended if it ended by itself."""
        if not self.malin.is_running():
            self.malin.wait()
        return "\n".join(f"---- life {n}\n{life.text()}" for n, life in enumerate(self.lives, 1))

    def end(self):
        """The exit code of the last life."""
        try:
            return self.malin.stop()
        finally:
            self.malin.kill()
            self.rig.stop()
            self.wire.close()
            shutil.rmtree(self.folder, ignore_errors=True)
