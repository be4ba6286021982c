"""Which runs' drives have failed, and from when on the sweep tries each again."""

import msgspec

from holdfast.kernel.ids import RunId

WAIT_SECONDS_FIRST = 1.0
WAIT_SECONDS_MAX = 60.0
RUNS_REMEMBERED_MAX = 10_000
"""Beyond this many failing runs the one that failed longest ago is forgotten, and tried at the next sweep."""


class Setback(msgspec.Struct, frozen=True):
    """How often in a row a run's drive has failed, and when to try again."""

    failures: int
    retry_at: float


class Setbacks:
    """The setbacks of a dispatcher's runs: each failure in a row doubles the wait, a success ends it."""

    def __init__(self) -> None:
        self._by_run: dict[RunId, Setback] = {}

    def failed(self, run: RunId, now: float) -> None:
        """Note a failed drive."""
        before = self._by_run.pop(run, None)
        failures = 1 if before is None else before.failures + 1
        doublings = min(failures - 1, 30)
        wait_seconds = min(WAIT_SECONDS_FIRST * 2**doublings, WAIT_SECONDS_MAX)
        self._by_run[run] = Setback(failures, now + wait_seconds)
        if len(self._by_run) > RUNS_REMEMBERED_MAX:
            del self._by_run[next(iter(self._by_run))]

    def over(self, run: RunId) -> None:
        """Note a drive that went well."""
        self._by_run.pop(run, None)

    def waiting(self, now: float) -> set[RunId]:
        """Return the runs whose next try is still to come."""
        return {run for run, setback in self._by_run.items() if setback.retry_at > now}
