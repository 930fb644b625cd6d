"""Disk encryption."""

from hipaaguard.facts.spec import BOOL, INT, STR, STRINGS, WINDOWS, FactSpec

_RIGHTS = (
    "Some layouts (plain dm-crypt, VeraCrypt, key tables that are root's) need sudo to be judged."
)

SPECS = (
    FactSpec(
        "disk.encryption_state",
        STR,
        "Whether the system disk and every other fixed volume in use is encrypted: `on` all, "
        "`partial` some or the home folder alone, `converting` while it is added or removed, "
        "`suspended` encrypted with the key lying open beside it, `off` none.",
        "Disk encryption",
        values=("on", "off", "partial", "converting", "suspended"),
        traps=(
            "Swap and disks that are not mounted are other facts; `on` says nothing of these.",
            "A home folder whose key lies on a bare system disk counts as readable: with the "
            "system it is `off`.",
            "`suspended` is said where settings show that the key is packed into start-up files "
            "that anyone can read; where it only may be, the state is not determined.",
            "Windows: `suspended` is BitLocker paused (Resume protection in the Control Panel) or "
            "Device encryption waiting for activation; in both the key lies open on the disk. "
            "What waits is finished by signing in to Windows with a Microsoft, work or school "
            "account, or on Pro by choosing Turn on BitLocker.",
            "Windows: drives encrypted by other makers' programs, as VeraCrypt, read as `off`.",
            "macOS: without FileVault it is `off`, though drives of Macs with a T2 or Apple chip "
            "encrypt all the same: whoever starts the Mac can read them.",
            "macOS: while FileVault is being switched on it already says that it is on; that is "
            "`converting`. Switched on for the next restart is `off`.",
            _RIGHTS,
        ),
    ),
    FactSpec(
        "disk.home_encrypted",
        BOOL,
        "The user's home folder is unreadable without a key when the machine is off.",
        "Home folder encrypted",
        traps=(
            "It can be true while the system is not encrypted: temporary files, logs and swap may "
            "still hold what was opened.",
            "Folders encrypted one by one with fscrypt cannot be told from others: not determined.",
            "While the person is logged in, every program of theirs can read it.",
            "Windows: it is the drive with the profile; documents elsewhere are not looked at.",
        ),
    ),
    FactSpec(
        "disk.key_protectors",
        STRINGS,
        "The kinds of keys that open the encrypted system drive, as BitLocker names them: "
        "`recovery-password`, `tpm`, `tpm-pin`, `password`.",
        "Keys of the system drive",
        platforms=WINDOWS,
        needs_rights=WINDOWS,
        traps=(
            "With `tpm` alone the computer opens the drive by itself when it starts; the log-on is "
            "all that protects it then.",
            "Without `recovery-password` a broken mainboard means that the data is lost.",
            "Where a copy of the recovery password is kept is not told.",
        ),
    ),
    FactSpec(
        "disk.removable_unencrypted",
        INT,
        "Readable file systems on removable disks attached now.",
        "Readable removable disks",
        traps=(
            "Only disks that are plugged in at this moment are seen.",
            "A disk on USB counts as removable even when it calls itself fixed, unless the system "
            "runs from it.",
            "Windows: a card slot or disk in which Windows sees no file system is not counted.",
            "macOS: disk images that are open are files on another disk and are not counted.",
        ),
    ),
    FactSpec(
        "disk.swap_encrypted",
        BOOL,
        "No readable page of memory can reach a disk: no swap, encrypted swap, or zram without a "
        "backing device.",
        "Swap encrypted",
        traps=(
            "The disk that hibernation saves the memory to counts, even while nothing is swapped "
            "to it.",
            "zswap changes nothing: what it cannot hold goes on to the swap area behind it.",
            "Encrypted swap says nothing of the system disk; swap with a random key is usual "
            "beside a bare one.",
            "Windows: the drives of all page files count, and the system drive unless hibernation "
            "is switched off.",
            "macOS: it is what the kernel says of its swap files, and true without FileVault too; "
            "of the memory that a sleeping Mac saves it says nothing.",
        ),
    ),
    FactSpec(
        "disk.system_encrypted",
        BOOL,
        "Everything on the system volume (`/`, on Windows usually `C:`) is unreadable without a "
        "key when the machine is off.",
        "System disk encrypted",
        traps=(
            "Boot partitions are left out: something must be readable to start from.",
            "A drive that encrypts by itself counts only where LUKS unlocks it; nothing shows "
            "whether a password was ever set.",
            "A system seen from a container, a live medium or a snap is not determined.",
            "Where the start-up program is NixOS', a key on a stick or in a chip is not seen; "
            "files that it packs are.",
            "Windows: false while BitLocker is paused, waits for activation or has not finished; "
            "encryption of the used space alone counts, though what was deleted before may remain.",
        ),
    ),
    FactSpec(
        "disk.unencrypted_volumes",
        STRINGS,
        "Mount points on fixed disks with readable data, boot partitions left out; `~` is the home "
        "folder.",
        "Readable volumes in use",
        traps=(
            "Only what is mounted now; a partition that is not is counted by another fact.",
            "A folder that is encrypted file by file can lie on a volume that is listed.",
            "Where some are readable, volumes that are not understood are not listed with them.",
            "Windows: of a volume in a folder instead of a drive letter only administrators are "
            "told.",
        ),
    ),
    FactSpec(
        "disk.unmounted_unencrypted",
        INT,
        "Readable file systems on fixed disks that are not mounted.",
        "Readable volumes not in use",
        needs_rights=WINDOWS,
        traps=(
            "A Windows beside Linux counts when its partition can be read.",
            "A BitLocker partition counts as unreadable by its mark, though Windows may have "
            "paused it with the key in the clear: only Windows tells.",
            "Volume groups that are not active cannot be looked into: not determined.",
            "Windows: partitions that the computer starts or is repaired from are left out; with "
            "one of another system the number is not determined.",
            "macOS: with a partition of another system, or of Boot Camp, that is not mounted the "
            "number is not determined.",
        ),
    ),
)
