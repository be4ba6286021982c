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
