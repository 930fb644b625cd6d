"""The settings that desktops keep in dconf, as the session's user has them.

`gsettings` is believed only where the settings are kept in dconf: without dconf's module it prints
the schemas' defaults, with exit code 0 and without a warning.
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from hipaaguard.collect.host import Host, Output, attempt, is_absent, read_text
from hipaaguard.collect.linux.screen_lock.lock import Lock, unreadable
from hipaaguard.collect.linux.screen_lock.session import Session, is_own
from hipaaguard.collect.linux.screen_lock.user_files import config_folder
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

SOURCE = "gsettings list-recursively"

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

Key = tuple[str, str]
"""A schema and a key of it."""
Settings = Mapping[Key, str]
"""Values as GVariant texts, by schema and key."""


@dataclass(frozen=True, slots=True)
class Store:
    """Where a desktop keeps the settings of its lock, and what they come to.

    Attributes:
        schemas: the schemas to ask for; each must exist.
        decisive: the settings of which each, if the person can write it, lets them turn it off.
        others: the settings that are used besides.
        parse: the lock that these settings make; `ParseError` where they are not understood. What
            it says of `user_can_change` is not used.
    """

    schemas: tuple[str, ...]
    decisive: tuple[Key, ...]
    others: tuple[Key, ...]
    parse: Callable[[Settings], Lock]


def read_lock(host: Host, session: Session, store: Store) -> Lock:
    """The lock that the settings of the session's user make, whether or not the locker runs."""
    settings = read_settings(host, session, store.schemas, (*store.decisive, *store.others))
    if isinstance(settings, Unavailable):
        return unreadable(settings, SOURCE)
    lock = attempt(store.parse, settings)
    if isinstance(lock, Unavailable):
        return unreadable(lock, SOURCE)
    return replace(lock, user_can_change=can_change(host, session, store.decisive))


def parse_settings(text: str) -> Settings:
    """The settings that `gsettings list-recursively SCHEMA` prints.

    Returns:
        GVariant texts by schema and key; may be empty.

    Raises:
        ParseError: A line that is not a schema, a key and a value.

    Source: gsettings(1).
    """
    settings: dict[Key, str] = {}
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
        raise ParseError(f"the desktop's setting {key} was not printed as true or false")
    return value == "true"


def parse_unsigned(settings: Settings, schema: str, key: str) -> int:
    """The value of an unsigned number: `uint32 300`.

    Returns:
        In the unit of the setting.

    Raises:
        ParseError: There is no such setting, or it is not an unsigned number.
    """
    found = re.fullmatch(r"uint32 ([0-9]{1,10})", settings.get((schema, key), ""))
    if found is None:
        raise ParseError(f"the desktop's setting {key} was not printed as an unsigned number")
    return int(found[1])


def parse_signed(settings: Settings, schema: str, key: str) -> int:
    """The value of a signed number: `5`.

    Returns:
        In the unit of the setting; may be below zero.

    Raises:
        ParseError: There is no such setting, or it is not a signed number.
    """
    value = settings.get((schema, key), "")
    if not re.fullmatch(r"-?[0-9]{1,10}", value):
        raise ParseError(f"the desktop's setting {key} was not printed as a number")
    return int(value)


def parse_text(settings: Settings, schema: str, key: str) -> str:
    """The value of a text or enumeration: `'zoom'`.

    Returns:
        Without its quotes; what GVariant escapes in it stays escaped.

    Raises:
        ParseError: There is no such setting, or it is not a text.
    """
    value = settings.get((schema, key), "")
    if len(value) < 2 or value[0] not in "'\"" or value[-1] != value[0]:
        raise ParseError(f"the desktop's setting {key} was not printed as a text")
    return value[1:-1]


def read_settings(
    host: Host, session: Session, schemas: Sequence[str], keys: Iterable[Key]
) -> Settings | Unavailable:
    """The settings of these schemas as the session's user has them.

    Args:
        host: whom to ask.
        session: whose settings.
        schemas: the schemas to ask for; each must exist.
        keys: those of their settings that will be used.

    Returns:
        Every setting of the schemas, or why none of them is to be believed.
    """
    settings: dict[Key, str] = {}
    for schema in schemas:
        text = _gsettings(host, session, "list-recursively", schema)
        found = attempt(parse_settings, text) if isinstance(text, str) else text
        if isinstance(found, Unavailable):
            return found
        settings.update(found)
    return _not_in_dconf(host, session) or _other_defaults(host, session, keys) or settings


def read_value(host: Host, session: Session, schema: str, key: str) -> str | Unavailable:
    """One setting as the session's user has it, as a GVariant text; no other is asked for."""
    text = _gsettings(host, session, "get", schema, key)
    if isinstance(text, Unavailable):
        return text
    return _not_in_dconf(host, session) or text.strip()


def can_change(host: Host, session: Session, keys: Iterable[Key]) -> bool | Unavailable:
    """Whether any of these can be written; an administrator locks them in dconf."""
    for schema, key in keys:
        text = _gsettings(host, session, "writable", schema, key)
        if isinstance(text, Unavailable):
            return text
        if text.strip() not in ("true", "false"):
            return Unavailable(Reason.UNRECOGNISED, "gsettings did not say what can be changed")
        if text.strip() == "true":
            return True
    return False


def _gsettings(host: Host, session: Session, *args: str) -> str | Unavailable:
    uid = None if is_own(host, session.uid) else session.uid
    answer = host.run("gsettings", *args, uid=uid)
    if isinstance(answer, Unavailable):
        return answer
    return attempt(lambda: answer.text) if (doubt := _doubt(answer)) is None else doubt


def _doubt(answer: Output) -> Unavailable | None:
    """Why an answer of gsettings says nothing about the desktop; None when it does."""
    if answer.exit_code != 0:
        return Unavailable(Reason.FAILED, "gsettings could not read the desktop's settings")
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
            "the file in which the desktop keeps this person's settings was not found",
        )
    return database if isinstance(database, Unavailable) else None


def sets_for_one_desktop(text: str, keys: Iterable[Key]) -> bool:
    """Whether a file of defaults sets one of these for programs of one desktop only.

    Args:
        text: a `*.gschema.override` file: headings `[SCHEMA]` or `[SCHEMA:DESKTOP]`, then keys.
        keys: the settings that matter.

    Returns:
        False also where it sets them for all desktops.

    Source: glib-compile-schemas(1).
    """
    wanted = frozenset(keys)
    schema = desktop = ""
    for line in (raw.strip() for raw in text.splitlines()):
        if line.startswith("["):
            schema, _, desktop = line.strip("[]").partition(":")
        elif desktop and (schema, line.partition("=")[0].strip()) in wanted:
            return True
    return False


def _other_defaults(host: Host, session: Session, keys: Iterable[Key]) -> Unavailable | None:
    """Why gsettings may print other defaults than the desktop's own; None when it does not."""
    if is_own(host, session.uid) and host.env("XDG_CURRENT_DESKTOP"):
        return None
    wanted = frozenset(keys)
    names = host.names(_OVERRIDES)
    if isinstance(names, Unavailable):
        detail = "the folder with this system's own defaults for settings was not found"
        return Unavailable(Reason.UNRECOGNISED, detail) if is_absent(names) else names
    for name in names:
        if not name.endswith(".gschema.override"):
            continue
        text = read_text(host, posixpath.join(_OVERRIDES, name))
        if isinstance(text, Unavailable) or sets_for_one_desktop(text, wanted):
            return Unavailable(
                Reason.UNRECOGNISED,
                "this system has lock settings of its own for one desktop, which gsettings tells"
                " only from a terminal of that desktop, without sudo",
            )
    return None
