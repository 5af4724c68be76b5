"""What the end-to-end tests share: a simulated machine (`malin rig`), daemons on it, and a test case that cleans up.

MALIN names the program; without it the one of build/dev is taken.
"""

import http.client
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile
import unittest
import urllib.parse

from processes import LIMIT_S, Program, until

ROOT = pathlib.Path(__file__).resolve().parents[2]
MALIN = os.environ.get("MALIN", str(ROOT / "build/dev/malin"))


def request(url, method="GET", body=None, headers=None, limit=LIMIT_S):
    """(status, body); JSON bodies both ways, text where the answer is none."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=limit)
    headers = dict(headers or {})
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    try:
        connection.request(method, urllib.parse.urlunsplit(("", "", parts.path, parts.query, "")), body, headers)
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if "json" in (answer.getheader("Content-Type") or ""):
        return answer.status, json.loads(content)
    return answer.status, content


class ConfigFile:
    """malin.toml of a rig, edited key by key. Values are TOML; None takes a key, or a whole section, out."""

    def __init__(self, path):
        self.path = path

    def set(self, section, key, value):
        lines = self.path.read_text().split("\n")
        head = f"[{section}]"
        if head not in lines:
            lines += [head, ""]
        start = lines.index(head) + 1
        end = next((i for i in range(start, len(lines)) if lines[i].startswith("[")), len(lines))
        kept = [line for line in lines[start:end] if not re.match(rf"{re.escape(key)}\s*=", line)]
        lines[start:end] = ([] if value is None else [f"{key} = {value}"]) + kept
        self.path.write_text("\n".join(lines))

    def remove(self, section):
        lines = self.path.read_text().split("\n")
        start = lines.index(f"[{section}]")
        end = next((i for i in range(start + 1, len(lines)) if lines[i].startswith("[")), len(lines))
        self.path.write_text("\n".join(lines[:start] + lines[end:]))


class Rig(Program):
    """The simulated machine, and the hands of whoever wants to look at it or break it."""

    def __init__(self, folder, speed, *arguments):
        self.folder = folder
        super().__init__("rig", [MALIN, "rig", "--dir", folder, "--speed", speed, *arguments])
        until("the rig is up", self._is_up)
        self.places = json.loads((folder / "rig.json").read_text())
        self.config_path = folder / "malin.toml"
        self.config = ConfigFile(self.config_path)
        self.config.set("api", "listen", '"127.0.0.1:0"')
        self.config.set("cards.gpu0", "library", f'"{folder}/libnvidia-ml.so.1"')

    def _is_up(self):
        if not self.is_running():
            raise AssertionError(f"the rig ended:\n{self.text()}")
        return any("Ctrl-C" in line for line in list(self.log))

    def control(self, method, path, body=None):
        status, answer = request(self.places["control"]["url"] + path, method, body)
        if status != 200:
            raise AssertionError(f"{method} {path} {body}: {status} {answer}")
        return answer

    def act(self, path, **body):
        return self.control("POST", path, body)

    def state(self):
        return self.control("GET", "/state")

    def fault(self, name, times=-1, amount=0, text=""):
        self.control("POST", "/faults", {"name": name, "times": times, "amount": amount, "text": text})

    def clear_faults(self):
        self.control("DELETE", "/faults")

    def fired(self, name):
        return self.state()["faults"]["fired"].get(name, 0)

    def residents(self):
        """How the models are loaded: all that a person would miss if it came back otherwise."""
        kept = ("model", "identifier", "config", "context_length", "ttl_ms", "footprint", "state")
        return {one["identifier"]: {k: one[k] for k in kept} for one in self.state()["lmstudio"]["residents"]}

    def references(self):
        """By identifier; a model that was loaded anew has another."""
        return {one["identifier"]: one["reference"] for one in self.state()["lmstudio"]["residents"]}

    def unloads(self):
        return self.state()["lmstudio"]["unloads"]

    def inbox(self):
        """What the person sees."""
        _, page = request(self.places["telegram"]["url"] + "/inbox.json")
        return [message for message in page["messages"] if not message["deleted"] and message["from"] == "bot"]

    def media(self):
        return [message for message in self.inbox() if message["media"]]

    def history(self):
        """ComfyUI's own, by prompt id."""
        _, runs = request(self.places["comfyui"]["url"] + "/history")
        return runs

    def command(self, *steps):
        """A shell command that does these steps at the control port, such as "comfyui/revive"."""
        script = self.folder / "hand.py"
        script.write_text(
            "import sys, urllib.request\n"
            "for step in sys.argv[1:]:\n"
            f"    url = '{self.places['control']['url']}/' + step\n"
            "    urllib.request.urlopen(urllib.request.Request(url, data=b'{}', method='POST')).read()\n"
            "    print('did', step)\n"
        )
        return json.dumps(f"{sys.executable} {script} {' '.join(steps)}")


class Daemon(Program):
    """`malin serve` on a rig."""

    def __init__(self, config_path, environment=None, token=None):
        super().__init__("serve", [MALIN, "serve", "--config", config_path], environment)
        self.headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self.url = self.wait_for_line(r"listening on (http://\S+),").group(1)

    def ask(self, method, path, body=None, headers=None):
        return request(self.url + path, method, body, {**self.headers, **(headers or {})})

    def get(self, path):
        status, answer = self.ask("GET", path)
        if status != 200:
            raise AssertionError(f"GET {path}: {status} {answer}")
        return answer

    def status(self):
        return self.get("/v1/status")

    def senses(self):
        return {sense["name"]: sense["state"] for sense in self.status()["senses"]}

    def windows(self):
        return self.get("/v1/windows")["windows"]

    def phase(self):
        """Of the open window; None: none is open."""
        open_ones = self.status()["windows"]
        return open_ones[0]["phase"] if open_ones else None

    def job(self, job_id):
        return self.get(f"/v1/jobs/{job_id}")

    def waits(self, job_id):
        """Why this queued job is not rendering."""
        return next((job["waits"] for job in self.status()["queue"] if job["id"] == job_id), "")

    def submit(self, kind="selfie", prompt="at the window", steps=4, **more):
        """The id of a new job. Few steps make a short render."""
        more["params"] = {"steps": str(steps), **more.get("params", {})}
        body = {"kind": kind, "prompt": prompt, **more}
        status, answer = self.ask("POST", "/v1/jobs", body)
        if status != 201:
            raise AssertionError(f"POST /v1/jobs: {status} {answer}")
        return answer["id"]

    def wait_for_state(self, job_id, state, limit=LIMIT_S):
        def look():
            job = self.job(job_id)
            if job["state"] != state and job["state"] in ("delivered", "failed", "cancelled"):
                raise AssertionError(f"{job_id} is {job['state']}, not {state}: {job['reason']}")
            return job if job["state"] == state else None

        return until(f"{job_id} is {state}", look, limit)

    def wait_for_phase(self, phase, limit=LIMIT_S):
        until(f"a window is in phase {phase}", lambda: self.phase() == phase, limit)

    def wait_until_ready(self, limit=LIMIT_S):
        """Every sense is here, and no window is open."""
        until("all are here", lambda: self.status()["glow"] == "green" and self.phase() is None, limit)

    def events(self):
        """The timeline so far."""
        content = self.get("/v1/events?follow=false&after=0&limit=1000").decode()
        return [json.loads(line[6:]) for line in re.findall(r"^data: .*\"text\".*$", content, re.MULTILINE)]

    def told(self):
        return "\n".join(event["text"] for event in self.events())


class RigTest(unittest.TestCase):
    """A rig of its own for each test. Whatever happens, its processes end; what they said is shown on failure."""

    speed = 10
    rig_arguments = ()

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="malin-e2e-"))
        self.programs = []
        self.rig = self.start_rig("rig")

    def start_rig(self, name, *arguments):
        folder = self.folder / name
        folder.mkdir()
        return self.keep(Rig(folder, self.speed, *self.rig_arguments, *arguments))

    def keep(self, program):
        self.programs.append(program)
        return program

    def serve(self, **options):
        """A daemon whose senses are all there."""
        self.malin = self.keep(Daemon(self.rig.config_path, **options))
        self.malin.wait_until_ready()
        return self.malin

    def restart(self, **options):
        """The daemon after this one."""
        self.malin = self.keep(Daemon(self.rig.config_path, **options))
        return self.malin

    def run(self, result=None):
        result = result or self.defaultTestResult()
        before = len(result.failures) + len(result.errors)
        self.folder, self.programs = None, []
        super().run(result)
        for program in reversed(self.programs):
            self.end(program, result)
        if len(result.failures) + len(result.errors) > before:
            for program in self.programs:
                print(f"---- {program.name} {program.pid} of {self.id()}\n{program.text()}", file=sys.stderr)
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        return result

    def end(self, program, result):
        """Ends it in peace if it can; what a sanitizer found counts as a failure of the test."""
        was_running = program.is_running()
        try:
            code = program.stop()
            if was_running and code != 0:
                raise AssertionError(f"{program.name} ended with {code}")
            if report := program.sanitizer_report():
                raise AssertionError(f"{program.name} has a sanitizer's report:\n{report}")
        except Exception:
            result.addFailure(self, sys.exc_info())
            program.kill()

    # What most tests end with.

    def assert_restored(self, before):
        """All models are loaded as they were, and the daemon says so of its newest window."""
        self.assertEqual(self.rig.residents(), before)
        newest = self.malin.windows()[0]
        self.assertEqual((newest["phase"], newest["restored_exactly"]), ("closed", True), newest)

    def assert_delivered_once(self, *jobs):
        """Each job is one message with media of its own, and nothing else was said."""
        for job in jobs:
            self.assertEqual(self.malin.job(job)["state"], "delivered")
        self.assertEqual(len(self.rig.media()), len(jobs), self.rig.inbox())
        self.assertEqual(len(self.rig.inbox()), len(jobs), self.rig.inbox())
        self.assertEqual([message["deliveries"] for message in self.rig.media()], [1] * len(jobs))
