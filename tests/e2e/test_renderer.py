"""ComfyUI fails in the ways that it does, and the picture is made all the same."""

import unittest

from harness import RigTest
from processes import until


class Renders(RigTest):
    def setUp(self):
        super().setUp()
        self.rig.config.set("renderers.comfyui", "start", self.rig.command("comfyui/revive"))
        self.rig.config.set("renderers.comfyui", "restart", self.rig.command("comfyui/kill", "comfyui/revive"))

    def begin(self, kind="selfie", steps=4):
        malin = self.serve()
        self.before = self.rig.residents()
        self.job = malin.submit(kind, steps=steps)
        return malin

    def begin_and_wait_for_render(self, steps=40):
        malin = self.begin(steps=steps)
        until("it renders", lambda: self.rig.state()["comfyui"]["running"])
        return malin

    def assert_delivered_after(self, attempts):
        self.malin.wait_for_state(self.job, "delivered")
        self.malin.wait_until_ready()
        self.assertEqual(self.malin.job(self.job)["attempts"], attempts)
        self.assert_restored(self.before)
        self.assert_delivered_once(self.job)

    def test_killed_in_the_middle_it_is_started_and_the_job_repeated(self):
        self.begin_and_wait_for_render(steps=20)
        self.rig.act("/comfyui/kill")
        self.assert_delivered_after(attempts=2)
        self.assertIn("did comfyui/revive", self.malin.text())
        self.assertEqual(len(self.rig.history()), 1)

    def test_out_of_memory_is_tried_again(self):
        self.rig.fault("comfyui.oom", times=1)
        self.begin()
        self.assert_delivered_after(attempts=2)
        self.assertIn("ran out of memory", self.malin.told())

    def test_out_of_memory_for_ever_fails_and_restores(self):
        self.rig.fault("comfyui.oom")
        malin = self.begin()
        job = malin.wait_for_state(self.job, "failed")
        self.assertEqual(job["attempts"], 2, "once more, in more room")
        self.assertIn("ran out of memory", job["reason"])
        malin.wait_until_ready()
        self.assert_restored(self.before)
        until("the person is told", lambda: "could not take it" in self.rig.inbox()[0]["text"])
        self.assertEqual(len(self.rig.inbox()), 1)

    def test_a_larger_picture_than_ever_gets_a_larger_window_and_its_size_is_remembered(self):
        malin = self.serve()
        self.before = self.rig.residents()
        self.job = malin.submit("selfie", params={"width": "2048", "height": "2048"})
        self.assert_delivered_after(attempts=2)
        self.assertIn("ran out of memory", malin.told())
        names = {one["name"]: one for one in malin.get("/v1/footprints")["footprints"]}
        self.assertGreater(names["selfie-2048x2048"]["in_use_bytes"], names["selfie-2048x2048"]["configured_bytes"])
        again = malin.submit("selfie", params={"width": "2048", "height": "2048"})
        malin.wait_for_state(again, "delivered")
        self.assertEqual(malin.job(again)["attempts"], 1)
        malin.wait_until_ready()
        self.assert_restored(self.before)
        self.assert_delivered_once(self.job, again)

    def test_a_black_picture_is_no_photo(self):
        self.rig.fault("comfyui.black", times=1)
        self.begin()
        self.assert_delivered_after(attempts=2)
        self.assertIn("black", self.malin.told())
        seeds = {run["prompt"][2]["5"]["inputs"]["seed"] for run in self.rig.history().values()}
        self.assertEqual(len(seeds), 2, "the same graph again would be answered from the cache")

    def test_half_a_video_is_no_video(self):
        self.rig.fault("comfyui.truncated", times=1)
        self.begin("video")
        self.assert_delivered_after(attempts=2)

    def test_a_lost_answer_is_looked_for_before_it_is_repeated(self):
        self.rig.fault("comfyui.answer.lost", times=1)
        self.begin()
        self.assert_delivered_after(attempts=1)
        self.assertEqual(len(self.rig.history()), 1)

    def test_a_render_without_end_is_ended(self):
        self.rig.config.set("kinds.selfie", "render_limit", '"2s"')
        self.rig.config.set("swap", "render_attempts", 1)
        malin = self.begin(steps=1000)
        job = malin.wait_for_state(self.job, "failed")
        self.assertIn("took longer than 2", job["reason"])
        malin.wait_until_ready()
        self.assert_restored(self.before)
        self.assertIsNone(self.rig.state()["comfyui"]["running"])

    def test_nobody_is_away_beyond_the_limit(self):
        self.rig.config.set("swap", "absence_limit", '"10s"')
        for kind in ("selfie", "video"):
            self.rig.config.set(f"kinds.{kind}", "render_limit", '"9s"')
        self.rig.config.set("swap", "render_attempts", 1)
        self.begin(steps=1000)
        self.malin.wait_for_state(self.job, "failed")
        self.malin.wait_until_ready()
        self.assert_restored(self.before)
        self.assertLess(self.malin.windows()[0]["leaves"][0]["away_s"], 10)

    def test_memory_that_comes_back_late_is_waited_for(self):
        self.rig.fault("comfyui.release.late", times=1, amount=15)
        self.begin()
        self.assert_delivered_after(attempts=1)
        self.assertEqual(self.rig.state()["lmstudio"]["load_failures"], 0)

    def test_memory_that_is_kept_is_reported(self):
        self.rig.config.set("swap", "release_limit", '"1s"')
        self.rig.fault("comfyui.release.ignored")
        malin = self.begin()
        malin.wait_for_state(self.job, "delivered")
        until("it is told", lambda: "did not give its memory back" in malin.told())
        self.assertNotEqual(malin.status()["glow"], "green")
        self.rig.clear_faults()
        self.rig.act("/comfyui/kill")
        malin.wait_until_ready()
        self.assertEqual(self.rig.residents(), self.before)

    def test_a_workflow_that_it_declines_fails_with_its_words(self):
        malin = self.serve()
        before = self.rig.residents()
        self.job = malin.submit(params={"checkpoint": "nothing.safetensors"})
        job = malin.wait_for_state(self.job, "failed")
        self.assertIn("nothing.safetensors", job["reason"])
        malin.wait_until_ready()
        self.assert_restored(before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
