"""Who may read or replace a file on Windows: its access control list.

Read and written as SDDL, the text form that Windows documents for security descriptors ([MS-DTYP]
2.5.1); `icacls` would do the same in words that Windows translates.
"""

import re
import sys

_ACE = re.compile(r"\(([^()]*)\)")
_DESCRIPTOR = re.compile(r"(?:O:(?P<owner>.*?))?(?:G:.*?)?(?:D:(?P<dacl>.*?))?(?:S:.*)?", re.DOTALL)

# SYSTEM and Administrators, who can read everything anyway; and whoever owns the file.
_TRUSTED = frozenset({"SY", "S-1-5-18", "BA", "S-1-5-32-544", "OW", "S-1-3-4", "CO", "S-1-3-0"})
_OWNERS = frozenset({"SY", "S-1-5-18", "BA", "S-1-5-32-544"})
# Kinds of entries that give nobody anything: denials, audits and labels.
_HARMLESS = frozenset({"D", "OD", "XD", "AU", "OU", "XU", "AL", "OL", "ML", "RA", "SP", "TL"})


def judge_sddl(sddl: str, own: str) -> str:
    """What lets others at a file, as "belongs to another user"; empty when nothing does.

    Args:
        sddl: the file's descriptor with its owner and its list.
        own: our own identifier, as SDDL writes it.

    Returns:
        A fragment; an entry that is not understood counts as one for somebody else.
    """
    found = _DESCRIPTOR.fullmatch(sddl.strip())
    owner = found["owner"] if found else None
    if not owner or owner not in {*_OWNERS, own}:
        return "belongs to another user"
    dacl = found["dacl"] if found else None
    if dacl is None or "NO_ACCESS_CONTROL" in dacl:
        return OPEN
    entries = [entry.split(";") for entry in _ACE.findall(dacl)]
    safe = all(_is_safe(entry, own) for entry in entries)
    # An entry with a condition in parentheses leaves something over, and is for nobody to guess at.
    flags_only = re.fullmatch("[A-Z]*", _ACE.sub("", dacl)) is not None
    return "" if safe and flags_only else OPEN


OPEN = "can be read or replaced by others"


def _is_safe(entry: list[str], own: str) -> bool:
    if len(entry) < 6:
        return False
    return entry[0] in _HARMLESS or entry[5] in {*_TRUSTED, own}


def closed_sddl(own: str) -> str:
    """A list for us, SYSTEM and Administrators alone, which takes nothing from the folder above."""
    entries = "".join(f"(A;OICI;FA;;;{who})" for who in ("SY", "BA", own))
    return f"D:P{entries}"


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes
    from pathlib import Path

    _FILE_OBJECT = 1
    _OWNER, _DACL, _PROTECTED_DACL = 1, 4, 0x80000000
    _REVISION = 1
    _TOKEN_QUERY, _TOKEN_USER = 8, 1
    _advapi = ctypes.WinDLL("advapi32", use_last_error=True)
    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel.GetCurrentProcess.restype = wintypes.HANDLE
    _kernel.LocalFree.argtypes = (ctypes.c_void_p,)
    _kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
    _advapi.OpenProcessToken.argtypes = (
        wintypes.HANDLE,
        wintypes.DWORD,
        ctypes.POINTER(wintypes.HANDLE),
    )
    _advapi.GetTokenInformation.argtypes = (
        wintypes.HANDLE,
        ctypes.c_int,
        ctypes.c_void_p,
        wintypes.DWORD,
        ctypes.POINTER(wintypes.DWORD),
    )
    _advapi.ConvertSidToStringSidW.argtypes = (ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p))
    _advapi.GetNamedSecurityInfoW.argtypes = (
        wintypes.LPCWSTR,
        ctypes.c_int,
        wintypes.DWORD,
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.POINTER(ctypes.c_void_p),
    )
    _advapi.GetNamedSecurityInfoW.restype = wintypes.DWORD
    _advapi.ConvertSecurityDescriptorToStringSecurityDescriptorW.argtypes = (
        ctypes.c_void_p,
        wintypes.DWORD,
        wintypes.DWORD,
        ctypes.POINTER(ctypes.c_void_p),
        ctypes.c_void_p,
    )
    _advapi.ConvertStringSecurityDescriptorToSecurityDescriptorW.argtypes = (
        wintypes.LPCWSTR,
        wintypes.DWORD,
        ctypes.POINTER(ctypes.c_void_p),
        ctypes.c_void_p,
    )
    _advapi.GetSecurityDescriptorDacl.argtypes = (
        ctypes.c_void_p,
        ctypes.POINTER(wintypes.BOOL),
        ctypes.POINTER(ctypes.c_void_p),
        ctypes.POINTER(wintypes.BOOL),
    )
    _advapi.SetNamedSecurityInfoW.argtypes = (
        wintypes.LPCWSTR,
        ctypes.c_int,
        wintypes.DWORD,
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_void_p,
    )
    _advapi.SetNamedSecurityInfoW.restype = wintypes.DWORD

    def weakness(path: Path) -> str:
        """What lets others at the file or folder; empty when nothing does; raises `OSError`."""
        return judge_sddl(_sddl_of(path), _own_name())

    def close(path: Path) -> None:
        """Afterwards only we, SYSTEM and Administrators can read the file; raises `OSError`."""
        descriptor = _descriptor(closed_sddl(_own_sid()))
        try:
            present, defaulted = wintypes.BOOL(), wintypes.BOOL()
            dacl = ctypes.c_void_p()
            _check(
                _advapi.GetSecurityDescriptorDacl(
                    descriptor,
                    ctypes.byref(present),
                    ctypes.byref(dacl),
                    ctypes.byref(defaulted),
                )
            )
            what = _DACL | _PROTECTED_DACL
            _refuse(
                _advapi.SetNamedSecurityInfoW(str(path), _FILE_OBJECT, what, None, None, dacl, None)
            )
        finally:
            _kernel.LocalFree(descriptor)

    def _sddl_of(path: Path) -> str:
        descriptor = ctypes.c_void_p()
        what = _OWNER | _DACL
        _refuse(
            _advapi.GetNamedSecurityInfoW(
                str(path), _FILE_OBJECT, what, None, None, None, None, ctypes.byref(descriptor)
            )
        )
        try:
            return _text_of(descriptor, what)
        finally:
            _kernel.LocalFree(descriptor)

    def _own_name() -> str:
        """Our identifier as SDDL writes it, which has short names for some accounts."""
        descriptor = _descriptor(f"O:{_own_sid()}")
        try:
            return _text_of(descriptor, _OWNER).removeprefix("O:")
        finally:
            _kernel.LocalFree(descriptor)

    def _own_sid() -> str:
        token = wintypes.HANDLE()
        process = _kernel.GetCurrentProcess()
        _check(_advapi.OpenProcessToken(process, _TOKEN_QUERY, ctypes.byref(token)))
        try:
            buffer = ctypes.create_string_buffer(256)
            size = wintypes.DWORD()
            _check(_advapi.GetTokenInformation(token, _TOKEN_USER, buffer, 256, ctypes.byref(size)))
            # TOKEN_USER begins with a pointer to the identifier.
            sid = ctypes.c_void_p.from_buffer(buffer)
            text = ctypes.c_void_p()
            _check(_advapi.ConvertSidToStringSidW(sid, ctypes.byref(text)))
            return _taken(text)
        finally:
            _kernel.CloseHandle(token)

    def _descriptor(sddl: str) -> ctypes.c_void_p:
        found = ctypes.c_void_p()
        convert = _advapi.ConvertStringSecurityDescriptorToSecurityDescriptorW
        _check(convert(sddl, _REVISION, ctypes.byref(found), None))
        return found

    def _text_of(descriptor: ctypes.c_void_p, what: int) -> str:
        text = ctypes.c_void_p()
        convert = _advapi.ConvertSecurityDescriptorToStringSecurityDescriptorW
        _check(convert(descriptor, _REVISION, what, ctypes.byref(text), None))
        return _taken(text)

    def _taken(text: ctypes.c_void_p) -> str:
        try:
            return ctypes.wstring_at(text.value or 0)
        finally:
            _kernel.LocalFree(text)

    def _check(succeeded: int) -> None:
        if not succeeded:
            raise ctypes.WinError(ctypes.get_last_error())

    def _refuse(code: int) -> None:
        if code:
            raise ctypes.WinError(code)
