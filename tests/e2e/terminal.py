"""A person's terminal: a program on a pty, and what stands on the screen after what it wrote."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading

from processes import LIMIT_S, until

STEP = re.compile(rb"\x1b\[(\??)([0-9;]*)([A-Za-z])|\r|\n|[^\x1b\r\n]+", re.DOTALL)


class Terminal:
    """Understands what `malin` writes, and remembers whatever else a program tried to steer it with."""

    def __init__(self, arguments, environment, columns=80, rows=24):
        self.rows = rows
        self.lines = []
        self.row = 0
        self.modes = {}  # By number: whether it is on.
        self.unknown = []
        self.written = b""
        self.pages = []  # What the other page showed, each time it was left.
        self.master, slave = pty.openpty()
        self._set_size(columns, rows)
        self.process = subprocess.Popen([str(one) for one in arguments], stdin=slave, stdout=slave, stderr=slave,
                                        env=environment, start_new_session=True, preexec_fn=self._own_terminal)
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @staticmethod
    def _own_terminal():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def _set_size(self, columns, rows):
        self.rows = rows
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns, rows):
        self._set_size(columns, rows)

    def press(self, keys):
        os.write(self.master, keys)

    def _read(self):
        rest = b""
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:  # The last one that had it open is gone.
                return
            self.written += data
            rest = self._take(rest + data)

    def _take(self, data):
        """The tail that is not whole yet."""
        tail = re.search(rb"\x1b(\[[?0-9;]*)?$", data)
        end = tail.start() if tail else len(data)
        lines, row = list(self.lines), self.row
        for step in STEP.finditer(data[:end]):
            if step.group(3):
                lines, row = self._steer(step, lines, row)
            elif step.group() == b"\n":
                row += 1
            elif step.group() != b"\r":
                lines += [""] * (row + 1 - len(lines))
                lines[row] = (lines[row] if not self._is_fresh else "") + step.group().decode(errors="replace")
                self._is_fresh = False
            if step.group() in (b"\n", b"\r"):
                self._is_fresh = True
        self.lines, self.row = lines, row
        return data[end:]

    _is_fresh = True

    def _steer(self, step, lines, row):
        mark, number, verb = step.groups()
        if mark and verb in b"hl":
            if number == b"1049" and verb == b"l":
                self.pages.append(lines)
            self.modes[int(number)] = verb == b"h"
            return ([], 0) if number == b"1049" else (lines, row)
        if verb == b"H" and not number:
            self._is_fresh = True
            return lines, 0
        if verb == b"J":
            return lines[: row + 1], row
        if verb == b"K":
            if self._is_fresh and row < len(lines):
                lines[row] = ""
        elif verb != b"m":
            self.unknown.append(step.group())
        return lines, row

    def text(self):
        return "\n".join(self.lines)

    def shows(self, pattern, limit=LIMIT_S):
        return until(f"the terminal shows {pattern!r}", lambda: re.search(pattern, self.text()), limit)

    def end(self, keys=b"\x03", limit=LIMIT_S):
        """Its exit code after Ctrl-C."""
        self.press(keys)
        code = self.process.wait(limit)
        self._reader.join(limit)
        return code

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        os.close(self.master)
