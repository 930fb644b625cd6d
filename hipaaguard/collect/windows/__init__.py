"""The probes of Windows, one line each."""

from hipaaguard.collect import Probe, tls
from hipaaguard.collect.windows import (
    accounts,
    antimalware,
    backup,
    cloud,
    dns,
    listening,
    machine,
    power,
    release,
    running,
    software,
    wifi,
)
from hipaaguard.collect.windows.disk import probe as disk
from hipaaguard.collect.windows.firewall import probe as firewall
from hipaaguard.collect.windows.remote import probe as remote
from hipaaguard.collect.windows.screen_lock import probe as screen_lock
from hipaaguard.collect.windows.sharing import probe as sharing
from hipaaguard.collect.windows.updates import probe as updates
from hipaaguard.collect.windows.vpn import probe as vpn

PROBES: tuple[Probe, ...] = (
    accounts.PROBE,
    antimalware.PROBE,
    backup.PROBE,
    cloud.PROBE,
    disk.PROBE,
    dns.PROBE,
    firewall.PROBE,
    listening.PROBE,
    machine.PROBE,
    power.PROBE,
    release.PROBE,
    remote.PROBE,
    running.PROBE,
    screen_lock.PROBE,
    sharing.PROBE,
    software.BROWSERS,
    software.PROBE,
    tls.PROBE,
    updates.PROBE,
    vpn.PROBE,
    wifi.PROBE,
)
