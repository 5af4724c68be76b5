#!/usr/bin/env python3
"""How soon the daemon serves, how soon it has decided anew after SIGKILL, and what it takes at rest.

    bench/start.py [--malin PROGRAM] [--rounds N] [--rest SECONDS] [--json FILE]

The rig is the program's own. Times are from exec to the answer, as a client sees them."""

import argparse
import json
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.request

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
JOBS = 400


def ask(port, target, limit=5):
    """The answer's body, or None: nobody is there, or it is not 200."""
    try:
        with socket.create_connection(("127.0.0.1", port), limit) as peer:
            peer.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
            answer = b""
            while part := peer.recv(1 << 20):
                answer += part
    except OSError:
        return None
    head, _, body = answer.partition(b"\r\n\r\n")
    return body if head.startswith(b"HTTP/1.1 200") else None


def milliseconds_until(is_true, began, limit=30):
    while not is_true():
        if time.monotonic() - began > limit:
            raise SystemExit("bench/start.py: the daemon did not come up")
        time.sleep(0.0002)
    return (time.monotonic() - began) * 1000


class Daemon:
    running = None  # The one that there is.

    def __init__(self, malin, config, port):
        Daemon.running = self
        self.port = port
        self.began = time.monotonic()
        self.pid = os.posix_spawn(malin, [malin, "serve", "--config", str(config)], os.environ, file_actions=[
            (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)])

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        Daemon.running = None

    def until_serving(self):
        return milliseconds_until(lambda: ask(self.port, "/healthz") is not None, self.began)

    def until_decided(self, jobs):
        """The queue is known again, and each job in it has a reason why it waits: a decision was made."""
        def is_decided():
            body = ask(self.port, "/v1/status")
            queue = json.loads(body)["queue"] if body else []
            return len(queue) == jobs and all(job["waits"] for job in queue)
        return milliseconds_until(is_decided, self.began)

    def wait_until_green(self):
        milliseconds_until(lambda: json.loads(ask(self.port, "/v1/status") or "{}").get("glow") == "green",
                           time.monotonic(), 60)

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    def wakeups(self):
        """Of all its threads: how often one gave up the core by itself."""
        total = 0
        for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir():
            text = (task / "status").read_text()
            total += int(text.partition("\nvoluntary_ctxt_switches:")[2].split()[0])
        return total

    def memory(self):
        """In MiB: in memory, and of that its share of pages that others use too, and its own alone."""
        figures = {"Rss": 0, "Pss": 0, "Private_Dirty": 0}
        for line in pathlib.Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines():
            name = line.partition(":")[0]
            if name in figures:
                figures[name] = int(line.split()[1]) / 1024
        return figures


def send(method, port, target, body):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{target}", json.dumps(body).encode(),
                                     {"Content-Type": "application/json"}, method=method)
    urllib.request.urlopen(request, timeout=10).read()


def measure(options, folder):
    config = folder / "malin.toml"
    port = options.port
    serving = []
    for _ in range(options.rounds):
        daemon = Daemon(options.malin, config, port)
        serving.append(daemon.until_serving())
        daemon.kill()
    daemon = Daemon(options.malin, config, port)
    daemon.wait_until_green()
    time.sleep(2)
    before = daemon.cpu_seconds(), daemon.wakeups()
    time.sleep(options.rest)
    cpu = (daemon.cpu_seconds() - before[0]) / options.rest
    wakeups = (daemon.wakeups() - before[1]) / options.rest
    memory = daemon.memory()
    send("PUT", port, "/v1/swap", {"enabled": False})
    for number in range(JOBS):
        send("POST", port, "/v1/jobs", {"kind": "video", "prompt": f"walking on the beach, take {number}"})
    decided = []
    for _ in range(options.rounds):
        daemon.kill()
        daemon = Daemon(options.malin, config, port)
        decided.append(daemon.until_decided(JOBS))
    daemon.kill()
    return {"serving_ms": {"p50": statistics.median(serving), "max": max(serving)},
            "decided_ms": {"p50": statistics.median(decided), "max": max(decided)}, "jobs_in_ledger": JOBS,
            "rest": {"core_percent": cpu * 100, "wakeups_per_second": wakeups, "seconds": options.rest,
                     "rss_mib": memory["Rss"], "pss_mib": memory["Pss"], "own_mib": memory["Private_Dirty"]},
            "program_mib": {name: os.path.getsize(path) / (1 << 20) for name in ("malin", "malin-studio")
                            if (path := pathlib.Path(options.malin).with_name(name)).exists()},
            "rounds": options.rounds}


def print_table(figures):
    rest, size = figures["rest"], figures["program_mib"]
    print("| | |\n|---|---|")
    for name, key in (("exec to the first answer", "serving_ms"),
                      (f"exec after SIGKILL to decisions for {JOBS} jobs", "decided_ms")):
        print(f"| {name}, p50 and worst of {figures['rounds']} | {figures[key]['p50']:.1f}, {figures[key]['max']:.1f} ms |")
    print(f"| in memory at rest (its share of it, its own alone) "
          f"| {rest['rss_mib']:.1f} ({rest['pss_mib']:.1f}, {rest['own_mib']:.1f}) MiB |")
    print(f"| at rest, over {rest['seconds']:.0f} s | {rest['core_percent']:.2f} % of a core, "
          f"{rest['wakeups_per_second']:.1f} wake-ups a second |")
    print("| program | " + ", ".join(f"{name} {mib:.1f} MiB" for name, mib in size.items()) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--malin", default="build/release/malin")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--rest", type=float, default=60, help="how many seconds it is watched at rest")
    parser.add_argument("--port", type=int, default=7561)
    parser.add_argument("--json", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="malin-start-") as name:
        folder = pathlib.Path(name)
        rig = subprocess.Popen([options.malin, "rig", "--dir", name, "--api-port", str(options.port)],
                               stdout=subprocess.PIPE, text=True)
        try:
            while "Ctrl-C" not in rig.stdout.readline():
                if rig.poll() is not None:
                    raise SystemExit("bench/start.py: the rig did not come up")
            figures = measure(options, folder)
        finally:
            if Daemon.running:
                Daemon.running.kill()
            rig.terminate()
            rig.wait()
    print_table(figures)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
