"""What goes wrong with driving a run, as opposed to in it: told once, and given up on after a few times."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import NoReturn

from holdfast.kernel.errors import DefinitionChanged, HoldfastError, InputError
from holdfast.kernel.ids import RunId

TROUBLES_MAX = 3
"""How often driving one run may fail before this process gives up on it."""

PARKED_WITH = (DefinitionChanged, InputError)
"""What a run is parked with: it is told as the reason it waits, and not a second time."""


class Troubles:
    """Hears of them from the runtime, from the moment that is open."""

    def __init__(self) -> None:
        self._say: Callable[[str], None] | None = None
        self._counts: Counter[RunId | None] = Counter()
        self._last: dict[RunId | None, Exception] = {}
        self._told: dict[str, bool] = {}
        """Whether each was said already, in the order they came."""
        self._came = asyncio.Event()

    def tell(self, say: Callable[[str], None]) -> None:
        """Tell ``say`` each trouble once, in a sentence: those that came before, and from now on every new one."""
        self._say = say
        self._tell_new()

    def note(self, run: RunId | None, error: Exception) -> None:
        """Take one in."""
        self._counts[run] += 1
        self._last[run] = error
        self._came.set()
        if not isinstance(error, PARKED_WITH):
            self._told.setdefault(f"trouble with {f'run {run}' if run else 'the store'}: {_worded(error)}", False)
            self._tell_new()

    async def give_up(self, run: RunId, *, after: int = TROUBLES_MAX) -> NoReturn:
        """Raise HoldfastError once driving ``run`` has failed so many times."""
        while self._counts[run] < after:
            self._came.clear()
            await self._came.wait()
        raise HoldfastError(
            f"run {run} could not be driven, tried {self._counts[run]} times: {_worded(self._last[run])}. "
            f"Nothing is lost: when the cause is gone, go on with 'holdfast resume {run}'"
        )

    def _tell_new(self) -> None:
        if self._say is None:
            return
        for told in [told for told, was_said in self._told.items() if not was_said]:
            self._told[told] = True
            self._say(told)


def _worded(error: Exception) -> str:
    return str(error) if isinstance(error, HoldfastError) else f"{type(error).__name__}: {error}"
