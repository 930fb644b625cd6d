"""What the firewall's own settings say, for those who may not read the rules in force.

Settings are intent: rules may not be loaded, or others may be loaded besides. So this is a fact of
its own and never stands in for what is in force.

- A packet must survive every firewall, so one whose settings refuse it is enough.
- Nothing is said of a machine on which some firewall's settings could not be read.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hipaaguard.collect.host import AS_ADMINISTRATOR, Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.firewall import firewalld
from hipaaguard.collect.linux.firewall.inbound import Fate, judge
from hipaaguard.collect.linux.firewall.iptables import parse_save
from hipaaguard.collect.linux.firewall.managers import (
    IPTABLES_FILES,
    NFTABLES_FILES,
    UFW_DEFAULTS,
    UFW_SWITCH,
    is_enabled,
    parse_settings,
)
from hipaaguard.collect.linux.firewall.nft_file import protecting_tables, read_with_includes
from hipaaguard.collect.linux.services import find_units
from hipaaguard.model import Reason, Unavailable

ABSENT = Unavailable(Reason.NOT_INSTALLED, "it is not set up")

# Other makers of rules, whose settings are not read here.
OTHERS = (
    "/etc/NIXOS",
    "/etc/arno-iptables-firewall",
    "/etc/awall",
    "/etc/csf/csf.conf",
    "/etc/ferm/ferm.conf",
    "/etc/firehol",
    "/etc/shorewall",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What one firewall program's settings say.

    Attributes:
        verdict: `allow`, `deny`, `deny-ipv4` (which says nothing of IPv6), `off`, or why unknown;
            `ABSENT` for a program that is not set up here.
        source: the file or command that told.
    """

    verdict: str | Unavailable
    source: str


def configured(host: Host) -> tuple[str | Unavailable, str]:
    """What the settings come to, and what told.

    Returns:
        A value of `firewall.configured`, or why it cannot be told.
    """
    found = [it for it in _each(host) if it.verdict is not ABSENT]
    if not found:
        other = next((it for it in OTHERS if not is_absent(host.entry(it))), None)
        if other is not None:
            detail = "this firewall's settings are in a form that HipaaGuard does not know"
            return Unavailable(Reason.UNRECOGNISED, detail), other
        return "none", f"{UFW_SWITCH}, firewalld, nftables' and iptables' saved rules"
    verdict = combine([it.verdict for it in found])
    telling = [it.source for it in found if it.verdict == verdict]
    return verdict, ", ".join(telling or [it.source for it in found])


def combine(verdicts: list[str | Unavailable]) -> str | Unavailable:
    """What several programs' settings come to, at least one."""
    if "deny" in verdicts:
        return "deny"
    unknown = next((it for it in verdicts if isinstance(it, Unavailable)), None)
    if unknown is not None:
        return unknown
    return next(it for it in ("deny-ipv4", "allow", "off") if it in verdicts)


def _each(host: Host) -> Iterator[Settings]:
    readers: tuple[Callable[[Host], Settings], ...] = (_ufw, _firewalld, _nftables, _iptables)
    for read in readers:
        yield read(host)


def _ufw(host: Host) -> Settings:
    switch, defaults = read_text(host, UFW_SWITCH), read_text(host, UFW_DEFAULTS)
    source = f"{UFW_SWITCH}, {UFW_DEFAULTS}"
    if is_absent(switch):
        return Settings(ABSENT, source)
    if isinstance(switch, Unavailable):
        return Settings(switch, source)
    if parse_settings(switch).get("ENABLED", "").lower() != "yes":
        return Settings("off", UFW_SWITCH)
    if isinstance(defaults, Unavailable):
        return Settings(Unavailable(Reason.FAILED, "ufw's settings are incomplete"), source)
    # The switch is read by the service, which loads nothing unless it is started.
    enabled = is_enabled(host, "ufw")
    if enabled is not True:
        return Settings(enabled or "off", source)
    return Settings(_ufw_default(defaults), source)


def _ufw_default(defaults: str) -> str | Unavailable:
    settings = parse_settings(defaults)
    policy = settings.get("DEFAULT_INPUT_POLICY", "").upper()
    if policy == "ACCEPT":
        return "allow"
    if policy not in ("DROP", "REJECT"):
        return Unavailable(Reason.UNRECOGNISED, "ufw's settings name no default that is known")
    return "deny" if settings.get("IPV6", "").lower() == "yes" else "deny-ipv4"


def _firewalld(host: Host) -> Settings:
    source = firewalld.SOURCE
    units = find_units(host, ("firewalld.service",))
    if isinstance(units, Unavailable):
        there = is_absent(units) and not is_absent(host.entry("/usr/sbin/firewalld"))
        return Settings(ABSENT if is_absent(units) and not there else units, source)
    unit = units["firewalld.service"]
    if unit.running:
        return Settings(firewalld.inbound(host), source)
    if not unit.present:
        return Settings(ABSENT, source)
    if unit.at_boot:
        detail = "firewalld should be running and is not"
        return Settings(Unavailable(Reason.FAILED, detail), "systemctl show firewalld.service")
    return Settings("off", "systemctl show firewalld.service")


def _nftables(host: Host) -> Settings:
    path = next((it for it in NFTABLES_FILES if not is_absent(host.entry(it))), None)
    if path is None:
        return Settings(ABSENT, NFTABLES_FILES[0])
    enabled = is_enabled(host, "nftables")
    if isinstance(enabled, Unavailable):
        return Settings(enabled, path)
    if not enabled:
        return Settings("off", path)
    text = attempt(read_with_includes, host, path)
    return Settings(text if isinstance(text, Unavailable) else _nft_default(text), path)


def _nft_default(text: str) -> str | Unavailable:
    families = {family for family, _ in protecting_tables(text)}
    if "inet" in families or {"ip", "ip6"} <= families:
        return "deny"
    if "ip" in families:
        return "deny-ipv4"
    detail = "what nftables' file comes to shows only once its rules are loaded"
    return Unavailable(Reason.UNRECOGNISED, detail, AS_ADMINISTRATOR)


def _iptables(host: Host) -> Settings:
    sides = {v6: _saved(host, v6=v6) for v6 in (False, True)}
    source = " or ".join(path for _, path in IPTABLES_FILES[False][:2])
    v4, v6 = sides[False], sides[True]
    if v4 is ABSENT and v6 is ABSENT:
        return Settings(ABSENT, source)
    for side in (v4, v6):
        if isinstance(side, Unavailable) and side is not ABSENT:
            return Settings(side, source)
    if v4 == "deny":
        return Settings("deny" if v6 == "deny" else "deny-ipv4", source)
    return Settings("off" if v4 == "off" else "allow", source)


def _saved(host: Host, *, v6: bool) -> str | Unavailable:
    """What the saved rules of one protocol come to; `off` if nothing loads them."""
    for service, path in IPTABLES_FILES[v6]:
        text = read_text(host, path)
        if is_absent(text):
            continue
        if isinstance(text, Unavailable):
            return text
        enabled = is_enabled(host, service)
        if enabled is not True:
            return enabled if isinstance(enabled, Unavailable) else "off"
        saved = attempt(parse_save, text, v6=v6)
        if isinstance(saved, Unavailable):
            return saved
        inbound = judge(saved.packets, None)
        return "deny" if (inbound.v6 if v6 else inbound.v4) is Fate.CLOSED else "allow"
    return ABSENT
