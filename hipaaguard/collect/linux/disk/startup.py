"""Start-up files: which key files go into them, and where they lie.

A key in the start-up files lies in the clear wherever these do, so that it protects nothing unless
they are encrypted themselves. The settings read here say for certain that a file is packed; that
they do not say so proves nothing.

Source: the `encrypt` hook of mkinitcpio for `cryptkey=` and `/crypto_keyfile.bin`, mkinitcpio.conf;
systemd-cryptsetup-generator(8) and dracut.cmdline(7) for `rd.luks.key=`; Debian's cryptsetup
README.initramfs for `cryptopts=` and `KEYFILE_PATTERN`; dracut.conf(5); NixOS' stage-1.nix.
"""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from hipaaguard.collect.host import AS_ADMINISTRATOR, Host, attempt, is_absent, read_text
from hipaaguard.collect.linux.disk.crypttab import Entry
from hipaaguard.collect.linux.disk.mounts import Mount
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

COMMAND_LINE = "/proc/cmdline"
APPENDER = "/run/current-system/append-initrd-secrets"
# The file that mkinitcpio's hook takes where none is named.
USUAL_KEY = "/crypto_keyfile.bin"

# By file or folder of `*.conf` files: the setting that names what is packed.
_PACKING: Mapping[str, str] = {
    "/etc/dracut.conf": "install_items",
    "/etc/dracut.conf.d/": "install_items",
    "/etc/mkinitcpio.conf": "FILES",
    "/etc/mkinitcpio.conf.d/": "FILES",
    "/usr/lib/dracut/dracut.conf.d/": "install_items",
}
_DEBIAN = "/etc/cryptsetup-initramfs/conf-hook"
_SECRET = re.compile(r"""^\s*cp -a \S+ "?\$tmp/\.initrd-secrets/+([^"\s]+)"?\s*$""", re.MULTILINE)
_LUKS_KEY = re.compile(r"([0-9A-Fa-f-]{8,})=(.+)")
_EFI = ("/boot/EFI", "/boot/efi", "/boot/esp", "/efi", "/esp")
_KERNELS = ("boot.img", "booster", "initramfs", "initrd")


@dataclass(frozen=True, slots=True)
class Startup:
    """What is known of the start-up files.

    Attributes:
        entries: the disks and keys that the kernel's command line names; a name may be empty.
        packed: patterns of files that are packed whatever they are.
        key_patterns: patterns of files that are packed when they open a disk at start.
        secrets: whether NixOS packs files that may be keys.
    """

    entries: tuple[Entry, ...] = ()
    packed: tuple[str, ...] = ()
    key_patterns: tuple[str, ...] = ()
    secrets: bool = False

    def packs_always(self, path: str) -> bool:
        """Whether a file is packed for certain, whatever it is."""
        return any(fnmatchcase(path, pattern) for pattern in self.packed)

    def packs(self, path: str) -> bool:
        """Whether a file is packed for certain if it is the key of a disk that is opened early."""
        return any(fnmatchcase(path, it) for it in (*self.packed, *self.key_patterns))


def parse_command_line(text: str) -> tuple[Entry, ...]:
    """The disks whose key is named on the kernel's command line.

    Args:
        text: contents of `/proc/cmdline`.

    Returns:
        In its order; may be empty. The name is empty for a key of whichever disk is opened, and
        the key may be a device that holds it.
    """
    words = [word.strip('"') for word in text.split()]
    pairs = [(name, value) for name, found, value in (it.partition("=") for it in words) if found]
    named = next((value for name, value in reversed(pairs) if name == "cryptdevice"), "")
    return tuple(_entries(pairs, named.split(":")[1] if ":" in named else ""))


def _entries(pairs: Iterable[tuple[str, str]], arch_name: str) -> Iterator[Entry]:
    for name, value in pairs:
        # systemd takes a dash for an underscore and leaves `rd.` out where it does not matter.
        match name.replace("-", "_"):
            case "cryptkey" if value:
                place, _, rest = value.partition(":")
                yield Entry(arch_name, "", rest if place == "rootfs" else f"UUID={place}")
            case "rd.luks.key" | "luks.key" if value:
                own = _LUKS_KEY.fullmatch(value)
                yield Entry("", f"UUID={own[1]}", own[2]) if own else Entry("", "", value)
            case "cryptopts":
                yield from _of_debian(value)
            case _:
                pass


def _of_debian(value: str) -> Iterator[Entry]:
    options = value.split(",")
    said = dict(option.split("=", 1) for option in options if "=" in option)
    if said.get("key") or "keyscript" in said:
        name = said.get("target", "cryptroot")
        yield Entry(name, said.get("source", ""), said.get("key", ""), tuple(options))


def parse_packed(text: str, name: str) -> tuple[str, ...]:
    """The words of a setting in the shell's language, of all its assignments.

    Args:
        text: contents of a file such as `/etc/mkinitcpio.conf`.
        name: the setting, as `FILES`: a list in parentheses, or words in quotes.

    Returns:
        In the order of the file; may be empty.

    Raises:
        ParseError: A quote or parenthesis is not closed.
    """
    found: list[str] = []
    for match in re.finditer(rf"^[ \t]*{name}\+?=(.*)$", text, re.MULTILINE):
        value = match[1].lstrip()
        if value.startswith("("):
            found += _listed(text[match.start(1) :])
        else:
            found += [word for part in _words(value)[:1] for word in part.split()]
    return tuple(found)


def _listed(rest: str) -> list[str]:
    """The words between parentheses, which may go over several lines."""
    inner = "\n".join(line.split(" #")[0] for line in rest.split("\n"))
    inside, closed, _ = inner.partition("(")[2].partition(")")
    if not closed:
        raise ParseError("the settings of the start-up files are not in the known form")
    return _words(inside)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text, comments=True)
    except ValueError as error:
        raise ParseError("the settings of the start-up files are not in the known form") from error


def parse_secrets(text: str) -> tuple[str, ...]:
    """The files that NixOS packs as secrets, but for those that prove who the computer is to SSH.

    Args:
        text: contents of the script `append-initrd-secrets`; it ends early when there are none.

    Returns:
        Where they lie in the start-up files; may be empty.

    Raises:
        ParseError: It is not that script.
    """
    if "INITRD_FILE" not in text:
        raise ParseError("the script that packs secrets is not in the known form")
    names = (match.rpartition("/")[2] for match in _SECRET.findall(text))
    return tuple(name for name in names if not name.startswith("ssh_host_"))


def read_startup(host: Host) -> Startup | Unavailable:
    """What is known of the start-up files; unavailable when one of the settings cannot be read."""
    line = _read(host, COMMAND_LINE)
    secrets = _read(host, APPENDER)
    packed = _read_packed(host)
    patterns = _read_setting(host, _DEBIAN, "KEYFILE_PATTERN")
    named = secrets if isinstance(secrets, Unavailable) else attempt(_secrets, secrets)
    if isinstance(line, Unavailable):
        return line
    if isinstance(named, Unavailable):
        return named
    if isinstance(packed, Unavailable):
        return packed
    if isinstance(patterns, Unavailable):
        return patterns
    return Startup(parse_command_line(line), packed, patterns, bool(named))


def _secrets(text: str) -> tuple[str, ...]:
    return parse_secrets(text) if text else ()


def _read_packed(host: Host) -> tuple[str, ...] | Unavailable:
    found: list[str] = []
    for place, name in _PACKING.items():
        files = _conf_files(host, place) if place.endswith("/") else (place,)
        if isinstance(files, Unavailable):
            return files
        for path in files:
            words = _read_setting(host, path, name)
            if isinstance(words, Unavailable):
                return words
            found += words
    return tuple(found)


def _conf_files(host: Host, folder: str) -> tuple[str, ...] | Unavailable:
    names = host.names(folder.rstrip("/"))
    if is_absent(names):
        return ()
    if isinstance(names, Unavailable):
        return _unread(names)
    return tuple(folder + name for name in names if name.endswith(".conf"))


def _read_setting(host: Host, path: str, name: str) -> tuple[str, ...] | Unavailable:
    text = _read(host, path)
    return text if isinstance(text, Unavailable) else attempt(parse_packed, text, name)


def _read(host: Host, path: str) -> str | Unavailable:
    """A file's text; empty when there is no such file."""
    text = read_text(host, path)
    if is_absent(text):
        return ""
    return _unread(text) if isinstance(text, Unavailable) else text


def _unread(answer: Unavailable) -> Unavailable:
    """The answer where a setting of the start-up files cannot be read."""
    refused = answer.reason is Reason.NOT_PERMITTED
    detail = "what is packed into the start-up files cannot be read"
    return Unavailable(answer.reason, detail, AS_ADMINISTRATOR if refused else "")


def read_places(host: Host, mounts: Iterable[Mount]) -> tuple[str, ...] | Unavailable:
    """Where start-up files lie besides `/boot`: the EFI system partitions that hold some.

    Returns:
        Mount points, sorted; unavailable when such a partition may not be looked into.
    """
    points = sorted({mount.point for mount in mounts if mount.point in _EFI})
    answers = {point: _holds_start_files(host, point) for point in points}
    hidden = next((it for it in answers.values() if isinstance(it, Unavailable)), None)
    return hidden or tuple(point for point, holds in answers.items() if holds is True)


def _holds_start_files(host: Host, point: str) -> bool | Unavailable:
    """Whether there are unified kernels, a menu for systemd-boot, or an initrd at the top."""
    lists = [host.names(f"{point}/{folder}") for folder in ("EFI/Linux", "loader/entries")]
    top = host.names(point)
    hidden = next((it for it in (*lists, top) if _is_hidden(it)), None)
    if isinstance(hidden, Unavailable):
        return _unread(hidden)
    names = () if isinstance(top, Unavailable) else top
    found = any(not isinstance(it, Unavailable) and it for it in lists)
    return found or any(name.lower().startswith(_KERNELS) for name in names)


def _is_hidden(answer: object) -> bool:
    return isinstance(answer, Unavailable) and not is_absent(answer)
