"""The person decides: the toggle, calling off, cancelling, asking a sense back."""

import unittest

from harness import RigTest
from processes import stays, until

NEVER_MIND = "Never mind, I was asked not to."


class Toggle(RigTest):
    def test_off_outlives_a_restart_and_nothing_is_unloaded(self):
        malin = self.serve()
        self.assertEqual(malin.ask("PUT", "/v1/swap", {"enabled": False})[0], 200)
        job = malin.submit()
        until("the job says why it waits", lambda: "swapping is off" in malin.waits(job))
        malin.stop()
        malin = self.restart()
        malin.wait_until_ready()
        self.assertFalse(malin.status()["swap"]["enabled"])
        until("the job says why it waits", lambda: "swapping is off" in malin.waits(job))
        stays("nobody is unloaded", lambda: self.rig.unloads() == 0)  # Longer than the idle grace.
        self.assertEqual((malin.windows(), self.rig.inbox()), ([], []))
        self.assertEqual(malin.ask("PUT", "/v1/swap", {"enabled": True})[0], 200)
        malin.wait_for_state(job, "delivered")
        malin.wait_until_ready()

    def test_off_brings_everyone_back(self):
        malin = self.serve()
        before = self.rig.residents()
        job = malin.submit("video", "she turns and waves", steps=20)
        malin.wait_for_phase("rendering")
        until("it renders", lambda: self.rig.state()["comfyui"]["running"])
        self.assertEqual(malin.ask("PUT", "/v1/swap", {"enabled": False})[0], 200)
        malin.wait_until_ready()
        self.assert_restored(before)
        self.assertIsNone(self.rig.state()["comfyui"]["running"])
        self.assertEqual(malin.job(job)["state"], "queued")
        self.assertIn("swapping is off", malin.waits(job))
        unloads = self.rig.unloads()
        self.assertEqual(malin.ask("PUT", "/v1/swap", {"enabled": True})[0], 200)
        malin.wait_for_phase("rendering")
        self.assertEqual(self.rig.unloads(), unloads + 2)
        self.assertEqual(malin.ask("DELETE", f"/v1/jobs/{job}")[0], 200)
        malin.wait_until_ready()


class CallingOff(RigTest):
    def test_abort_restores_at_once_and_holds(self):
        self.rig.config.set("swap", "abort_hold", '"4s"')
        malin = self.serve()
        before = self.rig.residents()
        job = malin.submit(steps=200)
        malin.wait_for_phase("rendering")
        until("it renders", lambda: self.rig.state()["comfyui"]["running"])
        status, answer = malin.ask("POST", "/v1/swap/abort")
        self.assertEqual(status, 200)
        self.assertIsNotNone(answer["hold_until"])
        malin.wait_until_ready()
        self.assert_restored(before)
        self.assertTrue(malin.windows()[0]["aborted"])
        self.assertEqual(malin.job(job)["state"], "queued")
        self.assertEqual(malin.ask("DELETE", f"/v1/jobs/{job}")[0], 200)
        # The hold is for windows alone, and it ends.
        later = malin.submit()
        until("the hold is named", lambda: "called off" in malin.waits(later))
        malin.wait_for_state(later, "delivered")
        malin.wait_until_ready()
        self.assertEqual(malin.ask("POST", "/v1/swap/abort")[0], 409)
        texts = sorted(message["text"] for message in self.rig.inbox() if not message["media"])
        self.assertEqual(texts, [NEVER_MIND])

    def test_a_sense_can_be_asked_back(self):
        malin = self.serve()
        before = self.rig.residents()
        job = malin.submit(steps=200)
        malin.wait_for_phase("rendering")
        status, sense = malin.ask("POST", "/v1/senses/vision/restore")
        self.assertEqual((status, sense["name"]), (200, "vision"))
        malin.wait_until_ready()
        self.assert_restored(before)
        self.assertEqual(malin.job(job)["state"], "queued")
        self.assertEqual(malin.ask("POST", "/v1/senses/nose/restore")[0], 404)


class Cancelling(RigTest):
    def test_a_queued_job(self):
        malin = self.serve()
        turn = malin.ask("POST", "/v1/turns")[1]["id"]
        job = malin.submit()
        status, cancelled = malin.ask("DELETE", f"/v1/jobs/{job}")
        self.assertEqual((status, cancelled["state"]), (200, "cancelled"))
        malin.ask("DELETE", f"/v1/turns/{turn}")
        self.assertEqual(malin.ask("DELETE", f"/v1/jobs/{job}")[0], 409)
        self.assertEqual(malin.ask("DELETE", "/v1/jobs/j-999")[0], 404)
        later = malin.submit()
        malin.wait_for_state(later, "delivered")
        malin.wait_until_ready()
        self.assert_delivered_once(later)

    def test_in_the_middle_of_its_render(self):
        malin = self.serve()
        before = self.rig.residents()
        job = malin.submit(steps=200)
        malin.wait_for_phase("rendering")
        until("it renders", lambda: self.rig.state()["comfyui"]["running"])
        self.assertEqual(malin.ask("DELETE", f"/v1/jobs/{job}")[0], 200)
        malin.wait_until_ready()
        self.assert_restored(before)
        self.assertIsNone(self.rig.state()["comfyui"]["running"])
        self.assertEqual(malin.job(job)["state"], "cancelled")
        until("the person is told", lambda: [m["text"] for m in self.rig.inbox()] == [NEVER_MIND])

    def test_while_room_is_made(self):
        self.rig.fault("lmstudio.unload.memory_late", amount=15)
        malin = self.serve()
        before = self.rig.residents()
        job = malin.submit()
        malin.wait_for_phase("making_room")
        self.assertEqual(malin.ask("DELETE", f"/v1/jobs/{job}")[0], 200)
        malin.wait_until_ready()
        self.assert_restored(before)
        self.assertEqual(self.rig.history(), {})


if __name__ == "__main__":
    unittest.main(verbosity=2)
