"""Settings that an administrator installed with a profile; they win over the person's own."""

from hipaaguard.collect.host import Host, is_absent
from hipaaguard.collect.macos.plists import Dictionary, Value, read_settings
from hipaaguard.model import Unavailable

FOLDER = "/Library/Managed Preferences"


def read_managed(host: Host, domain: str) -> Dictionary | Unavailable:
    """The managed settings of a domain: the person's over the machine's; empty without any.

    Args:
        host: whom to ask.
        domain: as `com.apple.screensaver`.

    Returns:
        The settings, or why they could not be read.
    """
    found: dict[str, Value] = {}
    for path in (f"{FOLDER}/{domain}.plist", f"{FOLDER}/{host.person.name}/{domain}.plist"):
        settings = read_settings(host, path)
        if isinstance(settings, Unavailable):
            if not is_absent(settings):
                return settings
            continue
        found.update(settings)
    return found
