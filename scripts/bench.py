"""`make bench`: what HipaaGuard costs, as ratios measured in one run on this machine.

A ratio to a bare Python start, or to the slowest operating system command that an audit must wait
for, holds on any machine; seconds do not. Nothing here judges: the aims stand beside the figures.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from hipaaguard.collect import collect  # noqa: E402 - the path is set above
from hipaaguard.collect.host import Output  # noqa: E402
from hipaaguard.collect.live.linux import LinuxHost  # noqa: E402
from hipaaguard.model import Unavailable  # noqa: E402
from hipaaguard.policy import load_shipped  # noqa: E402

HIPAAGUARD = (str(Path(sys.executable).parent / "hipaaguard"),)
REPORTS = 1000


class TimedHost(LinuxHost):
    """This machine, noting how long each command takes."""

    def __init__(self) -> None:
        super().__init__(os.environ)
        self.times: dict[tuple[str, ...], float] = {}

    def run(
        self, program: str, *args: str, deadline_s: int = 10, uid: int | None = None
    ) -> Output | Unavailable:
        """The answer, timed."""
        start = time.perf_counter()
        answer = super().run(program, *args, deadline_s=deadline_s, uid=uid)
        self.times[program, *args] = time.perf_counter() - start
        return answer


def seconds(command: Sequence[str], runs: int = 7) -> float:
    """The median wall time of a command as a whole process, after one run that is not counted."""
    taken = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[1:])


def bench_start() -> float:
    """Prints start-up against a bare Python; returns the seconds of `--version`."""
    bare = seconds((sys.executable, "-c", "pass"), 21)
    click = seconds((sys.executable, "-c", "import click"), 21)
    say("bare Python start", f"{bare * 1000:.1f} ms")
    say("import click", f"{click / bare:.1f} times bare Python")
    version = 0.0
    for option in ("--version", "--help"):
        taken = seconds((*HIPAAGUARD, option), 21)
        version = version or taken
        say(f"hipaaguard {option}", f"{taken / bare:.1f} times bare Python (aim ≤ 5)")
    return version


def bench_audit(folder: Path, start: float) -> None:
    """Prints a whole audit against the slowest command that it waits for."""
    host = TimedHost()
    policy = load_shipped("home-office")
    collect(host, policy.fact_keys(host.platform), datetime.now(UTC))
    slowest = max(host.times, key=lambda command: host.times[command])
    alone = seconds(slowest, 5)
    data, report = str(folder / "data"), str(folder / "r.html")
    audit = (*HIPAAGUARD, "--data-folder", data, "audit", "-o", report)
    whole = seconds(audit, 5)
    say("slowest command alone", f"{alone * 1000:.0f} ms: {' '.join(slowest)[:60]}")
    say("whole audit", f"{whole / alone:.2f} times that command (aim ≤ 1.5 plus start-up)")
    say("whole audit less start-up", f"{(whole - start) / alone:.2f} times that command")
    every = seconds((*HIPAAGUARD, "facts", "--all"), 5)
    say("facts --all", f"{every / alone:.2f} times that command")
    say("facts --all less start-up", f"{(every - start) / alone:.2f} times that command")


def bench_verify(folder: Path) -> None:
    """Prints how many reports a second are verified, in one process on one core."""
    from hipaaguard.attest.keyring import export_text
    from hipaaguard.attest.keys import generate, public_of
    from hipaaguard.attest.sign import sign
    from hipaaguard.cli.context import TOOL
    from hipaaguard.evaluate import evaluate
    from hipaaguard.model import Chain

    host = LinuxHost(os.environ)
    policy = load_shipped("home-office")
    now = datetime.now(UTC).replace(microsecond=0)
    snapshot = collect(host, policy.fact_keys(host.platform), now)
    key = generate()
    batch = folder / "batch"
    batch.mkdir()
    for number in range(REPORTS):
        moment = now + timedelta(seconds=number % 60)
        chain = Chain(number + 1, "0" * 64 if number else "")
        report = evaluate(snapshot, policy, moment, tool=TOOL, chain=chain)
        (batch / f"{number:04}.html").write_bytes(sign(report, key, moment))
    keyring = folder / "keys.txt"
    keyring.write_text(export_text(public_of(key), "bench"))
    one = seconds((*HIPAAGUARD, "verify", str(batch / "0000.html"), "--keyring", str(keyring)), 5)
    all_of_them = seconds((*HIPAAGUARD, "verify", str(batch), "--keyring", str(keyring)), 3)
    each = (all_of_them - one) / (REPORTS - 1)
    say("verify, per report in a batch", f"{1 / each:,.0f} a second (aim ≥ 1,500 on one core)")
    say("verify, one report", f"{one * 1000:.0f} ms as a whole process")


def bench_memory(folder: Path) -> None:
    """Prints the peak memory of an audit, without the commands that it runs."""
    code = (
        "import resource, sys; from hipaaguard.cli import run; run(sys.argv[1:]); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    )
    arguments = ("--data-folder", str(folder / "data"), "audit", "-o", str(folder / "m.html"))
    command = (sys.executable, "-c", code, *arguments)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    say("peak memory of an audit", f"{int(done.stderr.split()[-1]) / 1024:.0f} MiB (aim ≤ 60)")


def say(what: str, figure: str) -> None:
    """One line of the table."""
    print(f"{what:<32}{figure}", flush=True)


def main() -> None:
    """Prints every figure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = bench_start()
        bench_audit(folder, start)
        bench_verify(folder)
        bench_memory(folder)


if __name__ == "__main__":
    main()
