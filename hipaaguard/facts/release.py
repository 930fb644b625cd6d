"""The operating system's release."""

from hipaaguard.facts.spec import BOOL, LINUX, STR, FactSpec

SPECS = (
    FactSpec(
        "os.extended_support",
        BOOL,
        "Extended security maintenance, paid or personal, is attached and switched on for this "
        "release.",
        "Extended maintenance",
        platforms=LINUX,
        traps=(
            "It says nothing of free updates: see os.supported, which is about those alone.",
            "Ubuntu Pro's esm-infra covers what the release itself consists of; programs from "
            "universe need esm-apps as well.",
            "A subscription that has run out, or maintenance that has ended for the release, does "
            "not count, whatever is still switched on.",
        ),
    ),
    FactSpec(
        "os.name",
        STR,
        "The operating system's own name.",
        "Operating system",
        traps=("It is what the system says of itself, and may be changed by whoever set it up.",),
    ),
    FactSpec(
        "os.support_ends",
        STR,
        "The last day of free security updates from its maker, as YYYY-MM-DD; `rolling` for a "
        "release that has no end.",
        "Security updates end",
        traps=(
            "Extended maintenance, as by Ubuntu Pro, may last longer and is not in it.",
            "Days are those of the table that ships with HipaaGuard; makers do move them.",
        ),
    ),
    FactSpec(
        "os.supported",
        BOOL,
        "Its maker still gives free security updates for this release.",
        "Release still supported",
        traps=(
            "It does not say that the updates are installed.",
            "Debian's LTS is free and counts; Extended LTS and Ubuntu Pro do not: they are "
            "os.extended_support.",
            "A release that only resembles a supported one is not known to be supported.",
            "macOS: Apple promises no days; its habit is to keep up the newest three versions.",
            "Windows: Home and Pro, Enterprise, LTSC and Server have days of their own; Extended "
            "Security Updates that were bought are not seen.",
        ),
    ),
    FactSpec(
        "os.version",
        STR,
        "The release: `24.04`; `rolling` for one without releases.",
        "Release",
        traps=("It names the release, not how far its updates are installed.",),
    ),
)
