"""Secrets stay where they belong: in no log, answer, event, error, file of the daemon or core dump."""

import http.server
import os
import subprocess
import threading
import unittest

from harness import MALIN, RigTest, until

API_TOKEN = "api-secret-4f1c9a7be2d84d06b1f3"
WEBHOOK_SECRET = "webhook-secret-9d2e77c05ab14c3fa8e1"
PATHS = ("/v1/status", "/v1/jobs", "/v1/windows", "/v1/kinds", "/v1/plan", "/v1/glow", "/metrics", "/healthz", "/readyz")


class Receiver(http.server.BaseHTTPRequestHandler):
    """Takes the webhook's calls and declines each, so that the daemon has something to report."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(500)
        self.end_headers()

    def log_message(self, *_):
        pass


class Secrets(RigTest):
    def setUp(self):
        super().setUp()
        receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        self.addCleanup(receiver.server_close)
        self.addCleanup(receiver.shutdown)
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        config = self.rig.config
        config.set("api", "token_env", '"MALIN_E2E_TOKEN"')
        config.set("webhook", "url", f'"http://127.0.0.1:{receiver.server_port}/glow"')
        config.set("webhook", "token_env", '"MALIN_E2E_WEBHOOK"')
        config.path.write_text('log_level = "debug"\n' + config.path.read_text())
        self.secrets = (API_TOKEN, WEBHOOK_SECRET, self.rig.places["telegram"]["token"])
        self.environment = {**os.environ, "MALIN_E2E_TOKEN": API_TOKEN, "MALIN_E2E_WEBHOOK": WEBHOOK_SECRET}

    def test_they_are_told_to_nobody_whatever_goes_wrong(self):
        malin = self.serve(environment=self.environment, token=API_TOKEN)
        self.rig.fault("telegram.html", times=2)
        first = malin.submit()
        malin.wait_for_state(first, "delivered")
        self.rig.fault("telegram.hangs")
        second = malin.submit()
        malin.wait_for_state(second, "rendered")
        until("Telegram is missed", lambda: "outcome=timeout" in malin.text())
        answers = [str(malin.ask("GET", path)) for path in PATHS]
        answers += [str(malin.ask("GET", path, headers={"Authorization": "Bearer wrong"})) for path in PATHS]
        answers += [str(malin.ask("POST", "/v1/jobs", {"kind": API_TOKEN[:3], "prompt": "x"})), malin.told()]
        self.look_at("an answer", "\n".join(answers))
        checked = subprocess.run(
            [MALIN, "check", "--config", self.rig.config_path], env=self.environment, capture_output=True, text=True, timeout=120
        )
        self.look_at("`malin check`", checked.stdout + checked.stderr)
        self.look_at("the log", malin.text())
        files = [path for path in (self.rig.folder / "state").rglob("*") if path.is_file()]
        self.assertTrue(files)
        for path in files:
            self.look_at(path.name, path.read_bytes().decode("latin-1"))

    def look_at(self, place, text):
        for secret in self.secrets:
            self.assertNotIn(secret, text, place)
            self.assertNotIn(secret.split(":")[-1], text, place)  # The part of a bot's token that is secret.

    def test_nothing_is_left_in_a_core_dump_and_the_spool_is_private(self):
        malin = self.serve(environment=self.environment, token=API_TOKEN)
        with open(f"/proc/{malin.pid}/limits") as limits:
            sizes = next(line.split()[4:6] for line in limits if line.startswith("Max core file size"))
        self.assertEqual(sizes, ["0", "0"])
        job = malin.submit()
        malin.wait_for_state(job, "delivered")
        state = self.rig.folder / "state"
        for path in (state, *state.rglob("*")):
            self.assertEqual(path.stat().st_mode & 0o077, 0, path)


if __name__ == "__main__":
    unittest.main()
