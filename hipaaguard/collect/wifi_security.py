"""How a Wi-Fi link can be protected, and which protection is the weakest."""

from collections.abc import Iterable
from enum import StrEnum

from hipaaguard.model import Unavailable


class Security(StrEnum):
    """Every value of `wifi.security`, the weakest first."""

    OPEN = "open"
    WEP = "wep"
    OWE = "owe"
    """Encrypted without a password: against listeners, not against a false access point."""
    WPA = "wpa"
    WPA2 = "wpa2"
    WPA3 = "wpa3"
    ENTERPRISE = "enterprise"


_ORDER = tuple(Security)


def rank(security: Security) -> int:
    """Its place among all, 0 for the weakest."""
    return _ORDER.index(security)


def weakest(found: Iterable[Security | Unavailable]) -> Security | Unavailable:
    """The weakest protection of several, of which there is at least one.

    Returns:
        Unavailable when one is unknown, unless another is the weakest that there is.
    """
    every = tuple(found)
    known = [it for it in every if isinstance(it, Security)]
    unknown = [it for it in every if isinstance(it, Unavailable)]
    if unknown and Security.OPEN not in known:
        return unknown[0]
    return min(known, key=rank)
