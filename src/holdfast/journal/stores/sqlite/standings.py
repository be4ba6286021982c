"""What the writing connection knows of driven runs without reading it again.

Nobody but the process that drives changes what a commit needs to know of a run, save by a letter that wakes it. SQLite
tells a connection whether any other has written since its last transaction (``PRAGMA data_version``): while none has,
what this one wrote last is what the tables hold.
"""

from collections.abc import Iterable, Mapping

from holdfast.journal.stores.rules import Standing
from holdfast.kernel.ids import RunId

STANDINGS_KEPT_MAX = 2_000
"""Beyond this many driven runs the one known longest is read again."""


class Standings:
    """The standings of driven runs, each with the number of its row, as the last transaction left them."""

    def __init__(self) -> None:
        self._known: dict[RunId, tuple[int, Standing]] = {}
        self._data_version = -1
        self.changes_of_others = 0
        """How often what was known had to be forgotten: each time something may have changed past the drivers."""

    def begin(self, data_version: int) -> None:
        """Begin a transaction; what another connection may have changed since the last one is forgotten."""
        if data_version != self._data_version:
            self._data_version = data_version
            self.forget()

    def get(self, run: RunId) -> tuple[int, Standing] | None:
        """Return the row and standing of ``run`` if they are known."""
        return self._known.get(run)

    def keep(self, runs: Iterable[RunId], row_ids: Mapping[RunId, int], standings: Mapping[RunId, Standing]) -> None:
        """Remember what a transaction has committed."""
        for run in runs:
            self._known.pop(run, None)
            if (standing := standings[run]).worker:
                self._known[run] = row_ids[run], standing
        while len(self._known) > STANDINGS_KEPT_MAX:
            del self._known[next(iter(self._known))]

    def forget(self) -> None:
        """Know nothing: a transaction was undone, or wrote past the standings."""
        self.changes_of_others += 1
        self._known.clear()
