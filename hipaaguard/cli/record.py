"""`hipaaguard record`: this machine's answers as a recording, redacted."""

import contextlib
import platform
import shutil
import tempfile
from collections.abc import Iterable
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_network
from pathlib import Path

import click

from hipaaguard.cli import context
from hipaaguard.cli.audit import look
from hipaaguard.cli.rights import step_down
from hipaaguard.collect import all_keys
from hipaaguard.collect.host import attempt
from hipaaguard.collect.recorder import RecordingHost, recording_files
from hipaaguard.collect.redact import Network, Redactor
from hipaaguard.collect.vpn_ways import PROBES_V4, PROBES_V6, Address, parse_target
from hipaaguard.errors import CommandError, StoreError
from hipaaguard.facts import split_key
from hipaaguard.files import reason
from hipaaguard.model import Platform, Snapshot, Unavailable

# The first user id that Linux distributions give to people (login.defs(5), UID_MIN).
FIRST_PERSON_UID = 1000
# On these systems every person's folder is called after them.
HOMES = {Platform.MACOS: "/Users", Platform.WINDOWS: r"C:\Users"}
NOBODYS_FOLDERS = frozenset(
    {
        "All Users",
        "Default",
        "Default User",
        "Guest",
        "Public",
        "Shared",
        ".localized",
        "desktop.ini",
    }
)


@click.command()
@click.option("-o", "--output", metavar="DIR", help="A folder not there yet.")
@click.option("--show", is_flag=True, help="Print what would be written, and write nothing.")
@context.policy_option(default=None)
@context.network_option
def record(output: str | None, show: bool, policy_name: str | None, allow_network: bool) -> int:
    """Record what HipaaGuard reads on this computer, to show how it came to its judgement.

    Names, addresses, serial numbers and the like are replaced. Read it before you send it: with
    --show first, then with -o.
    """
    folder = None if show else _folder(output)
    host = RecordingHost(context.this_machine(network=allow_network))
    now = context.now()
    keys = set(all_keys(host.platform))
    if policy_name is not None:
        keys |= context.the_policy(policy_name).fact_keys(host.platform)
    snapshot = look(host, keys, now)
    files = recording_files(host, redactor(host, keys), now, _origin(host, now), _system(snapshot))
    step_down(host.person)
    if folder is None:
        _show(files)
        return 0
    _write(folder, files)
    click.echo(f"The recording is {folder}: {len(files)} files. Read them before you send them.")
    return 0


def redactor(host: RecordingHost, keys: Iterable[str] = ()) -> Redactor:
    """Replaces what tells whose machine this host is."""
    person = host.person
    return Redactor(
        user=person.name,
        home=person.home,
        host_name=platform.node(),
        people=people(host),
        keep={
            *(word for command, _ in host.heard.commands for word in command),
            *map(str, (*PROBES_V4, *PROBES_V6)),
        },
        networks=targets(keys),
    )


def targets(keys: Iterable[str]) -> tuple[Network, ...]:
    """The networks that a policy named in its own questions; they are the practice's."""
    asked = (split_key(key) for key in keys)
    named = (attempt(parse_target, argument) for name, argument in asked if name == "vpn.carries")
    return tuple(_around(target) for target in named if not isinstance(target, Unavailable))


def _around(target: Address | Network) -> Network:
    """The network, or of an address the one that it most likely lies in."""
    if isinstance(target, (IPv4Address, IPv6Address)):
        return ip_network((target, 24 if target.version == 4 else 64), strict=False)
    return target


def people(host: RecordingHost) -> set[str]:
    """The names of whoever has an account here."""
    folder = HOMES.get(host.platform)
    if folder is not None:
        names = host.names(folder)
        return set() if isinstance(names, Unavailable) else set(names) - NOBODYS_FOLDERS
    answer = host.read("/etc/passwd")
    lines = answer.decode(errors="replace").splitlines() if isinstance(answer, bytes) else []
    accounts = [line.split(":") for line in lines if line.count(":") == 6]
    return {
        word
        for account in accounts
        if account[2].isdecimal() and FIRST_PERSON_UID <= int(account[2]) < 60_000
        for word in (account[0], account[4].split(",")[0])
        if word
    }


def _origin(host: RecordingHost, now: datetime) -> str:
    return f"recorded by {context.TOOL} on {host.platform}, {now:%Y-%m-%d}"


def _folder(output: str | None) -> Path:
    if output is None:
        raise CommandError(
            "where to?", hint="name a folder that does not exist yet with -o, or use --show"
        )
    folder = Path(output).absolute()
    if folder.exists():
        raise CommandError(f"{folder} exists already", hint="name a folder that does not exist yet")
    return folder


def _system(snapshot: Snapshot) -> str:
    """The version of the system in few words, as far as it is known."""
    facts = [snapshot.get(key) for key in ("os.name", "os.version")]
    return " ".join(it.value for it in facts if it is not None and isinstance(it.value, str))


def _show(files: dict[str, bytes]) -> None:
    """Every file, each under its name; bytes that are no text as they would look in Latin-1."""
    for name, data in files.items():
        click.echo(f"===== {name}")
        try:
            click.echo(data.decode())
        except UnicodeDecodeError:
            click.echo(data.decode("latin-1"))


def _write(folder: Path, files: dict[str, bytes]) -> None:
    """The folder with all files, or nothing."""
    temporary: Path | None = None
    try:
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        for name, data in files.items():
            path = temporary / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        temporary.rename(folder)
        temporary = None
    except OSError as error:
        raise StoreError(f"cannot write {folder}: {reason(error)}") from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                shutil.rmtree(temporary)
