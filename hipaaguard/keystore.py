"""This machine's signing key, in the user's data folder.

- The folder and the key file are for their owner alone; a key that others could read is not used
  until `repair` has been asked for.
- The key is made once, by whoever comes first; a second process that races it uses the same key.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hipaaguard import owner_only
from hipaaguard.attest import keys
from hipaaguard.errors import KeyringError, StoreError
from hipaaguard.files import read_limited, reason

KEY_NAME = "signing-key.pem"
MAX_KEY_BYTES = 4096


@dataclass(frozen=True, slots=True)
class KeyStore:
    """The folder that holds the key; it need not exist yet."""

    folder: Path

    @property
    def path(self) -> Path:
        """The key file."""
        return self.folder / KEY_NAME

    def load(self) -> Ed25519PrivateKey | None:
        """The key, or None when none has been made.

        Returns:
            The private key.

        Raises:
            KeyringError: The file is open to others, belongs to someone else, or holds no key.
        """
        if not self.path.exists():
            return None
        weakness = self.weakness()
        if weakness:
            raise KeyringError(
                f"the signing key {self.path} {weakness}, so it is not used",
                hint="`hipaaguard key repair` closes it; does somebody else use this computer?",
            )
        try:
            return keys.load_private(read_limited(self.path, MAX_KEY_BYTES, "a signing key"))
        except KeyringError as error:
            raise KeyringError(
                f"{error}: {self.path}",
                hint="put it back from a backup; or move it away, audit again for a new key, "
                "and give the practice the new public key",
            ) from error

    def load_or_make(self) -> tuple[Ed25519PrivateKey, bool]:
        """The key, and whether it has just been made.

        Returns:
            The private key, and True when this call made it.

        Raises:
            KeyringError: As `load`.
            StoreError: The key could not be written.
        """
        found = self.load()
        if found is not None:
            return found, False
        self._refuse_open_folder()
        made = self._make()
        # Another process may have made one in the meantime: the file decides.
        found = self.load()
        if found is None:
            raise StoreError(f"the signing key {self.path} vanished while it was being made")
        return found, made

    def _refuse_open_folder(self) -> None:
        weakness = _weakness((self.folder,)) if self.folder.is_dir() else ""
        if weakness:
            raise KeyringError(
                f"the folder {self.folder} {weakness}, so no signing key is made in it",
                hint="choose a folder that does not exist yet with --data-folder",
            )

    def _make(self) -> bool:
        temporary: Path | None = None
        try:
            if not self.folder.is_dir():
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                owner_only.close(self.folder)
            handle, name = mkstemp(dir=self.folder, prefix=".key.")
            temporary = Path(name)
            with os.fdopen(handle, "wb") as file:
                file.write(keys.private_pem(keys.generate()))
                file.flush()
                os.fsync(file.fileno())
            _put(temporary, self.path)
        except FileExistsError:
            return False
        except OSError as error:
            raise StoreError(
                f"cannot make the signing key in {self.folder}: {reason(error)}",
                hint="choose another folder with --data-folder",
            ) from error
        finally:
            if temporary is not None:
                temporary.unlink(missing_ok=True)
        return True

    def weakness(self) -> str:
        """What lets others at the key, as "belongs to another user"; empty when nothing does."""
        return _weakness((self.path, self.folder))

    def repair(self) -> None:
        """Afterwards only the owner can read the key and its folder.

        Raises:
            KeyringError: There is no key, or it belongs to someone else.
        """
        if not self.path.exists():
            raise KeyringError("there is no signing key yet", hint="`hipaaguard audit` makes one")
        try:
            owner_only.close(self.folder)
            owner_only.close(self.path)
        except OSError as error:
            raise KeyringError(
                f"cannot close the signing key {self.path}: {reason(error)}"
            ) from error


def _weakness(paths: tuple[Path, ...]) -> str:
    try:
        return next((found for path in paths if (found := owner_only.weakness(path))), "")
    except OSError as error:
        return f"cannot be looked at ({reason(error)})"


def _put(file: Path, place: Path) -> None:
    """The file under its name, which unlike `replace` never takes the place of another."""
    if sys.platform == "win32":
        # It refuses a name that is taken, and needs no hard links, which some disks do not have.
        file.rename(place)
    else:
        os.link(file, place)
