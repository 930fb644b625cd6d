"""Files and folders that nobody but their owner may read or replace."""

import os
import sys
from pathlib import Path

if sys.platform == "win32":
    from hipaaguard.windows_acl import close, weakness
else:

    def weakness(path: Path) -> str:
        """What lets others at the file or folder, as "belongs to another user"; empty if nothing.

        Raises:
            OSError: It cannot be looked at.
        """  # noqa: DOC201 - the first line says it
        found = path.stat()
        if found.st_uid != os.geteuid():
            return "belongs to another user"
        return "can be read or replaced by others" if found.st_mode & 0o077 else ""

    def close(path: Path) -> None:
        """Afterwards only the owner can read the file or folder.

        Raises:
            OSError: It could not be changed.
        """
        path.chmod(0o700 if path.is_dir() else 0o600)


__all__ = ("close", "weakness")
