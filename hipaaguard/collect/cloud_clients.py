"""Programs that copy files to a cloud: which of them run or are set up."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from hipaaguard.collect.host import Host, is_there
from hipaaguard.model import Unavailable


@dataclass(frozen=True, slots=True)
class Client:
    """A program that copies files to a cloud.

    Attributes:
        name: what people call the service, or the program where it serves many.
        programs: the names of its processes, in lower case.
        signs: its own files or folders below the person's home, which say that it was set up.
    """

    name: str
    programs: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()


def find_clients(
    host: Host, clients: Iterable[Client], running: Collection[str], home: str
) -> tuple[str, ...] | Unavailable:
    """The names of the clients that run or are set up, in their order.

    Args:
        host: whom to ask; none of the files is read.
        clients: those to look for.
        running: the names of programs that run, in lower case.
        home: the person's home folder, with the separator behind it.

    Returns:
        None left out: unavailable where one of the signs could not be looked for.
    """
    found = []
    for client in clients:
        if set(client.programs).isdisjoint(running):
            set_up = is_there(host, *(home + sign for sign in client.signs))
            if isinstance(set_up, Unavailable):
                return set_up
            if not set_up:
                continue
        found.append(client.name)
    return tuple(found)
