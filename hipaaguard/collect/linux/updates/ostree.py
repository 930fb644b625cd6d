"""Updates of systems that are images: rpm-ostree and bootc (Silverblue, Kinoite, Bluefin, Bazzite).

- Files tell nearly everything. rpm-ostree is asked only while its service happens to run: asking
  would start it.
- An image counts as one update.
- A newer image that is installed and waits for a restart no longer waits to be installed.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from hipaaguard.collect.host import (
    AS_ADMINISTRATOR,
    Entry,
    Host,
    Output,
    attempt,
    is_absent,
    read_text,
)
from hipaaguard.collect.linux.services import Unit, find_units
from hipaaguard.collect.linux.updates import images
from hipaaguard.collect.linux.updates.ages import from_epoch, whole_days
from hipaaguard.collect.linux.updates.ini import parse_settings
from hipaaguard.collect.linux.updates.manager import DEADLINE_S, STALE_DAYS
from hipaaguard.model import Fact, Reason, Unavailable
from hipaaguard.words import say_count

BOOTED = "/run/ostree-booted"
DEPLOYMENTS = "/sysroot/ostree/deploy"
# libostree writes it when a deployment is ready for the next start.
STAGED = "/run/ostree/staged-deployment"
ENTRIES = "/boot/loader/entries"
REFS = "/ostree/repo/refs/remotes"
CONFIG = "/etc/rpm-ostreed.conf"
SERVICE = "rpm-ostreed.service"
BY_POLICY = "rpm-ostreed-automatic.timer"
# They install whatever the policy says: bootc's own, and Universal Blue's.
ALWAYS = ("bootc-fetch-apply-updates.timer", "uupd.timer", "ublue-update.timer")
# rpm-ostreed.conf(5): `check` and `none` install nothing.
INSTALLING = frozenset({"stage", "apply", "ex-stage"})
LOOK = "rpm-ostree upgrade --check && hipaaguard audit"

Answer = bool | Unavailable


def is_image(host: Host) -> bool:
    """Whether this system is an image; three things say so, of which any is enough."""
    command_line = read_text(host, "/proc/cmdline")
    told = not isinstance(command_line, Unavailable) and " ostree=/ostree/boot." in command_line
    return told or any(isinstance(host.entry(path), Entry) for path in (BOOTED, DEPLOYMENTS))


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of updates of an image."""
    running = _running(host)
    age = running if isinstance(running, Unavailable) else _lists_age(host, running, now)
    yield Fact("updates.lists_age_days", age, REFS)
    if "updates.automatic" in keys:
        yield Fact("updates.automatic", automatic(host), f"{CONFIG}, systemctl show {BY_POLICY}")
    if keys & {"updates.pending", "updates.pending_security"}:
        pending, security = (
            (running, running) if isinstance(running, Unavailable) else _counts(host, running, age)
        )
        yield Fact("updates.pending", pending, f"{REFS}, {DEPLOYMENTS}")
        yield Fact("updates.pending_security", security, f"{REFS}, rpm-ostree status --json")
    yield _last_installed(host, running, now)
    if "updates.reboot_required" in keys:
        source = f"{STAGED}, {ENTRIES}, /proc/self/mountinfo"
        yield Fact("updates.reboot_required", _reboot_required(host, running), source)


def _running(host: Host) -> images.Deployment | Unavailable:
    mounts = read_text(host, "/proc/self/mountinfo")
    return mounts if isinstance(mounts, Unavailable) else attempt(images.parse_running, mounts)


def _source(host: Host, running: images.Deployment) -> tuple[str, bool] | Unavailable:
    text = read_text(host, f"{running.folder}.origin")
    settings = text if isinstance(text, Unavailable) else attempt(parse_settings, text)
    if isinstance(settings, Unavailable):
        return settings
    return attempt(images.parse_source, settings)


def _lists_age(host: Host, running: images.Deployment, now: datetime) -> int | Unavailable:
    """Days since a newer image was last found: the list may have been fetched later."""
    source = _source(host, running)
    if isinstance(source, Unavailable):
        return source
    if not source[0]:
        detail = "of container images nothing on the machine notes when they were looked for"
        return Unavailable(Reason.NOT_INSTALLED, detail)
    entry = host.entry(f"{REFS}/{source[0]}")
    moment = from_epoch(entry.modified_s) if isinstance(entry, Entry) else entry
    if moment is None:
        return Unavailable(Reason.UNRECOGNISED, "the list of updates bears an impossible date")
    if isinstance(moment, Unavailable):
        return moment
    return whole_days(now, moment, "the list of updates")


def _counts(
    host: Host, running: images.Deployment, age: int | Unavailable
) -> tuple[int | Unavailable, int | Unavailable]:
    """Whether a newer image waits, as 0 or 1, and how many security advisories it has."""
    source = _source(host, running)
    if isinstance(source, Unavailable):
        return source, source
    ref, layered = source
    advisories = _asked_service(host)
    if isinstance(advisories, int):
        waits: Answer = True
    elif advisories is not None:
        waits = advisories
    elif layered:
        detail = "only rpm-ostree's service could tell, and asking would start it"
        waits = Unavailable(Reason.UNRECOGNISED, detail, LOOK)
    else:
        waits = _by_files(host, running, ref, age) if ref else _asked_bootc(host)
    if isinstance(waits, Unavailable):
        return waits, waits
    if not waits:
        return 0, 0
    # Advisories are named only where the lists of packages are there too, so 0 says nothing.
    detail = "nothing tells whether a newer image fixes security"
    untold = Unavailable(Reason.NOT_INSTALLED, detail)
    return 1, advisories if isinstance(advisories, int) and advisories else untold


def _by_files(host: Host, running: images.Deployment, ref: str, age: int | Unavailable) -> Answer:
    """Whether the newest image that is known here is not deployed."""
    commit = read_text(host, f"{REFS}/{ref}")
    if isinstance(commit, Unavailable):
        return commit
    names = host.names(f"{DEPLOYMENTS}/{running.name}/deploy")
    if isinstance(names, Unavailable):
        return names
    if not any(name.partition(".")[0] == commit.strip() for name in names):
        return True
    if isinstance(age, Unavailable):
        return age
    if age > STALE_DAYS:
        detail = f"the last newer image was found {say_count(age, 'day')} ago"
        return Unavailable(Reason.UNRECOGNISED, detail, LOOK)
    return False


def _asked_service(host: Host) -> int | Unavailable | None:
    """The security advisories of an update that rpm-ostree's service knows of; None without one.

    Returns:
        None also while the service does not run.
    """
    units = find_units(host, (SERVICE,))
    if isinstance(units, Unavailable):
        return None if is_absent(units) else units
    if not units[SERVICE].running:
        return None
    answer = host.run("rpm-ostree", "status", "--json", deadline_s=DEADLINE_S)
    failed = _failure(answer, "rpm-ostree")
    if failed is not None or isinstance(answer, Unavailable):
        return failed
    return attempt(lambda: images.parse_status(answer.text))


def _asked_bootc(host: Host) -> Answer:
    """Whether bootc knows of an image that is newer than those that are installed."""
    if not host.elevated:
        detail = "only an administrator can ask which image is the newest"
        return Unavailable(Reason.NOT_PERMITTED, detail, AS_ADMINISTRATOR)
    answer = host.run("bootc", "status", "--json", deadline_s=DEADLINE_S)
    failed = _failure(answer, "bootc")
    if failed is not None or isinstance(answer, Unavailable):
        return failed or Unavailable(Reason.FAILED, "bootc did not answer")
    waits = attempt(lambda: images.parse_bootc(answer.text))
    if waits is None:
        detail = "no newer image is known, and nothing notes when one was looked for"
        return Unavailable(Reason.UNRECOGNISED, detail, "sudo bootc upgrade --check")
    return waits


def _failure(answer: Output | Unavailable, program: str) -> Unavailable | None:
    """Why there is no answer; None when there is one."""
    if isinstance(answer, Unavailable):
        return answer
    if answer.exit_code != 0:
        return Unavailable(Reason.FAILED, f"{program} answered with an error")
    return None


def automatic(host: Host) -> Answer:
    """Whether newer images are installed without anyone asking, by what is in effect."""
    units = find_units(host, (BY_POLICY, *ALWAYS))
    if isinstance(units, Unavailable):
        return units
    if any(_runs(units[name]) for name in ALWAYS):
        return True
    if not _runs(units[BY_POLICY]):
        return False
    text = read_text(host, CONFIG)
    if is_absent(text):
        # What it is where nothing is set: rpm-ostreed.conf(5).
        return False
    settings = text if isinstance(text, Unavailable) else attempt(parse_settings, text)
    if isinstance(settings, Unavailable):
        return settings
    return settings.get("Daemon", {}).get("AutomaticUpdatePolicy", "none") in INSTALLING


def _runs(timer: Unit) -> bool:
    return timer.present and timer.running and timer.at_boot


def _last_installed(host: Host, running: images.Deployment | Unavailable, now: datetime) -> Fact:
    """Days since the image that runs was deployed: one that waits for a restart is no use yet."""
    key, source = "updates.last_installed_days", f"{DEPLOYMENTS}/*/deploy/*.origin"
    if isinstance(running, Unavailable):
        return Fact(key, running, source)
    entry = host.entry(f"{running.folder}.origin")
    moment = from_epoch(entry.modified_s) if isinstance(entry, Entry) else entry
    if moment is None:
        moment = Unavailable(Reason.UNRECOGNISED, "the image that runs bears an impossible date")
    if isinstance(moment, Unavailable):
        return Fact(key, moment, source)
    return Fact(key, whole_days(now, moment, "the last installation"), source)


def _reboot_required(host: Host, running: images.Deployment | Unavailable) -> Answer:
    """Whether the next start takes another image than the one that runs."""
    staged = host.entry(STAGED)
    if isinstance(staged, Entry):
        return True
    default = _default(host)
    if isinstance(running, Unavailable):
        return running
    if isinstance(default, Unavailable):
        return default
    if default != running:
        return True
    return False if is_absent(staged) else staged


def _default(host: Host) -> images.Deployment | Unavailable:
    names = host.names(ENTRIES)
    if isinstance(names, Unavailable):
        return _need_rights(names)
    texts: dict[str, str] = {}
    for name in names:
        if name.endswith(".conf"):
            text = read_text(host, f"{ENTRIES}/{name}")
            if isinstance(text, Unavailable):
                return _need_rights(text)
            texts[name] = text
    link = attempt(images.parse_default, texts)
    target = link if isinstance(link, Unavailable) else host.resolve(link)
    if isinstance(target, Unavailable):
        return target
    return attempt(images.parse_deployment, target)


def _need_rights(answer: Unavailable) -> Unavailable:
    if answer.reason is Reason.NOT_PERMITTED:
        return replace(answer, settle=AS_ADMINISTRATOR)
    return answer
