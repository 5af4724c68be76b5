"""From an empty world to a rig that is ready; and two cards in one machine."""

import json
import unittest

from harness import RigTest
from processes import until


class EmptyWorld(RigTest):
    def test_senses_come_in_order_of_impact_as_configured(self):
        self.rig.config.set("senses.brain", "identifier", '"her-mind"')
        self.rig.config.set("senses.brain", "load_config", """'{"contextLength": 6000}'""")
        self.rig.config.set("senses.vision", "ttl", '"6h"')
        self.rig.act("/lmstudio/kill")
        self.rig.act("/lmstudio/revive")
        malin = self.restart()
        malin.wait_until_ready()
        residents = self.rig.residents()
        self.assertEqual(list(residents), ["her-mind", "qwen3-vl-8b"], "who is missed most comes first")
        self.assertEqual(residents["her-mind"]["context_length"], 6000)
        self.assertIsNone(residents["her-mind"]["ttl_ms"])
        self.assertEqual(residents["qwen3-vl-8b"]["ttl_ms"], 6 * 3600 * 1000)
        until("the log says so, too", lambda: "she is ready" in malin.text())
        # They leave and come back the same.
        job = malin.submit("video", "she turns and waves")
        malin.wait_for_state(job, "delivered")
        malin.wait_until_ready()
        self.assert_restored(residents)

    def test_servers_that_are_down_are_started(self):
        self.rig.config.set("engines.lmstudio", "start", self.rig.command("lmstudio/revive"))
        self.rig.config.set("engines.chatterbox", "start", self.rig.command("chatterbox/revive"))
        self.rig.config.set("renderers.comfyui", "start", self.rig.command("comfyui/revive"))
        before = self.rig.residents()
        for server in ("lmstudio", "chatterbox", "comfyui"):
            self.rig.act(f"/{server}/kill")
        malin = self.restart()
        self.assertEqual(malin.ask("GET", "/readyz")[0], 503)
        self.assertEqual(malin.ask("GET", "/healthz")[0], 200)
        malin.wait_until_ready()
        self.assertEqual(self.rig.residents(), before)
        until("ComfyUI is up", lambda: self.rig.state()["comfyui"]["alive"])

    def test_jobs_are_taken_before_she_is_ready(self):
        self.rig.act("/lmstudio/kill")
        malin = self.restart()
        job = malin.submit()
        # A dead engine leaves room enough.
        malin.wait_for_state(job, "delivered")
        self.assertEqual(malin.windows(), [])
        self.rig.act("/lmstudio/revive")
        malin.wait_until_ready()

    def test_residents_that_are_right_are_adopted(self):
        references, counters = self.rig.references(), self.rig.state()["lmstudio"]
        self.serve()
        self.assertEqual(self.rig.references(), references)
        self.assertEqual(self.rig.state()["lmstudio"]["loads"], counters["loads"])


class TwoCards(RigTest):
    def test_vision_on_a_card_of_its_own_is_never_away(self):
        # A second rig lends its card and its LM Studio: to the daemon it is one machine with two cards.
        other = self.start_rig("other")
        config = self.rig.config
        config.set("cards.gpu1", "library", json.dumps(f"{other.folder}/libnvidia-ml.so.1"))
        config.set("cards.gpu1", "uuid", '"GPU-6d616c69-6e00-4000-8000-000000000000"')
        config.set("engines.second", "type", '"lmstudio"')
        config.set("engines.second", "url", json.dumps(other.places["lmstudio"]["url"]))
        for section in ("senses.brain", "senses.voice", "renderers.comfyui"):
            config.set(section, "card", '"gpu0"')
        config.set("senses.vision", "engine", '"second"')
        config.set("senses.vision", "card", '"gpu1"')
        for kind in ("selfie", "video"):
            config.set(f"kinds.{kind}", "evict", None)
        malin = self.serve()
        before, elsewhere = self.rig.residents(), other.residents()
        job = malin.submit(steps=20)
        malin.wait_for_phase("rendering")
        self.assertEqual(malin.senses(), {"brain": "away", "vision": "ready", "voice": "ready"})
        self.assertEqual(malin.windows()[0]["card"], "gpu0")
        malin.wait_for_state(job, "delivered")
        malin.wait_until_ready()
        self.assert_restored(before)
        self.assertEqual(other.residents(), elsewhere)
        self.assertEqual(other.unloads(), 0)
        # And what is lost on the other card is healed there.
        other.act("/lmstudio/eject", identifier="qwen3-vl-8b")
        until("vision is missed", lambda: malin.senses()["vision"] != "ready")
        malin.wait_until_ready()
        self.assertEqual(other.residents(), elsewhere)


if __name__ == "__main__":
    unittest.main(verbosity=2)
