"""Whose computer this is: the person at the screen, also when somebody else's rights are used.

A run "as administrator" with another account's password, or by the task scheduler as SYSTEM, has
that account's settings under HKEY_CURRENT_USER; what is to be judged are those of the person.

Source: WTSQuerySessionInformationW, LookupAccountNameW, GetTokenInformation and
ConvertSidToStringSidW of the Windows API documentation.
"""

import sys

assert sys.platform == "win32"  # noqa: S101 - tells the type checker what it may expect here

import ctypes
import getpass
import os
from ctypes import wintypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hipaaguard.collect.live import windows_registry
from hipaaguard.model import Unavailable

_USER_NAME, _DOMAIN_NAME = 5, 7
_NO_SESSION = 0xFFFFFFFF
_MAX_SID_BYTES = 68
_THIS_PROCESS, _TOKEN_QUERY, _TOKEN_USER = -1, 8, 1
_PROFILES = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList"


@dataclass(frozen=True, slots=True)
class Session:
    """The person at the screen.

    Attributes:
        name: log-in name without a domain.
        sid: security identifier, as `S-1-5-21-…-1001`; empty when it could not be found.
        home: the profile's folder.
        other_user: the identifier when it is not that of this process, else empty.
    """

    name: str
    sid: str
    home: str
    other_user: str

    @property
    def relative_id(self) -> int:
        """The last part of the identifier; 0 when there is none."""
        last = self.sid.rpartition("-")[2]
        return int(last) if last.isascii() and last.isdecimal() else 0


def find() -> Session:
    """The person at the screen; whoever runs this process when nobody is known to sit there."""
    # `getpass` alone would believe LOGNAME, which shells from Unix set.
    own_name = os.environ.get("USERNAME") or getpass.getuser()
    own = _own_sid()
    name, account = _at_the_screen()
    sid = _sid_of(account) if account else ""
    if not sid or sid == own:
        return Session(own_name, own, os.environ.get("USERPROFILE", ""), "")
    return Session(name, sid, _home(sid), sid)


def _at_the_screen() -> tuple[str, str]:
    """The name, and the name with its domain, of the person of this session or of the screen's."""
    session = wintypes.DWORD()
    process = ctypes.windll.kernel32.GetCurrentProcessId()
    if not ctypes.windll.kernel32.ProcessIdToSessionId(process, ctypes.byref(session)):
        return "", ""
    number = session.value
    # Session 0 is that of services and of tasks that run whether anybody is logged in or not.
    if number == 0:
        number = ctypes.windll.kernel32.WTSGetActiveConsoleSessionId() & 0xFFFFFFFF
    if number == _NO_SESSION:
        return "", ""
    name = _session_text(number, _USER_NAME)
    domain = _session_text(number, _DOMAIN_NAME)
    return name, f"{domain}\\{name}" if name and domain else name


def _session_text(session: int, what: int) -> str:
    text = ctypes.c_void_p()
    size = wintypes.DWORD()
    query = ctypes.windll.wtsapi32.WTSQuerySessionInformationW
    query.argtypes = (
        wintypes.HANDLE,
        wintypes.DWORD,
        ctypes.c_int,
        ctypes.POINTER(ctypes.c_void_p),
        ctypes.POINTER(wintypes.DWORD),
    )
    if not query(None, session, what, ctypes.byref(text), ctypes.byref(size)) or not text.value:
        return ""
    try:
        return ctypes.wstring_at(text.value)
    finally:
        ctypes.windll.wtsapi32.WTSFreeMemory(text)


def _own_sid() -> str:
    """The security identifier that this process runs as; empty when Windows does not tell."""
    open_token = ctypes.windll.advapi32.OpenProcessToken
    open_token.argtypes = (wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE))
    ask = ctypes.windll.advapi32.GetTokenInformation
    ask.argtypes = (
        wintypes.HANDLE,
        ctypes.c_int,
        ctypes.c_void_p,
        wintypes.DWORD,
        ctypes.POINTER(wintypes.DWORD),
    )
    token, size = wintypes.HANDLE(), wintypes.DWORD()
    if not open_token(wintypes.HANDLE(_THIS_PROCESS), _TOKEN_QUERY, ctypes.byref(token)):
        return ""
    try:
        ask(token, _TOKEN_USER, None, 0, ctypes.byref(size))
        answer = ctypes.create_string_buffer(max(size.value, ctypes.sizeof(ctypes.c_void_p)))
        if not ask(token, _TOKEN_USER, answer, len(answer), ctypes.byref(size)):
            return ""
        # TOKEN_USER begins with a pointer to the identifier.
        return _sid_text(ctypes.c_void_p.from_buffer(answer))
    finally:
        close = ctypes.windll.kernel32.CloseHandle
        close.argtypes = (wintypes.HANDLE,)
        close(token)


def _sid_of(account: str) -> str:
    """The account's security identifier as text; empty when it is not known here."""
    sid = (ctypes.c_byte * _MAX_SID_BYTES)()
    sid_size = wintypes.DWORD(_MAX_SID_BYTES)
    domain = ctypes.create_unicode_buffer(256)
    domain_size = wintypes.DWORD(256)
    kind = wintypes.DWORD()
    found = ctypes.windll.advapi32.LookupAccountNameW(
        None,
        account,
        sid,
        ctypes.byref(sid_size),
        domain,
        ctypes.byref(domain_size),
        ctypes.byref(kind),
    )
    return _sid_text(ctypes.cast(sid, ctypes.c_void_p)) if found else ""


def _sid_text(sid: ctypes.c_void_p) -> str:
    text = ctypes.c_void_p()
    if not ctypes.windll.advapi32.ConvertSidToStringSidW(sid, ctypes.byref(text)):
        return ""
    try:
        return ctypes.wstring_at(text.value or 0) if text.value else ""
    finally:
        ctypes.windll.kernel32.LocalFree(text)


def _home(sid: str) -> str:
    key = windows_registry.read(f"{_PROFILES}\\{sid}", "")
    path = None if isinstance(key, Unavailable) else key.value("ProfileImagePath")
    return os.path.expandvars(path) if isinstance(path, str) else ""


@cache
def system_folder() -> Path:
    """Windows' folder of programs, asked of the system and not of the environment.

    For a 32-bit process on 64-bit Windows it is the name under which the real one is seen.
    """  # noqa: DOC201 - the first line says it
    buffer = ctypes.create_unicode_buffer(260)
    ctypes.windll.kernel32.GetSystemDirectoryW(buffer, 260)
    folder = Path(buffer.value)
    real = folder.parent / "Sysnative"
    return real if real.is_dir() else folder
