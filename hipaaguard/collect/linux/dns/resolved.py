"""Whether systemd-resolved encrypts every look-up, from `resolvectl`: text to data.

Only servers and modes are asked for: `resolvectl status` would also tell the networks' domains.
"""

import re
from collections.abc import Mapping

from hipaaguard.collect.host import Host, Output, attempt
from hipaaguard.errors import ParseError
from hipaaguard.model import Reason, Unavailable

STUBS = frozenset({"127.0.0.53", "127.0.0.54"})
"""Where systemd-resolved waits for look-ups. systemd-resolved(8)"""
PROCESS = "systemd-resolve"
"""Its name, cut to what the kernel keeps."""

_SCOPE = re.compile(r"(?P<scope>Global|Link \d+ \(\S+\)): *(?P<rest>.*)")


def ask_resolved(host: Host) -> bool | Unavailable:
    """Whether every server that a running systemd-resolved knows is asked over TLS alone."""
    answers: list[Mapping[str, str]] = []
    for verb in ("dns", "dnsovertls"):
        output = host.run("resolvectl", verb)
        told = output if isinstance(output, Unavailable) else attempt(parse_scopes, output)
        if isinstance(told, Unavailable):
            return told
        answers.append(told)
    servers, modes = answers
    return attempt(all_encrypted, servers, modes)


def parse_scopes(output: Output) -> Mapping[str, str]:
    """What `resolvectl dns` or `resolvectl dnsovertls` tells of each scope.

    Args:
        output: lines of `Global: …` and `Link 2 (wlan0): …`; what does not fit a line follows in
            lines that begin with spaces.

    Returns:
        The text after the colon, which may be empty, by `Global` and `Link 2 (wlan0)`.

    Raises:
        ParseError: resolvectl failed, or answered in another form.

    Source: resolvectl(1); systemd, `src/resolve/resolvectl.c`.
    """
    if output.exit_code:
        raise ParseError("resolvectl could not tell how names are looked up")
    found: dict[str, str] = {}
    last = ""
    for line in output.text.splitlines():
        match = _SCOPE.fullmatch(line)
        if match is not None:
            last = match["scope"]
            found[last] = match["rest"].strip()
        elif last and line[:1].isspace():
            found[last] = f"{found[last]} {line.strip()}".strip()
        elif line:
            raise ParseError("resolvectl answered in a form that is not known")
    return found


def all_encrypted(servers: Mapping[str, str], modes: Mapping[str, str]) -> bool:
    """Whether every scope with servers uses TLS for all of them.

    Args:
        servers: by scope; empty for one without.
        modes: by scope `yes`, `no` or `opportunistic`: the last gives in where TLS fails.

    Returns:
        Whether the mode of each scope with servers is `yes`.

    Raises:
        ParseError: No scope has servers, or a mode is not told.
    """
    used = [modes.get(scope, "") for scope, told in servers.items() if told]
    if not used or not set(used) <= {"yes", "no", "opportunistic"}:
        raise ParseError("resolvectl does not tell how the servers that it knows are asked")
    return all(mode == "yes" for mode in used)


NOT_RUNNING = Unavailable(
    Reason.FAILED, "names are looked up by systemd-resolved, which does not run"
)
