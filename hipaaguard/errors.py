"""The exceptions, all for the person at the keyboard.

The text of each is one plain sentence in lower case without a full stop. Trouble with a single fact
is not an exception but a value (`hipaaguard.model.Unavailable`).
"""


class HipaaGuardError(Exception):
    """HipaaGuard could not do its job.

    Attributes:
        hint: what the person can do about it, one sentence; may be empty.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class PolicyError(HipaaGuardError):
    """A policy file is not a valid policy; the text begins with `file:line:column`."""


class CommandError(HipaaGuardError):
    """The command cannot be carried out as asked (a wrong combination, a missing file)."""


class ParseError(HipaaGuardError):
    """A text is not in the form that its parser knows."""


class EnvelopeError(HipaaGuardError):
    """A page or an envelope is not in the form that `reports/FORMAT.md` specifies."""


class KeyringError(HipaaGuardError):
    """A key or keyring file cannot be used."""


class StoreError(HipaaGuardError):
    """Something could not be written or read back whole."""
