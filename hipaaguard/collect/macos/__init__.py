"""The probes of macOS, one line each."""

from hipaaguard.collect import Probe, tls
from hipaaguard.collect.macos import (
    accounts,
    antimalware,
    backup,
    cloud,
    firewall,
    integrity,
    listening,
    release,
    running,
    sharing,
    software,
    system,
    updates,
    wifi,
)
from hipaaguard.collect.macos.disk import probe as disk
from hipaaguard.collect.macos.remote import probe as remote
from hipaaguard.collect.macos.screen_lock import probe as screen_lock
from hipaaguard.collect.macos.vpn import probe as vpn

PROBES: tuple[Probe, ...] = (
    accounts.PROBE,
    antimalware.PROBE,
    backup.PROBE,
    cloud.PROBE,
    disk.PROBE,
    firewall.PROBE,
    integrity.PROBE,
    listening.PROBE,
    release.PROBE,
    remote.PROBE,
    running.PROBE,
    screen_lock.PROBE,
    sharing.PROBE,
    software.BROWSERS,
    software.PROBE,
    system.PROBE,
    tls.PROBE,
    updates.PROBE,
    vpn.PROBE,
    wifi.PROBE,
)
