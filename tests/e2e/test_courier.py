"""What is made reaches the person, once, however Telegram fares."""

import unittest

from harness import RigTest, request
from processes import until


class Courier(RigTest):
    def begin(self, kind="selfie", steps=4):
        malin = self.serve()
        self.before = self.rig.residents()
        self.job = malin.submit(kind, steps=steps)
        return malin

    def bot(self, method, **arguments):
        place = self.rig.places["telegram"]
        return request(f"{place['url']}/bot{place['token']}/{method}", "POST", {"chat_id": place["chat"], **arguments})

    def assert_delivered(self):
        self.malin.wait_for_state(self.job, "delivered")
        self.malin.wait_until_ready()
        self.assert_restored(self.before)
        self.assert_delivered_once(self.job)

    def test_down_for_the_whole_render(self):
        self.rig.act("/telegram/kill")
        malin = self.begin()
        malin.wait_for_state(self.job, "rendered")
        malin.wait_until_ready()
        self.assert_restored(self.before)
        self.rig.act("/telegram/revive")
        self.assert_delivered()

    def test_hangs_for_the_whole_render(self):
        self.rig.fault("telegram.hangs")
        malin = self.begin()
        malin.wait_for_state(self.job, "rendered")
        malin.wait_until_ready()
        self.assert_restored(self.before)
        self.rig.clear_faults()
        malin.wait_for_state(self.job, "delivered")
        # What had arrived before the hanging ended is the one repeat that the protocol leaves open.
        self.assertEqual(len(self.rig.media()), 1)
        self.assertLessEqual(len(self.rig.inbox()), 2)

    def test_the_answer_to_the_edit_is_lost(self):
        self.rig.fault("telegram.answer.lost", times=2, text="editMessageMedia")
        self.begin()
        self.assert_delivered()
        self.assertEqual(self.rig.fired("telegram.answer.lost"), 2)

    def test_the_answer_to_the_status_line_is_lost(self):
        self.rig.fault("telegram.answer.lost", times=1, text="sendMessage")
        malin = self.begin()
        malin.wait_for_state(self.job, "delivered")
        malin.wait_until_ready()
        self.assertEqual(len(self.rig.media()), 1)
        self.assertLessEqual(len(self.rig.inbox()), 2)

    def test_429_is_obeyed(self):
        self.rig.fault("telegram.too_many", times=2, amount=1, text="editMessageMedia")
        self.begin()
        self.assert_delivered()
        self.assertEqual(self.rig.fired("telegram.too_many"), 2)

    def test_pages_of_html(self):
        self.rig.fault("telegram.html", times=3, text="editMessageMedia")
        self.begin()
        self.assert_delivered()

    def test_a_video_too_large_for_the_bot_is_kept(self):
        self.rig.fault("telegram.too_large", text="editMessageMedia")
        malin = self.begin()
        job = malin.wait_for_state(self.job, "failed")
        self.assertIn(str(self.folder), job["reason"])
        self.assertEqual(malin.ask("GET", f"/v1/jobs/{self.job}/media")[0], 200)
        until("the person is told", lambda: "could not" in self.rig.inbox()[0]["text"])
        malin.wait_until_ready()

    def test_a_person_who_has_blocked_her(self):
        self.rig.fault("telegram.blocked")
        malin = self.begin()
        job = malin.wait_for_state(self.job, "failed")
        self.assertIn("blocked", job["reason"])
        malin.wait_until_ready()
        self.assert_restored(self.before)

    def test_a_deleted_status_line_does_not_lose_the_photo(self):
        malin = self.begin(steps=20)
        until("the line is there", lambda: self.rig.inbox())
        status, _ = self.bot("deleteMessage", message_id=self.rig.inbox()[0]["id"])
        self.assertEqual(status, 200)
        malin.wait_for_state(self.job, "delivered")
        malin.wait_until_ready()
        self.assert_delivered_once(self.job)

    def test_send_repeats_at_most_once(self):
        self.rig.config.set("courier", "deliver", '"send"')
        self.rig.fault("telegram.answer.lost", text="sendPhoto")
        malin = self.begin()
        malin.wait_for_state(self.job, "delivered")
        malin.wait_until_ready()
        self.assertLessEqual(len(self.rig.media()), 2)

    def test_without_a_courier_the_media_waits_in_the_spool(self):
        self.rig.config.remove("courier")
        malin = self.begin()
        malin.wait_for_state(self.job, "delivered")
        self.assertEqual(malin.ask("GET", f"/v1/jobs/{self.job}/media")[0], 200)
        self.assertEqual(self.rig.inbox(), [])
        malin.wait_until_ready()


if __name__ == "__main__":
    unittest.main(verbosity=2)
