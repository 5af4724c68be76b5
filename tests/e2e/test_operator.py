"""What an operator's programs see: metrics, alert rules, the dashboard, and the log as JSON."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest

from harness import ROOT, RigTest

MONITORING = ROOT / "config/monitoring"


def promtool(*arguments, text=None):
    """What it says; fails when it finds fault with anything."""
    program = shutil.which("promtool", path=f"{os.environ['PATH']}:{ROOT / 'build/tools'}")
    if program is None:
        raise AssertionError("promtool is not there; scripts/setup test fetches it")
    ran = subprocess.run([program, *map(str, arguments)], input=text, capture_output=True, text=True, timeout=60)
    if ran.returncode != 0:
        raise AssertionError(f"promtool {arguments}: {ran.stdout}{ran.stderr}")
    return ran.stdout + ran.stderr


def metric_names(path):
    """Those of Malin that a file asks for, without what a histogram or a summary adds."""
    names = re.findall(r"\bmalin_\w+", pathlib.Path(path).read_text())
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in names}


class Rules(unittest.TestCase):
    def test_alerts_are_raised_when_they_should_be_and_else_not(self):
        promtool("check", "rules", MONITORING / "alerts.yaml")
        promtool("test", "rules", MONITORING / "alerts_test.yaml")


class Operator(RigTest):
    def test_a_selfie_in_numbers_and_lines(self):
        config = self.rig.config
        config.path.write_text('log_format = "json"\n' + config.path.read_text())
        malin = self.serve()
        job = malin.submit()
        malin.wait_for_state(job, "delivered")
        malin.wait_until_ready()
        text = malin.get("/metrics").decode()
        self.assertEqual(promtool("check", "metrics", text=text), "")
        values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        self.assertEqual(values['malin_jobs_ended_total{kind="selfie",state="delivered"}'], "1")
        self.assertEqual(values['malin_windows_closed_total{outcome="restored"}'], "1")
        self.assertEqual(values['malin_render_seconds_count{kind="selfie"}'], "1")
        self.assertEqual(values['malin_sense_load_seconds_count{sense="vision"}'], "1")
        self.assertEqual(values["malin_courier_up"], "1")
        away = float(values['malin_sense_away_seconds_total{sense="vision"}'])
        self.assertAlmostEqual(away, malin.windows()[0]["leaves"][0]["away_s"], delta=1)  # A commit takes a moment.
        known = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
        for name in ("alerts.yaml", "grafana.json"):
            self.assertEqual(metric_names(MONITORING / name) - known, set(), name)
        malin.stop()
        lines = [json.loads(line) for line in malin.log]
        self.assertTrue(all({"ts", "level", "msg"} <= line.keys() for line in lines))
        rendered = [line for line in lines if line["msg"] == "the selfie is rendered"]
        # Its window may be closed by then, and a line names no other.
        self.assertEqual([(line["job"], line.get("window", 1), line["event"]) for line in rendered], [(job, 1, "job")])
        submitted = [line for line in lines if line.get("action", "").startswith("submit ")]
        self.assertEqual([(line["job"], line["window"], line["outcome"]) for line in submitted], [(job, 1, "ok")])


if __name__ == "__main__":
    unittest.main()
