"""What one file service does: whether it offers files, and whether without a password."""

from dataclasses import dataclass

from hipaaguard.model import Unavailable


@dataclass(frozen=True, slots=True)
class Service:
    """A file service of this machine.

    Attributes:
        id: as `sharing.files` names it.
        offers: whether it runs and has something to offer.
        guests: whether some of that needs no password.
    """

    id: str
    offers: bool | Unavailable
    guests: bool | Unavailable


def silent(service_id: str) -> Service:
    """A service that offers nothing."""
    return Service(service_id, offers=False, guests=False)


def unknown(service_id: str, why: Unavailable) -> Service:
    """A service of which nothing could be told."""
    return Service(service_id, why, why)
