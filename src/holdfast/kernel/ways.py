"""Which way a model call took: who was asked, how long it waited for its turn, what had failed before."""

import msgspec

from holdfast.kernel.outcomes import ErrorKind


class Try(msgspec.Struct, frozen=True, omit_defaults=True):
    """A try that failed, and cost nothing for certain, so that another followed it at once."""

    account: str
    place: str
    """The model that was asked there, such as ``anthropic:claude-sonnet-4-6``."""
    kind: ErrorKind
    seconds: float


class Hedge(msgspec.Struct, frozen=True, omit_defaults=True):
    """Two were asked at once, for the first had not begun to answer: what became of the one that was not heard."""

    account: str
    place: str
    after_seconds: float
    """How long the first had been silent when the second was asked."""
    seconds: float
    """How long it was under way itself."""
    is_first: bool = False
    """It is the first of the two that was not heard; else the second."""
    kind: ErrorKind | None = None
    """Why it failed; None: it was let go of, for the other had begun to answer."""
    is_charged: bool = False
    """It may be billed, though nobody has seen its reply."""


class Way(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a call came to its end, be it a reply or a failure."""

    account: str = ""
    """Whose limits it counted against."""
    place: str = ""
    """The model that was asked there, such as ``anthropic:claude-sonnet-4-6``."""
    waited_seconds: float = 0.0
    """How long it waited for its turn; not counted as the model's time."""
    tries: tuple[Try, ...] = ()
    """What was tried before, in order."""
    is_cached: bool = False
    """Nobody was asked: the same request had been answered before."""
    hedge: Hedge | None = None
    """The other one, where two were asked at once."""
