"""Backups of the person's files."""

from hipaaguard.facts.spec import INT, STRINGS, FactSpec

SPECS = (
    FactSpec(
        "backup.last_backup_days",
        INT,
        "Whole days since the last backup of the person's files that is known to have finished.",
        "Last backup",
        unit="days",
        traps=(
            "It is what the backup program noted: nobody tried to restore, and where the copy lies"
            " is not looked at.",
            "Of several programs the latest backup counts, so another may have stopped long ago.",
            "Timeshift leaves out the home folder unless told otherwise, and then does not count.",
            "It does not say which folders are backed up.",
        ),
    ),
    FactSpec(
        "backup.tools",
        STRINGS,
        "Backup programs that are set up for this computer, not merely installed.",
        "Backup programs",
        traps=(
            "Snapshots on the same disk (Snapper, Timeshift on Btrfs) are no backup: a lost or"
            " broken disk takes them along.",
            "Set up does not say that it ever ran: see backup.last_backup_days.",
            "A backup that a script of the person's own makes is not seen.",
            "Of all programs only Time Machine is looked at on macOS, only File History on "
            "Windows.",
            "Copying to a cloud is no backup: what is deleted here is deleted there too.",
        ),
    ),
)
