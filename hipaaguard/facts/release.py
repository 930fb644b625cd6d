"""The operating system's release."""

from hipaaguard.facts.spec import BOOL, STR, FactSpec

SPECS = (
    FactSpec(
        "os.name",
        STR,
        "The operating system's own name.",
        "Operating system",
    ),
    FactSpec(
        "os.support_ends",
        STR,
        "The last day of free security updates from its maker, as YYYY-MM-DD; `rolling` for a "
        "release that has no end.",
        "Security updates end",
    ),
    FactSpec(
        "os.supported",
        BOOL,
        "Its maker still gives free security updates for this release.",
        "Release still supported",
    ),
    FactSpec(
        "os.version",
        STR,
        "The release: `24.04`; `rolling` for one without releases.",
        "Release",
    ),
)
