"""The files of OpenSSH's settings on this machine: the main one and those that it includes."""

import fnmatch
import posixpath
import re
from collections.abc import Callable

from hipaaguard.collect.host import Host, attempt, decode, is_absent
from hipaaguard.collect.sshd_config import Settings, parse_settings
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

_FOLDER = "/etc/ssh"
_WILDCARDS = re.compile(r"[*?\[]")

Names = Callable[[Host, str], tuple[str, ...] | Unavailable]
"""From a folder to the names in it; none where there surely is no such folder."""


def read_settings(
    host: Host, path: str, names_in: Names, options: tuple[str, ...] = ()
) -> Settings | Unavailable:
    """The settings that a server reads which is started with this file and these options.

    Args:
        host: whom to ask.
        path: its file.
        names_in: how this system lists a folder.
        options: what `-o` was followed by on its command line: `PasswordAuthentication=no`. They
            count before the file.

    Returns:
        The settings, or why a file could not be read.
    """
    includes = _HostIncludes(host, names_in)
    main = host.read(path)
    if isinstance(main, Unavailable):
        if is_absent(main):
            return Unavailable(Reason.FAILED, "the SSH server's settings file was not found")
        return main
    text = attempt(decode, main)
    if isinstance(text, Unavailable):
        return text
    settings = attempt(parse_settings, "\n".join((*options, text)), includes)
    # What an included file could not say is the better reason than that it could not be parsed.
    return includes.failed or settings


class _HostIncludes:
    """Gives the texts of included files; remembers why one could not be read."""

    def __init__(self, host: Host, names_in: Names) -> None:
        self._host = host
        self._names_in = names_in
        self.failed: Unavailable | None = None

    def __call__(self, pattern: str) -> tuple[str, ...]:
        texts: list[str] = []
        for path in self._paths(posixpath.join(_FOLDER, pattern)):
            data = self._host.read(path)
            if isinstance(data, Unavailable):
                self._refuse(data)
            else:
                texts.append(decode(data))
        return tuple(texts)

    def _paths(self, pattern: str) -> tuple[str, ...]:
        """The files that a pattern means: its last part alone may have wildcards."""
        folder, name = posixpath.split(pattern)
        if _WILDCARDS.search(folder):
            raise ParseError("the SSH server's settings include files by an unusual pattern")
        names = self._names_in(self._host, folder)
        if isinstance(names, Unavailable):
            self._refuse(names)
            return ()
        hidden = name.startswith(".")
        fitting = (it for it in names if fnmatch.fnmatchcase(it, name))
        return tuple(
            posixpath.join(folder, it) for it in fitting if hidden or not it.startswith(".")
        )

    def _refuse(self, answer: Unavailable) -> None:
        detail = "a file that the SSH server's settings include could not be read"
        reason = Reason.FAILED if is_absent(answer) else answer.reason
        self.failed = self.failed or Unavailable(reason, detail)
