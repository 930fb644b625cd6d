"""The screen lock of the person at the desktop."""

from hipaaguard.facts.spec import BOOL, INT, STR, FactSpec

SPECS = (
    FactSpec(
        "screen_lock.desktop",
        STR,
        "The desktop of the graphical session that is running; `none` on a machine without one.",
        "Desktop",
    ),
    FactSpec(
        "screen_lock.enabled",
        BOOL,
        "The screen locks by itself after some time without use.",
        "Locks by itself",
    ),
    FactSpec(
        "screen_lock.idle_s",
        INT,
        "Time without use until a password is asked for: idle delay and lock delay together.",
        "Locks after",
        unit="s",
    ),
    FactSpec(
        "screen_lock.on_suspend",
        BOOL,
        "A password is asked for after the machine wakes from sleep.",
        "Locks on sleep",
    ),
    FactSpec(
        "screen_lock.user_can_change",
        BOOL,
        "The person at the desktop can turn the lock off without administrator rights.",
        "User can change the lock",
    ),
)
