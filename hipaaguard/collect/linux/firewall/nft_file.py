"""Files of rules that nft can load: which of their tables end unasked connections.

The rules are not run through the kernel, so what is let through before the end is not looked at.

Source: nft(8).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from posixpath import basename, dirname

from hipaaguard.collect.host import Host, read_text
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

MAX_INCLUDES = 50


def loads(text: str, tables: set[tuple[str, str]]) -> bool | Unavailable:
    """Whether a file for nft brings these tables, and in them what ends unasked connections."""
    if tables <= protecting_tables(text):
        return True
    if re.search(r"\badd\s+(?:table|chain|rule)\b", _without_comments(text)):
        detail = "nftables' file adds its rules one by one, which HipaaGuard does not follow"
        return Unavailable(Reason.UNRECOGNISED, detail)
    if tables <= _tables(text, _stops_some):
        detail = "whether nftables' file refuses all connections or only some cannot be told"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return False


def read_with_includes(host: Host, path: str) -> str | Unavailable:
    """The file, followed by the files that it includes.

    Raises:
        ParseError: They include too many.
    """  # noqa: DOC201 - the first line says it
    main = read_text(host, path)
    if isinstance(main, Unavailable):
        return main
    texts, waiting, seen = [main], list(_includes(host, main)), {path}
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        if len(seen) > MAX_INCLUDES:
            raise ParseError("nftables' file includes more files than HipaaGuard reads")
        seen.add(name)
        text = read_text(host, name)
        if isinstance(text, Unavailable):
            return Unavailable(Reason.FAILED, "a file that nftables' file includes is not readable")
        texts.append(text)
        waiting += _includes(host, text)
    return "\n".join(texts)


def _includes(host: Host, text: str) -> Iterator[str]:
    for pattern in re.findall(r"^\s*include\s+[\"']([^\"']+)[\"']", text, re.MULTILINE):
        path = pattern if pattern.startswith("/") else f"/etc/{pattern}"
        if "*" not in path:
            yield path
            continue
        names = host.names(dirname(path))
        for name in names if isinstance(names, tuple) else ():
            if fnmatchcase(name, basename(path)):
                yield f"{dirname(path)}/{name}"


def protecting_tables(text: str) -> frozenset[tuple[str, str]]:
    """The tables, as family and name, that end what nothing was opened for on the way in.

    Args:
        text: a file that nft can load, with its tables and chains in braces.
    """  # noqa: DOC201 - the first line says it
    return _tables(text, _protects)


Chains = Mapping[str, str]
"""What stands between the braces of each chain of a table, by the chain's name."""


def _tables(text: str, test: Callable[[Chains], bool]) -> frozenset[tuple[str, str]]:
    code = _without_comments(text)
    found: set[tuple[str, str]] = set()
    for match in re.finditer(r"\btable\s+(?:(ip6?|inet)\s+)?([\w./-]+)\s*\{", code):
        body = _block(code, match.end())
        starts = re.finditer(r"\bchain\s+([\w./-]+)\s*\{", body)
        if test({start[1]: _block(body, start.end()) for start in starts}):
            found.add((match[1] or "ip", match[2]))
    return frozenset(found)


def _without_comments(text: str) -> str:
    # What stands in quotation marks can hold any word, and a `#`.
    return re.sub(r"#.*", "", re.sub(r'"[^"\n]*"', '""', text))


def _protects(chains: Chains) -> bool:
    """Whether a chain on the way in ends everything, itself or in one it always hands over to."""
    # What is let through before that, and whether it is too much, is not looked at here.
    return any(
        re.search(r"\bpolicy\s+drop\b", hooked)
        or _ends_all(hooked)
        or any(_ends_all(chains.get(name, "")) for name in _always_next(hooked))
        for hooked in _hooked(chains)
    )


def _stops_some(chains: Chains) -> bool:
    """The same for something that a packet may or may not meet."""
    hooked = _hooked(chains)
    handing_over = any(re.search(r"\b(?:jump|goto)\b", it) for it in hooked)
    stopping = chains.values() if handing_over else hooked
    return any(re.search(r"\b(?:drop|reject)\b", it) for it in stopping)


def _hooked(chains: Chains) -> list[str]:
    return [it for it in chains.values() if re.search(r"\bhook\s+(?:input|prerouting)\b", it)]


# A statement without a condition, of a chain's text whose quoted words are taken out: nft(8).
_SILENTLY = r'(?:counter\s+|log\s+(?:(?:prefix\s+""|level\s+\w+|flags\s+\w+)\s+)*)*'
_END = re.compile(_SILENTLY + r"(?:drop|reject(?:\s+with\s+icmpx\s.*)?)(?:\s+comment\s+.*)?")
_NEXT = re.compile(_SILENTLY + r"(?:jump|goto)\s+([\w./-]+)")


def _ends_all(chain: str) -> bool:
    return any(_END.fullmatch(it.strip()) for it in re.split(r"[\n;]", chain))


def _always_next(chain: str) -> list[str]:
    found = (_NEXT.fullmatch(it.strip()) for it in re.split(r"[\n;]", chain))
    return [match[1] for match in found if match]


def _block(text: str, start: int) -> str:
    """The text from there to the brace that closes the block."""
    depth = 1
    for place in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return text[start:place]
    return text[start:]
