"""Installed programs: where each was found, and what of it is not known."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cmp_to_key

from hipaaguard.collect.host import Host, attempt
from hipaaguard.collect.software_names import Product, find_product
from hipaaguard.facts import split_key
from hipaaguard.model import Fact, Reason, Scalar, Unavailable
from hipaaguard.policy.condition import version_parts


@dataclass(frozen=True, slots=True)
class Install:
    """A program that is installed.

    Attributes:
        version: as its maker writes it; empty where it is not told.
        source: who told: `dpkg-query`, `rpm`, `flatpak`, …
        long_term: whether the version says that it is Mozilla's extended support release.
    """

    version: str
    source: str
    long_term: bool = False


Found = tuple[tuple[str, Install | Unavailable], ...]
"""The product's name with an install of it, or with why it is not known whether there is one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of one product.

    Attributes:
        installs: where it is installed, in the order in which was asked; may be empty.
        gaps: why it may be installed elsewhere too; may be empty.
    """

    installs: tuple[Install, ...]
    gaps: tuple[Unavailable, ...]

    @property
    def installed(self) -> bool | Unavailable:
        """Whether it is installed; false only if everyone who could tell said so."""
        if self.installs or not self.gaps:
            return bool(self.installs)
        return self.gaps[0]

    @property
    def version(self) -> str | Unavailable:
        """The lowest version of all installs."""
        if self.gaps:
            return self.gaps[0]
        if not self.installs:
            return Unavailable(Reason.NOT_INSTALLED, "it is not installed")
        versions = {install.version for install in self.installs}
        if "" in versions:
            return Unavailable(Reason.UNRECOGNISED, "it is installed, but its version is not told")
        if len(versions) == 1:
            return versions.pop()
        return _lowest(versions)


def _lowest(versions: set[str]) -> str | Unavailable:
    if any(version_parts(version) is None for version in versions):
        detail = "it is installed in several versions that cannot be compared"
        return Unavailable(Reason.UNRECOGNISED, detail)
    return min(versions, key=cmp_to_key(_compare))


def _compare(left: str, right: str) -> int:
    one, other = version_parts(left) or (), version_parts(right) or ()
    length = max(len(one), len(other))
    first, second = (it + (0,) * (length - len(it)) for it in (one, other))
    return (first > second) - (first < second)


def make_finding(
    name: str, found: Sequence[tuple[str, Install | Unavailable]], gaps: Sequence[Unavailable]
) -> Finding:
    """What is known of the product of this name, of all that was found and could not be seen."""
    own = [it for product, it in found if product == name]
    installs = dict.fromkeys(it for it in own if isinstance(it, Install))
    doubts = dict.fromkeys([*(it for it in own if isinstance(it, Unavailable)), *gaps])
    return Finding(tuple(installs), tuple(doubts))


Finder = Callable[[Host, tuple[Product, ...]], Mapping[str, Finding]]
"""What a system knows of these products, by their names."""


def tell(host: Host, keys: frozenset[str], find: Finder, source: str) -> Iterator[Fact]:
    """The facts of installed programs, each asked for by name.

    Args:
        host: whom to ask.
        keys: `software.installed(…)` and `software.version(…)`.
        find: how this system is asked.
        source: who tells where nothing is found.
    """
    asked = [(key, *split_key(key)) for key in sorted(keys)]
    named = {argument: attempt(find_product, argument) for _, _, argument in asked}
    products = {it.name: it for it in named.values() if isinstance(it, Product)}
    findings = find(host, tuple(products.values())) if products else {}
    for key, name, argument in asked:
        product = named[argument]
        if isinstance(product, Unavailable):
            yield Fact(key, product, source)
            continue
        found = findings[product.name]
        value: Scalar | Unavailable = (
            found.installed if name == "software.installed" else found.version
        )
        sources = dict.fromkeys(install.source for install in found.installs)
        yield Fact(key, value, ", ".join(sources) or source)
