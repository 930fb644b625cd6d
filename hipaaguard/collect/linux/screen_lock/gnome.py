"""The screen lock of GNOME Shell, by the settings in effect for the session's user.

Rules, from gnome-shell's `js/ui/screenShield.js`, `js/ui/main.js` and `js/misc/loginManager.js`:

- the shield comes `idle-delay` seconds after the last use (0: never) and asks for a password
  `lock-delay` seconds later if `lock-enabled`; `disable-lock-screen` prevents every lock;
- after sleep it asks for a password if `lock-enabled`; on Ubuntu, whose shell is patched, if
  `ubuntu-lock-on-suspend`;
- without GDM on the system bus there is no shield at all;
- `idle-activation-enabled` is not used.

`gsettings` is believed only where the settings are kept in dconf: without dconf's module it prints
the schemas' defaults, with exit code 0 and without a warning.
"""

import posixpath
import re
from collections.abc import Mapping

from hipaaguard.collect.host import Host, Output, attempt, is_absent, read_text
from hipaaguard.collect.linux.screen_lock import desktop_names
from hipaaguard.collect.linux.screen_lock.lock import NO_LOCK, Lock, unreadable, with_settle
from hipaaguard.collect.linux.screen_lock.session import Session, find_processes, is_own
from hipaaguard.collect.linux.screen_lock.user_files import config_folder
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

_SCREENSAVER = "org.gnome.desktop.screensaver"
_SESSION = "org.gnome.desktop.session"
_LOCKDOWN = "org.gnome.desktop.lockdown"
_SOURCE = "gsettings list-recursively"
_KEYS = (
    (_SCREENSAVER, "lock-enabled"),
    (_SESSION, "idle-delay"),
    (_SCREENSAVER, "lock-delay"),
    (_LOCKDOWN, "disable-lock-screen"),
)
"""The keys of which each, if the person can write it, lets them turn the lock off."""

# Where the distributions keep GIO's modules, which the GLib of that folder finds by itself.
_DCONF_MODULES = tuple(
    f"{folder}/gio/modules/libdconfsettings.so"
    for folder in (
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/usr/lib64",
        "/usr/lib",
        "/usr/lib/arm-linux-gnueabihf",
        "/usr/lib/riscv64-linux-gnu",
        "/usr/lib/powerpc64le-linux-gnu",
    )
)

# Where a distribution keeps its own defaults. Those below a heading `[SCHEMA:DESKTOP]` count only
# for programs that XDG_CURRENT_DESKTOP tells of the desktop.
_OVERRIDES = "/usr/share/glib-2.0/schemas"

_WARNING = re.compile(r"dconf|gsettings|\bgio\b", re.IGNORECASE)

Settings = Mapping[tuple[str, str], str]
"""Values as GVariant texts, by schema and key."""


def parse_settings(text: str) -> Settings:
    """The settings that `gsettings list-recursively SCHEMA` prints.

    Returns:
        GVariant texts by schema and key; may be empty.

    Raises:
        ParseError: A line that is not a schema, a key and a value.

    Source: gsettings(1).
    """
    settings: dict[tuple[str, str], str] = {}
    for line in text.splitlines():
        parts = line.split(" ", 2)
        if len(parts) != 3:
            raise ParseError("gsettings printed a line that is not a setting")
        settings[parts[0], parts[1]] = parts[2].strip()
    return settings


def parse_flag(settings: Settings, schema: str, key: str) -> bool:
    """The value of a boolean setting.

    Returns:
        The value.

    Raises:
        ParseError: There is no such setting, or it is not `true` or `false`.
    """
    value = settings.get((schema, key))
    if value not in ("true", "false"):
        raise ParseError(f"GNOME's setting {key} was not printed as true or false")
    return value == "true"


def parse_seconds(settings: Settings, schema: str, key: str) -> int:
    """The value of a setting in seconds: `uint32 300`.

    Returns:
        Seconds.

    Raises:
        ParseError: There is no such setting, or it is not an unsigned number.
    """
    found = re.fullmatch(r"uint32 ([0-9]{1,10})", settings.get((schema, key), ""))
    if found is None:
        raise ParseError(f"GNOME's setting {key} was not printed as a number of seconds")
    return int(found[1])


def parse_lock(settings: Settings, *, user_can_change: bool | Unavailable) -> Lock:
    """The lock that these settings make, where a shield can come at all.

    Returns:
        A lock whose first three values are known.

    Raises:
        ParseError: A setting is missing or has another type.
    """
    allowed = not parse_flag(settings, _LOCKDOWN, "disable-lock-screen")
    locks = allowed and parse_flag(settings, _SCREENSAVER, "lock-enabled")
    idle_s = parse_seconds(settings, _SESSION, "idle-delay")
    delay_s = parse_seconds(settings, _SCREENSAVER, "lock-delay")
    on_suspend = locks
    if (_SCREENSAVER, "ubuntu-lock-on-suspend") in settings:
        on_suspend = allowed and parse_flag(settings, _SCREENSAVER, "ubuntu-lock-on-suspend")
    enabled = locks and idle_s > 0
    idle = idle_s + delay_s if enabled else NO_LOCK
    return Lock(enabled, idle, on_suspend, user_can_change, _SOURCE)


def read_lock(host: Host, session: Session) -> Lock:
    """The lock of a GNOME session."""
    settings = _settings(host, session)
    if isinstance(settings, Unavailable):
        return unreadable(with_settle(host, settings), _SOURCE)
    user_can_change = _user_can_change(host, session)
    cannot_lock = _no_shield(host, session)
    if cannot_lock:
        return Lock(cannot_lock, cannot_lock, cannot_lock, user_can_change, _SOURCE)
    lock = attempt(parse_lock, settings, user_can_change=user_can_change)
    return unreadable(lock, _SOURCE) if isinstance(lock, Unavailable) else lock


def _settings(host: Host, session: Session) -> Settings | Unavailable:
    """The three schemas' settings as the session's user has them."""
    settings: dict[tuple[str, str], str] = {}
    for schema in (_SCREENSAVER, _SESSION, _LOCKDOWN):
        text = _gsettings(host, session, "list-recursively", schema)
        found = attempt(parse_settings, text) if isinstance(text, str) else text
        if isinstance(found, Unavailable):
            return found
        settings.update(found)
    return _not_in_dconf(host, session) or _other_defaults(host, session) or settings


def _gsettings(host: Host, session: Session, *args: str) -> str | Unavailable:
    uid = None if is_own(host, session.uid) else session.uid
    answer = host.run("gsettings", *args, uid=uid)
    if isinstance(answer, Unavailable):
        return answer
    return attempt(lambda: answer.text) if (doubt := _doubt(answer)) is None else doubt


def _doubt(answer: Output) -> Unavailable | None:
    """Why an answer of gsettings says nothing about the desktop; None when it does."""
    if answer.exit_code != 0:
        return Unavailable(Reason.FAILED, "gsettings could not read GNOME's settings")
    # Such as: dconf-WARNING **: unable to open file; GLib-GIO-Message: Using the memory backend.
    # NOTE: dconf also complains where it cannot keep its notes on changes in XDG_RUNTIME_DIR, and
    # still reads the right values (seen with dconf 0.40).
    lines = answer.stderr.decode(errors="replace").splitlines()
    if any(_WARNING.search(line) and "unable to create" not in line for line in lines):
        return Unavailable(
            Reason.UNRECOGNISED,
            "gsettings warned that it may not be reading the desktop's settings",
        )
    return None


def _not_in_dconf(host: Host, session: Session) -> Unavailable | None:
    """Why the settings that gsettings prints may not be the desktop's; None when they are."""
    backend = host.env("GSETTINGS_BACKEND") or "dconf"
    if is_own(host, session.uid) and (backend != "dconf" or host.env("DCONF_PROFILE")):
        return Unavailable(
            Reason.UNRECOGNISED, "the session keeps its settings in an unusual place"
        )
    modules = (host.entry(path) for path in _DCONF_MODULES)
    if all(isinstance(module, Unavailable) for module in modules):
        return Unavailable(
            Reason.UNRECOGNISED,
            "dconf's module for gsettings was not found, and without it gsettings prints defaults",
        )
    folder = config_folder(host, session.uid)
    if isinstance(folder, Unavailable):
        return folder
    database = host.entry(posixpath.join(folder, "dconf/user"))
    if is_absent(database):
        return Unavailable(
            Reason.UNRECOGNISED,
            "the file in which GNOME keeps this person's settings was not found",
        )
    return database if isinstance(database, Unavailable) else None


def sets_for_one_desktop(text: str) -> bool:
    """Whether a file of defaults sets something of the lock for programs of one desktop only.

    Args:
        text: a `*.gschema.override` file: headings `[SCHEMA]` or `[SCHEMA:DESKTOP]`, then keys.

    Returns:
        False also where it sets the lock for all desktops.

    Source: glib-compile-schemas(1).
    """
    schema = desktop = ""
    keys = {*_KEYS, (_SCREENSAVER, "ubuntu-lock-on-suspend")}
    for line in (raw.strip() for raw in text.splitlines()):
        if line.startswith("["):
            schema, _, desktop = line.strip("[]").partition(":")
        elif desktop and (schema, line.partition("=")[0].strip()) in keys:
            return True
    return False


def _other_defaults(host: Host, session: Session) -> Unavailable | None:
    """Why gsettings may print other defaults than the desktop's own; None when it does not."""
    if is_own(host, session.uid) and host.env("XDG_CURRENT_DESKTOP"):
        return None
    names = host.names(_OVERRIDES)
    for name in names if isinstance(names, tuple) else ():
        if not name.endswith(".gschema.override"):
            continue
        text = read_text(host, posixpath.join(_OVERRIDES, name))
        if isinstance(text, Unavailable) or sets_for_one_desktop(text):
            return Unavailable(
                Reason.UNRECOGNISED,
                "this system has lock settings of its own for one desktop, which gsettings tells"
                " only from a terminal of that desktop, without sudo",
            )
    return None


def _user_can_change(host: Host, session: Session) -> bool | Unavailable:
    """Whether any of the keys that matter can be written; an administrator locks them in dconf."""
    for schema, key in _KEYS:
        text = _gsettings(host, session, "writable", schema, key)
        if isinstance(text, Unavailable):
            return text
        if text.strip() not in ("true", "false"):
            return Unavailable(Reason.UNRECOGNISED, "gsettings did not say what can be changed")
        if text.strip() == "true":
            return True
    return False


def _no_shield(host: Host, session: Session) -> Unavailable | None:
    """Why GNOME cannot lock this session; None when it can."""
    if session.service.startswith("gdm"):
        return None
    running = find_processes(host)
    if isinstance(running, Unavailable):
        return running
    if any(process.name in desktop_names.LOGIN_MANAGERS for process in running):
        return None
    return Unavailable(
        Reason.UNRECOGNISED,
        "GNOME locks the screen only where its own login manager, GDM, runs, and here it does not",
    )
