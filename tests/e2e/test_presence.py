"""She is never sent away in the middle of a reply, and a reply does not begin while she is away."""

import datetime
import http.client
import json
import unittest
import urllib.parse

from harness import RigTest
from processes import stays, until


def moment(text):
    return datetime.datetime.fromisoformat(text)


class Turns(RigTest):
    def begin(self):
        status, turn = self.malin.ask("POST", "/v1/turns")
        self.assertEqual(status, 201, turn)
        return turn["id"]

    def is_talking(self, turn):
        return self.malin.ask("PUT", f"/v1/turns/{turn}")[0] == 200

    def end_turn(self, turn):
        self.assertEqual(self.malin.ask("DELETE", f"/v1/turns/{turn}")[0], 204)

    def test_a_turn_delays_the_unload(self):
        malin = self.serve()
        turn = self.begin()
        job = malin.submit()
        until("the job waits for her", lambda: "middle of a reply" in malin.waits(job))
        stays("she talks and nobody is unloaded", lambda: self.is_talking(turn) and self.rig.unloads() == 0)
        self.assertEqual(malin.job(job)["state"], "queued")
        ended_at = moment(malin.status()["now"])
        self.end_turn(turn)
        malin.wait_for_state(job, "delivered")
        malin.wait_until_ready()
        # 8 s of her time.
        quiet = moment(malin.windows()[0]["opened_at"]) - ended_at
        self.assertGreaterEqual(quiet.total_seconds(), 0.8)
        self.assertEqual(self.rig.state()["lmstudio"]["replies_cut"], 0)

    def test_no_turn_begins_in_a_window(self):
        malin = self.serve()
        job = malin.submit(steps=20)
        malin.wait_for_phase("rendering")
        status, answer = malin.ask("POST", "/v1/turns")
        self.assertEqual((status, answer["status"], answer["away"]), (409, 409, ["vision"]))
        self.assertIn("vision is away", answer["detail"])
        left = moment(answer["until"]) - moment(malin.status()["now"])
        self.assertTrue(0 < left.total_seconds() <= 600, answer)
        malin.wait_for_state(job, "delivered")
        malin.wait_until_ready()
        self.end_turn(self.begin())

    def test_a_lost_client_is_not_mid_reply_for_ever(self):
        self.rig.config.set("presence", "turn_expiry", '"1s"')
        malin = self.serve()
        turn = self.begin()
        job = malin.submit()
        until("the job waits for her", lambda: "middle of a reply" in malin.waits(job))
        malin.wait_for_state(job, "delivered")
        self.assertEqual(malin.ask("PUT", f"/v1/turns/{turn}")[0], 404)
        malin.wait_until_ready()

    def test_after_its_patience_any_gap_will_do(self):
        self.rig.config.set("presence", "idle_grace", '"1h"')
        self.rig.config.set("kinds.selfie", "patience", '"2s"')
        malin = self.serve()
        self.end_turn(self.begin())
        job = malin.submit()
        until("the job waits for silence", lambda: "waiting for an idle moment" in malin.waits(job))
        malin.wait_for_state(job, "delivered")
        waited = moment(malin.windows()[0]["opened_at"]) - moment(malin.job(job)["created_at"])
        self.assertGreaterEqual(waited.total_seconds(), 2)
        malin.wait_until_ready()

    def test_patience_does_not_cut_a_turn(self):
        self.rig.config.set("kinds.selfie", "patience", '"0s"')
        malin = self.serve()
        turn = self.begin()
        job = malin.submit()
        until("the job waits for her", lambda: "middle of a reply" in malin.waits(job))
        self.assertEqual(self.rig.unloads(), 0)
        self.end_turn(turn)
        malin.wait_for_state(job, "delivered")
        malin.wait_until_ready()


class Replies(RigTest):
    def test_a_reply_that_streams_is_heard_without_a_turn(self):
        malin = self.serve()
        parts = urllib.parse.urlsplit(self.rig.places["lmstudio"]["url"])
        chat = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        self.addCleanup(chat.close)
        body = {
            "model": "dolphin-24b",
            "stream": True,
            "messages": [{"role": "user", "content": "Tell me a very long story about the sea."}],
        }
        chat.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
        answer = chat.getresponse()
        self.assertEqual(answer.status, 200)
        job = malin.submit()
        said = answer.read().decode()
        self.assertIn("[DONE]", said)
        malin.wait_for_state(job, "delivered")
        malin.wait_until_ready()
        self.assertEqual(self.rig.state()["lmstudio"]["replies_cut"], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
