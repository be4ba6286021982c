"""What this process has begun and nobody has driven yet: who drives it first need not read what was just written.

Three questions to the store are spared for each run: who it is, what its journal holds, what its input is.
"""

import msgspec

from holdfast.journal.fold.state import RunState
from holdfast.journal.port import Payload
from holdfast.kernel.ids import RunId

KEPT_MAX = 1_000
"""How many are kept; beyond that the oldest is read again."""


class Begun(msgspec.Struct, frozen=True, gc=False):
    """A run as its first commit left it."""

    state: RunState
    input: Payload


class Beginnings:
    """Hands each run over once. Whoever takes it looks whether the run still stands where it began."""

    def __init__(self) -> None:
        self._kept: dict[RunId, Begun | None] = {}

    def expect(self, run: RunId) -> None:
        """Say that ``run`` is about to begin: it may be driven before it is known here that it has."""
        self._kept[run] = None
        if len(self._kept) > KEPT_MAX:
            del self._kept[next(iter(self._kept))]

    def add(self, begun: Begun) -> None:
        """Keep what a commit that is durable has begun, if it was expected and nobody has driven it meanwhile."""
        if begun.state.run in self._kept:
            self._kept[begun.state.run] = begun

    def take(self, run: RunId) -> Begun | None:
        """Return how ``run`` began, if that is kept, and keep it no longer: whoever asks drives it."""
        return self._kept.pop(run, None)
