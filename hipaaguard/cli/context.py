"""What several commands share: the clock, this machine, the data folder, policies, options."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from hipaaguard import __version__
from hipaaguard.collect.host import Host, Person
from hipaaguard.errors import CommandError
from hipaaguard.files import read_limited
from hipaaguard.policy import Policy, load_policy, load_shipped, shipped
from hipaaguard.strict_yaml import MAX_BYTES

TOOL = f"hipaaguard {__version__}"
DEFAULT_POLICY = "home-office"

F = TypeVar("F", bound=Callable[..., Any])


class Time(click.ParamType[datetime]):
    """A time given on the command line: `2026-11-23`, `2026-11-23T12:00:00Z`."""

    name = "time"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """What help calls it."""
        del param, ctx
        return "TIME"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The time in UTC; one without a zone is taken as UTC."""
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a time like 2026-11-23T12:00:00Z", param, ctx)
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC)
        try:
            return moment.astimezone(UTC)
        except OverflowError:  # Before the year 1 or after 9999, in UTC.
            self.fail(f"{value!r} is not a time like 2026-11-23T12:00:00Z", param, ctx)


def now() -> datetime:
    """The time, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def this_machine(*, network: bool = False) -> Host:
    """This machine.

    Args:
        network: whether the user allowed the network to be used.

    Returns:
        A live host.

    Raises:
        CommandError: HipaaGuard has no collectors for this system.
    """
    if sys.platform != "linux":
        raise CommandError(
            "this version of HipaaGuard can look at Linux computers only",
            hint="it can still verify reports and judge saved facts here",
        )
    from hipaaguard.collect.live import LiveHost

    return LiveHost(os.environ, network=network)


def replayed_machine(recording: str) -> tuple[Host, datetime]:
    """The machine of a recording, and when it was recorded."""
    from hipaaguard.collect.recording import ReplayHost, read_recording

    found = read_recording(Path(recording))
    return ReplayHost(found), found.recorded.taken_at.astimezone(UTC)


def the_policy(name: str) -> Policy:
    """A shipped policy by its id, or the policy in a file.

    Returns:
        The policy.

    Raises:
        CommandError: Neither.
        PolicyError: The file is not a policy.
    """
    if name in shipped():
        return load_shipped(name)
    path = Path(name)
    if path.suffix not in (".yaml", ".yml") and not path.is_file():
        raise CommandError(
            f"there is no policy named {name!r}",
            hint=f"`hipaaguard policy list` shows those that ship: {', '.join(shipped())}",
        )
    return load_policy(read_limited(path, MAX_BYTES, "a policy"), name)


def data_folder(ctx: click.Context, person: Person | None = None) -> Path:
    """Where this person's key and journal are kept."""
    chosen = (ctx.obj or {}).get("data_folder")
    if chosen:
        return Path(chosen).expanduser().absolute()
    if person is not None and person.uid != os.getuid():
        # Under sudo, HOME and XDG_DATA_HOME are root's.
        return Path(person.home) / ".local" / "share" / "hipaaguard"
    import platformdirs

    try:
        return platformdirs.user_data_path("hipaaguard", appauthor=False).absolute()
    except RuntimeError as error:
        raise CommandError(
            "cannot tell which folder is your home folder",
            hint="choose a folder for the key with --data-folder",
        ) from error


def own_data_folder(ctx: click.Context) -> Path:
    """The data folder of whoever called sudo, as `audit` uses it, with their rights from now on."""
    if sys.platform != "linux":
        return data_folder(ctx)
    person = this_machine().person
    folder = data_folder(ctx, person)
    step_down(person)
    return folder


def step_down(person: Person) -> None:
    """Gives up root's rights for those of the person who called sudo.

    Everything that is kept afterwards (key, journal, report) is theirs, and nothing they can place
    in their own folders makes root write elsewhere.
    """
    if os.name != "posix" or os.geteuid() != 0 or person.uid == 0:
        return
    import pwd

    try:
        account = pwd.getpwuid(person.uid)
    except KeyError as error:
        raise CommandError(
            f"the user who called sudo (number {person.uid}) is not a user of this computer"
        ) from error
    os.initgroups(account.pw_name, account.pw_gid)
    os.setgid(account.pw_gid)
    os.setuid(person.uid)


def policy_option(default: str | None = DEFAULT_POLICY) -> Callable[[F], F]:
    """The option `--policy`."""
    return click.option(
        "--policy",
        "policy_name",
        metavar="NAME|FILE",
        default=default,
        show_default=default is not None,
        help="A policy that ships, or a file.",
    )


replay_option = click.option(
    "--replay",
    metavar="RECORDING",
    help="Look at a recording (folder or .zip) instead of this computer.",
)
network_option = click.option(
    "--allow-network",
    is_flag=True,
    help="Let checks connect to the servers that the policy names, to see how they encrypt.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
