"""Replaces in a recording what could tell whose machine it is, the same thing always by the same.

The replacement keeps the shape and, for addresses, what collectors judge by: private, shared,
link-local and loopback stay what they are, and network masks stay where they were. What stands in a
command's arguments is HipaaGuard's own question and stays.
"""

import re
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from hipaaguard.collect.well_known import WELL_KNOWN_UUIDS

Network = IPv4Network | IPv6Network

_HEX = "0-9a-fA-F"
_UUID = re.compile(rf"\b[{_HEX}]{{8}}-(?:[{_HEX}]{{4}}-){{3}}[{_HEX}]{{12}}\b")
_BARE_UUID = re.compile(rf"(?<=-)[{_HEX}]{{32}}(?=-|\b)")
_MAC = re.compile(
    rf"(?<![{_HEX}:-])[{_HEX}]{{2}}(?P<by>[:-])(?:[{_HEX}]{{2}}(?P=by)){{4}}[{_HEX}]{{2}}(?![{_HEX}:-])"
)
# Security identifiers of Windows that a computer, a domain or a directory makes; others, as that of
# all administrators, are the same everywhere. The last number tells which account it is.
_SID = re.compile(r"\bS-1-(?P<by>5-21|12-1)-\d{1,10}-\d{1,10}-\d{1,10}(?P<last>-\d{1,10})?\b")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
# What Apple's tools call a serial number, in JSON and in property lists.
_APPLE = re.compile(
    r'(?P<key>"(?:serial_number|[a-z_]*serial_num|platform_UUID|provisioning_UDID)"\s*:\s*"'
    r"|<key>(?:SerialNumber|IOPlatformSerialNumber|MediaUUID)</key>\s*<string>)(?P<value>[^\"<]+)"
)
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
# A socket as netstat of macOS shows it, the port behind the address; of one that talks to another
# computer nothing is kept.
_SOCKET = re.compile(
    r"(?m)^(?P<head>(?:tcp|udp)(?:4|6|46) +\d+ +\d+ +)(?P<address>\S+)(?P<port>\.(?:\d{1,5}|\*) +)"
    r"(?P<rest>\*\.\* .*)$"
)
_CONNECTION = re.compile(r"(?m)^(?:tcp|udp)(?:4|6|46) +\d+ +\d+ +\S+ +(?!\*\.\* )\S+\.\d+ .*\n?")
# A shared folder of macOS, whose name often is that of a person, as `sharing` tells it in JSON.
_SHARES = '"smb_shared"'
_SHARE = re.compile(
    r'(?P<key>"(?:path|[a-z]+_name)"\s*:\s*"|(?<=[{,\s])")(?P<value>(?:[^"\\]|\\.)+)'
    r'(?P<end>"(?=\s*:\s*\{|\s*[,}]))'
)


# The name of a Wi-Fi network of macOS, of one in use or nearby; an interface keeps its own.
_NETWORKS = '"SPAirPortDataType"'
_NEARBY = re.compile(r'(?P<key>"_name"\s*:\s*")(?!(?:en|awdl|llw)\d+")(?P<value>(?:[^"\\]|\\.)+)')


# OneDrive's folder of a business has its name.
_ONEDRIVE = re.compile(r"(?P<key>\bOneDrive - )(?P<value>[^\\/\"\r\n]+)")
_VERSION = re.compile(r"Version(?:String)?</key>\s*<string>$")


# Homes that name nobody.
_NOBODYS = ("/", "", "/root")


def new_home(home: str) -> str:
    r"""Where the home folder lies in a recording: `/home/user`, `/Users/user`, `C:\Users\user`."""
    if home[1:2] == ":":
        return home[:2] + r"\Users\user"
    if home in _NOBODYS:
        return home
    return "/Users/user" if home.startswith("/Users/") else "/home/user"


class Redactor:
    """Replaces consistently over all the texts of one recording.

    Made with what is known of the person; `keep` holds texts that must stay (commands' arguments),
    `networks` those of the practice, which a policy named.
    """

    def __init__(
        self,
        *,
        user: str,
        home: str,
        host_name: str,
        people: Iterable[str] = (),
        keep: Iterable[str] = (),
        networks: Iterable[Network] = (),
    ) -> None:
        self._networks = tuple(networks)
        self._keep = frozenset(keep)
        self._home = home
        self.home = new_home(home)
        # Windows does not tell upper from lower case in the names of people and folders.
        on_windows = home[1:2] == ":"
        self._case = re.IGNORECASE if on_windows else re.NOFLAG
        self._is_home = re.compile(re.escape(home) + r"(?![\w-])", self._case)
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
        text = _CONNECTION.sub("", _DEVICE_LINK.sub("", text))
        text = _SOCKET.sub(self._socket, text)
        if _SHARES in text:
            text = _SHARE.sub(self._share, text)
        if _NETWORKS in text:
            text = _NEARBY.sub(
                lambda found: found["key"] + self._token("name", found["value"]), text
            )
        text = _ONEDRIVE.sub(lambda found: found["key"] + self._token("name", found["value"]), text)
        text = _NAMED.sub(lambda found: found["key"] + self._token("name", found["value"]), text)
        text = _NETWORK.sub(lambda found: found["key"] + self._token("name", found["value"]), text)
        text = _APPLE.sub(lambda found: found["key"] + self._token("name", found["value"]), text)
        text = _MAIL.sub(self._replace(lambda mail: self._token("mail", mail)), text)
        text = _SID.sub(self._sid, text)
        text = self._people(text)
        text = _UUID.sub(self._replace(self._uuid), text)
        text = _BARE_UUID.sub(self._replace(self._bare_uuid), text)
        text = _MAC.sub(self._replace(self._mac), text)
        text = _IPV4.sub(self._replace_address, text)
        return _IPV6.sub(self._replace(self._address), text)

    def _replace(self, new: Callable[[str], str]) -> Callable[[re.Match[str]], str]:
        return lambda found: found[0] if found[0] in self._keep else new(found[0])

    def _replace_address(self, found: re.Match[str]) -> str:
        """A version of four numbers looks like an address; property lists say which it is."""
        before = found.string[max(0, found.start() - 40) : found.start()]
        if found[0] in self._keep or _VERSION.search(before):
            return found[0]
        return self._address(found[0])

    def _people(self, text: str) -> str:
        if self._home not in _NOBODYS:
            text = self._is_home.sub(lambda found: self.home, text)
        for name, new in self._names.items():
            text = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", new, text, flags=self._case)
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
        plain = value.lower().replace("-", ":")
        if plain in ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"):
            return value
        new = "02:00:00:00:{:02x}:{:02x}".format(*divmod(self._number("mac", plain), 256))
        return new.replace(":", "-").upper() if "-" in value else new

    def _socket(self, found: re.Match[str]) -> str:
        shown = found["address"]
        # Those of an interface are met once more, as any address.
        new = shown if shown == "*" or "%" in shown else self._own_address(shown)
        return found["head"] + new + found["port"] + found["rest"]

    def _own_address(self, shown: str) -> str:
        try:
            address = ip_address(shown)
        except ValueError:
            # The beginning of a long one.
            return f"2001:db8::{self._number('ipv6', shown):x}"
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return shown if mapped and mapped.is_loopback else self._address(shown)

    def _share(self, found: re.Match[str]) -> str:
        return found["key"] + self._token("name", found["value"]) + found["end"]

    def _sid(self, found: re.Match[str]) -> str:
        last = found["last"] or ""
        number = self._number("sid", found[0].removesuffix(last))
        return f"S-1-{found['by']}-1000000000-1000000000-{number}{last}"

    def _address(self, value: str) -> str:
        try:
            address = ip_address(value)
        except ValueError:
            return value
        if any(address in network for network in self._networks):
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
        if int(address) & (2**112 - 1) == 0:
            # A part of the whole internet, as in the routes of a VPN that carries everything.
            return text
        if address.is_link_local:
            return f"fe80::{self._number('ipv6', text):x}"
        if not address.is_global and text.startswith(("fc", "fd")):
            return f"fd00::{self._number('ipv6', text):x}"
        # The documentation network (RFC 3849).
        ending = "::" if int(address) & (2**64 - 1) == 0 else "::1"
        return f"2001:db8:{self._number('ipv6', text):x}{ending}"
