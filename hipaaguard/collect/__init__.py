"""From a host to a snapshot: the platform's probes, side by side, none able to spoil another."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import import_module

from hipaaguard.collect.host import AS_ADMINISTRATOR, WINDOWS_AS_ADMINISTRATOR, Host
from hipaaguard.collect.memory import RememberingHost
from hipaaguard.errors import ParseError
from hipaaguard.facts import FACTS, check_value, split_key
from hipaaguard.model import Fact, Platform, Reason, Snapshot, Unavailable

log = logging.getLogger(__name__)

Collector = Callable[[Host, frozenset[str], datetime], Iterable[Fact]]
"""A probe's function: from the host, the keys asked for (with arguments) and the time, to facts.

Facts that were not asked for are dropped; one that is left out becomes `internal-error`. It raises
nothing but, at worst, `ParseError`.
"""


@dataclass(frozen=True, slots=True)
class Probe:
    """One subject's facts and the function that collects them.

    Attributes:
        subject: what a person calls it: "disk encryption".
        names: the names of the facts that it gives, without arguments.
        collect: the function.
    """

    subject: str
    names: tuple[str, ...]
    collect: Collector


PLATFORMS: Mapping[Platform, str] = {
    Platform.LINUX: "hipaaguard.collect.linux",
    Platform.MACOS: "hipaaguard.collect.macos",
    Platform.WINDOWS: "hipaaguard.collect.windows",
}
"""The module with the `PROBES` of each platform."""


def probes(platform: Platform) -> tuple[Probe, ...]:
    """The platform's probes; none for a platform without collectors."""
    name = PLATFORMS.get(platform)
    if name is None:
        return ()
    found: tuple[Probe, ...] = import_module(name).PROBES
    return found


def all_keys(platform: Platform) -> frozenset[str]:
    """Every fact without an argument that the platform has a collector for."""
    names = (name for probe in probes(platform) for name in probe.names)
    return frozenset(name for name in names if not FACTS[name].parameter)


_SLICE_S = 0.5


def collect(
    host: Host,
    keys: Iterable[str],
    now: datetime,
    finished: Callable[[str], None] = lambda subject: None,
) -> Snapshot:
    """A snapshot with exactly the facts asked for, each a value or the reason why there is none.

    Args:
        host: whom to ask.
        keys: fact keys, with arguments where the fact takes one.
        now: the time to measure ages by.
        finished: called with a probe's subject when it is done, from any thread.

    Returns:
        Facts sorted by key.

    Raises:
        KeyboardInterrupt: As it came, once every running program has been ended.
    """
    wanted = frozenset(keys)
    host = RememberingHost(host)
    due = [(probe, _share(probe, wanted)) for probe in probes(host.platform)]
    due = [(probe, share) for probe, share in due if share]
    facts = {key: _unknown(key, host.platform) for key in wanted}
    with ThreadPoolExecutor(max_workers=max(1, len(due))) as pool:
        try:
            pending = {pool.submit(_run, probe, host, share, now, finished) for probe, share in due}
            while pending:
                # In slices, because Windows notices Ctrl-C only between two waits.
                done, pending = wait(pending, _SLICE_S, FIRST_COMPLETED)
                for it in done:
                    facts.update(it.result())
        except KeyboardInterrupt:
            # Leaving the pool waits for every probe, so what they wait for is ended first.
            host.stop()
            raise
    ordered = tuple(facts[key] for key in sorted(facts))
    return Snapshot(ordered, host.platform, now, host.elevated)


def subjects(platform: Platform, keys: Iterable[str]) -> tuple[str, ...]:
    """What the probes that these keys need are called, in the order of the probes."""
    wanted = frozenset(keys)
    return tuple(probe.subject for probe in probes(platform) if _share(probe, wanted))


def _share(probe: Probe, wanted: frozenset[str]) -> frozenset[str]:
    return frozenset(key for key in wanted if split_key(key)[0] in probe.names)


def _unknown(key: str, platform: Platform) -> Fact:
    detail = f"this version of HipaaGuard cannot observe it on {platform}"
    return Fact(key, Unavailable(Reason.UNRECOGNISED, detail), "hipaaguard")


def _run(
    probe: Probe, host: Host, share: frozenset[str], now: datetime, finished: Callable[[str], None]
) -> dict[str, Fact]:
    missing = Unavailable(Reason.INTERNAL_ERROR, "the probe gave no answer")
    facts: Sequence[Fact] = ()
    try:
        facts = tuple(probe.collect(host, share, now))
    except ParseError as error:
        missing = Unavailable(Reason.UNRECOGNISED, str(error))
    except Exception:  # a crash in a probe is an unavailable fact, never a verdict
        log.exception("the probe of %s crashed", probe.subject)
        missing = Unavailable(Reason.INTERNAL_ERROR, f"the probe of {probe.subject} crashed")
    finally:
        finished(probe.subject)
    on_windows = host.platform is Platform.WINDOWS
    command = WINDOWS_AS_ADMINISTRATOR if on_windows else AS_ADMINISTRATOR
    settle = "" if host.elevated else command
    found = {fact.key: _checked(fact, settle) for fact in facts if fact.key in share}
    return {key: found.get(key, Fact(key, missing, probe.subject)) for key in share}


def _checked(fact: Fact, settle: str) -> Fact:
    """The fact, or `internal-error` when its value is not one that the dictionary allows.

    One that only more rights can tell names the command that has them.
    """  # noqa: DOC201 - the first line says it
    if isinstance(fact.value, Unavailable):
        closed = fact.value.reason is Reason.NOT_PERMITTED and not fact.value.settle
        value = replace(fact.value, settle=settle) if closed else fact.value
        return replace(fact, value=value)
    try:
        return Fact(fact.key, check_value(fact.key, fact.value), fact.source)
    except ParseError as error:
        log.error("a probe gave a value outside the dictionary: %s", error)  # noqa: TRY400 - no stack to show
        return Fact(fact.key, Unavailable(Reason.INTERNAL_ERROR, str(error)), fact.source)
