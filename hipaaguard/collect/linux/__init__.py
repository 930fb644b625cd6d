"""The Linux collectors: one module a subject, its parsers pure, apart from what asks the host."""

from hipaaguard.collect import Probe, tls
from hipaaguard.collect.linux import (
    boot,
    browsers,
    clock,
    cloud,
    listening,
    logs,
    power,
    release,
    system,
    usb,
)
from hipaaguard.collect.linux.accounts import probe as accounts
from hipaaguard.collect.linux.antimalware import probe as antimalware
from hipaaguard.collect.linux.backup import probe as backup
from hipaaguard.collect.linux.disk import probe as disk
from hipaaguard.collect.linux.dns import probe as dns
from hipaaguard.collect.linux.firewall import probe as firewall
from hipaaguard.collect.linux.remote import probe as remote
from hipaaguard.collect.linux.screen_lock import probe as screen_lock
from hipaaguard.collect.linux.sharing import probe as sharing
from hipaaguard.collect.linux.software import probe as software
from hipaaguard.collect.linux.updates import probe as updates
from hipaaguard.collect.linux.vpn import probe as vpn
from hipaaguard.collect.linux.wifi import probe as wifi

PROBES: tuple[Probe, ...] = (
    accounts.PROBE,
    antimalware.PROBE,
    backup.PROBE,
    boot.PROBE,
    browsers.PROBE,
    clock.PROBE,
    cloud.PROBE,
    disk.PROBE,
    dns.PROBE,
    firewall.PROBE,
    listening.PROBE,
    logs.PROBE,
    power.PROBE,
    release.PROBE,
    remote.PROBE,
    screen_lock.PROBE,
    sharing.PROBE,
    software.PROBE,
    system.PROBE,
    tls.PROBE,
    updates.PROBE,
    usb.PROBE,
    vpn.PROBE,
    wifi.PROBE,
)
