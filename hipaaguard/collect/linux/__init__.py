"""The Linux collectors: one module a subject, its parsers pure, apart from what asks the host."""

from hipaaguard.collect import Probe
from hipaaguard.collect.linux import release
from hipaaguard.collect.linux.disk import probe as disk
from hipaaguard.collect.linux.firewall import probe as firewall
from hipaaguard.collect.linux.screen_lock import probe as screen_lock
from hipaaguard.collect.linux.updates import probe as updates
from hipaaguard.collect.linux.vpn import probe as vpn

PROBES: tuple[Probe, ...] = (
    disk.PROBE,
    firewall.PROBE,
    release.PROBE,
    screen_lock.PROBE,
    updates.PROBE,
    vpn.PROBE,
)
