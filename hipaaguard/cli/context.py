"""What several commands share: the clock, this machine, the data folder, policies, options."""

import os
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from hipaaguard import __version__
from hipaaguard.cli.rights import home_of_another, step_down
from hipaaguard.collect.host import Host, Person
from hipaaguard.errors import CommandError
from hipaaguard.files import read_limited
from hipaaguard.policy import Policy, load_policy, load_shipped, policy_id, shipped
from hipaaguard.strict_yaml import MAX_BYTES

TOOL = f"hipaaguard {__version__}"
DEFAULT_POLICY = "home-office"
DATA_FOLDER = Path(
    "Library/Application Support/hipaaguard"
    if sys.platform == "darwin"
    else ".local/share/hipaaguard"
)
"""Where below a home folder the key and the journal are kept, as platformdirs has it."""

_PARENTS = "hipaaguard.parents"

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
    """This machine; `network` says whether the user allowed the network to be used."""
    from hipaaguard.collect import live

    return live.this_machine(os.environ, network=network)


def replayed_machine(recording: str) -> tuple[Host, datetime]:
    """The machine of a recording, and when it was recorded."""
    from hipaaguard.collect.recording import read_recording
    from hipaaguard.collect.replay import ReplayHost

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
    return load_policy(read_limited(path, MAX_BYTES, "a policy"), name, _parents())


def policies_by_id(names: Iterable[str]) -> dict[str, tuple[bytes, str]]:
    """The text of each policy file, and its name, by the policy's id.

    Raises:
        CommandError: A file cannot be read.
        PolicyError: It says no id.
    """
    texts = {name: read_limited(Path(name), MAX_BYTES, "a policy") for name in names}
    return {policy_id(text, name): (text, name) for name, text in texts.items()}


def _parents() -> dict[str, tuple[bytes, str]]:
    """The policies that were handed over with --parent."""
    found = click.get_current_context().find_root().meta.get(_PARENTS, ())
    return policies_by_id(found)


def _keep_parents(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> None:
    del param
    ctx.find_root().meta[_PARENTS] = value


def data_folder(ctx: click.Context, person: Person | None = None) -> Path:
    """Where this person's key and journal are kept."""
    chosen = (ctx.obj or {}).get("data_folder")
    if chosen:
        return Path(chosen).expanduser().absolute()
    home = None if person is None else home_of_another(person)
    if home is not None:
        # Under sudo, HOME and XDG_DATA_HOME are root's.
        return home / DATA_FOLDER
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
    person = this_machine().person
    folder = data_folder(ctx, person)
    step_down(person)
    return folder


def policy_option(default: str | None = DEFAULT_POLICY) -> Callable[[F], F]:
    """The option `--policy`."""
    named = click.option(
        "--policy",
        "policy_name",
        metavar="NAME|FILE",
        default=default,
        show_default=default is not None,
        help="A policy that ships, or a file.",
    )
    return lambda command: named(parent_option(command))


parent_option = click.option(
    "--parent",
    metavar="FILE",
    multiple=True,
    expose_value=False,
    callback=_keep_parents,
    help="A policy file that the policy extends; more than one can be given.",
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
