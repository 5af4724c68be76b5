"""SIGKILL at every named step of a window, on real sockets; the next daemon goes on, and nothing is lost or doubled.

  crash_matrix.py                        each step of crash_points.py once, and a table
  crash_matrix.py POINT...               only the steps whose names contain one of these words
  crash_matrix.py --random --minutes N   at random moments, several lives a job; --seed S draws the same moments
"""

import argparse
import collections
import random
import sys
import time

from crash_machine import Machine, check
from crash_points import POINTS

WINDOW_S = 1.6  # About as long as a window takes here, on an idle machine.
DEATHS_MAX = 4  # In one round.
JOBS_MAX = 2
TELL_S = 30


class Tries:
    """Rounds on one machine after the other: after a failure on a new one, so that the next round starts at rest."""

    def __init__(self):
        self.machine = Machine()
        self.failed = 0

    def round(self, name, steps):
        """What `steps` returns of the machine; None: it failed, and all that is known was said."""
        try:
            return steps(self.machine)
        except Exception as error:
            self.failed += 1
            print(f"FAILED {name}: {error}\n{self.machine.story()}", flush=True)
            self.end()
            self.machine = Machine()
            return None

    def end(self):
        try:
            code = self.machine.end()
            check("it ends in peace", code == 0, code)
        except Exception as error:
            self.failed += 1
            print(f"FAILED: {error}", flush=True)


def at_point(point):
    def steps(machine):
        found = machine.die_at(point)
        began = time.monotonic()
        machine.start()
        machine.rest(point.lines)
        return found, time.monotonic() - began

    return steps


def try_points(points):
    tries = Tries()
    width = max(len(point.name) for point in points)
    print(f"{'killed at':{width}}  {'rest, s':>7}  the ledger it left: job, window, outbox, senses away")
    for point in points:
        row = tries.round(point.name, at_point(point))
        if row:
            print(f"{point.name:{width}}  {row[1]:7.1f}  {row[0]}", flush=True)
    tries.end()
    print(f"kill points: {len(points)}, failed: {tries.failed}")
    return tries.failed


def at_random(chance, kills):
    def steps(machine):
        machine.submit()
        for _ in range(chance.randint(1, DEATHS_MAX)):
            time.sleep(chance.uniform(0, WINDOW_S))
            kills[str(machine.kill())] += 1
            machine.start()
            if len(machine.jobs) < JOBS_MAX and chance.random() < 0.25:
                machine.submit()
        machine.rest(lines=2)
        return True

    return steps


def try_random(minutes, seed):
    tries, kills, rounds = Tries(), collections.Counter(), 0
    began = told = time.monotonic()

    def tell():
        passed = (time.monotonic() - began) / 60
        print(f"{passed:.1f} min: {rounds} rounds, {kills.total()} kills and restarts in {len(kills)} standings,"
              f" {tries.failed} failed; next seed {seed + rounds}", flush=True)

    while time.monotonic() - began < minutes * 60:
        name = f"--random --seed {seed + rounds}"
        tries.round(name, at_random(random.Random(seed + rounds), kills))
        rounds += 1
        if time.monotonic() - told > TELL_S:
            told = time.monotonic()
            tell()
    tries.end()
    print("kills  the ledger they left: job, window, outbox, senses away")
    for standing_, count in kills.most_common():
        print(f"{count:5}  {standing_}")
    tell()
    return tries.failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("points", nargs="*", metavar="POINT")
    parser.add_argument("--random", action="store_true")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if args.random:
        return 1 if try_random(args.minutes, args.seed) else 0
    points = [p for p in POINTS if not args.points or any(word in p.name for word in args.points)]
    return 1 if try_points(points) else 0


if __name__ == "__main__":
    sys.exit(main())
