"""Who was asked about some runs sees those that are due among them, and everything else as it is."""

import pytest
from msgspec.structs import replace

from holdfast.journal.port import Head, RunFilter
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import RunNotFound
from holdfast.kernel.ids import RunId
from holdfast.orchestration.people.inquiry import Asked
from holdfast.testing.conformance.runs_to_drive import RunsToDrive


class Leased(RunsToDrive):
    """An index in which some runs are held by a worker that may be gone."""

    def __init__(self, clock: VirtualClock, leases: dict[str, float]) -> None:
        super().__init__(clock)
        self._leases = leases

    async def head(self, run: RunId) -> Head:
        return replace(await super().head(run), lease_until=self._leases.get(run, 0.0))


async def test_only_what_was_asked_for_is_due() -> None:
    clock = VirtualClock()
    now = clock.now()
    index = Leased(clock, {"run_held": now + 10, "run_gone": now - 10})
    for name in ("run_one", "run_other", "run_held", "run_gone"):
        index.add(name, now - 1)
    index.add("run_later", now + 60)
    asked = Asked(index, [RunId(name) for name in ("run_one", "run_held", "run_gone", "run_later")])
    assert [head.run for head in await asked.due(now, 10)] == ["run_one", "run_gone"]
    assert [head.run for head in await asked.due(now + 60, 10)] == ["run_one", "run_held", "run_gone", "run_later"]
    assert len(await asked.due(now + 60, 2)) == 2
    assert await asked.next_wake() == now - 1


async def test_everything_else_is_as_it_is() -> None:
    index = RunsToDrive(VirtualClock())
    run = index.add("run_one", 1.0)
    asked = Asked(index, ())
    assert (await asked.head(run)).run == run
    assert len(await asked.runs(RunFilter())) == 1
    assert await asked.inbox(run) == ()
    assert await asked.next_wake() is None
    with pytest.raises(RunNotFound):
        await asked.head(RunId("run_nothing"))
