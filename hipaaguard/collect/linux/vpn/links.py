"""The network interfaces, from `ip -j -d -s address show`: text to data, nothing is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import msgspec

from hipaaguard.errors import ParseError


@dataclass(frozen=True, slots=True)
class Link:
    """A network interface.

    Attributes:
        name: as the kernel calls it: `wg0`.
        kind: the kernel's word for what made it: `wireguard`, `tun`, `bridge`; empty for hardware.
        layer: of a `tun` device, `tun` for packets or `tap` for Ethernet frames; else empty.
        running: whether it is switched on and has a carrier.
        addressed: whether it has an address that is neither link-local nor the machine's own
            loopback.
        member: whether it is part of a bridge, bond or team.
        received: bytes received since it was made; None when the kernel gave no count.
    """

    name: str
    kind: str = ""
    layer: str = ""
    running: bool = False
    addressed: bool = False
    member: bool = False
    received: int | None = None

    @property
    def in_service(self) -> bool:
        """Whether packets can go out through it with an address of its own."""
        return self.running and self.addressed


class _Address(msgspec.Struct, frozen=True):
    local: str = ""
    scope: str = ""


class _Info(msgspec.Struct, frozen=True):
    info_kind: str = ""
    # Its shape differs with the kind, and the field `type` has several meanings.
    info_data: Mapping[str, Any] = {}


class _Counter(msgspec.Struct, frozen=True):
    bytes: int | None = None


class _Counters(msgspec.Struct, frozen=True):
    rx: _Counter = _Counter()


class _Shown(msgspec.Struct, frozen=True):
    ifname: str = ""
    flags: tuple[str, ...] = ()
    master: str = ""
    linkinfo: _Info = _Info()
    addr_info: tuple[_Address, ...] = ()
    stats64: _Counters = _Counters()


def parse_links(text: str) -> tuple[Link, ...]:
    """Every interface, in the kernel's order; never empty, the loopback is always there.

    Args:
        text: stdout of `ip -j -d -s address show`: one JSON list of objects. Releases of iproute2
            before 5.0 leave empty objects in it.

    Returns:
        One entry an interface, each name once.

    Raises:
        ParseError: Another form, or no interface at all.

    Source: ip-address(8); iproute2 6.1, `ip/ipaddress.c`; recordings `linux/vpn-*`.
    """
    try:
        shown = msgspec.json.decode(text, type=tuple[_Shown, ...])
    except msgspec.DecodeError as error:
        raise ParseError("ip listed the network interfaces in a form that is not known") from error
    links = {item.ifname: _link(item) for item in shown if item.ifname}
    if not links:
        raise ParseError("ip listed no network interface, not even the loopback")
    return tuple(links.values())


def _link(shown: _Shown) -> Link:
    layer = shown.linkinfo.info_data.get("type", "")
    return Link(
        name=shown.ifname,
        kind=shown.linkinfo.info_kind,
        layer=layer if shown.linkinfo.info_kind == "tun" and isinstance(layer, str) else "",
        running={"UP", "LOWER_UP"} <= set(shown.flags),
        addressed=any(_is_usable(address) for address in shown.addr_info),
        member=bool(shown.master),
        received=shown.stats64.rx.bytes,
    )


def _is_usable(address: _Address) -> bool:
    try:
        local = ip_address(address.local)
    except ValueError:
        return False
    return address.scope == "global" and not (local.is_link_local or local.is_loopback)
