"""The machine beneath the programs: its start, clock, logs, USB ports and lid."""

from hipaaguard.facts.spec import BOOL, LINUX, MACOS, STR, WINDOWS, FactSpec

SPECS = (
    FactSpec(
        "boot.kernel_lockdown",
        STR,
        "How far the kernel keeps even an administrator from changing it (`integrity`) and from "
        "reading its memory (`confidentiality`).",
        "Kernel lockdown",
        values=("confidentiality", "integrity", "none"),
        platforms=LINUX,
        traps=(
            "It follows from Secure Boot on many systems, and is not patient data's protection.",
        ),
    ),
    FactSpec(
        "boot.secure_boot",
        BOOL,
        "The firmware starts only signed programs, and these check the system that they start.",
        "Secure Boot",
        traps=(
            "It can be on in the firmware while shim, the first program, has been told not to "
            "check: that counts as off.",
            "A computer that starts in the old way (BIOS, CSM) has none, whatever its firmware "
            "could do.",
            "macOS: Full, Medium and Reduced Security count, as each starts signed systems alone; "
            "the level is translated, so it is not determined in other languages than English.",
        ),
    ),
    FactSpec(
        "boot.tpm_version",
        STR,
        "The version of the security chip that the system uses; `none` where it sees none.",
        "Security chip (TPM)",
        values=("1.2", "2.0", "none"),
        platforms=LINUX + WINDOWS,
        traps=(
            "A chip that is there protects nothing by itself; disk encryption is another fact.",
        ),
    ),
    FactSpec(
        "clock.synchronised",
        BOOL,
        "The clock was set by a time server within the last day.",
        "Clock set of late",
        platforms=LINUX,
        traps=(
            "chrony's files are for administrators on most systems.",
            "chrony and ntpd leave a sign an hour after they start at the earliest; before that it "
            "is not determined.",
            "A virtual machine may take its time from the computer below it, which does not show.",
        ),
    ),
    FactSpec(
        "clock.time_service",
        BOOL,
        "A program that sets the clock by a time server is running.",
        "Time service",
        needs_rights=MACOS,
        traps=(
            "It may run for days without reaching any server.",
            "macOS: it is the setting to set time and date automatically; the program itself is "
            "always there.",
        ),
    ),
    FactSpec(
        "logs.audit_running",
        BOOL,
        "The kernel's audit records are being written down by auditd.",
        "Audit service",
        platforms=LINUX,
        traps=("Without rules of its own it records little more than log-ins.",),
    ),
    FactSpec(
        "logs.kept",
        BOOL,
        "What happens on the system is written to a log on the disk, which outlives a restart.",
        "Logs survive a restart",
        platforms=LINUX,
        traps=(
            "How long they are kept is not seen; six years are for the practice's own records.",
            "A folder of logs that lies in memory does not count, though some systems copy it to "
            "the disk when they are switched off: then it is not determined.",
        ),
    ),
    FactSpec(
        "power.on_lid_close",
        STR,
        "What closing the lid does; `no-lid` for a computer without one.",
        "Lid closed",
        values=("hibernate", "lock", "no-lid", "nothing", "power-off", "suspend"),
        platforms=LINUX + WINDOWS,
        traps=(
            "A suspended computer keeps its disk's key in memory; one that is off or hibernates "
            "does not.",
            "Some desktops and programs decide for themselves; then it is not determined.",
            "A second screen or a dock changes what the lid does.",
            "A computer that is to hibernate after a while (suspend-then-hibernate) is suspended "
            "until then, by the charger perhaps for ever.",
        ),
    ),
    FactSpec(
        "system.gatekeeper",
        BOOL,
        "Gatekeeper examines programs before they start for the first time.",
        "Gatekeeper",
        platforms=MACOS,
        traps=("A person can still let a single program pass, one by one.",),
    ),
    FactSpec(
        "system.integrity_protection",
        BOOL,
        "System Integrity Protection is on in all its parts.",
        "System Integrity Protection",
        platforms=MACOS,
        traps=(
            "A custom configuration, in which some parts are off, counts as off.",
            "It is switched off from the recovery system alone, so a Mac that has it off was set "
            "up so on purpose.",
        ),
    ),
    FactSpec(
        "system.lockdown_mode",
        BOOL,
        "Lockdown Mode, for people who are attacked one by one, is switched on.",
        "Lockdown Mode",
        platforms=MACOS,
        traps=("Apple means it for very few people; nobody else need have it on.",),
    ),
    FactSpec(
        "system.mandatory_access_control",
        BOOL,
        "SELinux or AppArmor enforces rules that confine programs.",
        "Programs confined",
        platforms=LINUX,
        needs_rights=LINUX,
        traps=(
            "One enforced profile is enough to count; how much it confines is not seen.",
            "SELinux in its permissive mode only writes down what it would refuse: that is not "
            "enforced.",
        ),
    ),
    FactSpec(
        "system.virtual_machine",
        BOOL,
        "The computer is made up by software on another one.",
        "Virtual machine",
        traps=(
            "Disk encryption and screen lock of the computer below are not seen from inside.",
            "A container on a real computer is no virtual machine.",
        ),
    ),
    FactSpec(
        "usb.storage_blocked",
        BOOL,
        "Disks and sticks that are plugged into USB cannot be used.",
        "USB storage blocked",
        platforms=LINUX + WINDOWS,
        traps=(
            "A desktop that does not open sticks by itself blocks nothing.",
            "Telephones and cameras speak another protocol and are not blocked by this.",
        ),
    ),
)
