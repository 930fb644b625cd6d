"""Real outputs about open ports."""

from tests.corpus import Reader

READERS: dict[str, Reader] = {}

_LOADS = (
    "It makes the kernel load its modules for socket diagnosis, so the collector reads the tables"
    " in /proc/1/net and the links in /proc/PID/fd instead."
)

UNUSED: dict[str, str] = {
    "netstat-tulpn": "It is no longer installed by default, and prints for people what the tables "
    "in /proc/1/net say for programs.",
    "ss-a": _LOADS,
    "ss-tulpn": _LOADS,
}
