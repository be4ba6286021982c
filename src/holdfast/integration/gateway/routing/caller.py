"""On whose behalf a model is called: what decides when it is its turn, and who is asked."""

import msgspec

from holdfast.dispatch.port import Lane


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who calls. By default nobody in particular, who is in no hurry to be told from others."""

    tenant: str = "default"
    lane: Lane = Lane.INTERACTIVE
    input_tokens: int = 0
    """How long the request is held to be; 0 has it estimated."""
    may_keep: bool = True
    """Whether replies may be kept for others that ask the same: not those of a run that is about a person."""
    cached_seconds: float | None = None
    """How old a reply to the same request may be that is taken in the place of a new one."""
    may_hedge: bool = False
    """Whether a second may be asked beside one that is silent: only if what both can take is reserved."""
    attempt: int = 1
    failed_at: tuple[str, str] | None = None
    """Account and place where the attempt before this one failed: others are asked first."""


ANYBODY = Caller()
