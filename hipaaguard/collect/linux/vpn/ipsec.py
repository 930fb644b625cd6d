"""IPsec as the kernel sees it: what it encrypts without an interface, and with how many keys.

`ip xfrm` is asked only while a program that agrees on keys runs: elsewhere asking would load the
kernel's module.
"""

from dataclasses import dataclass
from functools import cached_property

from hipaaguard.collect.host import AS_ADMINISTRATOR, Host, Output, attempt
from hipaaguard.collect.linux.vpn.running import IPSEC_PROGRAMS
from hipaaguard.collect.linux.vpn.xfrm import Policy, deciding, parse_policies, parse_state_count
from hipaaguard.collect.vpn_ways import Address
from hipaaguard.model import Reason, Unavailable


@dataclass(frozen=True)
class Ipsec:
    """One machine's IPsec; each question is asked at most once.

    Attributes:
        host: whom to ask.
        programs: the names of the processes known here that run, or why they cannot be seen.
    """

    host: Host
    programs: frozenset[str] | Unavailable

    @cached_property
    def _present(self) -> bool | Unavailable:
        """Whether a program that agrees on keys runs."""
        if isinstance(self.programs, Unavailable):
            return self.programs
        return bool(IPSEC_PROGRAMS & self.programs)

    @cached_property
    def policies(self) -> tuple[Policy, ...] | Unavailable:
        """What the kernel does with outgoing packets, the deciding policies first."""
        output = self._ask("policy")
        if output is None or isinstance(output, Unavailable):
            return output or ()
        return attempt(lambda: parse_policies(output.text))

    @cached_property
    def associations(self) -> int | Unavailable:
        """How many one-way agreements on keys there are."""
        output = self._ask("state", "count")
        if output is None or isinstance(output, Unavailable):
            return output or 0
        return attempt(lambda: parse_state_count(output.text))

    def _ask(self, *args: str) -> Output | Unavailable | None:
        """What `ip xfrm` answers, None where no program agrees on keys."""
        if self._present is not True:
            return self._present or None
        output = self.host.run("ip", "xfrm", *args)
        if isinstance(output, Unavailable) or output.exit_code == 0:
            return output
        if b"Operation not permitted" not in output.stderr:
            return Unavailable(Reason.FAILED, "ip ended with an error")
        detail = "only an administrator can see what IPsec encrypts"
        return Unavailable(Reason.NOT_PERMITTED, detail, AS_ADMINISTRATOR)

    @cached_property
    def active(self) -> bool | Unavailable:
        """Whether there is a tunnel without an interface, with keys for both directions."""
        if isinstance(self.policies, Unavailable):
            return self.policies
        if not any(policy.tunnel for policy in self.policies):
            return False
        count = self.associations
        return count if isinstance(count, Unavailable) else count >= 2

    def deciding(self, source: Address | None, target: Address) -> Policy | None:
        """The policy for packets from this address to that one; None when none is known."""
        if isinstance(self.policies, Unavailable):
            return None
        return deciding(self.policies, source, target)
