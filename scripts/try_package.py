"""`make package`: builds the wheel, installs it on its own, and lets it audit and verify.

What only a wheel can get wrong is found here: a policy, a template or a table that was left out.
"""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
DIST = ROOT / "dist"
JUDGED = (0, 10, 11)


def run(*command: str, cwd: Path) -> int:
    """The command's exit code; its output goes where ours goes."""
    return subprocess.run(command, cwd=cwd, check=False).returncode


def main() -> int:
    """0 when the installed wheel audited this machine and accepted its own report."""
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    if run(*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", str(DIST), ".", cwd=ROOT):
        return 1
    wheel = max(DIST.glob("*.whl"), key=lambda path: path.stat().st_mtime)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        venv.create(folder / "venv", with_pip=True)
        python = str(folder / "venv" / "bin" / "python")
        if run(python, "-m", "pip", "install", "--quiet", str(wheel), cwd=folder):
            return 1
        hipaaguard = (str(folder / "venv" / "bin" / "hipaaguard"), "--data-folder", "data")
        if run(*hipaaguard, "audit", "--output", "report.html", cwd=folder) not in JUDGED:
            return 1
        if run(*hipaaguard, "verify", "report.html", cwd=folder):
            return 1
    print(f"{wheel.relative_to(ROOT)} works when installed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
