"""`malin watch` in a terminal, in a pipe and for programs, through a window, a restart and a resize."""

import json
import os
import re
import signal
import socket
import unittest

from harness import MALIN, RigTest
from processes import Program, until
from terminal import Terminal


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Watch(RigTest):
    def setUp(self):
        super().setUp()
        self.rig.config.set("api", "listen", f'"127.0.0.1:{free_port()}"')  # The same after a restart.
        self.serve()

    def watch_in_terminal(self, **environment):
        terminal = Terminal([MALIN, "watch", "--url", self.malin.url],
                            {**os.environ, "TERM": "xterm", "NO_COLOR": "", **environment})
        self.addCleanup(terminal.kill)
        return terminal

    def watch_in_pipe(self, *arguments):
        return self.keep(Program("watch", [MALIN, "watch", "--url", self.malin.url, *arguments]))

    def test_a_terminal_through_a_window_a_restart_and_a_resize(self):
        terminal = self.watch_in_terminal()
        terminal.shows(r"(?s)^\(o\) \(o\) green  all here\n.*brain 19 GiB.*\* brain +ready +19 GiB  not away today")
        job = self.malin.submit("video", "she waves \x1b[2J\x07", steps=8)
        terminal.shows(r"(?s)^\(o\) \(o\) amber.*\* vision +away .*away for .*j-1 +video +\[#+\.+\] \d+ %.*: she waves")
        terminal.shows(r"\d\d:\d\d:\d\d  j-1: rendering the video")
        self.malin.kill()
        terminal.shows(r"(?s)^\(-\) \(-\) gone .*does not answer since .*\n.*j-1 +video")
        self.restart()
        terminal.shows(r"^\(o\) \(o\) amber")
        terminal.resize(50, 12)
        until("it fits", lambda: len(terminal.lines) == 12 and max(map(len, terminal.lines)) < 50)
        terminal.resize(120, 40)
        terminal.shows(r"(?m)^\[.{107,}\]$")
        self.malin.wait_for_state(job, "delivered")
        terminal.shows(r"(?s)^\(o\) \(o\) green  all here\n.*\* vision +ready .*away .* today")
        self.assertTrue(terminal.modes[1049])
        terminal.press(b"\x1a")  # Ctrl-Z
        until("the shell has its page", lambda: not terminal.modes[1049] and terminal.modes[25] and terminal.modes[7])
        os.kill(terminal.process.pid, signal.SIGCONT)
        terminal.shows(r"^\(o\) \(o\) green")
        self.assertEqual(terminal.end(), 0)
        self.assertEqual(terminal.modes, {1049: False, 25: True, 7: True}, "the terminal is as it was before")
        self.assertEqual(terminal.unknown, [])
        self.assertIn(b"\x1b[33m", terminal.written)
        self.assertNotIn(b"\x07", terminal.written)

    def test_no_colour_and_no_terminal_worth_the_name(self):
        plain = self.watch_in_terminal(NO_COLOR="1")
        plain.shows(r"green  all here")
        self.assertEqual(plain.end(), 0)
        self.assertNotRegex(plain.written, rb"\x1b\[\d+m")
        dumb = self.watch_in_terminal(TERM="dumb")
        dumb.shows(r"(?m)^\w+ +\d+ \d\d:\d\d:\d\d  glow     green: all here$")
        self.assertEqual(dumb.end(), 0)
        self.assertNotIn(b"\x1b", dumb.written)

    def test_a_pipe_gets_a_line_a_change_and_programs_a_status(self):
        lines, programs = self.watch_in_pipe(), self.watch_in_pipe("--json")
        lines.wait_for_line(r"^\w+ +\d+ \d\d:\d\d:\d\d  glow     green: all here$")
        programs.wait_for_line(r"^\{")
        job = self.malin.submit(prompt="at the window")
        lines.wait_for_line(r"  glow     amber: ")
        self.malin.wait_for_state(job, "delivered")
        lines.wait_for_line(r"  job      j-1: .*delivered")
        self.malin.wait_until_ready()
        self.malin.kill()
        lines.wait_for_line("^malin: .*; trying again$")
        programs.wait_for_line("^malin: .*; trying again$")
        seen = len(lines.log)
        self.restart().wait_until_ready()
        until("it is told that she is back", lambda: any("green: all here" in line for line in lines.log[seen:]))
        self.assertEqual([lines.stop(), programs.stop()], [0, 0])
        self.assertEqual([line for line in lines.log if not re.match(r"\w{3} [ \d]\d \d\d:\d\d:\d\d  |malin: ", line)], [])
        told = [json.loads(line) for line in programs.log if line.startswith("{")]
        self.assertEqual({status["glow"] for status in told} & {"green", "amber"}, {"green", "amber"})

    def test_without_a_daemon_it_says_so_and_ends(self):
        self.malin.stop()
        watch = self.watch_in_pipe()
        watch.wait_for_line("malin is not running at")
        self.assertEqual(watch.wait(), 3)


if __name__ == "__main__":
    unittest.main()
