"""`hipaaguard key`: this machine's signing key."""

from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hipaaguard.attest.keyring import export_text
from hipaaguard.attest.keys import fingerprint, keyid, public_of
from hipaaguard.cli import context
from hipaaguard.errors import KeyringError
from hipaaguard.files import write_whole
from hipaaguard.keystore import KeyStore


@click.group()
def key() -> None:
    """Show, export or repair this computer's signing key."""


def _store(ctx: click.Context) -> KeyStore:
    return KeyStore(context.own_data_folder(ctx))


@key.command()
@click.pass_context
def show(ctx: click.Context) -> None:
    """The key's fingerprint, to compare with the practice over the telephone."""
    store = _store(ctx)
    public = public_of(_existing(store))
    click.echo(f"Fingerprint: {fingerprint(public)}")
    click.echo(f"Key id:      {keyid(public)}")
    click.echo(f"Kept in:     {store.path}")


@key.command()
@click.option("--label", default="", metavar="TEXT", help="What the practice should call it.")
@click.option("-o", "--output", metavar="FILE", help="Write it to a file instead.")
@click.pass_context
def export(ctx: click.Context, label: str, output: str | None) -> None:
    """The public key, for the practice's list of keys. It is not secret."""
    text = export_text(public_of(_existing(_store(ctx))), label or "a HipaaGuard computer")
    if output is None:
        click.echo(text, nl=False)
        return
    write_whole(Path(output), text.encode())
    click.echo(f"The public key is {output}")


@key.command()
@click.pass_context
def repair(ctx: click.Context) -> None:
    """Close a key file that others could read."""
    store = _store(ctx)
    weakness = store.weakness() if store.path.exists() else ""
    store.repair()
    click.echo(
        "The key was open to others; it is closed now." if weakness else "The key is in order."
    )


def _existing(store: KeyStore) -> Ed25519PrivateKey:
    found = store.load()
    if found is None:
        raise KeyringError("there is no signing key yet", hint="`hipaaguard audit` makes one")
    return found
