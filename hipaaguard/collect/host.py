"""The host: the only door between collectors and an operating system.

A collector asks a `Host` and gets an answer or an `Unavailable`. It never knows whether the host is
this machine (`live`), this machine being recorded (`recorder`), or a replay (`recording`). No
question changes anything on the machine.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ParamSpec, Protocol, TypeGuard, TypeVar

from hipaaguard.errors import ParseError
from hipaaguard.model import Platform, Reason, Unavailable

MAX_FILE_BYTES = 4 << 20
MAX_OUTPUT_BYTES = 16 << 20

AS_ADMINISTRATOR = 'sudo "$(command -v hipaaguard)" audit'
"""What settles a fact that is `not-permitted`; written so because root's PATH is not the user's."""

WINDOWS_AS_ADMINISTRATOR = 'hipaaguard audit (in a terminal opened with "Run as administrator")'
"""The same on Windows, where no command of one line would do."""

SILENCE = {
    Reason.NOT_INSTALLED: "a file that would tell is not there",
    Reason.NOT_PERMITTED: "a file that would tell may be read only with other rights",
}
"""What a host says of a file or folder that it could not read, where nobody knows it better."""

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Person:
    """Whose machine this is: the one who ran HipaaGuard, also when by way of sudo.

    Attributes:
        name: log-in name; never leaves a collector.
        uid: user id.
        home: absolute path of the home folder; never leaves a collector except as `~`.
    """

    name: str
    uid: int
    home: str


@dataclass(frozen=True, slots=True)
class Output:
    """What a program answered.

    Attributes:
        exit_code: its exit status; negative for a signal.
        stdout: as printed, at most `MAX_OUTPUT_BYTES`.
        stderr: as printed, at most `MAX_OUTPUT_BYTES`.
    """

    exit_code: int
    stdout: bytes
    stderr: bytes = b""

    @property
    def text(self) -> str:
        """Standard output as text.

        Raises:
            ParseError: It is not UTF-8.
        """
        return decode(self.stdout)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a file without reading it.

    Attributes:
        kind: `file`, `folder`, `socket`, `device` or `other`; links are followed.
        size: bytes.
        modified_s: time of last change, whole seconds since 1970 UTC.
        mode: permission bits, as `0o600`.
        uid: owner.
    """

    kind: str
    size: int
    modified_s: int
    mode: int
    uid: int


RegistryValue = int | str | bytes | tuple[str, ...]
"""A value of the Windows registry: DWORD and QWORD, texts, binary, lists of texts."""


@dataclass(frozen=True, slots=True)
class RegistryKey:
    """A key of the Windows registry, with its values and the names of the keys below.

    Attributes:
        values: by name as it is written there; the default value under an empty name. Types that
            `RegistryValue` does not name are left out.
        keys: the names of the keys below, sorted.
    """

    values: Mapping[str, RegistryValue]
    keys: tuple[str, ...] = ()

    def value(self, name: str) -> RegistryValue | None:
        """The value of this name, in whatever case it is written; None when there is none."""
        folded = {key.casefold(): value for key, value in self.values.items()}
        return folded.get(name.casefold())

    def number(self, name: str) -> int | None:
        """The value of this name as a number; None when there is none.

        Raises:
            ParseError: The value is of another type.
        """  # noqa: DOC201 - the first line says it
        value = self.value(name)
        if value is None or isinstance(value, int):
            return value
        raise ParseError(f"the registry's {name} is not a number")

    def text(self, name: str) -> str | None:
        """The value of this name as text; None when there is none.

        Raises:
            ParseError: The value is of another type.
        """  # noqa: DOC201 - the first line says it
        value = self.value(name)
        if value is None or isinstance(value, str):
            return value
        raise ParseError(f"the registry's {name} is not a text")


Cell = bool | int | float | str | None | tuple[int | str, ...]
"""One property of a row: a scalar, or a list of numbers or of texts."""

Row = Mapping[str, Cell]
"""One object that Windows told of, by property."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """What came of a TLS handshake.

    Attributes:
        version: `tls1.3`, `tls1.2`, `tls1.1`, `tls1.0` or `ssl3`.
        valid: whether the certificate's chain, name and dates are accepted by the trust store of
            this system.
        problem: why they are not, a fragment in lower case; empty when they are.
    """

    version: str
    valid: bool
    problem: str = ""


NO_NETWORK = Unavailable(
    Reason.NOT_PERMITTED,
    "the network may not be used without leave",
    "hipaaguard audit --allow-network",
)
"""What a host that may not use the network says of a handshake."""


class Host(Protocol):
    """An operating system that can be asked, also by several threads at once."""

    @property
    def platform(self) -> Platform:
        """The system it runs."""

    @property
    def elevated(self) -> bool:
        """Whether questions are asked with administrator rights."""

    @property
    def person(self) -> Person:
        """Whose machine this is."""

    def run(
        self, program: str, *args: str, deadline_s: int = 10, uid: int | None = None
    ) -> Output | Unavailable:
        """What a program answers: started without a shell, with `LC_ALL=C.UTF-8` and no input.

        Args:
            program: its bare name, looked up in the system's own folders and never in PATH.
            args: its arguments.
            deadline_s: seconds until it and all it started are ended.
            uid: run as this user with their session's environment; None for the rights of this run.

        Returns:
            The output whatever the exit code, or `not-installed`, `not-permitted` (as when another
            user's rights are asked for without administrator rights), `timed-out`, `failed`, or
            `unrecognised` for more than `MAX_OUTPUT_BYTES`.
        """

    def read(self, path: str) -> bytes | Unavailable:
        """A file's contents. `not-installed` means that there is no such file.

        Args:
            path: absolute; links are followed.
        """

    def names(self, path: str) -> tuple[str, ...] | Unavailable:
        """The names in a folder, sorted. `not-installed` means that there is no such folder."""

    def resolve(self, path: str) -> str | Unavailable:
        """The absolute path with every link followed; `not-installed` if it leads nowhere."""

    def entry(self, path: str) -> Entry | Unavailable:
        """What is known of a file without reading it."""

    def registry(self, path: str) -> RegistryKey | Unavailable:
        r"""A key of the Windows registry; `not-installed` when there is none, or no registry.

        Args:
            path: `HKLM\…` or `HKCU\…`, the latter the person's own also in an elevated run; in
                the 64-bit view, in which 32-bit programs' keys lie below `WOW6432Node`.
        """

    def query(self, name: str) -> tuple[Row, ...] | Unavailable:
        """What Windows tells to one query of the batch.

        Args:
            name: a file of `collect/windows/queries/` without its `.ps1`, or one of the few names
                of `collect.windows.batch` that the host answers by itself.

        Returns:
            The rows, of which there may be none. `not-installed` when this Windows has no such
            source, or the system is another; `not-permitted`, `timed-out` or `failed` otherwise.
        """

    def env(self, name: str) -> str | None:
        """A variable of the environment that HipaaGuard was started in, None when not set."""

    def tls(self, name: str, port: int) -> Handshake | Unavailable:
        """What comes of a TLS handshake with another computer: the only use of the network.

        Args:
            name: a host name in ASCII, or an IP address without brackets.
            port: 1 to 65535.

        Returns:
            `not-permitted` unless the user allowed the network to be used.
        """

    def stop(self) -> None:
        """Ends every program that is running; whoever waits for one is answered `failed`."""


def decode(data: bytes) -> str:
    """The bytes as UTF-8 text; raises `ParseError` when they are not."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ParseError("the answer is not UTF-8 text") from error


def is_absent(answer: object) -> TypeGuard[Unavailable]:
    """Whether the answer is that the program, file or folder is not there."""
    return isinstance(answer, Unavailable) and answer.reason is Reason.NOT_INSTALLED


def is_there(host: Host, *paths: str) -> bool | Unavailable:
    """Whether any of these paths is there; False only where each was seen to be absent."""
    gap: Unavailable | None = None
    for path in paths:
        found = host.entry(path)
        if not isinstance(found, Unavailable):
            return True
        if not is_absent(found):
            gap = gap or found
    return False if gap is None else gap


def attempt(parse: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Unavailable:
    """What a parser makes of its arguments; `unrecognised`, with its text, if it refuses them."""
    try:
        return parse(*args, **kwargs)
    except ParseError as error:
        return Unavailable(Reason.UNRECOGNISED, str(error))


def read_text(host: Host, path: str) -> str | Unavailable:
    """A file's contents as UTF-8 text; `unrecognised` when they are not."""
    data = host.read(path)
    return data if isinstance(data, Unavailable) else attempt(decode, data)
