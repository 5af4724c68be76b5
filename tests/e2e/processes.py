"""Programs under test: started with their output kept, ended whatever happens."""

import re
import resource
import signal
import subprocess
import threading
import time

SANITIZER_REPORT = re.compile(r"AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:|DEADLYSIGNAL")
POLL_S = 0.02
LIMIT_S = 60  # Much more than anything takes, for machines that have other things to do.


def until(what, check, limit=LIMIT_S, pause=POLL_S):
    """The first true answer of `check`, asked every `pause` seconds; fails when there is none within `limit` seconds."""
    deadline = time.monotonic() + limit
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise AssertionError(f"not within {limit} s: {what}; the last answer was {answer!r}")
        time.sleep(pause)


def stays(what, check, length=1.5):
    """Fails unless `check` is true all the time for `length` seconds."""
    until_then = time.monotonic() + length
    while time.monotonic() < until_then:
        if not check():
            raise AssertionError(f"no longer true: {what}")
        time.sleep(POLL_S)


class Program:
    """One process. Its output is a pipe, so that a limit on the size of its files does not silence it."""

    def __init__(self, name, arguments, environment=None):
        self.name = name
        self.log = []
        # Without its default action, or a limit on file sizes would end the process in place of failing its writes.
        self.process = subprocess.Popen(
            [str(argument) for argument in arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            text=True,
            errors="replace",
            restore_signals=False,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        with self.process.stdout:
            for line in self.process.stdout:
                self.log.append(line.rstrip("\n"))

    @property
    def pid(self):
        return self.process.pid

    def text(self):
        return "\n".join(self.log)

    def is_running(self):
        return self.process.poll() is None

    def wait_for_line(self, pattern, limit=LIMIT_S):
        def look():
            for line in list(self.log):
                if match := re.search(pattern, line):
                    return match
            if not self.is_running() and not self._reader.is_alive():
                raise AssertionError(f"{self.name} ended with {self.process.returncode}:\n{self.text()}")
            return None

        return until(f"{self.name} says {pattern!r}", look, limit)

    def wait(self, limit=LIMIT_S):
        """Its exit code."""
        code = self.process.wait(limit)
        self._reader.join(limit)
        return code

    def stop(self, limit=LIMIT_S):
        """As a service manager does it. Its exit code."""
        if self.is_running():
            self.process.send_signal(signal.SIGTERM)
        return self.wait(limit)

    def kill(self):
        if self.is_running():
            self.process.kill()
        self.wait()

    def limit_files(self, size):
        """The disk takes no more than that in any one file; None: as much as there is."""
        everything = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, everything if size is None else (size, everything[1]))

    def sanitizer_report(self):
        text = self.text()
        found = SANITIZER_REPORT.search(text)
        return text[max(0, found.start() - 200) : found.start() + 4000] if found else None
