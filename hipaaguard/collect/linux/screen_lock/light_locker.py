"""The screen lock of light-locker, which shows LightDM's login screen.

Rules, from light-locker(1), its `apps.light-locker.gschema.xml`, `gs-monitor.c` and `ll-config.c`:

- it locks `lock-after-screensaver` seconds after the X server's screen saver came (0: never), with
  `late-locking` when the person comes back after that long;
- before sleep it locks if `lock-on-suspend`;
- the settings are also arguments, which count instead.

The person can switch the X server's screen saver off, so they can always turn the lock off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hipaaguard.collect.host import Host, attempt
from hipaaguard.collect.linux.screen_lock import gsettings
from hipaaguard.collect.linux.screen_lock.lock import NO_LOCK, Lock, unreadable
from hipaaguard.collect.linux.screen_lock.running import Running
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.collect.linux.screen_lock.x_server import SOURCE, Saver, read_saver
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

NAME = "light-locker"
_SCHEMA = "apps.light-locker"
_AFTER = (_SCHEMA, "lock-after-screensaver")
_SUSPEND = (_SCHEMA, "lock-on-suspend")
_SOURCES = f"gsettings list-recursively {_SCHEMA}, {SOURCE}"
_FLAGS: Mapping[str, tuple[str, str]] = {
    "--lock-on-suspend": ("lock-on-suspend", "true"),
    "--no-lock-on-suspend": ("lock-on-suspend", "false"),
}
_IDLE_IS_THE_SAME = frozenset(
    {
        "--debug",
        "--late-locking",
        "--no-late-locking",
        "--lock-on-lid",
        "--no-lock-on-lid",
        "--idle-hint",
        "--no-idle-hint",
    }
)


def parse_arguments(arguments: Sequence[str], settings: gsettings.Settings) -> gsettings.Settings:
    """The settings in effect: the arguments', and for the rest those that are kept.

    Args:
        arguments: without the program.
        settings: as gsettings prints them.

    Returns:
        As gsettings prints them.

    Raises:
        ParseError: An argument that this version does not know.
    """
    found = dict(settings)
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if name == "--lock-after-screensaver" and equals:
            found[_AFTER] = f"uint32 {value}"
        elif name in _FLAGS:
            key, word = _FLAGS[name]
            found[_SCHEMA, key] = word
        elif name not in _IDLE_IS_THE_SAME:
            raise ParseError("light-locker runs with an option that this version does not know")
    return found


def parse_lock(settings: gsettings.Settings, saver: Saver | Unavailable) -> Lock:
    """The lock that light-locker makes with these settings.

    Args:
        settings: those in effect.
        saver: the X server's screen saver.

    Returns:
        A lock; `saver` is asked only where it matters.

    Raises:
        ParseError: A setting is missing or of another type.
    """
    later = gsettings.parse_unsigned(settings, *_AFTER)
    on_suspend = gsettings.parse_flag(settings, *_SUSPEND)
    never = Lock(
        enabled=False,
        idle_s=NO_LOCK,
        on_suspend=on_suspend,
        user_can_change=True,
        source=_SOURCES,
    )
    if later == 0:
        return never
    if isinstance(saver, Unavailable):
        return replace(never, enabled=saver, idle_s=saver)
    if saver.timeout_s == 0:
        return never
    return replace(never, enabled=True, idle_s=saver.timeout_s + later)


def read_lock(host: Host, session: Session, running: Running) -> Lock:
    """The lock of an X session in which light-locker runs."""
    if not session.service.startswith("lightdm") and not running.named_of_anyone("lightdm"):
        detail = "light-locker needs the login manager LightDM, which was not found running"
        return unreadable(Unavailable(Reason.UNRECOGNISED, detail), NAME)
    settings = gsettings.read_settings(host, session, (_SCHEMA,), (_AFTER, _SUSPEND))
    if isinstance(settings, Unavailable):
        return unreadable(settings, _SOURCES)
    for process in running.named(NAME)[:1]:
        changed = attempt(parse_arguments, process.argv[1:], settings)
        if isinstance(changed, Unavailable):
            return unreadable(changed, _SOURCES)
        settings = changed
    lock = attempt(parse_lock, settings, read_saver(host, session, running))
    return unreadable(lock, _SOURCES) if isinstance(lock, Unavailable) else lock
