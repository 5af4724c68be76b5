"""A typical day on the example rig, under every policy, beside one job a window: bench/day.py --malin FILE --json FILE

The figures are of simulated time, so they are the same on every machine.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]


def rehearse(malin):
    # A home without a ledger: nothing is measured there, so the times are those that are assumed.
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "MALIN_TELEGRAM_TOKEN": "0:none"}
        command = [malin, "rehearse", "--config", str(ROOT / "config/malin.toml"), "--day", "--json"]
        return json.loads(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


def ratio(value, base):
    return round(value / base, 3) if value is not None and base else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--malin", required=True)
    parser.add_argument("--json", required=True)
    options = parser.parse_args()
    day = rehearse(options.malin)["day"]
    base = next(one for one in day["policies"] if one["policy"] == "one job a window")
    print(f"{'':18}{'away':>9}{'ratio':>8}{'p50':>8}{'p95':>8}{'ratio':>8}{'late':>6}{'jobs':>6}")
    for one in day["policies"]:
        one["away_ratio"] = ratio(one["away_in_all_seconds"], base["away_in_all_seconds"])
        one["wait_p95_ratio"] = ratio(one["wait_p95_seconds"], base["wait_p95_seconds"])
        waits = [f"{wait:.0f} s" if wait is not None else "never" for wait in
                 (one["wait_p50_seconds"], one["wait_p95_seconds"])]
        print(f"{one['policy']:18}{one['away_in_all_seconds']:7.0f} s{one['away_ratio']:8.2f}{waits[0]:>8}{waits[1]:>8}"
              f"{one['wait_p95_ratio'] or '-':>8}{one['replies_delayed']:6}{one['jobs_done']:6}")
    pathlib.Path(options.json).write_text(json.dumps(day, indent=1) + "\n")


if __name__ == "__main__":
    main()
