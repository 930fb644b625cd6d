"""Disk encryption."""

from hipaaguard.facts.spec import BOOL, INT, STR, STRINGS, FactSpec

SPECS = (
    FactSpec(
        "disk.encryption_state",
        STR,
        "Whether the system disk and every other fixed volume in use is encrypted: `on` all, "
        "`partial` some or the home folder alone, `converting` while it is added or removed, "
        "`suspended` encrypted with the key lying open beside it, `off` none.",
        "Disk encryption",
        values=("on", "off", "partial", "converting", "suspended"),
    ),
    FactSpec(
        "disk.home_encrypted",
        BOOL,
        "The user's home folder is unreadable without a key when the machine is off.",
        "Home folder encrypted",
    ),
    FactSpec(
        "disk.removable_unencrypted",
        INT,
        "Readable file systems on removable disks attached now.",
        "Readable removable disks",
    ),
    FactSpec(
        "disk.swap_encrypted",
        BOOL,
        "No readable page of memory can reach a disk: no swap, encrypted swap, or zram without a "
        "backing device.",
        "Swap encrypted",
    ),
    FactSpec(
        "disk.system_encrypted",
        BOOL,
        "Everything below `/` is unreadable without a key when the machine is off.",
        "System disk encrypted",
    ),
    FactSpec(
        "disk.unencrypted_volumes",
        STRINGS,
        "Mount points on fixed disks with readable data, boot partitions left out; `~` is the home "
        "folder.",
        "Readable volumes in use",
    ),
    FactSpec(
        "disk.unmounted_unencrypted",
        INT,
        "Readable file systems on fixed disks that are not mounted.",
        "Readable volumes not in use",
    ),
)
