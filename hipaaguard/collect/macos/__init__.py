"""The probes of macOS, one line each."""

from hipaaguard.collect import Probe, tls

PROBES: tuple[Probe, ...] = (tls.PROBE,)
