"""Somebody who looks after runs on a bank: says what the books know of a doubt, and has go on what has failed."""

from dataclasses import dataclass

from holdfast import Settlement
from holdfast.journal.fold.state import RunState
from holdfast.orchestration.people.doubts import Doubt
from holdfast.orchestration.run.handle import Run
from tests.orchestration.bank import Bank

DECISIONS_MAX = 30


@dataclass(frozen=True)
class Clerk:
    """Stays with a run until it needs nobody any more."""

    bank: Bank
    requeues: bool = True

    async def attend(self, run: Run) -> RunState:
        """Return the run's state once it has succeeded, or has failed where nothing is requeued."""
        state = await run.wait()
        for _ in range(DECISIONS_MAX):
            if state.doubts:
                await self._settle(run)
            elif state.status == "FAILED" and self.requeues:
                await run.requeue(by="Ann", note="the bank is open again")
            else:
                return state
            state = await run.wait()
        raise AssertionError(f"still not at rest: {state.status}, {state.parked}")

    async def _settle(self, run: Run) -> None:
        for doubt in await run.doubts():
            name = doubt.path.rpartition("/")[2]
            if self.bank.booked[name]:
                await run.settle(doubt.path, Settlement.HAPPENED, f"receipt of {name}")
            else:
                await self._arrived(doubt)
                await run.settle(doubt.path, Settlement.DID_NOT)

    async def _arrived(self, doubt: Doubt) -> None:
        """Wait until what was sent has arrived, if it ever does."""
        if doubt.settles_at is not None:
            await self.bank.clock.sleep(doubt.settles_at - self.bank.clock.now())
