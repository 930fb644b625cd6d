"""The fact dictionary: every fact that HipaaGuard can observe, with its type, unit and meaning.

Collectors produce these keys, policies compare them, reports show them. A new fact is one
`FactSpec` here and one collector per platform; a test compares the two both ways.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TypeGuard

from hipaaguard.errors import ParseError
from hipaaguard.model import Platform, Scalar


class FactType(StrEnum):
    """The type of a fact's value."""

    BOOL = "bool"
    INT = "int"
    STR = "str"
    STRINGS = "strings"


@dataclass(frozen=True, slots=True)
class FactSpec:
    """What a fact means.

    Attributes:
        name: the key without an argument.
        type: the type of the value.
        meaning: one sentence, true when the value is (for a bool), or what the value is.
        label: two to five words for a table's first column.
        unit: of an integer: `s`, `days`, or empty for a plain count.
        values: every value that a `str` fact can have; empty when the set is open.
        parameter: what the argument in parentheses is; empty for a fact that takes none.
        platforms: where some collector can tell.
        needs_rights: where administrator rights are needed to tell, at least in common cases.
        private: whether the value could say something about the person or their home network.
    """

    name: str
    type: FactType
    meaning: str
    label: str
    unit: str = ""
    values: tuple[str, ...] = ()
    parameter: str = ""
    platforms: tuple[Platform, ...] = (Platform.LINUX,)
    needs_rights: tuple[Platform, ...] = ()
    private: bool = False


_LINUX = (Platform.LINUX,)
_BOOL, _INT, _STR, _STRINGS = FactType.BOOL, FactType.INT, FactType.STR, FactType.STRINGS

_SPECS = (
    FactSpec(
        "disk.encryption_state",
        _STR,
        "Whether the system disk and every other fixed volume in use is encrypted: `on` all, "
        "`partial` some or the home folder alone, `converting` while it is added or removed, "
        "`suspended` encrypted with the key lying open beside it, `off` none.",
        "Disk encryption",
        values=("on", "off", "partial", "converting", "suspended"),
    ),
    FactSpec(
        "disk.home_encrypted",
        _BOOL,
        "The user's home folder is unreadable without a key when the machine is off.",
        "Home folder encrypted",
    ),
    FactSpec(
        "disk.removable_unencrypted",
        _INT,
        "Readable file systems on removable disks attached now.",
        "Readable removable disks",
    ),
    FactSpec(
        "disk.swap_encrypted",
        _BOOL,
        "No readable page of memory can reach a disk: no swap, encrypted swap, or zram without a "
        "backing device.",
        "Swap encrypted",
    ),
    FactSpec(
        "disk.system_encrypted",
        _BOOL,
        "Everything below `/` is unreadable without a key when the machine is off.",
        "System disk encrypted",
    ),
    FactSpec(
        "disk.unencrypted_volumes",
        _STRINGS,
        "Mount points on fixed disks with readable data, boot partitions left out; `~` is the home "
        "folder.",
        "Readable volumes in use",
    ),
    FactSpec(
        "disk.unmounted_unencrypted",
        _INT,
        "Readable file systems on fixed disks that are not mounted.",
        "Readable volumes not in use",
    ),
    FactSpec(
        "firewall.allowed_inbound",
        _STRINGS,
        "Ports open to any neighbour on the network: `22/tcp`, `6000-6010/udp`, `all`.",
        "Ports open to neighbours",
        needs_rights=_LINUX,
    ),
    FactSpec(
        "firewall.at_boot",
        _BOOL,
        "The protection that is in force now comes back after a restart.",
        "Firewall starts with the computer",
        needs_rights=_LINUX,
    ),
    FactSpec(
        "firewall.default_inbound_v4",
        _STR,
        "What happens to a new inbound IPv4 connection to a port that nothing was opened for.",
        "Unasked connections (IPv4)",
        values=("allow", "deny"),
        needs_rights=_LINUX,
    ),
    FactSpec(
        "firewall.default_inbound_v6",
        _STR,
        "What happens to a new inbound IPv6 connection to a port that nothing was opened for.",
        "Unasked connections (IPv6)",
        values=("allow", "deny"),
        needs_rights=_LINUX,
    ),
    FactSpec(
        "firewall.manager",
        _STR,
        "The program that manages the packet filter.",
        "Firewall program",
        values=("firewalld", "iptables", "nftables", "none", "ufw"),
    ),
    FactSpec(
        "os.name",
        _STR,
        "The operating system's own name.",
        "Operating system",
    ),
    FactSpec(
        "os.support_ends",
        _STR,
        "The last day of free security updates from its maker, as YYYY-MM-DD; `rolling` for a "
        "release that has no end.",
        "Security updates end",
    ),
    FactSpec(
        "os.supported",
        _BOOL,
        "Its maker still gives free security updates for this release.",
        "Release still supported",
    ),
    FactSpec(
        "os.version",
        _STR,
        "The release: `24.04`; `rolling` for one without releases.",
        "Release",
    ),
    FactSpec(
        "screen_lock.desktop",
        _STR,
        "The desktop of the graphical session that is running; `none` on a machine without one.",
        "Desktop",
    ),
    FactSpec(
        "screen_lock.enabled",
        _BOOL,
        "The screen locks by itself after some time without use.",
        "Locks by itself",
    ),
    FactSpec(
        "screen_lock.idle_s",
        _INT,
        "Time without use until a password is asked for: idle delay and lock delay together.",
        "Locks after",
        unit="s",
    ),
    FactSpec(
        "screen_lock.on_suspend",
        _BOOL,
        "A password is asked for after the machine wakes from sleep.",
        "Locks on sleep",
    ),
    FactSpec(
        "screen_lock.user_can_change",
        _BOOL,
        "The person at the desktop can turn the lock off without administrator rights.",
        "User can change the lock",
    ),
    FactSpec(
        "updates.automatic",
        _BOOL,
        "Security updates are installed without anyone asking, by the configuration in effect.",
        "Automatic security updates",
    ),
    FactSpec(
        "updates.last_installed_days",
        _INT,
        "Whole days since a package was last upgraded or a kernel installed.",
        "Last update installed",
        unit="days",
    ),
    FactSpec(
        "updates.lists_age_days",
        _INT,
        "Whole days since the list of available packages was last fetched.",
        "Age of update list",
        unit="days",
    ),
    FactSpec(
        "updates.pending",
        _INT,
        "Updates that wait to be installed, by the package lists on the machine.",
        "Updates waiting",
    ),
    FactSpec(
        "updates.pending_security",
        _INT,
        "Security updates that wait to be installed, by the package lists on the machine.",
        "Security updates waiting",
    ),
    FactSpec(
        "updates.reboot_required",
        _BOOL,
        "An installed update takes effect only after a restart.",
        "Restart needed",
    ),
    FactSpec(
        "vpn.active",
        _BOOL,
        "A VPN tunnel is up, with an address, and its far end answered of late where that shows.",
        "VPN connected",
    ),
    FactSpec(
        "vpn.carries",
        _BOOL,
        "The route to the named address or network leaves through the VPN tunnel.",
        "VPN carries",
        parameter="an IP address or a network: 203.0.113.7, 10.20.0.0/16, 2001:db8::/32",
        private=True,
    ),
    FactSpec(
        "vpn.configured",
        _BOOL,
        "A VPN is set up on this machine, connected or not.",
        "VPN set up",
    ),
    FactSpec(
        "vpn.full_tunnel_v4",
        _BOOL,
        "The route to a public IPv4 address leaves through the VPN tunnel.",
        "VPN carries all (IPv4)",
    ),
    FactSpec(
        "vpn.full_tunnel_v6",
        _BOOL,
        "The route to a public IPv6 address leaves through the VPN tunnel, or there is none.",
        "VPN carries all (IPv6)",
    ),
    FactSpec(
        "vpn.kind",
        _STR,
        "The kind of VPN: of the active tunnel, else of the one that is set up.",
        "Kind of VPN",
    ),
)

FACTS: Mapping[str, FactSpec] = MappingProxyType({spec.name: spec for spec in _SPECS})
"""Every fact by name, sorted by name."""

_KEY = re.compile(
    r"(?P<name>[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)(\((?P<argument>[^()\x00-\x1f]{1,200})\))?"
)


def split_key(key: str) -> tuple[str, str]:
    """The name and the argument (empty when there is none) of a fact key, or `ParseError`."""
    match = _KEY.fullmatch(key)
    if match is None:
        raise ParseError(f"{key!r} is not a fact key")
    return match["name"], match["argument"] or ""


def spec_of(key: str) -> FactSpec:
    """The dictionary's entry for a key with or without an argument.

    Returns:
        The entry of the key's name.

    Raises:
        ParseError: No such fact; an argument where it takes none; none where it takes one.
    """
    name, argument = split_key(key)
    spec = FACTS.get(name)
    if spec is None:
        raise ParseError(f"there is no fact named {name!r}")
    if spec.parameter and not argument:
        raise ParseError(f"{name!r} needs an argument in parentheses: {spec.parameter}")
    if argument and not spec.parameter:
        raise ParseError(f"{name!r} takes no argument")
    return spec


def check_value(key: str, value: object) -> Scalar:
    """The value, if the fact can have it.

    Returns:
        The same value, a list as a tuple. Nothing else is converted: `1` is not `true`.

    Raises:
        ParseError: Unknown key, another type, outside the fact's closed set, or negative.
    """
    spec = spec_of(key)
    if spec.type is FactType.BOOL and isinstance(value, bool):
        return value
    if spec.type is FactType.INT and isinstance(value, int) and not isinstance(value, bool):
        if value < 0:
            raise ParseError(f"{key!r} cannot be negative")
        return value
    if spec.type is FactType.STR and isinstance(value, str):
        if spec.values and value not in spec.values:
            raise ParseError(f"{key!r} cannot be {value!r}: it is one of {', '.join(spec.values)}")
        return value
    if spec.type is FactType.STRINGS and is_strings(value):
        return tuple(value)
    raise ParseError(f"{key!r} must be {_TYPE_WORDS[spec.type]}")


def is_strings(value: object) -> TypeGuard[Sequence[str]]:
    """Whether the value is a list or tuple of texts."""
    return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)


_TYPE_WORDS = {
    FactType.BOOL: "true or false",
    FactType.INT: "a whole number",
    FactType.STR: "a text",
    FactType.STRINGS: "a list of texts",
}
