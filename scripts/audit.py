"""`make audit`: one signed report of this machine in reports/, verified; then what to do with it.

Succeeds whenever a report was written and verified, whatever it says about the machine.
"""

import subprocess
import sys
from pathlib import Path

REPORTS = Path(__file__).parent.parent / "reports"
HIPAAGUARD = (sys.executable, "-m", "hipaaguard")
# hipaaguard's exit codes: every check passes; one fails; none fails but one is not determined.
JUDGED = (0, 10, 11)


def main() -> int:
    """Runs the audit and verifies its report; 0 when both worked."""
    before = set(REPORTS.glob("*.html"))
    judged = subprocess.run([*HIPAAGUARD, "audit", "--output", str(REPORTS)], check=False)
    if judged.returncode not in JUDGED:
        return judged.returncode
    (report,) = set(REPORTS.glob("*.html")) - before
    print("\nVerifying it:")
    verified = subprocess.run([*HIPAAGUARD, "verify", str(report)], check=False)
    if verified.returncode != 0:
        return verified.returncode
    print(
        "\nWhat to do next\n"
        f"  Read it:      open reports/{report.name} in a browser.\n"
        "  Fix:          follow the steps under each requirement that is not met; audit again.\n"
        "  First time:   .venv/bin/hipaaguard key export -o my-key.txt; send it to the practice.\n"
        "  Each time:    send the practice the report as an attachment."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
