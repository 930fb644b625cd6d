"""`hipaaguard record`: this machine's answers as a recording, redacted."""

import contextlib
import platform
import shutil
import tempfile
from datetime import datetime
from pathlib import Path

import click

from hipaaguard.cli import context
from hipaaguard.cli.audit import look
from hipaaguard.cli.rights import step_down
from hipaaguard.collect import all_keys
from hipaaguard.collect.recorder import RecordingHost, recording_files
from hipaaguard.collect.redact import Redactor
from hipaaguard.errors import CommandError, StoreError
from hipaaguard.files import reason

# The first user id that Linux distributions give to people (login.defs(5), UID_MIN).
FIRST_PERSON_UID = 1000


@click.command()
@click.option("-o", "--output", metavar="DIR", required=True, help="A folder not there yet.")
@context.policy_option(default=None)
@context.network_option
def record(output: str, policy_name: str | None, allow_network: bool) -> int:
    """Record what HipaaGuard reads on this computer, to show how it came to its judgement.

    Names, addresses, serial numbers and the like are replaced. Read the folder before you send it.
    """
    folder = Path(output).absolute()
    if folder.exists():
        raise CommandError(f"{folder} exists already", hint="name a folder that does not exist yet")
    host = RecordingHost(context.this_machine(network=allow_network))
    now = context.now()
    keys = set(all_keys(host.platform))
    if policy_name is not None:
        keys |= context.the_policy(policy_name).fact_keys(host.platform)
    look(host, keys, now)
    files = recording_files(host, redactor(host), now, _origin(host, now))
    step_down(host.person)
    _write(folder, files)
    click.echo(f"The recording is {folder}: {len(files)} files. Read them before you send them.")
    return 0


def redactor(host: RecordingHost) -> Redactor:
    """Replaces what tells whose machine this host is."""
    answer = host.read("/etc/passwd")
    lines = answer.decode(errors="replace").splitlines() if isinstance(answer, bytes) else []
    accounts = [line.split(":") for line in lines if line.count(":") == 6]
    people = {
        word
        for account in accounts
        if account[2].isdecimal() and FIRST_PERSON_UID <= int(account[2]) < 60_000
        for word in (account[0], account[4].split(",")[0])
        if word
    }
    person = host.person
    return Redactor(
        user=person.name,
        home=person.home,
        host_name=platform.node(),
        people=people,
        keep={word for command, _ in host.heard.commands for word in command},
    )


def _origin(host: RecordingHost, now: datetime) -> str:
    return f"recorded by {context.TOOL} on {host.platform}, {now:%Y-%m-%d}"


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
