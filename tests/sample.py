"""Reports made by hand: one as a practice gets it, and the awkward ones.

`make docs` rewrites the golden files from the first.
"""

from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from enum import Enum
from typing import Any

from hipaaguard.model import (
    Chain,
    Citation,
    Designation,
    Fact,
    Platform,
    PolicyStamp,
    Reason,
    Report,
    Result,
    Role,
    Scalar,
    SettingValue,
    Severity,
    Status,
    Unavailable,
)
from hipaaguard.report import FORMATS
from tests.conftest import NOW

SUFFIXES = {"html": "html", "json": "json", "text": "txt"}

_SUDO = 'sudo "$(command -v hipaaguard)" audit'
_RIGHTS = Unavailable(Reason.NOT_PERMITTED, "listing the rules needs administrator rights", _SUDO)
_SLOW = Unavailable(Reason.TIMED_OUT, "the package history gave no answer within 10 seconds")

_ENCRYPTION = Citation(
    "164.312(a)(2)(iv)", "Encryption and decryption", Designation.ADDRESSABLE, Role.PRIMARY
)
_WORKSTATION = Citation("164.310(c)", "Workstation security", Designation.STANDARD, Role.SUPPORTING)
_LOGOFF = Citation("164.312(a)(2)(iii)", "Automatic logoff", Designation.ADDRESSABLE, Role.PRIMARY)
_RISK = Citation("164.308(a)(1)(ii)(B)", "Risk management", Designation.REQUIRED, Role.PRIMARY)
_TRANSMISSION = Citation(
    "164.312(e)(1)", "Transmission security", Designation.STANDARD, Role.SUPPORTING
)
_IN_TRANSIT = Citation("164.312(e)(2)(ii)", "Encryption", Designation.ADDRESSABLE, Role.PRIMARY)

_FACTS: tuple[tuple[str, Scalar | Unavailable, str], ...] = (
    ("disk.encryption_state", "partial", "/sys/block"),
    ("disk.home_encrypted", True, "/sys/block"),
    ("disk.removable_unencrypted", 0, "/sys/block"),
    ("disk.swap_encrypted", True, "/proc/swaps"),
    ("disk.system_encrypted", True, "/sys/block"),
    (
        "disk.unencrypted_volumes",
        ("/srv/archive", "/srv/scans/2019-and-earlier/from-the-old-office-computer"),
        "/proc/self/mountinfo",
    ),
    ("disk.unmounted_unencrypted", 0, "/sys/block"),
    ("firewall.allowed_inbound", _RIGHTS, "nft -j list ruleset"),
    ("firewall.at_boot", True, "systemctl is-enabled ufw.service"),
    ("firewall.default_inbound_v4", _RIGHTS, "nft -j list ruleset"),
    ("firewall.default_inbound_v6", _RIGHTS, "nft -j list ruleset"),
    ("firewall.manager", "ufw", "/etc/ufw/ufw.conf"),
    ("os.name", "Ubuntu", "/etc/os-release"),
    ("os.support_ends", "2029-05-31", "HipaaGuard's table of releases, 1 November 2026"),
    ("os.supported", True, "HipaaGuard's table of releases, 1 November 2026"),
    ("os.version", "24.04", "/etc/os-release"),
    ("screen_lock.enabled", True, "gsettings get org.gnome.desktop.screensaver lock-enabled"),
    ("screen_lock.idle_s", 1830, "gsettings get org.gnome.desktop.session idle-delay"),
    ("screen_lock.on_suspend", True, "gsettings get org.gnome.desktop.screensaver"),
    ("updates.automatic", True, "apt-config dump"),
    ("updates.last_installed_days", _SLOW, "/var/log/apt/history.log"),
    ("updates.lists_age_days", 1, "/var/lib/apt/lists"),
    ("updates.pending", 14, "apt-get --simulate dist-upgrade"),
    ("updates.pending_security", 3, "apt-get --simulate dist-upgrade"),
    ("updates.reboot_required", True, "/run/reboot-required"),
    ("vpn.active", True, "ip -j -d link show"),
    ("vpn.full_tunnel_v4", True, "ip -j -4 route get"),
    ("vpn.full_tunnel_v6", False, "ip -j -6 route get"),
    ("vpn.kind", "wireguard", "ip -j -d link show"),
)
FACTS = {key: Fact(key, value, source) for key, value, source in _FACTS}


def _result(
    check_id: str,
    title: str,
    outcome: tuple[Status, Severity],
    sentence: str,
    why: str,
    evidence: tuple[str, ...],
    citations: tuple[Citation, ...],
    fix: tuple[str, ...] = (),
    settle: tuple[str, ...] = (),
    sources: tuple[str, ...] = (),
) -> Result:
    facts = tuple(FACTS[key] for key in evidence)
    status, severity = outcome
    return Result(
        check_id=check_id,
        title=title,
        status=status,
        severity=severity,
        sentence=sentence,
        why=why,
        fix=fix,
        changes="Work that is open is closed." if fix else "",
        undo="Nothing has to be undone." if fix else "",
        settle=settle,
        citations=citations,
        sources=sources,
        evidence=facts,
    )


_PASS, _FAIL, _UNKNOWN, _NOT_APPLICABLE = Status
_CRITICAL, _HIGH, _MEDIUM, _LOW = Severity

_RESULTS = (
    _result(
        "disk-system",
        "System disk encrypted",
        (_PASS, _CRITICAL),
        "The system disk cannot be read without a key when the computer is off.",
        "Whoever finds or steals the computer could otherwise read everything on it.",
        ("disk.encryption_state", "disk.system_encrypted"),
        (_ENCRYPTION, _WORKSTATION),
    ),
    _result(
        "disk-home",
        "Home folder encrypted",
        (_PASS, _CRITICAL),
        "The home folder cannot be read without a key when the computer is off.",
        "Downloads, mail and the browser's saved pages lie in the home folder.",
        ("disk.home_encrypted",),
        (_ENCRYPTION,),
    ),
    _result(
        "disk-volumes",
        "No readable volume on a fixed disk",
        (_FAIL, _CRITICAL),
        "2 volumes can be read without a key: /srv/archive and "
        "/srv/scans/2019-and-earlier/from-the-old-office-computer; none is asked.",
        "A second disk is as easily stolen as the first, and copies of work files end up there.",
        ("disk.unencrypted_volumes", "disk.unmounted_unencrypted"),
        (_ENCRYPTION, _WORKSTATION),
        fix=(
            "Copy what you still need from the volume to the encrypted home folder.",
            "Open Disks, choose the volume, then Format Partition, and tick Password protect "
            "volume (LUKS).",
            "Copy the files back and restart the computer.",
        ),
    ),
    _result(
        "disk-removable",
        "No readable removable disk attached",
        (_PASS, _MEDIUM),
        "No removable disk that can be read without a key is attached.",
        "Small disks are lost more often than anything else.",
        ("disk.removable_unencrypted",),
        (_ENCRYPTION,),
    ),
    _result(
        "disk-swap",
        "Swap encrypted",
        (_PASS, _HIGH),
        "No readable page of memory can reach a disk.",
        "What is on the screen is also in memory, and memory is written to swap.",
        ("disk.swap_encrypted",),
        (_ENCRYPTION,),
    ),
    _result(
        "firewall-inbound",
        "Unasked connections are refused",
        (_UNKNOWN, _HIGH),
        "It could not be determined whether unasked connections are refused: listing the rules "
        "needs administrator rights.",
        "On a home network every television and every guest's telephone is a neighbour.",
        ("firewall.default_inbound_v4", "firewall.default_inbound_v6", "firewall.manager"),
        (_RISK, _TRANSMISSION),
        fix=("Run: sudo ufw default deny incoming", "Run: sudo ufw enable"),
        settle=(_SUDO,),
    ),
    _result(
        "firewall-ports",
        "No port open to neighbours",
        (_UNKNOWN, _MEDIUM),
        "It could not be determined which ports are open: listing the rules needs administrator "
        "rights.",
        "Each open port is a program that a stranger on the same network can talk to.",
        ("firewall.allowed_inbound",),
        (_RISK,),
        settle=(_SUDO,),
    ),
    _result(
        "firewall-at-boot",
        "Firewall starts with the computer",
        (_PASS, _MEDIUM),
        "The firewall comes back after a restart.",
        "A protection that is gone after the next restart protects nobody for long.",
        ("firewall.at_boot", "firewall.manager"),
        (_RISK,),
    ),
    _result(
        "vpn-connected",
        "VPN connected",
        (_PASS, _HIGH),
        "A WireGuard tunnel is up.",
        "Work for the practice crosses networks that nobody at the practice controls.",
        ("vpn.active", "vpn.kind"),
        (_IN_TRANSIT, _TRANSMISSION),
    ),
    _result(
        "vpn-carries-all",
        "VPN carries all traffic",
        (_FAIL, _HIGH),
        "IPv4 traffic leaves through the VPN, IPv6 traffic leaves beside it; both are asked to "
        "leave through it.",
        "Whatever bypasses the tunnel is seen by the network around it.",
        ("vpn.full_tunnel_v4", "vpn.full_tunnel_v6"),
        (_IN_TRANSIT, _TRANSMISSION),
        fix=(
            "Ask whoever gave you the VPN for a configuration with AllowedIPs = 0.0.0.0/0, ::/0.",
            "Import it, disconnect and connect again.",
        ),
    ),
    _result(
        "vpn-carries-practice",
        "VPN carries traffic to the practice",
        (_NOT_APPLICABLE, _HIGH),
        "Does not apply: the policy names no host or network of the practice.",
        "Where only some traffic uses the tunnel, it must be the traffic that matters.",
        (),
        (_IN_TRANSIT,),
    ),
    _result(
        "screen-lock",
        "Screen locks by itself",
        (_FAIL, _HIGH),
        "The screen asks for a password after 30 minutes 30 seconds without use; 15 minutes or "
        "less is asked.",
        "At home, someone else is often nearer to an unattended screen than a burglar is.",
        ("screen_lock.enabled", "screen_lock.idle_s"),
        (_LOGOFF, _WORKSTATION),
        fix=(
            "Open Settings, Privacy, Screen Lock.",
            "Set Blank Screen Delay to 15 minutes or less and turn Automatic Screen Lock on.",
        ),
        sources=(
            "15 minutes: CIS Controls 4.3 and the DISA guides for desktops; the Security Rule sets "
            "no number.",
        ),
    ),
    _result(
        "screen-lock-sleep",
        "Screen locks on sleep",
        (_PASS, _MEDIUM),
        "A password is asked for after sleep.",
        "A closed lid should be as good as a locked screen.",
        ("screen_lock.on_suspend",),
        (_LOGOFF,),
    ),
    _result(
        "updates-automatic",
        "Security updates install by themselves",
        (_PASS, _HIGH),
        "Security updates are installed without anyone asking.",
        "Most break-ins use a weakness for which an update was already there.",
        ("updates.automatic", "updates.lists_age_days"),
        (_RISK,),
    ),
    _result(
        "updates-pending",
        "No security update is waiting",
        (_FAIL, _MEDIUM),
        "3 security updates wait and the computer waits for a restart; neither is asked.",
        "An update protects only once it is installed and the computer has been restarted.",
        ("updates.pending", "updates.pending_security", "updates.reboot_required"),
        (_RISK,),
        fix=(
            "Run: sudo apt-get update && sudo apt-get upgrade",
            "Restart the computer.",
        ),
    ),
    _result(
        "updates-recent",
        "Updates were installed lately",
        (_UNKNOWN, _LOW),
        "It could not be determined when the last update was installed: the package history gave "
        "no answer within 10 seconds.",
        "Updates that are set up but never arrive are a common and silent fault.",
        ("updates.last_installed_days",),
        (_RISK,),
        sources=("30 days: the policy's own choice; the Security Rule sets no number.",),
    ),
    _result(
        "os-supported",
        "Operating system still supported",
        (_PASS, _CRITICAL),
        "Ubuntu 24.04 gets free security updates until 31 May 2029.",
        "A weakness found after that day stays open for ever.",
        ("os.name", "os.support_ends", "os.supported", "os.version"),
        (_RISK,),
    ),
)

_POLICY = PolicyStamp(
    "home-office",
    "1.0.0",
    "Home office",
    "3f2a91bc04de77a1c5b09d3e6612f8aa5d0c4b7e91f3a2687c1d5e0f9b8a7364",
    (
        SettingValue(
            "idle_max",
            900,
            "s",
            "The longest time without use before the screen must ask for a password.",
            changed=False,
        ),
        SettingValue(
            "open_ports",
            (),
            "",
            "Ports that may be open to neighbours on the network.",
            changed=False,
        ),
        SettingValue(
            "update_age_max",
            30,
            "days",
            "The longest time since an update was last installed.",
            changed=True,
        ),
        SettingValue(
            "vpn_mode",
            "all-traffic",
            "",
            "What the VPN must carry: all-traffic, practice-only, set-up or none.",
            changed=False,
        ),
    ),
    (
        "Whether the browser and other programs beside the operating system are up to date.",
        "How well the passwords are chosen, and whether a second factor guards the accounts.",
        "Malware protection.",
    ),
)


def sample() -> Report:
    """A home laptop: every status, unavailable facts, a long path, a changed setting."""
    return Report(
        tool="hipaaguard 0.1.0",
        policy=_POLICY,
        platform=Platform.LINUX,
        taken_at=NOW,
        evaluated_at=NOW,
        elevated=False,
        results=_RESULTS,
        facts=tuple(FACTS[key] for key in sorted(FACTS)),
        chain=Chain(
            7,
            "b7e19f3a2687c1d5e0f9b8a73643f2a91bc04de77a1c5b09d3e6612f8aa5d0c4",
            "Riverside Family Practice, request 2026-114",
            "Laptop in the upstairs office",
        ),
    )


def replayed() -> Report:
    """The same, judged later from a recording, unsigned."""
    return replace(
        sample(), chain=None, replayed=True, evaluated_at=NOW + timedelta(days=3, minutes=1)
    )


def smallest() -> Report:
    """One passing check, no settings, and nothing known of where the facts come from."""
    return replace(
        sample(),
        policy=replace(_POLICY, settings=(), not_covered=()),
        platform=None,
        taken_at=None,
        results=_RESULTS[1:2],
        facts=_RESULTS[1].evidence,
        chain=Chain(1, ""),
    )


def large() -> Report:
    """Sixty checks of every status, and hundreds of mounted volumes with long names."""
    mounts = tuple(f"/mnt/{index:03}/{'very-long-name-' * (index % 6)}end" for index in range(300))
    volumes = Fact("disk.unencrypted_volumes", mounts, "/proc/self/mountinfo")
    results = tuple(
        replace(
            _RESULTS[index % len(_RESULTS)],
            check_id=f"check-{index:02}",
            evidence=(volumes,) if index == 2 else _RESULTS[index % len(_RESULTS)].evidence,
        )
        for index in range(60)
    )
    facts = FACTS | {volumes.key: volumes}
    return replace(
        sample(),
        results=tuple(
            replace(it, evidence=tuple(facts[fact.key] for fact in it.evidence)) for it in results
        ),
        facts=tuple(facts[key] for key in sorted(facts)),
        chain=Chain(4_000, "a" * 64, "c" * 200, "Supercalifragilisticexpialidocious" * 5),
    )


HOSTILE_TEXTS = (
    "</pre><!-- hipaaguard-envelope ends -->",
    '<pre id="hipaaguard-envelope" hidden>',
    "<script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "</title></style><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;&#x202e;",
    "\u202egnihton si siht\u202c",
    "zero\u200bwidth\u2066isolate\u2069",
    "line\nOBSERVED (17)\r\n\x1b[2J\x1b[32mfake\x00",
    "\ud800 lone",
    "مرحبا, 世界, naïve, 👩‍⚕️",
    "x" * 20_000,
)


def hostile() -> Report:
    """Every text of the sample replaced by one that attacks the page or the terminal."""
    texts = iter(HOSTILE_TEXTS * 100)
    report: Report = map_texts(sample(), lambda _: next(texts))
    return report


def map_texts(value: Any, change: Any) -> Any:
    """The value with every text in it changed, except the keys of facts: they have a form."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple):
        return tuple(map_texts(item, change) for item in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    kept = {"key"} if isinstance(value, Fact) else set()
    return replace(
        value,
        **{
            field.name: map_texts(getattr(value, field.name), change)
            for field in fields(value)
            if field.name not in kept
        },
    )


def golden() -> dict[str, bytes]:
    """The golden files, by name."""
    return {
        f"report.{suffix}": FORMATS[name](sample()).encode() for name, suffix in SUFFIXES.items()
    }
