"""Updates of what the system's own package manager does not keep: Flatpaks and snaps."""

from collections.abc import Iterator
from datetime import datetime

from hipaaguard.collect.host import Host
from hipaaguard.collect.linux.updates import flatpak, snap
from hipaaguard.model import Fact, Reason, Scalar, Unavailable

NAMES = ("updates.apps_automatic", "updates.apps_pending")
SOURCE = f"{flatpak.SYSTEM}, {snap.SNAPS}"

Answer = Scalar | Unavailable


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of updates of Flatpaks and snaps."""
    if not keys & {*NAMES}:
        return
    used = {"Flatpak": flatpak.in_use(host), "Snap": snap.in_use(host)}
    yield Fact("updates.apps_automatic", _automatic(host, used, now), SOURCE)
    if "updates.apps_pending" in keys:
        yield Fact("updates.apps_pending", _pending(host, used, now), SOURCE)


def _automatic(host: Host, used: dict[str, bool | Unavailable], now: datetime) -> Answer:
    """Whether each source that is used updates itself: one that does not settles it."""
    answers = list(used.values())
    if used["Flatpak"] is True:
        answers.append(flatpak.automatic(host))
    if used["Snap"] is True:
        answers.append(snap.automatic(host, now))
    # Of the first two, False only means that the source is not used.
    if False in answers[2:]:
        return False
    return _refused(answers) or _unused(used) or True


def _pending(host: Host, used: dict[str, bool | Unavailable], now: datetime) -> Answer:
    refused = _refused(list(used.values())) or _unused(used)
    if refused is not None:
        return refused
    return snap.pending() if used["Snap"] is True else flatpak.pending(host, now)


def _refused(answers: list[bool | Unavailable]) -> Unavailable | None:
    return next((it for it in answers if isinstance(it, Unavailable)), None)


def _unused(used: dict[str, bool | Unavailable]) -> Unavailable | None:
    if True in used.values():
        return None
    return Unavailable(Reason.NOT_INSTALLED, "neither Flatpaks nor snaps are installed")
