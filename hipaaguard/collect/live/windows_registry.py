"""Reads keys of this computer's registry."""

import sys

assert sys.platform == "win32"  # noqa: S101 - tells the type checker what it may expect here

import winreg
from collections.abc import Callable, Iterator
from typing import TypeVar

from hipaaguard.collect.host import RegistryKey, RegistryValue
from hipaaguard.collect.live.files import refusal
from hipaaguard.model import Reason, Unavailable

MAX_ITEMS = 20_000
"""Values, and keys below, that one key may have; Windows' own firewall rules are a few hundred."""

_KINDS = {
    winreg.REG_SZ: str,
    winreg.REG_EXPAND_SZ: str,
    winreg.REG_DWORD: int,
    winreg.REG_QWORD: int,
    winreg.REG_BINARY: bytes,
    winreg.REG_MULTI_SZ: list,
}
_ACCESS = winreg.KEY_READ | winreg.KEY_WOW64_64KEY

T = TypeVar("T")


def read(path: str, other_user: str) -> RegistryKey | Unavailable:
    r"""The key at this path.

    Args:
        path: `HKLM\…` or `HKCU\…`.
        other_user: the security identifier whose settings `HKCU` stands for; empty for our own.

    Returns:
        The key, or why there is none.
    """
    hive, _, rest = path.partition("\\")
    try:
        if hive == "HKLM":
            return _read(winreg.HKEY_LOCAL_MACHINE, rest)
        if not other_user:
            return _read(winreg.HKEY_CURRENT_USER, rest)
        if not _is_loaded(other_user):
            return Unavailable(Reason.FAILED, "the settings of the person are not loaded")
        return _read(winreg.HKEY_USERS, f"{other_user}\\{rest}")
    except OSError as error:
        return refusal(error)


def _is_loaded(sid: str) -> bool:
    try:
        winreg.OpenKey(winreg.HKEY_USERS, sid, 0, _ACCESS).Close()
    except FileNotFoundError:
        return False
    return True


def _read(hive: int, path: str) -> RegistryKey:
    with winreg.OpenKey(hive, path, 0, _ACCESS) as key:
        values = {
            name: converted
            for name, data, kind in _each(lambda index: winreg.EnumValue(key, index))
            if (converted := _value(data, kind)) is not None
        }
        keys = _each(lambda index: winreg.EnumKey(key, index))
        return RegistryKey(values, tuple(sorted(keys)))


def _each(item: Callable[[int], T]) -> Iterator[T]:
    for index in range(MAX_ITEMS):
        try:
            yield item(index)
        except OSError as error:
            # ERROR_NO_MORE_ITEMS
            if error.winerror == 259:
                return
            raise


def _value(data: object, kind: int) -> RegistryValue | None:
    """The value if it is of a kind that collectors know, else None."""
    if kind == winreg.REG_BINARY and data is None:
        return b""
    if isinstance(data, list) and kind == winreg.REG_MULTI_SZ:
        return tuple(str(item) for item in data)
    if isinstance(data, (str, int, bytes)) and isinstance(data, _KINDS.get(kind, ())):
        return data
    return None
