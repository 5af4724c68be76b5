"""A sense that is missing comes back, whatever took it away."""

import unittest

from harness import RigTest
from processes import stays, until

BRAIN, VISION = "dolphin-24b", "qwen3-vl-8b"


class AtRest(RigTest):
    def test_an_ejected_model_is_brought_back(self):
        malin = self.serve()
        before = self.rig.residents()
        self.rig.act("/lmstudio/eject", identifier=VISION)
        until("vision is missed", lambda: malin.senses()["vision"] != "ready")
        self.assertEqual(malin.ask("GET", "/readyz")[0], 503)
        malin.wait_until_ready()
        self.assertEqual(self.rig.residents(), before)
        self.assertEqual(malin.ask("GET", "/readyz")[0], 200)

    def test_a_dead_lmstudio_is_started_and_filled(self):
        self.rig.config.set("engines.lmstudio", "start", self.rig.command("lmstudio/revive"))
        malin = self.serve()
        before = self.rig.residents()
        self.rig.act("/lmstudio/kill")
        until("the daemon misses it", lambda: malin.status()["glow"] == "red")
        malin.wait_until_ready()
        self.assertEqual(self.rig.residents(), before)
        self.assertIn("did lmstudio/revive", malin.text())

    def test_a_dead_voice_is_awaited(self):
        malin = self.serve()
        self.rig.act("/chatterbox/kill")
        until("the voice is missed", lambda: malin.senses()["voice"] == "unknown")
        self.assertEqual(malin.status()["glow"], "red")
        self.rig.act("/chatterbox/revive")
        malin.wait_until_ready()

    def test_a_copy_is_folded(self):
        self.rig.fault("lmstudio.load.duplicate", times=1, amount=100)
        malin = self.serve()
        before = self.rig.residents()
        self.rig.act("/lmstudio/eject", identifier=VISION)
        until("the copy came and went", lambda: self.rig.fired("lmstudio.load.duplicate"))
        until("only what was there is there", lambda: self.rig.residents() == before)
        malin.wait_until_ready()

    def test_a_model_that_answers_as_another_is_loaded_afresh(self):
        malin = self.serve()
        before, references = self.rig.residents(), self.rig.references()
        self.rig.fault("lmstudio.reply.other_model", times=4, text="gemma-3-4b")
        self.rig.act("/lmstudio/eject", identifier=VISION)
        until("it is heard", lambda: malin.senses()["vision"] == "failing")
        malin.wait_until_ready()
        self.assertEqual(self.rig.residents(), before)
        self.assertEqual(self.rig.references()[BRAIN], references[BRAIN])


class AfterAWindow(RigTest):
    def make_selfie(self):
        malin = self.serve()
        self.before = self.rig.residents()
        job = malin.submit()
        malin.wait_for_state(job, "delivered")
        return job

    def test_a_failed_load_is_tried_again(self):
        self.rig.fault("lmstudio.load.fails", times=2, amount=0.5, text="out of memory")
        self.make_selfie()
        until("the failures are told", lambda: "out of memory" in str(self.malin.status()["senses"]))
        self.malin.wait_until_ready()
        self.assert_restored(self.before)
        self.assertEqual(self.rig.state()["lmstudio"]["load_failures"], 2)

    def test_loads_that_keep_failing_restart_the_engine(self):
        self.rig.config.set("engines.lmstudio", "restart", self.rig.command("lmstudio/kill", "lmstudio/revive"))
        self.rig.config.set("supervision", "load_failures_before_restart", 2)
        self.rig.fault("lmstudio.load.fails", times=2, text="the runtime is broken")
        job = self.make_selfie()
        self.malin.wait_until_ready()
        self.assertEqual(self.rig.residents(), self.before)
        self.assertIn("did lmstudio/kill", self.malin.text())
        self.assertEqual(self.malin.job(job)["state"], "delivered")
        told = [message["text"] for message in self.rig.inbox() if not message["media"]]
        self.assertTrue(any("cannot get my vision back" in text for text in told), told)
        until("the person is told", lambda: any(m["text"] == "vision is back." for m in self.rig.inbox()))

    def test_other_settings_are_noticed_and_put_right(self):
        self.rig.fault("lmstudio.load.other_config", times=1)
        self.make_selfie()
        self.malin.wait_until_ready()
        self.assert_restored(self.before)
        self.assertIn("other settings", self.malin.told())

    def test_other_settings_that_stay_are_owned_up_to(self):
        self.rig.fault("lmstudio.load.other_config")
        self.make_selfie()
        self.malin.wait_until_ready()
        window = self.malin.windows()[0]
        self.assertFalse(window["restored_exactly"])
        self.assertIn("other settings", window["reason"])
        loads = self.rig.state()["lmstudio"]["loads"]
        stays("nothing is loaded over and over", lambda: self.rig.state()["lmstudio"]["loads"] == loads)

    def test_a_load_that_stalls_is_given_up(self):
        self.rig.config.set("senses.vision", "load_limit", '"2s"')
        self.rig.fault("lmstudio.load.stalls", times=1, amount=0.4)
        self.make_selfie()
        self.malin.wait_until_ready()
        self.assert_restored(self.before)

    def test_an_engine_that_dies_of_a_load(self):
        self.rig.config.set("engines.lmstudio", "start", self.rig.command("lmstudio/revive"))
        self.rig.fault("lmstudio.load.crashes", times=1, amount=0.5)
        self.make_selfie()
        until("it is dead", lambda: self.rig.fired("lmstudio.load.crashes"))
        self.malin.wait_until_ready()
        self.assertEqual(self.rig.residents(), self.before)


class InAWindow(RigTest):
    def open_window(self, kind="selfie", steps=20):
        malin = self.serve()
        self.before = self.rig.residents()
        self.job = malin.submit(kind, steps=steps)
        malin.wait_for_phase("rendering")
        until("it renders", lambda: self.rig.state()["comfyui"]["running"])
        return malin

    def test_an_intruder_is_not_touched(self):
        self.rig.fault("lmstudio.unload.intruder", times=1, amount=0.1, text="nomic-embed-text-v1.5")
        malin = self.open_window(steps=4)
        malin.wait_for_state(self.job, "delivered")
        malin.wait_until_ready()
        after = self.rig.residents()
        self.assertIn("nomic-embed-text-v1.5", after)
        del after["nomic-embed-text-v1.5"]
        self.assertEqual(after, self.before)

    def make_room_against(self, **options):
        """A selfie needs nearly all that vision leaves, and another program takes what was free besides."""
        self.rig.config.set("swap", "settle_limit", '"4s"')
        for key, value in options.items():
            self.rig.config.set("kinds.selfie", key, value)
        self.rig.fault("lmstudio.unload.memory_late", times=1, amount=15)
        malin = self.serve()
        self.before = self.rig.residents()
        self.job = malin.submit()
        malin.wait_for_phase("making_room")
        self.rig.act("/card/hold", holder="game", mib=400)
        return malin

    def test_someone_takes_the_freed_room(self):
        malin = self.make_room_against(may_widen="false")
        until("the job says why", lambda: "held by" in malin.job(self.job)["reason"])
        self.assertIn("free of the 6 GiB a selfie needs", malin.job(self.job)["reason"])
        malin.wait_until_ready()
        self.assertEqual(self.rig.history(), {}, "a render began without room")
        self.assert_restored(self.before)
        self.assertEqual(malin.job(self.job)["state"], "queued")

    def test_someone_takes_the_freed_room_and_the_brain_goes_too(self):
        malin = self.make_room_against()
        malin.wait_for_state(self.job, "delivered")
        malin.wait_until_ready()
        self.assertEqual(malin.windows()[0]["evicted"], ["vision", "brain"])
        self.assert_restored(self.before)
        self.assert_delivered_once(self.job)

    def test_her_own_model_loaded_by_someone_else(self):
        malin = self.open_window("video", steps=12)
        self.rig.act("/lmstudio/load", model=VISION)
        until("it is sent away again", lambda: VISION not in self.rig.residents())
        malin.wait_for_state(self.job, "delivered")
        malin.wait_until_ready()
        self.assert_restored(self.before)
        self.assertIn("loaded again by someone", malin.told())
        self.assert_delivered_once(self.job)

    def test_lmstudio_dies_and_is_back(self):
        malin = self.open_window()
        self.rig.act("/lmstudio/kill")
        until("the brain is missed", lambda: malin.senses()["brain"] != "ready")
        self.assertEqual(malin.status()["glow"], "red")
        self.rig.act("/lmstudio/revive")
        malin.wait_for_state(self.job, "delivered")
        malin.wait_until_ready()
        self.assertEqual(self.rig.residents(), self.before)
        self.assert_delivered_once(self.job)

    def test_an_unload_that_does_nothing_is_repeated(self):
        self.rig.fault("lmstudio.unload.ignored", times=1)
        self.open_window(steps=4)
        self.malin.wait_for_state(self.job, "delivered")
        self.malin.wait_until_ready()
        self.assert_restored(self.before)

    def test_memory_that_stays_away_ends_the_window(self):
        self.rig.config.set("swap", "settle_limit", '"1s"')
        self.rig.config.set("kinds.selfie", "may_widen", "false")
        self.rig.config.set("engines.lmstudio", "restart", self.rig.command("lmstudio/kill", "lmstudio/revive"))
        self.rig.fault("lmstudio.unload.memory_stays", times=1)
        malin = self.serve()
        before = self.rig.residents()
        job = malin.submit()
        until("the job says why", lambda: "free of the" in malin.job(job)["reason"])
        self.assertEqual(self.rig.history(), {})
        # The engine's own ledger says that it has the room; only its restart gives the memory back.
        self.rig.act("/lmstudio/kill")
        self.rig.act("/lmstudio/revive")
        malin.wait_until_ready()
        self.assertEqual(self.rig.residents(), before)
        self.assertEqual(malin.job(job)["state"], "queued")


if __name__ == "__main__":
    unittest.main(verbosity=2)
