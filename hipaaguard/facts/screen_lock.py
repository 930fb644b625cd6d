"""The screen lock of the person at the desktop."""

from hipaaguard.facts.spec import BOOL, INT, STR, FactSpec

SPECS = (
    FactSpec(
        "screen_lock.desktop",
        STR,
        "The desktop of the graphical session that is running; `none` on a machine without one.",
        "Desktop",
        traps=(
            "What is installed says nothing: the session that is running decides.",
            "Several sessions give several names: `gnome, kde`.",
            "Windows and macOS have one each: `windows`, `macos`.",
        ),
    ),
    FactSpec(
        "screen_lock.enabled",
        BOOL,
        "The screen locks by itself after some time without use.",
        "Locks by itself",
        traps=(
            "A lock that is set but whose program does not run, or is not installed, is no lock.",
            "GNOME's settings can be read on every desktop and count only on those that use them.",
            "Whether something keeps the screen awake just now, such as a film, is not looked at.",
        ),
    ),
    FactSpec(
        "screen_lock.idle_s",
        INT,
        "Time without use until a password is asked for: idle delay and lock delay together.",
        "Locks after",
        unit="s",
        traps=(
            "A desktop's 0 means never: then there is no time at all, so that no limit is met.",
            "Desktops count in minutes, seconds or milliseconds; this is always seconds.",
            "The few seconds in which a screen fades are not counted.",
            "Windows: of several ways in which the screen locks, the quickest that is known.",
            "macOS: it is the longest that it can take, on battery or mains; what an app does to "
            "keep the screen awake, and a hot corner, are not looked at.",
        ),
    ),
    FactSpec(
        "screen_lock.on_suspend",
        BOOL,
        "A password is asked for after the machine wakes from sleep.",
        "Locks on sleep",
        traps=(
            "It is often another setting than the lock when idle; Cinnamon installs it as off.",
            "It does not say that the machine ever goes to sleep.",
            "macOS: a password that is asked for more than five minutes later does not count.",
        ),
    ),
    FactSpec(
        "screen_lock.user_can_change",
        BOOL,
        "The person at the desktop can turn the lock off without administrator rights.",
        "User can change the lock",
        traps=(
            "It is false only where an administrator fixed every setting that could turn it off.",
        ),
    ),
)
