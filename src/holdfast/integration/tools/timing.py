"""What a call may ask of its time: until when it has, and whether anybody still waits for it."""

import threading

from holdfast.journal.fold.state import RunState
from holdfast.kernel import paths
from holdfast.kernel.clock import Clock


class Deadline:
    """The instant at which a call's time is up: its tool's, its node's or its run's, whichever is first."""

    __slots__ = ("_clock", "instant")

    def __init__(self, instant: float, clock: Clock) -> None:
        self.instant, self._clock = instant, clock

    @property
    def seconds_left(self) -> float:
        """How long there still is, never below 0: hand it on to whatever is waited for."""
        return max(0.0, self.instant - self._clock.now())


class Cancelled:
    """Whether nobody waits for the call any more. A plain function asks it now and then: nothing stops a thread."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = threading.Event()

    def __bool__(self) -> bool:
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleep for ``seconds``, or until nobody waits any more; whether that is so."""
        return self._event.wait(seconds)

    def cancel(self) -> None:
        """Say that nobody waits any more."""
        self._event.set()


OF_TIME: tuple[type, ...] = (Deadline, Cancelled)
"""Provided to any tool that asks, each call its own."""


def deadline_at(state: RunState, path: str) -> float | None:
    """Return the first instant at which the node at ``path``, or one around it, is ended; None if nothing ends it."""
    found: float | None = None
    at: str | None = path
    while at is not None:
        node = state.nodes.get(at)
        if node is not None and node.deadline is not None:
            found = node.deadline if found is None else min(found, node.deadline)
        at = paths.parent(at)
    return found
