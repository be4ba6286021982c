"""What a probe, a function that looks what became of a call, may answer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Happened:
    """The effect was carried out; ``result`` is what the tool would have returned."""

    result: object = None


@dataclass(frozen=True, slots=True)
class DidNot:
    """The effect was not carried out, and what was sent can no longer arrive."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """It cannot be told yet, or never."""


Answer = Happened | DidNot | Unknown
