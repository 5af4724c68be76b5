"""The three flows: enough room, a selfie, a video; and what a person gets of them."""

import unittest

from harness import RigTest, request
from processes import until


class EnoughRoom(RigTest):
    def test_a_render_that_fits_needs_no_window(self):
        self.rig.act("/lmstudio/eject", identifier="qwen3-vl-8b")
        self.rig.config.remove("senses.vision")
        self.rig.config.set("kinds.selfie", "evict", '["brain"]')
        self.rig.config.set("kinds.video", "evict", '["brain"]')
        malin = self.serve()
        before = self.rig.state()["lmstudio"]
        job = malin.submit()
        malin.wait_for_state(job, "delivered")
        self.assertEqual(malin.windows(), [])
        after = self.rig.state()["lmstudio"]
        self.assertEqual((after["loads"], after["unloads"]), (before["loads"], before["unloads"]))
        self.assert_delivered_once(job)
        # What the render left in the renderer is given back.
        until("ComfyUI is empty again", lambda: self.held_by_comfyui() < 900 << 20)

    def held_by_comfyui(self):
        return self.rig.state()["cards"][0]["holders"]["comfyui"]


class Selfie(RigTest):
    def test_vision_goes_and_comes_back(self):
        malin = self.serve()
        before, references = self.rig.residents(), self.rig.references()
        job = malin.submit(prompt="at a rainy window", steps=12)
        malin.wait_for_phase("rendering")
        status = malin.status()
        senses = {sense["name"]: sense["state"] for sense in status["senses"]}
        self.assertEqual(senses, {"brain": "ready", "vision": "away", "voice": "ready"})
        self.assertEqual(status["glow"], "amber")
        self.assertIn("vision is away", status["line"])
        self.assertEqual([message["text"] for message in self.rig.inbox()], ["taking your photo, back in a sec"])
        malin.wait_for_state(job, "delivered")
        malin.wait_until_ready()

        self.assert_restored(before)
        self.assertEqual(malin.windows()[0]["evicted"], ["vision"])
        self.assertEqual(malin.windows()[0]["jobs"], [job])
        self.assertEqual(self.rig.references()["dolphin-24b"], references["dolphin-24b"], "the brain was never touched")
        self.assertNotEqual(self.rig.references()["qwen3-vl-8b"], references["qwen3-vl-8b"])
        self.assert_delivered_once(job)
        message = self.rig.media()[0]
        self.assertEqual(message["type"], "photo")
        self.assertEqual((message["media"]["width"], message["media"]["height"]), (832, 1216))
        status, content = malin.ask("GET", f"/v1/jobs/{job}/media")
        self.assertEqual((status, content[:8]), (200, b"\x89PNG\r\n\x1a\n"))

    def test_two_share_a_window(self):
        malin = self.serve()
        before = self.rig.residents()
        jobs = [malin.submit(prompt=prompt) for prompt in ("in the kitchen", "on the roof")]
        for job in jobs:
            malin.wait_for_state(job, "delivered")
        malin.wait_until_ready()
        self.assert_restored(before)
        self.assertEqual([window["jobs"] for window in malin.windows()], [jobs])
        self.assertEqual(self.rig.unloads(), 1)
        self.assert_delivered_once(*jobs)


class Video(RigTest):
    def test_vision_and_brain_go_and_come_back(self):
        malin = self.serve()
        before = self.rig.residents()
        job = malin.submit("video", "she turns and waves")
        malin.wait_for_phase("rendering")
        self.assertEqual(malin.senses(), {"brain": "away", "vision": "away", "voice": "ready"})
        malin.wait_for_state(job, "delivered")
        malin.wait_until_ready()

        self.assert_restored(before)
        self.assertEqual(sorted(malin.windows()[0]["evicted"]), ["brain", "vision"])
        leaves = {leave["sense"]: leave["back_at"] for leave in malin.windows()[0]["leaves"]}
        self.assertLess(leaves["brain"], leaves["vision"], "who is missed most comes back first")
        self.assert_delivered_once(job)
        message = self.rig.media()[0]
        self.assertEqual((message["type"], message["media"]["mime"]), ("video", "video/mp4"))
        self.assertIsNotNone(message["media"]["thumbnail"])
        self.assertGreaterEqual(message["media"]["duration"], 1)

    def test_the_brain_comes_back_before_the_selfies_that_do_not_need_it_away(self):
        malin = self.serve()
        before = self.rig.residents()
        video = malin.submit("video", "she turns and waves", priority=1)
        selfie = malin.submit(steps=20)
        malin.wait_for_state(video, "delivered")
        until("the brain is here while the selfie is made", lambda: self.is_brain_back_early(malin, selfie))
        malin.wait_for_state(selfie, "delivered")
        malin.wait_until_ready()
        self.assert_restored(before)
        self.assert_delivered_once(video, selfie)

    def is_brain_back_early(self, malin, selfie):
        self.assertNotEqual(malin.job(selfie)["state"], "delivered")
        return malin.senses() == {"brain": "ready", "vision": "away", "voice": "ready"}


class Reply(RigTest):
    def test_tags_become_jobs_and_leave_the_text(self):
        malin = self.serve()
        text = "Look! [SELFIE: with [red] umbrella] Nice? [LATER: no kind] Bye."
        status, answer = malin.ask("POST", "/v1/replies", {"text": text})
        self.assertEqual(status, 200)
        self.assertEqual(answer["text"], "Look! Nice? [LATER: no kind] Bye.")
        self.assertEqual([job["prompt"] for job in answer["jobs"]], ["with [red] umbrella"])
        malin.wait_for_state(answer["jobs"][0]["id"], "delivered")
        malin.wait_until_ready()

    def test_the_prompt_reaches_the_renderer(self):
        malin = self.serve()
        job = malin.submit(prompt="a \"quoted\" name, {{seed}} and ünïcode")
        malin.wait_for_state(job, "delivered")
        self.assertIn('a "quoted" name, {{seed}} and ünïcode', self.texts_of(self.rig.history()))
        self.assertEqual(request(malin.url + "/metrics")[0], 200)
        malin.wait_until_ready()

    def texts_of(self, history):
        graphs = [run["prompt"][2] for run in history.values()]
        return [node["inputs"].get("text") for graph in graphs for node in graph.values()]


if __name__ == "__main__":
    unittest.main(verbosity=2)
