"""The Linux collectors: one module a subject, its parsers pure, apart from what asks the host."""

from hipaaguard.collect import Probe
from hipaaguard.collect.linux import disk, firewall, release, screen_lock, updates, vpn

PROBES: tuple[Probe, ...] = (disk.PROBE, firewall.PROBE, release.PROBE, screen_lock.PROBE, updates.PROBE, vpn.PROBE)
