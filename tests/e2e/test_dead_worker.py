"""ComfyUI's worker thread dies while its port still answers: only a restart helps, and it comes by itself.

In a file of its own: a render counts as stuck only after two minutes of real time without progress.
"""

import unittest

from harness import RigTest
from processes import until


class DeadWorker(RigTest):
    def test_it_is_noticed_and_restarted(self):
        self.rig.config.set("renderers.comfyui", "restart", self.rig.command("comfyui/kill", "comfyui/revive"))
        self.rig.config.set("kinds.selfie", "render_limit", '"5s"')
        self.rig.fault("comfyui.zombie", times=1)
        malin = self.serve()
        before = self.rig.residents()
        job = malin.submit()
        until("the restart", lambda: "did comfyui/kill" in malin.text(), 200)
        malin.wait_for_state(job, "delivered")
        malin.wait_until_ready()
        self.assertEqual(malin.job(job)["attempts"], 2)
        self.assert_restored(before)
        self.assert_delivered_once(job)


if __name__ == "__main__":
    unittest.main(verbosity=2)
