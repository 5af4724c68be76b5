"""`malin rehearse`: the daemon keeps a trace of what is asked of her, and it can be lived through again."""

import json
import pathlib
import subprocess
import unittest

from harness import MALIN, RigTest
from processes import until


class Rehearse(RigTest):
    def trace(self):
        path = self.rig.folder / "state" / "trace.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def rehearse(self, *arguments):
        command = [MALIN, "rehearse", "--config", str(self.rig.config_path), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=300)

    def test_what_the_daemon_recorded_is_lived_through_again(self):
        malin = self.serve()
        status, turn = malin.ask("POST", "/v1/turns")
        self.assertEqual(status, 201, turn)
        self.assertEqual(malin.ask("DELETE", f"/v1/turns/{turn['id']}")[0], 204)
        job = malin.submit(prompt="a secret place")
        malin.wait_for_state(job, "delivered")
        malin.wait_until_ready()
        lines = until("both are in the trace", lambda: len(self.trace()) == 2 and self.trace())
        self.assertEqual([sorted(line) for line in lines], [["at", "seconds", "turn"], ["at", "job"]])
        self.assertEqual(lines[1]["job"], "selfie")
        self.assertNotIn("secret", json.dumps(lines))

        # Beside the running daemon, twice.
        trace = self.rig.folder / "state" / "trace.jsonl"
        plot = self.folder / "day.svg"
        first = self.rehearse("--trace", trace, "--json", "--plot", plot)
        self.assertEqual((first.returncode, first.stderr), (0, ""))
        self.assertEqual(self.rehearse("--trace", trace, "--json").stdout, first.stdout)
        told = json.loads(first.stdout)
        self.assertTrue(told["renders"]["selfie"]["measured"], told["renders"])
        self.assertTrue(told["loads"]["vision"]["measured"], told["loads"])
        self.assertFalse(told["renders"]["video"]["measured"], told["renders"])
        done = {policy["policy"]: policy["jobs_done"] for policy in told["day"]["policies"]}
        self.assertEqual(done, {"wait for ever": 0, "one job a window": 1, "batched": 1, "automatic": 1})
        self.assertIn("<svg", plot.read_text())
        text = self.rehearse("--trace", trace).stdout
        self.assertIn("takes vision away for about", text)
        self.assertIn("assumed: nothing is measured yet", text)

    def test_a_line_that_is_wrong_is_named(self):
        trace = pathlib.Path(self.folder) / "mine.jsonl"
        trace.write_text('{"at":"2026-11-24T21:04:18.002Z","job":"selfi"}\n')
        done = self.rehearse("--trace", trace)
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"{trace}:1: ", done.stderr)
        self.assertIn('did you mean "selfie"?', done.stderr)


if __name__ == "__main__":
    unittest.main()
