"""What a read-back, a function that looks whether a write has done all it was to do, may answer."""

from dataclasses import dataclass

RESULT = "result"
"""What the parameter of a read-back is called that takes what the tool returned."""


@dataclass(frozen=True, slots=True)
class Complete:
    """All of it is there."""


@dataclass(frozen=True, slots=True)
class Partial:
    """Some of it is there; ``reason`` says what is missing."""

    reason: str


@dataclass(frozen=True, slots=True)
class Missing:
    """Nothing of it is there; ``reason`` says what was looked for. That it will not come yet is not said by that."""

    reason: str


ReadBack = Complete | Partial | Missing
