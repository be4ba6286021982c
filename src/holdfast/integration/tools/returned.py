"""What a tool's author says of what it returns: how far it may be trusted, whom it is for, how it is shown."""

from dataclasses import dataclass

from holdfast.kernel.provenance import Trust


@dataclass(frozen=True, slots=True)
class Returned:
    """Goes with every result of a tool. An error is never trusted, whatever stands here."""

    trust: Trust = Trust.UNTRUSTED
    """How far it may steer a run: DEVELOPER at the most."""
    readers: tuple[str, ...] = ()
    """Who may be told it; empty: anybody."""
    keeps_letters: bool = False
    """Whether letters in disguise stay as they are in what a model is shown: for code, and what is handed back."""


OF_ANYBODY = Returned()
"""What is returned from outside: text that nobody vouches for."""
