"""Bad input: each gets a clear error, and nothing is lost."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import unittest
import urllib.parse

from harness import MALIN, RigTest
from processes import Program, until

TOKEN = "a-secret-of-forty-two-letters-and-digits-42"


class Submissions(RigTest):
    def test_what_is_wrong_with_a_job_is_said(self):
        malin = self.serve()
        for body, wanted, text in [
            ({"kind": "selfy", "prompt": "x"}, 422, 'did you mean "selfie"'),
            ({"kind": "selfie"}, 400, "prompt"),
            ({"kind": "selfie", "prompt": "  \n "}, 422, "empty"),
            ({"kind": "selfie", "prompt": 7}, 400, "prompt"),
            ({"kind": "selfie", "prompt": "x", "params": {"stepz": "4"}}, 422, "stepz"),
            ({"kind": "selfie", "prompt": "x", "priority": "high"}, 400, "priority"),
            ({"kind": "selfie", "prompt": "x" * 20_000}, 413, "20000 bytes"),
            (b"{not json", 400, "JSON"),
            ([1, 2], 400, "object"),
        ]:
            with self.subTest(text):
                status, answer = malin.ask("POST", "/v1/jobs", body, {"Content-Type": "application/json"})
                self.assertEqual((status, answer["status"]), (wanted, wanted), answer)
                self.assertIn(text, str(answer))
        self.assertEqual(malin.get("/v1/jobs")["jobs"], [])
        self.assertEqual(malin.ask("GET", "/v1/jobs/j-1")[0], 404)
        self.assertEqual(malin.ask("GET", "/v1/jobz")[0], 404)
        self.assertEqual(malin.ask("PATCH", "/v1/jobs")[0], 405)

    def test_a_prompt_of_20_mb(self):
        malin = self.serve()
        start = b'{"kind": "selfie", "prompt": "'
        parts = urllib.parse.urlsplit(malin.url)
        with socket.create_connection((parts.hostname, parts.port), 30) as sender:
            head = f"POST /v1/jobs HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
            sender.sendall(f"{head}Content-Length: {len(start) + 20_000_002}\r\n\r\n".encode() + start)
            try:
                for _ in range(200):
                    sender.sendall(b"x" * 100_000)
                sender.sendall(b'"}')
            except OSError:
                pass  # It need not read what it has declined.
            try:
                answer = sender.recv(4096)
            except ConnectionResetError:
                answer = b""
        self.assertTrue(answer == b"" or b" 413 " in answer.split(b"\r\n")[0], answer)
        self.assertEqual(malin.get("/v1/jobs")["jobs"], [])
        job = malin.submit()
        malin.wait_for_state(job, "delivered")
        malin.wait_until_ready()

    def test_the_same_key_is_the_same_job(self):
        malin = self.serve()
        body = {"kind": "selfie", "prompt": "at the window", "params": {"steps": "4"}, "key": "message-17"}
        status, first = malin.ask("POST", "/v1/jobs", body)
        self.assertEqual(status, 201)
        status, again = malin.ask("POST", "/v1/jobs", {**body, "prompt": "something else"})
        self.assertEqual((status, again["id"], again["prompt"]), (200, first["id"], "at the window"))
        malin.wait_for_state(first["id"], "delivered")
        malin.wait_until_ready()
        malin.kill()
        malin = self.restart()
        self.assertEqual(malin.ask("POST", "/v1/jobs", body)[0], 200)
        malin.wait_until_ready()
        self.assert_delivered_once(first["id"])


class Access(RigTest):
    def test_a_token_is_asked_for_and_never_told(self):
        self.rig.config.set("api", "token_env", '"MALIN_E2E_TOKEN"')
        malin = self.serve(environment={**os.environ, "MALIN_E2E_TOKEN": TOKEN}, token=TOKEN)
        for headers in ({"Authorization": ""}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Bearer {TOKEN}x"}):
            for path in ("/v1/status", "/v1/jobs", "/v1/events", "/metrics"):
                status, answer = malin.ask("GET", path, headers=headers)
                self.assertEqual((status, answer["status"]), (401, 401), (headers, path))
        self.assertEqual(malin.ask("GET", "/v1/status")[0], 200)
        self.assertNotIn(TOKEN, malin.text() + str(malin.status()))
        self.assertNotIn(self.rig.places["telegram"]["token"], malin.text())

    def test_other_names_and_origins_are_turned_away(self):
        malin = self.serve()
        self.assertEqual(malin.ask("GET", "/v1/status", headers={"Host": "evil.example"})[0], 403)
        status, _ = malin.ask("PUT", "/v1/swap", {"enabled": False}, {"Origin": "https://evil.example"})
        self.assertEqual(status, 403)
        self.assertTrue(malin.status()["swap"]["enabled"])

    def test_beyond_loopback_only_with_a_token(self):
        self.rig.config.set("api", "listen", '"0.0.0.0:0"')
        code, text = self.run_serve()
        self.assertEqual(code, 2)
        self.assertRegex(text, r"line \d+: api\.listen: others could reach")

    def run_serve(self):
        program = self.keep(Program("serve", [MALIN, "serve", "--config", self.rig.config_path]))
        return program.wait(), program.text()


class Studio(RigTest):
    """What looks at finished media is a program of its own. Here it is not where it belongs."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.lonely = pathlib.Path(folder.name, "malin")
        shutil.copy(MALIN, self.lonely)

    def run_lonely(self, *arguments):
        program = self.keep(Program("lonely", [str(self.lonely), *arguments]))
        return program.wait(), " ".join(program.text().split())

    def test_without_it_she_is_kept_and_both_places_are_named(self):
        missing = f"neither {self.lonely}-studio nor "
        for command in (("check", "--config", self.rig.config_path), ("rig", "--list-faults")):
            with self.subTest(command):
                code, text = self.run_lonely(*command)
                self.assertEqual(code, 1, text)
                self.assertIn(missing, text)
        serve = self.keep(Program("serve", [str(self.lonely), "serve", "--config", self.rig.config_path]))
        serve.wait_for_line("nothing that is rendered could be delivered: .*" + re.escape(missing))
        serve.wait_for_line("she is ready")

    def test_one_that_does_not_run_is_told_at_once(self):
        studio = pathlib.Path(f"{self.lonely}-studio")
        studio.write_text("#!/bin/sh\necho libavcodec.so.59: no such file\nexit 127\n")
        studio.chmod(0o755)
        code, text = self.run_lonely("check", "--config", self.rig.config_path)
        self.assertEqual(code, 1, text)
        self.assertIn("libavcodec.so.59: no such file", text)
        serve = self.keep(Program("serve", [str(self.lonely), "serve", "--config", self.rig.config_path]))
        serve.wait_for_line("nothing that is rendered could be delivered: .* does not run as version")
        self.assertTrue(serve.is_running(), "her senses are kept in any case")

    def test_the_daemon_needs_no_library_that_draws_or_decodes(self):
        libraries = subprocess.run(["ldd", MALIN], capture_output=True, text=True, check=True).stdout
        self.assertNotRegex(libraries, "libav|libsw|cairo")


class Starting(RigTest):
    def run_malin(self, *arguments):
        program = self.keep(Program("malin", [MALIN, *arguments]))
        return program.wait(), program.text()

    def test_a_second_daemon_names_the_first(self):
        malin = self.serve()
        code, text = self.run_malin("serve", "--config", self.rig.config_path)
        self.assertEqual(code, 1)
        self.assertRegex(text, rf"\b{malin.pid}\b")
        self.assertEqual(malin.status()["glow"], "green")

    def test_ten_mistakes_get_ten_messages(self):
        config = self.rig.config
        config.set("cards.gpu0", "driver", '"nvmll"')
        config.set("engines.lmstudio", "url", '"lmstudio:1234"')
        config.set("senses.brain", "engine", '"lmstudioo"')
        config.set("senses.vision", "footprint", '"6 apples"')
        config.set("senses.voice", "impact", "0")
        config.set("kinds.selfie", "evict", '["visionn"]')
        config.set("kinds.video", "workflow", '"workflows/nothing.json"')
        config.set("presence", "idle_grase", '"8s"')
        config.set("swap", "settle_limit", '"15"')
        config.set("courier", "chat_id", '"forty-two"')
        code, text = self.run_malin("serve", "--config", self.rig.config_path)
        self.assertEqual(code, 2, text)
        found = re.findall(r"^\s*line (\d+): (\S+):", text, re.MULTILINE)
        self.assertEqual(len(found), 10, text)
        lines = self.rig.config_path.read_text().split("\n")
        for number, key in found:
            self.assertIn(key.split(".")[-1], lines[int(number) - 1], (number, key))
        self.assertIn('did you mean "idle_grace"', text)
        self.assertIn("10 problems", text)

    def test_a_config_that_is_no_toml_or_not_there(self):
        self.rig.config_path.write_text("[api\nlisten = 3\n")
        code, text = self.run_malin("serve", "--config", self.rig.config_path)
        self.assertEqual(code, 2)
        self.assertIn("line 1", text)
        code, text = self.run_malin("serve", "--config", self.folder / "nothing.toml")
        self.assertEqual(code, 2)
        self.assertIn("nothing.toml", text)

    def test_workflows_without_their_slots(self):
        for kind, slot, instead in [("selfie", '"{{prompt}}"', '"a cat"'), ("video", '"{{seed}}"', "7")]:
            workflow = self.rig.folder / f"workflows/{kind}.json"
            workflow.write_text(workflow.read_text().replace(slot, instead))
        code, text = self.run_malin("serve", "--config", self.rig.config_path)
        self.assertEqual(code, 2)
        self.assertRegex(text, r"line \d+: kinds\.selfie\.workflow: .*no {{prompt}} slot")
        self.assertRegex(text, r"line \d+: kinds\.video\.workflow: .*no {{seed}} slot")

    def test_a_token_file_that_others_can_read(self):
        (self.rig.folder / "telegram.token").chmod(0o644)
        code, text = self.run_malin("serve", "--config", self.rig.config_path)
        self.assertEqual(code, 2)
        self.assertRegex(text, r"line \d+: courier\.token_file: .*600")

    def test_an_address_that_is_taken(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            self.rig.config.set("api", "listen", f'"127.0.0.1:{taken.getsockname()[1]}"')
            code, text = self.run_malin("serve", "--config", self.rig.config_path)
        self.assertEqual(code, 1)
        self.assertIn("in use", text)

    def test_a_state_folder_that_cannot_be_used(self):
        (self.rig.folder / "state").write_text("a file")
        code, text = self.run_malin("serve", "--config", self.rig.config_path)
        self.assertEqual(code, 1)
        self.assertIn("state", text)


class CommandLine(RigTest):
    """The client's subcommands against a running daemon."""

    def malin_says(self, *arguments, code=0):
        program = self.keep(Program("malin", [MALIN, *arguments], {**os.environ, "MALIN_URL": self.malin.url}))
        self.assertEqual(program.wait(), code, program.text())
        return program.text()

    def test_a_picture_is_asked_for_and_seen(self):
        self.serve()
        self.assertIn("brain", self.malin_says("status"))
        self.assertIn("vision", self.malin_says("senses"))
        self.assertIn("delivered", self.malin_says("submit", "selfie", "at the window", "--wait"))
        self.assertIn("j-1", self.malin_says("jobs"))
        self.malin.wait_until_ready()
        self.malin_says("swap", "off")
        until("it is off", lambda: not self.malin.status()["swap"]["enabled"])
        self.malin_says("swap", "on")
        self.assertIn('did you mean "selfie"', self.malin_says("submit", "selfy", "x", code=1))
        self.malin_says("cancel", "j-99", code=1)
        self.malin.stop()
        self.assertIn(self.malin.url, self.malin_says("status", code=3))


if __name__ == "__main__":
    unittest.main(verbosity=2)
