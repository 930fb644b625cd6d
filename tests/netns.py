"""Two private network namespaces, joined by a cable, for trying firewall rules with real packets.

Nothing here touches the machine's own network: both ends of the cable, the rules and the sockets
live in namespaces of this module's own, and end with the process that holds each open.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

TOOLS = ("nft", "ip", "unshare", "nsenter", "sleep")
V4, V6 = "10.77.0.1", "fd77::1"
CARD = "eth0"

# Answers on every port it is given, over TCP and UDP, IPv4 and IPv6, until its input ends.
_SERVER = """
import selectors, socket, sys
wait = selectors.DefaultSelector()
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    for port in map(int, sys.argv[1].split(",")):
        s = socket.socket(socket.AF_INET6, kind)
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("::", port))
        if kind == socket.SOCK_STREAM:
            s.listen(50)
        wait.register(s, selectors.EVENT_READ, kind)
wait.register(sys.stdin, selectors.EVENT_READ, None)
print("ready", flush=True)
while True:
    for key, _ in wait.select():
        if key.data is None:
            sys.exit()
        if key.data == socket.SOCK_STREAM:
            key.fileobj.accept()[0].close()
        else:
            data, sender = key.fileobj.recvfrom(100)
            key.fileobj.sendto(data, sender)
"""
# Tries all ports at once and prints those that answered, as JSON.
_CLIENT = """
import json, selectors, socket, sys, time
wait, found = selectors.DefaultSelector(), []
families = {4: (socket.AF_INET, sys.argv[2]), 6: (socket.AF_INET6, sys.argv[3])}
for version, (family, address) in families.items():
    for port in map(int, sys.argv[1].split(",")):
        for name, kind in (("tcp", socket.SOCK_STREAM), ("udp", socket.SOCK_DGRAM)):
            s = socket.socket(family, kind)
            s.setblocking(False)
            s.connect_ex((address, port))
            if name == "udp":
                s.send(b"?")
            wanted = selectors.EVENT_WRITE if name == "tcp" else selectors.EVENT_READ
            wait.register(s, wanted, (version, f"{port}/{name}"))
end = time.monotonic() + float(sys.argv[4])
while (left := end - time.monotonic()) > 0 and wait.get_map():
    for key, _ in wait.select(left):
        wait.unregister(key.fileobj)
        if key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
            found.append(key.data)
print(json.dumps(found))
"""


def missing() -> str:
    """What this machine lacks to make namespaces, as the reason to skip a test, or empty."""
    absent = [tool for tool in TOOLS if shutil.which(tool) is None]
    if absent:
        return f"not installed: {', '.join(absent)}"
    command = ["unshare", "--net", "nft", "list", "ruleset"]
    tried = subprocess.run(command, capture_output=True, check=False)
    return "" if tried.returncode == 0 else "no right to make a network namespace"


class Namespace:
    """A network namespace with its loopback up, as long as the block lasts."""

    def __enter__(self) -> Self:
        self._holder = subprocess.Popen(["unshare", "--net", "sleep", "600"])
        own = Path("/proc/self/ns/net").readlink()
        link = Path(f"/proc/{self._holder.pid}/ns/net")
        while link.readlink() == own:
            assert self._holder.poll() is None
        self.run("ip", "link", "set", "lo", "up")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, it: BaseException | None, at: TracebackType | None
    ) -> None:
        self._holder.kill()
        self._holder.wait()

    @property
    def pid(self) -> int:
        """The process that holds it open."""
        return self._holder.pid

    def command(self, *command: str) -> list[str]:
        """The command line that runs a command in here."""
        return ["nsenter", "-t", str(self.pid), "-n", *command]

    def run(self, *command: str, text: str = "") -> str:
        """What a command prints in here; it must succeed."""
        done = subprocess.run(
            self.command(*command),
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
        assert done.returncode == 0, (command, text, done.stderr)
        return done.stdout

    def load(self, rules: str) -> str:
        """The ruleset as nft lists it once these rules are the only ones."""
        self.run("nft", "-f", "-", text="flush ruleset\n" + rules)
        return self.listed()

    def listed(self) -> str:
        """The ruleset as nft lists it."""
        return self.run("nft", "-j", "list", "ruleset")


class Cable:
    """A machine and a neighbour; the machine answers on the given ports."""

    def __init__(self, ports: tuple[int, ...]) -> None:
        self._ports = ",".join(map(str, ports))
        self.machine, self.neighbour = Namespace(), Namespace()

    def __enter__(self) -> Self:
        self.machine.__enter__()
        self.neighbour.__enter__()
        ends = ((self.machine, V4, V6), (self.neighbour, "10.77.0.2", "fd77::2"))
        near, far = (str(it.pid) for it, _, _ in ends)
        peer = ("peer", "name", CARD, "netns", far)
        self.machine.run("ip", "link", "add", CARD, "netns", near, "type", "veth", *peer)
        for end, v4, v6 in ends:
            end.run("ip", "addr", "add", f"{v4}/24", "dev", CARD)
            end.run("ip", "addr", "add", f"{v6}/64", "dev", CARD, "nodad")
            end.run("ip", "link", "set", CARD, "up")
        self._server = subprocess.Popen(
            self.machine.command(sys.executable, "-c", _SERVER, self._ports),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._server.stdout is not None
        assert self._server.stdout.readline() == b"ready\n"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, it: BaseException | None, at: TracebackType | None
    ) -> None:
        self._server.communicate()
        self.neighbour.__exit__(kind, it, at)
        self.machine.__exit__(kind, it, at)

    def reached(self, patience_s: float) -> Mapping[int, frozenset[str]]:
        """The ports that answer the neighbour in this time, as `22/tcp`, by version of IP."""
        command = (sys.executable, "-I", "-c", _CLIENT, self._ports, V4, V6, str(patience_s))
        found = json.loads(self.neighbour.run(*command))
        return {
            version: frozenset(port for seen, port in found if seen == version)
            for version in (4, 6)
        }
