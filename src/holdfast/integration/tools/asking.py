"""Asks a function that an author has declared beside a tool, within its time. Whatever becomes of it is a value."""

from collections.abc import Mapping

from holdfast.integration.tools.caught import Raised, caught
from holdfast.integration.tools.companion import Companion
from holdfast.integration.tools.edge import awaited
from holdfast.integration.tools.threads import Threads
from holdfast.kernel.clock import Clock


class NoAnswer(TimeoutError):
    """It gave no answer in its time."""


class Asking:
    """Asks on the loop what is ``async``, in a thread what is a plain function. Cancellation passes through."""

    __slots__ = ("_clock", "_threads")

    def __init__(self, clock: Clock, threads: Threads) -> None:
        self._clock, self._threads = clock, threads

    async def ask(self, function: Companion, values: Mapping[str, object], seconds: float) -> object:
        """Return what ``function`` returns for ``values``; Raised if it raises, or with NoAnswer in its time."""
        try:
            async with self._clock.timeout(seconds):
                if function.is_async:
                    made = caught(lambda: function.function(**values))
                    return made if isinstance(made, Raised) else await awaited(made)
                await self._threads.reserve()
                return await awaited(self._threads.start(function.function, dict(values)))
        except TimeoutError:
            return Raised(NoAnswer(f"it gave no answer in {seconds:g} seconds"))


def missing(function: Companion, held: Mapping[type, object]) -> type | None:
    """Return a resource that ``function`` needs and that is not held."""
    return next((resource for resource in function.provided.values() if resource not in held), None)
