"""Installed programs and running ones, each by the name that a policy asks for."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from hipaaguard.collect import Probe
from hipaaguard.collect.host import Host, attempt
from hipaaguard.collect.linux import processes
from hipaaguard.collect.linux.software import finding
from hipaaguard.collect.linux.software.finding import Finding
from hipaaguard.collect.software_names import Product, find_product
from hipaaguard.facts import split_key
from hipaaguard.model import Fact, Reason, Scalar, Unavailable

NAMES = ("process.running", "software.installed", "software.version")


def collect(host: Host, keys: frozenset[str], now: datetime) -> Iterator[Fact]:
    """The facts of installed and running programs."""
    asked = [(key, *split_key(key)) for key in sorted(keys)]
    named = {
        argument: attempt(find_product, argument)
        for _, name, argument in asked
        if name != "process.running"
    }
    products = {it.name: it for it in named.values() if isinstance(it, Product)}
    findings = finding.find(host, tuple(products.values())) if products else {}
    for key, name, argument in asked:
        if name == "process.running":
            yield Fact(key, _running(host, argument), processes.SOURCE)
        else:
            yield _fact(key, name, named[argument], findings)


def _running(host: Host, name: str) -> bool | Unavailable:
    if len(name) > 64 or "/" in name or not name.isprintable():
        detail = "the name of a process has no slashes and at most 64 characters"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return processes.is_running(host, name)


def _fact(
    key: str, name: str, product: Product | Unavailable, findings: Mapping[str, Finding]
) -> Fact:
    if isinstance(product, Unavailable):
        return Fact(key, product, finding.SOURCE)
    found = findings[product.name]
    value: Scalar | Unavailable = found.installed if name == "software.installed" else found.version
    sources = dict.fromkeys(install.source for install in found.installs)
    return Fact(key, value, ", ".join(sources) or finding.SOURCE)


PROBE = Probe("installed programs", NAMES, collect)
