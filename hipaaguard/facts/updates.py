"""Updates of the system and its programs."""

from hipaaguard.facts.spec import BOOL, INT, FactSpec

SPECS = (
    FactSpec(
        "updates.automatic",
        BOOL,
        "Security updates are installed without anyone asking, by the configuration in effect.",
        "Automatic security updates",
    ),
    FactSpec(
        "updates.last_installed_days",
        INT,
        "Whole days since a package was last upgraded or a kernel installed.",
        "Last update installed",
        unit="days",
    ),
    FactSpec(
        "updates.lists_age_days",
        INT,
        "Whole days since the list of available packages was last fetched.",
        "Age of update list",
        unit="days",
    ),
    FactSpec(
        "updates.pending",
        INT,
        "Updates that wait to be installed, by the package lists on the machine.",
        "Updates waiting",
    ),
    FactSpec(
        "updates.pending_security",
        INT,
        "Security updates that wait to be installed, by the package lists on the machine.",
        "Security updates waiting",
    ),
    FactSpec(
        "updates.reboot_required",
        BOOL,
        "An installed update takes effect only after a restart.",
        "Restart needed",
    ),
)
