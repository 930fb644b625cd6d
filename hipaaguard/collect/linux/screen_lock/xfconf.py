"""XFCE's settings, from the files in which xfconfd keeps them: a channel is a file.

`xfconf-query` would start xfconfd where it does not run; the files say the same.

Rules, from xfconf's `xfconf-backend-perchannel-xml.c` and `xfconf-locking-utils.c`:

- the system's files count first, the least important folder before the others, the user's own last;
- a system file with `locked` or `unlocked` for a channel or property keeps the user's file from
  changing it; the lists hold user names and `@group`, `unlocked` alone locks everyone else;
- what no file sets is not set: each program has its own default.
"""

import posixpath
import xml.parsers.expat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hipaaguard.collect.host import Host, attempt, is_absent
from hipaaguard.collect.linux.screen_lock.session import Session
from hipaaguard.collect.linux.screen_lock.user_files import (
    config_folder,
    system_folders,
    text_if_there,
)
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

SOURCE = "xfconf"
_FOLDER = "xfce4/xfconf/xfce-perchannel-xml"
MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a file.

    Attributes:
        type: `bool`, `int`, `uint`, `string`, `empty` and others.
        value: as written; empty for a branch.
        locked: whether the user's own file cannot change it; None where the file does not say.
    """

    type: str
    value: str
    locked: bool | None = None


@dataclass(frozen=True, slots=True)
class ChannelFile:
    """One file of a channel.

    Attributes:
        properties: by path: `/lock/enabled`.
        locked: whether the user's own file does not count; None where the file does not say.
    """

    properties: Mapping[str, Property]
    locked: bool | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """The settings in effect.

    Attributes:
        properties: by path.
        fixed: those that the user cannot change.
        all_fixed: the user can change none, also of those that are not set.
    """

    properties: Mapping[str, Property]
    fixed: frozenset[str] = frozenset()
    all_fixed: bool = False

    def is_fixed(self, path: str) -> bool:
        """Whether the user cannot change this property."""
        return self.all_fixed or path in self.fixed

    def flag(self, path: str, *, default: bool) -> bool:
        """The value of a boolean property.

        Returns:
            The default where it is not set.

        Raises:
            ParseError: It is of another type.
        """
        found = self.properties.get(path)
        if found is None or found.type == "empty":
            return default
        word = found.value.lower()
        if found.type != "bool" or word not in ("true", "false"):
            raise ParseError(f"XFCE's setting {path} is neither true nor false")
        return word == "true"

    def number(self, path: str, *, default: int) -> int:
        """The value of a property that is a whole number.

        Returns:
            The default where it is not set.

        Raises:
            ParseError: It is of another type.
        """
        found = self.properties.get(path)
        if found is None or found.type == "empty":
            return default
        digits = found.value.removeprefix("-")
        known = digits.isascii() and digits.isdecimal() and len(digits) < 10
        if found.type not in ("int", "uint") or not known:
            raise ParseError(f"XFCE's setting {path} is not a number")
        return int(found.value)


@dataclass
class _Reading:
    """What the parser of one file has met so far."""

    user: str
    channel_locked: bool | None = None
    properties: dict[str, Property] = field(default_factory=dict)
    inside: list[str] = field(default_factory=list)
    elements: list[str] = field(default_factory=list)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        outer = self.elements[-1] if self.elements else ""
        allowed = {"": ("channel",), "channel": ("property",), "property": ("property", "value")}
        if name not in allowed.get(outer, ()) or len(self.elements) > MAX_DEPTH:
            raise ParseError("XFCE's settings file is not of the form that xfconf writes")
        self.elements.append(name)
        locked = _locked(attributes, self.user)
        if name == "channel":
            self.channel_locked = locked
        elif name == "property":
            self.inside.append(attributes.get("name", ""))
            kind, value = attributes.get("type", ""), attributes.get("value", "")
            self.properties["/" + "/".join(self.inside)] = Property(kind, value, locked)

    def end(self, name: str) -> None:
        self.elements.pop()
        if name == "property":
            self.inside.pop()


def _locked(attributes: Mapping[str, str], user: str) -> bool | None:
    """Whether this is locked for the user; None where nothing is said."""
    unlocked, locked = attributes.get("unlocked", ""), attributes.get("locked", "")
    if not unlocked and not locked:
        return None
    names = [name for name in (unlocked or locked).split(";") if name]
    if user in names:
        return not unlocked
    if any(name.startswith("@") for name in names) or not user:
        raise ParseError("XFCE's settings are locked for a group, which this version cannot follow")
    return bool(unlocked)


def parse_channel(text: str, user: str) -> ChannelFile:
    """A channel's file.

    Args:
        text: the XML.
        user: whose session it is; locks are for people.

    Returns:
        Its properties.

    Raises:
        ParseError: Not XML, not of xfconf's form, or locked for a group.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ParseError("XFCE's settings file declares things that xfconf does not write")
    reading = _Reading(user)
    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    try:
        parser.Parse(text.encode(errors="replace"), True)  # noqa: FBT003 - expat's: this is all
    except (xml.parsers.expat.ExpatError, ValueError) as error:
        raise ParseError("XFCE's settings file is not XML") from error
    return ChannelFile(reading.properties, reading.channel_locked)


def merge(system: Iterable[ChannelFile], own: ChannelFile | None) -> Channel:
    """What is in effect when xfconfd reads these.

    Args:
        system: the system's files, least important first.
        own: the user's own; None where there is none.

    Returns:
        The channel.

    Raises:
        ParseError: The user's own file locks something, which xfconfd refuses.
    """
    properties: dict[str, Property] = {}
    fixed: set[str] = set()
    all_fixed = False
    for file in system:
        if file.locked is False and all_fixed:
            continue
        if file.locked and not all_fixed:
            properties, fixed, all_fixed = {}, set(), True
        for path, found in file.properties.items():
            properties[path] = found
            if found.locked is not None:
                (fixed.add if found.locked else fixed.discard)(path)
    if own is None or all_fixed:
        return Channel(properties, frozenset(fixed), all_fixed)
    if own.locked is not None or any(it.locked is not None for it in own.properties.values()):
        raise ParseError("the person's own XFCE settings lock something, which XFCE refuses")
    free = {path: found for path, found in own.properties.items() if path not in fixed}
    return Channel(properties | free, frozenset(fixed))


def read_channel(host: Host, session: Session, name: str) -> Channel | Unavailable:
    """The channel's settings as the session's user has them."""
    config = config_folder(host, session.uid)
    if isinstance(config, Unavailable):
        return config
    folders = system_folders(host, session, f"{_FOLDER}/{name}.xml")
    if isinstance(folders, Unavailable):
        return folders
    kept = host.names(posixpath.join(config, _FOLDER))
    if isinstance(kept, Unavailable):
        # Every XFCE session keeps some settings there.
        detail = "the folder with this person's XFCE settings was not found"
        return Unavailable(Reason.UNRECOGNISED, detail) if is_absent(kept) else kept
    user = host.person.name if session.uid == host.person.uid else ""
    files: list[ChannelFile] = []
    for folder in reversed(folders):
        found = _read_file(host, folder, name, user)
        if isinstance(found, Unavailable):
            return found
        files += [found] if found else []
    own = _read_file(host, config, name, user)
    return own if isinstance(own, Unavailable) else attempt(merge, files, own)


def _read_file(host: Host, folder: str, name: str, user: str) -> ChannelFile | Unavailable | None:
    text = text_if_there(host, posixpath.join(folder, _FOLDER, f"{name}.xml"))
    return attempt(parse_channel, text, user) if isinstance(text, str) else text
