"""What `malin` gives to a shell: completions in real shells, and manual pages that their readers find no fault with.
Of zsh, fish, man and mandoc those are asked that are installed."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from harness import MALIN, ROOT, RigTest

BASH = """
source <("$1" completions bash)
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_malin "$1" "${COMP_WORDS[COMP_CWORD]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def run(*command, check=True):
    done = subprocess.run([str(one) for one in command], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "PATH": f"{pathlib.Path(MALIN).parent}:{os.environ['PATH']}"})
    if check and (done.returncode != 0 or done.stderr):
        raise AssertionError(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def bash_offers(*words):
    return run("bash", "--norc", "-c", BASH, "bash", MALIN, *words).split()


class Shell(unittest.TestCase):
    def test_bash_offers_what_fits(self):
        self.assertEqual(bash_offers("wa"), ["watch"])
        self.assertEqual(bash_offers("swap", "o"), ["on", "off"])
        self.assertEqual(bash_offers("events", "--fo"), ["--follow"])
        self.assertEqual(bash_offers("check", "--config", ""), [], "bash itself offers files")

    @unittest.skipUnless(shutil.which("zsh"), "no zsh here")
    def test_zsh_understands_its_script(self):
        with tempfile.NamedTemporaryFile("w", suffix=".zsh") as script:
            script.write(run(MALIN, "completions", "zsh"))
            script.flush()
            run("zsh", "-n", script.name)

    @unittest.skipUnless(shutil.which("fish"), "no fish here")
    def test_fish_offers_what_fits(self):
        offers = run("fish", "--no-config", "-c", "malin completions fish | source; complete -C 'malin events --fo'")
        self.assertEqual(offers, "--follow\tGo on with what happens from now on\n")

    def test_manual_pages_have_no_faults(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, made in (("malin.1", run(MALIN, "man")), ("malin.toml.5", run(ROOT / "scripts/man-config"))):
                page = pathlib.Path(folder) / name
                page.write_text(made)
                if shutil.which("man"):
                    self.assertIn("NAME", run("man", "--warnings", "-l", page))
                if shutil.which("mandoc"):
                    faults = run("mandoc", "-T", "lint", "-W", "warning", page, check=False).splitlines()
                    # Its own date would make each build another page.
                    self.assertEqual([fault for fault in faults if "missing date" not in fault], [])


class Names(RigTest):
    def test_names_are_those_of_the_daemon(self):
        url = self.serve().url
        self.malin.ask("PUT", "/v1/swap", {"enabled": False})
        job = self.malin.submit(prompt="at the window")
        self.assertEqual(bash_offers("cancel", "--url", url, ""), [job])
        self.assertEqual(bash_offers("restore", "--url", url, "v"), ["vision", "voice"])
        self.assertEqual(bash_offers("submit", "--url", url, "se"), ["selfie"])
        self.malin.stop()
        self.assertEqual(bash_offers("cancel", "--url", url, ""), [])


if __name__ == "__main__":
    unittest.main()
