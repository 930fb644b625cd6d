"""Replaces in a recording what could tell whose machine it is, the same thing always by the same.

The replacement keeps the shape and, for addresses, what collectors judge by: private, shared,
link-local and loopback stay what they are, and network masks stay where they were. What stands in a
command's arguments is HipaaGuard's own question and stays.
"""

import re
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

# Type identifiers of partitions, the same on every machine (UEFI specification; systemd's
# Discoverable Partitions Specification; Microsoft's PARTITION_INFORMATION_GPT).
WELL_KNOWN_UUIDS = frozenset(
    {
        "c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
        "21686148-6449-6e6f-744e-656564454649",
        "bc13c2ff-59e6-4262-a352-b275fd6f7172",
        "af9b60a0-1431-4f62-bc68-3311714a69ad",
        "e75caf8f-f680-4cee-afa3-b001e56efc2d",
        "0fc63daf-8483-4772-8e79-3d69d8477de4",
        "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f",
        "e6d6d379-f507-44c2-a23c-238f2a3df928",
        "a19d880f-05fc-4d3b-a006-743f0f84911e",
        "ca7d7ccb-63ed-4c53-861c-1742536059cc",
        "4f68bce3-e8cd-4db1-96e7-fbcaf984b709",
        "933ac7e1-2eb4-4f13-b844-0e14e2aef915",
        "e3c9e316-0b5c-4db8-817d-f92df00215ae",
        "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7",
        "de94bba4-06d1-4d40-a16a-bfd50179d6ac",
    }
)
_HEX = "0-9a-fA-F"
_UUID = re.compile(rf"\b[{_HEX}]{{8}}-(?:[{_HEX}]{{4}}-){{3}}[{_HEX}]{{12}}\b")
_BARE_UUID = re.compile(rf"(?<=-)[{_HEX}]{{32}}(?=-|\b)")
_MAC = re.compile(rf"(?<![{_HEX}:])(?:[{_HEX}]{{2}}:){{5}}[{_HEX}]{{2}}(?![{_HEX}:])")
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\w)")
_IPV6 = re.compile(rf"(?<![\w:.])(?=[{_HEX}:]*:[{_HEX}:]*:)[{_HEX}:]{{2,39}}(?![\w:.])")
# What udev and system files call a serial number, a label or a network's name.
_NAMED = re.compile(
    r"(?m)^(?P<key>[SE]?:?[A-Z_]*(?:SERIAL|WWN|WWID|LABEL|SSID|PART_ENTRY_NAME)[A-Z_]*=)"
    r"(?P<value>.+)$"
)
# The name of a Wi-Fi network, as wpa_cli and iwctl tell it.
_NETWORK = re.compile(r"(?m)^(?P<key>ssid=|.*\bConnected network\s+)(?P<value>\S.*)$")
_DEVICE_LINK = re.compile(r"(?m)^S:.*\n?")


class Redactor:
    """Replaces consistently over all the texts of one recording.

    Made with what is known of the person; `keep` holds texts that must stay (commands' arguments).
    """

    def __init__(
        self,
        *,
        user: str,
        home: str,
        host_name: str,
        people: Iterable[str] = (),
        keep: Iterable[str] = (),
    ) -> None:
        self._keep = frozenset(keep)
        self._home = home
        self._seen: dict[str, dict[str, str]] = {}
        names = {host_name: "host", user: "user"}
        others = sorted(set(people) - {user})
        names |= {name: f"user{index}" for index, name in enumerate(others, 2)}
        # Names of one or two letters would be found in anything; they are replaced in paths only.
        self._names = {
            name: new
            for name, new in names.items()
            if len(name) > 2 and name not in ("root", "user")
        }
        self._short = {name: new for name, new in names.items() if 0 < len(name) <= 2}

    def text(self, text: str) -> str:
        """The text with everything replaced."""
        text = _DEVICE_LINK.sub("", text)
        text = _NAMED.sub(lambda found: found["key"] + self._token("name", found["value"]), text)
        text = _NETWORK.sub(lambda found: found["key"] + self._token("name", found["value"]), text)
        text = self._people(text)
        text = _UUID.sub(self._replace(self._uuid), text)
        text = _BARE_UUID.sub(self._replace(self._bare_uuid), text)
        text = _MAC.sub(self._replace(self._mac), text)
        text = _IPV4.sub(self._replace(self._address), text)
        return _IPV6.sub(self._replace(self._address), text)

    def _replace(self, new: Callable[[str], str]) -> Callable[[re.Match[str]], str]:
        return lambda found: found[0] if found[0] in self._keep else new(found[0])

    def _people(self, text: str) -> str:
        if self._home not in ("/", "", "/root"):
            text = re.sub(re.escape(self._home) + r"(?![\w-])", "/home/user", text)
        for name, new in self._names.items():
            text = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", new, text)
        for name, new in self._short.items():
            text = re.sub(rf"(?<=/){re.escape(name)}(?=/|\s|$)", new, text)
        return text

    def _number(self, kind: str, value: str) -> int:
        """The number of this value among those of its kind, from 1, in the order they were met."""
        numbers = self._seen.setdefault(kind, {})
        return int(numbers.setdefault(value, str(len(numbers) + 1)))

    def _token(self, kind: str, value: str) -> str:
        return f"{kind}{self._number(kind, value)}"

    def _uuid(self, value: str) -> str:
        plain = value.lower()
        if plain in WELL_KNOWN_UUIDS:
            return value
        return f"00000000-0000-4000-8000-{self._number('uuid', plain.replace('-', '')):012x}"

    def _bare_uuid(self, value: str) -> str:
        return f"000000000000400080{self._number('uuid', value.lower()):014x}"

    def _mac(self, value: str) -> str:
        if value in ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"):
            return value
        return "02:00:00:00:{:02x}:{:02x}".format(*divmod(self._number("mac", value.lower()), 256))

    def _address(self, value: str) -> str:
        try:
            address = ip_address(value)
        except ValueError:
            return value
        if isinstance(address, IPv4Address):
            return self._ipv4(address)
        return self._ipv6(address)

    def _ipv4(self, address: IPv4Address) -> str:
        octets = str(address).split(".")
        if address.is_loopback or address.is_unspecified or address.is_multicast:
            return str(address)
        if octets[0] in ("0", "128", "255") or address.is_reserved:
            return str(address)
        if address.is_global:
            # TEST-NET-3 (RFC 5737), then the benchmarking network for a machine with many.
            high, low = divmod(self._number("ipv4", str(address)), 250)
            return f"203.0.113.{low + 1}" if high == 0 else f"198.18.{high}.{low + 1}"
        # Private: the octets that make its class stay, the others change each within its prefix.
        fixed = 1 if octets[0] == "10" else 2
        new = octets[:fixed]
        for index in range(fixed, 4):
            octet = octets[index]
            number = self._number(f"ipv4 {'.'.join(octets[:index])}", octet)
            new.append(octet if octet in ("0", "255") else str(number % 250 + 1))
        return ".".join(new)

    def _ipv6(self, address: IPv6Address) -> str:
        text = str(address)
        if address.is_loopback or address.is_unspecified or address.is_multicast:
            return text
        if text in ("fe80::", "fc00::", "fd00::", "2000::", "8000::"):
            return text
        if address.is_link_local:
            return f"fe80::{self._number('ipv6', text):x}"
        if not address.is_global and text.startswith(("fc", "fd")):
            return f"fd00::{self._number('ipv6', text):x}"
        # The documentation network (RFC 3849).
        ending = "::" if int(address) & (2**64 - 1) == 0 else "::1"
        return f"2001:db8:{self._number('ipv6', text):x}{ending}"
