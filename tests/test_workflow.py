"""The workflow runs the tests and a real audit on every system that HipaaGuard looks at."""

import yaml

from tests.conftest import ROOT


def test_windows_and_macos_are_audited_for_real() -> None:
    path = ROOT / ".github" / "workflows" / "check.yml"
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    systems = jobs["others"]["strategy"]["matrix"]["os"]
    assert {it.split("-")[0] for it in systems} == {"macos", "windows"}
    commands = "\n".join(step.get("run", "") for step in jobs["others"]["steps"])
    for command in ("pytest", "hipaaguard audit", "hipaaguard verify", "hipaaguard record"):
        assert command in commands
    assert "bash .ci/run" in "\n".join(step.get("run", "") for step in jobs["linux"]["steps"])
    pinned = [step["uses"] for job in jobs.values() for step in job["steps"] if "uses" in step]
    assert all(len(it.partition("@")[2]) == 40 for it in pinned)
