"""The probes of macOS, one line each."""

from hipaaguard.collect import Probe, tls
from hipaaguard.collect.macos import antimalware, backup, firewall, integrity, system
from hipaaguard.collect.macos.disk import probe as disk
from hipaaguard.collect.macos.vpn import probe as vpn

PROBES: tuple[Probe, ...] = (
    antimalware.PROBE,
    backup.PROBE,
    disk.PROBE,
    firewall.PROBE,
    integrity.PROBE,
    system.PROBE,
    tls.PROBE,
    vpn.PROBE,
)
