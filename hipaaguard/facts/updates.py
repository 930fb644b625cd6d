"""Updates of the system and its programs."""

from hipaaguard.facts.spec import BOOL, INT, LINUX, WINDOWS, FactSpec

SPECS = (
    FactSpec(
        "updates.apps_automatic",
        BOOL,
        "Applications that come from elsewhere than the system's own updates (Flatpaks, snaps, the "
        "Store's, the App Store's) are updated without anyone asking.",
        "Automatic application updates",
        traps=(
            "The system's own package manager does not update these applications.",
            "Flatpak updates nothing by itself: a program of the desktop has to run and to be told "
            "to, and it works only while its person is logged in.",
            "Snaps update themselves unless all or one of them are held; a snap installed from a "
            "file never does.",
        ),
    ),
    FactSpec(
        "updates.apps_pending",
        INT,
        "Flatpaks that wait for an update, by the lists on the machine.",
        "Application updates waiting",
        platforms=LINUX,
        traps=(
            "Snaps are not counted: only their store knows, and asking it takes the network.",
            "Lists that are old or missing say nothing: that is unavailable, not 0.",
        ),
    ),
    FactSpec(
        "updates.automatic",
        BOOL,
        "Security updates are installed without anyone asking, by the configuration in effect.",
        "Automatic security updates",
        traps=(
            "Settings that exist are not settings in effect: distributions ship them switched off, "
            "and a timer that is masked or stopped runs nothing.",
            "Programs that fetch updates and ask before they install them do not count, as GNOME "
            "Software does with the system's packages.",
            "It says what is configured, not that the last run went well: a laptop on its battery "
            "may put every run off.",
            "Windows 10 and 11 install them by themselves unless a policy, a pause or a disabled "
            "service is in the way; a service that is merely stopped is as it should be.",
            "macOS 15 and later may write late into the settings that are read here.",
        ),
    ),
    FactSpec(
        "updates.last_installed_days",
        INT,
        "Whole days since a package was last upgraded or a kernel installed; on Windows and macOS "
        "since an update of the system was.",
        "Last update installed",
        unit="days",
        traps=(
            "It need not have been a security update, nor all that waited.",
            "A machine with nothing to install is not behind, however long ago the last was.",
            "Logs name days by the machine's own clock: it may be a day off.",
            "Windows: definitions of Defender, drivers and apps do not count; a new version of "
            "Windows empties the history, which then says nothing.",
            "Where rpm tells, only packages that every system has count: adding a program is no "
            "update. Of an image it is the day on which the one that runs was deployed.",
        ),
    ),
    FactSpec(
        "updates.lists_age_days",
        INT,
        "Whole days since the list of available packages was last fetched.",
        "Age of update list",
        unit="days",
        traps=(
            "Where the machine notes no time of fetching, it is the age of the list's content: the "
            "list may have been fetched later, never earlier.",
            "That a list was fetched does not say that anything was installed.",
        ),
    ),
    FactSpec(
        "updates.paused",
        BOOL,
        "The person has put updates off until a day that is still to come.",
        "Updates paused",
        platforms=WINDOWS,
        traps=("Pauses until the next century have been seen; Windows' own end after five weeks.",),
    ),
    FactSpec(
        "updates.pending",
        INT,
        "Updates that wait to be installed, by the package lists on the machine.",
        "Updates waiting",
        traps=(
            "Lists older than 14 days say nothing: that is unavailable, not 0.",
            "Updates that the distribution still withholds from this machine (phased), and those "
            "that need a subscription it does not have, do not wait.",
            "Flatpaks and snaps are not counted.",
            "Where the system is an image (rpm-ostree, bootc), a newer image counts as one.",
        ),
    ),
    FactSpec(
        "updates.pending_security",
        INT,
        "Security updates that wait to be installed, by the package lists on the machine.",
        "Security updates waiting",
        traps=(
            "Sources that do not mark security updates make a 0 that means nothing: rolling "
            "releases are unavailable, and fixes from other makers' archives are not seen as such.",
            "A security update that is held back on this machine waits too.",
            "Windows: it is what the last search found; definitions of Defender do not count.",
            "macOS: updates of macOS and Safari count, which bring fixes without being marked so; "
            "an upgrade to another macOS does not.",
            "On Gentoo it is the number of published advisories that apply, not of packages; so it "
            "is on openSUSE, where they are called patches.",
        ),
    ),
    FactSpec(
        "updates.reboot_required",
        BOOL,
        "An update that is installed, or lies ready to be, takes effect only after a restart.",
        "Restart needed",
        platforms=LINUX + WINDOWS,
        traps=(
            "False says that nothing asks for a restart: programs that run on may still use the "
            "files from before.",
            "A kernel patched while it runs (Livepatch) may already have the fixes of a newer one, "
            "and still counts as waiting for a restart.",
            "A kernel that was built by hand, or that a container borrows, cannot be compared.",
        ),
    ),
)
