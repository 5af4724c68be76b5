#!/usr/bin/env python3
"""Reads the code itself and holds it to the rules of CONTRIBUTING.md. Run by ctest, or by hand:

    python3 tests/tidy/tidy.py [--build build/dev]
"""

import json
import os
import re
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)

from rules import RULES  # noqa: E402

BUILD = None


def source_files():
    """(path from the root, text) of every C++ file of ours."""
    for top in ("src", "tests", "bench"):
        for folder, folders, names in os.walk(os.path.join(ROOT, top)):
            folders[:] = sorted(name for name in folders if name not in ("data", "node_modules"))
            for name in sorted(names):
                if name.endswith((".cpp", ".hpp")):
                    full = os.path.join(folder, name)
                    with open(full, encoding="utf-8") as file:
                        yield os.path.relpath(full, ROOT), file.read()


def compiled(path):
    """The file itself, and those that it is made of where CMake compiles several as one ("unity build")."""
    yield os.path.realpath(path)
    if path.endswith("_cxx.cxx"):
        with open(path, encoding="utf-8") as file:
            yield from (os.path.realpath(name) for name in re.findall(r'^#include "(.*)"', file.read(), re.MULTILINE))


class Repository(unittest.TestCase):
    def test_every_file_follows_the_rules(self):
        problems = []
        for path, text in source_files():
            for rule in RULES:
                problems += [f"{path}:{line}: {message}" for line, message in rule(path, text)]
        self.assertEqual([], problems, "\n" + "\n".join(problems))

    def test_every_source_file_is_built(self):
        if BUILD is None:
            self.skipTest("no --build folder")
        with open(os.path.join(BUILD, "compile_commands.json"), encoding="utf-8") as file:
            built = {path for entry in json.load(file) for path in compiled(os.path.join(entry["directory"], entry["file"]))}
        idle = [path for path, _ in source_files()
                if path.endswith(".cpp") and os.path.realpath(os.path.join(ROOT, path)) not in built]
        self.assertEqual([], idle, "files that nobody builds")


if __name__ == "__main__":
    if "--build" in sys.argv:
        at = sys.argv.index("--build")
        BUILD = sys.argv[at + 1]
        del sys.argv[at:at + 2]
    from rules_test import *  # noqa: E402,F401,F403
    unittest.main()
