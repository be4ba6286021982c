"""From how large a circle on an agent is told of it, and stopped."""

import msgspec

from holdfast.journal.fold.trail import TRAIL_MAX
from holdfast.kernel.errors import DefinitionError


class Threshold(msgspec.Struct, frozen=True):
    """From how many on the model is told, and from how many on the agent is stopped; None: never.

    Raises DefinitionError for numbers that can never be reached, or are reached by any agent.
    """

    hint: int
    stop: int | None = None

    def __post_init__(self) -> None:
        stop = TRAIL_MAX if self.stop is None else self.stop
        if not 2 <= self.hint <= stop <= TRAIL_MAX:
            raise DefinitionError(
                f"expected 2 ≤ hint ≤ stop ≤ {TRAIL_MAX}, found hint {self.hint} and stop {self.stop}: "
                "leave stop out for a circle that is only told of, or set None in the place of the whole threshold"
            )


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """When each circle counts as one; None: it is not looked for. Measured on 100 recorded runs of a real agent."""

    same_call: Threshold | None = Threshold(3, 6)
    """Times the same call gave the same result."""
    similar_calls: Threshold | None = Threshold(4, 8)
    """Failed calls in a row that hardly differ."""
    cycle: Threshold | None = Threshold(3, 5)
    """Rounds."""
    nothing_new: Threshold | None = Threshold(7, 12)
    """Calls in a row whose results had all been seen."""
    contradiction: Threshold | None = Threshold(3)
    """Results of the same read that take turns."""
    drift: Threshold | None = Threshold(6)
    """Calls that have nothing to do with the task, among the last eight."""


DEFAULT = Thresholds()
