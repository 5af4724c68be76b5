"""The person writes to her in Telegram and presses buttons; strangers and other readers get nowhere."""

import subprocess
import threading
import unittest

from harness import MALIN, RigTest, request
from processes import until

STRANGER = 99


class Telegram(RigTest):
    def say(self, text, **more):
        self.rig.act("/telegram/say", text=text, **more)

    def lines(self):
        return [message["text"] for message in self.rig.inbox()]

    def wait_for_line(self, part):
        return until(f'she says "{part}"', lambda: next((line for line in self.lines() if part in line), None))

    def page(self):
        return request(self.rig.places["telegram"]["url"] + "/inbox.json")[1]

    def press(self, label):
        """The answer to a press on the newest button with this label."""

        def shown():
            return [(m["id"], b) for m in self.rig.inbox() for row in m["buttons"] for b in row if b["text"] == label]

        message, button = until(f"there is a button {label}", shown)[-1]
        before = len(self.page()["presses"])
        self.rig.act("/telegram/press", message=message, data=button["callback_data"])
        return until("the press is answered", lambda: [p["answer"] for p in self.page()["presses"][before:]][0])

    def newest_job(self):
        jobs = self.malin.get("/v1/jobs")["jobs"]
        return jobs[0]["id"] if jobs else None

    def metric(self, name):
        return next(line for line in self.malin.get("/metrics").decode().split("\n") if line.startswith(name + " "))

    def bot(self, method, **arguments):
        place = self.rig.places["telegram"]
        return request(f"{place['url']}/bot{place['token']}/{method}", "POST", arguments)

    def stop_reading(self):
        """Updates still arrive by the poll under way, and can be confirmed no more."""

        def stop():
            self.rig.fault("telegram.too_many", text="getUpdates", amount=1)
            if self.rig.state()["telegram"]["is_read"]:
                return True
            self.rig.clear_faults()
            return False

        until("a poll is under way", stop)

    def test_a_wish_becomes_a_photo_in_the_message_that_told_of_it(self):
        malin = self.serve()
        until("the menu is there", lambda: "selfie" in [one["command"] for one in self.page()["commands"]])
        self.say("/selfie at the window, rain on the glass")
        job = malin.wait_for_state(until("it is a job", self.newest_job), "delivered")
        self.assertEqual((job["kind"], job["prompt"]), ("selfie", "at the window, rain on the glass"))
        malin.wait_until_ready()
        self.assert_delivered_once(job["id"])
        self.assertEqual(self.rig.media()[0]["buttons"], [])

        self.say("/help")
        self.assertIn("/video", self.wait_for_line("/selfie - "))
        self.say("/selfie")
        self.wait_for_line("the prompt is empty")
        self.say("/swap off")
        self.wait_for_line("Swapping is off")
        self.assertFalse(malin.status()["swap"]["enabled"])
        self.say("/restore")
        self.wait_for_line("Nobody is away.")
        self.say("/restore nose")
        self.wait_for_line('there is no sense "nose"')

    def test_what_she_says_is_true_during_a_window_and_a_button_ends_it(self):
        self.rig.fault("comfyui.slow", amount=20)
        malin = self.serve()
        self.say("/selfie a long one")
        until("the photo is under way", lambda: malin.phase() == "rendering" and malin.senses()["vision"] == "away")
        self.say("/status")
        status = self.wait_for_line("vision is away")
        self.assertTrue(status.startswith("amber: rendering a selfie; vision is away"), status)
        self.say("/queue")
        self.wait_for_line("j-1 selfie, rendering: a long one")
        until("she says how far it is", lambda: any("%" in line for line in self.lines()))
        self.assertEqual(self.press("Cancel"), "j-1 is cancelled.")
        self.wait_for_line("I was asked not to")
        malin.wait_until_ready()
        self.assertEqual(malin.job("j-1")["state"], "cancelled")
        self.say("/cancel")
        self.wait_for_line("Nothing of yours is under way.")

    def test_after_a_failure_it_is_tried_again_once(self):
        self.rig.fault("telegram.too_large", text="editMessageMedia", times=1)
        malin = self.serve()
        self.say("/selfie by the sea")
        malin.wait_for_state(until("it is a job", self.newest_job), "failed")
        self.wait_for_line("I could not take it")
        self.assertEqual(self.press("Try again"), "I try again: j-2")
        self.assertEqual(self.press("Try again"), "I try again: j-2")
        job = malin.wait_for_state("j-2", "delivered")
        self.assertEqual(job["prompt"], "by the sea")
        self.assertEqual(self.newest_job(), "j-2")
        malin.wait_until_ready()

    def test_a_stranger_gets_nothing_and_is_counted(self):
        malin = self.serve()
        self.say("/selfie for a stranger, unmistakable", chat=STRANGER)
        self.say("/status", chat=STRANGER)
        self.say("/status")
        self.wait_for_line("green: all here")
        self.assertEqual(self.metric("malin_telegram_strangers_total"), "malin_telegram_strangers_total 2")
        self.assertEqual(self.rig.state()["telegram"]["sends_to_strangers"], 0)
        self.assertIsNone(self.newest_job())
        self.assertNotIn("unmistakable", malin.text())

    def test_a_restart_repeats_nothing(self):
        malin = self.serve()
        self.stop_reading()
        self.say("/selfie once")
        until("it is a job", self.newest_job)
        self.say("/status")
        malin.kill()
        self.rig.clear_faults()
        malin = self.restart()
        malin.wait_for_state("j-1", "delivered")
        self.wait_for_line("brain is")
        malin.wait_until_ready()
        self.say("/queue")
        self.wait_for_line("Nothing is waiting.")
        self.assertEqual(self.newest_job(), "j-1")
        self.assertEqual(len(self.rig.media()), 1)
        self.assertEqual(len(self.rig.inbox()), 3, self.lines())

    def test_a_webhook_and_another_reader_are_explained(self):
        self.bot("setWebhook", url="https://example.org/hook")
        self.assertIn("a webhook takes this bot's messages", self.check())
        malin = self.serve()
        malin.wait_for_line(r"commands cannot be read: .*a webhook takes")
        self.assertIn("a webhook", malin.status()["courier"]["unheard"])
        self.assertIn("a webhook", self.check())
        self.bot("deleteWebhook")
        until("she hears again", lambda: malin.status()["courier"]["unheard"] is None)

        is_over = threading.Event()

        def read():
            while not is_over.is_set():
                self.bot("getUpdates", timeout=50)

        reader = threading.Thread(target=read)
        reader.start()
        try:
            unheard = until("she says so", lambda: malin.status()["courier"]["unheard"])
        finally:
            is_over.set()
            self.say("/status")
            reader.join()
        self.assertIn("another program reads this bot's messages", unheard)
        self.wait_for_line("green: all here")

    def check(self):
        command = [MALIN, "check", "--config", self.rig.config_path]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout


if __name__ == "__main__":
    unittest.main(verbosity=2)
