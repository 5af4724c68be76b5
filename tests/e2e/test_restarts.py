"""The daemon ends at the worst moments, and the next one goes on where it stood."""

import http.client
import json
import unittest
import urllib.parse

from harness import RigTest, request
from processes import until


class Killed(RigTest):
    """SIGKILL. One message and one finished render a job, and everyone as before."""

    def begin(self, kind="selfie", steps=4):
        malin = self.serve()
        self.before = self.rig.residents()
        self.job = malin.submit(kind, steps=steps)
        return malin

    def assert_all_is_well(self, renders=1):
        malin = self.restart()
        malin.wait_for_state(self.job, "delivered")
        malin.wait_until_ready()
        self.assert_restored(self.before)
        self.assert_delivered_once(self.job)
        self.assertEqual(len(self.rig.history()), renders)
        self.assertEqual(malin.job(self.job)["attempts"], renders)

    def test_while_it_renders(self):
        malin = self.begin(steps=20)
        until("it renders", lambda: self.rig.state()["comfyui"]["running"])
        malin.kill()
        self.assert_all_is_well()

    def test_while_it_renders_and_the_render_ends_without_it(self):
        malin = self.begin("video")
        until("it renders", lambda: self.rig.state()["comfyui"]["running"])
        malin.kill()
        until("ComfyUI is done", lambda: self.rig.history())
        self.assertEqual(len(self.rig.residents()), 0)
        self.assert_all_is_well()

    def test_after_the_unload(self):
        self.rig.fault("lmstudio.unload.memory_late", times=1, amount=10)
        malin = self.begin()
        until("vision is gone", lambda: "qwen3-vl-8b" not in self.rig.residents())
        malin.kill()
        self.assertEqual(self.rig.history(), {})
        self.assert_all_is_well()

    def test_while_everyone_comes_back(self):
        malin = self.begin("video")
        until("the brain is half here", self.is_loading)
        malin.kill()
        self.assert_all_is_well()

    def is_loading(self):
        return any(one["state"] == "loading" for one in self.rig.residents().values())

    def test_between_the_render_and_its_delivery(self):
        self.rig.fault("telegram.html", text="editMessageMedia")
        malin = self.begin()
        malin.wait_for_state(self.job, "rendered")
        malin.kill()
        self.rig.clear_faults()
        self.assert_all_is_well()

    def test_after_the_delivery_that_it_never_heard_of(self):
        self.rig.fault("telegram.answer.lost", text="editMessageMedia")
        malin = self.begin()
        until("the photo is there", lambda: self.rig.media())
        malin.kill()
        self.rig.clear_faults()
        self.assert_all_is_well()

    def test_before_the_answer_to_its_submission(self):
        self.rig.fault("comfyui.answer.lost", times=1)
        malin = self.begin(steps=20)
        until("ComfyUI has it", lambda: self.rig.state()["comfyui"]["running"])
        malin.kill()
        self.assert_all_is_well()

    def test_again_and_again(self):
        malin = self.begin("video", steps=20)
        for step in range(8):
            until("some of it is done", lambda: len(malin.events()) > 3 + 2 * step or malin.phase() is None)
            malin.kill()
            malin = self.restart()
        malin.wait_for_state(self.job, "delivered")
        malin.wait_until_ready()
        self.assertEqual(self.rig.residents(), self.before)
        self.assertEqual(len(self.rig.media()), 1)
        self.assertEqual(len(self.rig.history()), malin.job(self.job)["attempts"])


class Stopped(RigTest):
    def test_in_a_window_the_next_daemon_goes_on(self):
        malin = self.serve()
        before = self.rig.residents()
        job = malin.submit(steps=20)
        until("it renders", lambda: self.rig.state()["comfyui"]["running"])
        self.assertEqual(malin.stop(), 0)
        malin = self.restart()
        self.assertEqual(malin.phase(), "rendering")
        malin.wait_for_state(job, "delivered")
        malin.wait_until_ready()
        self.assert_restored(before)
        self.assert_delivered_once(job)
        self.assertEqual(len(self.rig.history()), 1)

    def test_in_a_window_that_the_person_ends_meanwhile(self):
        malin = self.serve()
        before = self.rig.residents()
        malin.submit(steps=200)
        until("it renders", lambda: self.rig.state()["comfyui"]["running"])
        malin.stop()
        # Someone repairs by hand what the daemon left away.
        self.rig.act("/comfyui/kill")
        self.rig.act("/comfyui/revive")
        until("there is room", lambda: self.rig.state()["cards"][0]["free"] > 6 << 30)
        self.rig.act("/lmstudio/load", model="qwen3-vl-8b")
        malin = self.restart()
        malin.ask("POST", "/v1/swap/abort")
        malin.wait_until_ready()
        self.assertEqual(self.rig.residents(), before)

    def test_events_go_on_where_the_client_was(self):
        malin = self.serve()
        first = malin.submit()
        heard = self.follow(0, "the first is delivered")
        malin.wait_until_ready()
        malin.kill()
        malin = self.restart()
        malin.wait_until_ready()
        second = malin.submit(prompt="on the roof")
        heard += self.follow(heard[-1]["id"], "the second is delivered", second)
        self.assertEqual([event["id"] for event in heard], list(range(1, len(heard) + 1)), "none lost, none twice")
        delivered = [event["subject"] for event in heard if event["text"] == "the selfie is delivered"]
        self.assertEqual(delivered, [first, second])
        malin.wait_until_ready()

    def follow(self, last, what, job="j-1"):
        """The timeline after that event, as a client of the stream hears it, until this job is delivered."""
        parts = urllib.parse.urlsplit(self.malin.url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        self.addCleanup(connection.close)
        connection.request("GET", "/v1/events", headers={"Last-Event-ID": str(last)})
        answer = connection.getresponse()
        self.assertEqual(answer.getheader("Content-Type"), "text/event-stream")
        heard = []
        while not heard or (heard[-1]["subject"], heard[-1]["text"]) != (job, "the selfie is delivered"):
            line = answer.readline().decode()
            self.assertTrue(line, f"the stream ended before {what}")
            if line.startswith("data: ") and '"subject"' in line:
                heard.append(json.loads(line[6:]))
        return heard


class NoSpace(RigTest):
    """The disk takes nothing for a while."""

    def test_nothing_is_acknowledged_that_is_not_kept(self):
        malin = self.serve()
        malin.limit_files(1)
        status, answer = malin.ask("POST", "/v1/jobs", {"kind": "selfie", "prompt": "at the window"})
        self.assertEqual(status, 503, answer)
        self.assertEqual(request(malin.url + "/v1/glow")[1]["glow"], "green")
        malin.limit_files(None)
        self.assertEqual(malin.get("/v1/jobs")["jobs"], [])
        job = malin.submit()
        malin.wait_for_state(job, "delivered")
        malin.wait_until_ready()

    def test_in_the_middle_of_a_window(self):
        malin = self.serve()
        before = self.rig.residents()
        job = malin.submit(steps=20)
        until("it renders", lambda: self.rig.state()["comfyui"]["running"])
        malin.limit_files(1)
        until("ComfyUI is done", lambda: self.rig.history())
        until("it is noticed", lambda: "the commit failed" in malin.text())
        malin.limit_files(None)
        malin.wait_for_state(job, "delivered")
        malin.wait_until_ready()
        self.assert_restored(before)
        self.assert_delivered_once(job)
        self.assertEqual(len(self.rig.history()), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
