"""Two processes on one file: the first drives, the second begins, follows and cancels, and takes over when it dies."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from holdfast import Runtime
from holdfast.journal.events import DriverChanged, StepIntended
from holdfast.orchestration.run.handle import Run
from tests.runtime.shop import COUNTER, SHOP
from tests.runtime.stage import of_kind

ROOT = Path(__file__).parents[2]
SECONDS_MAX = 60.0


@asynccontextmanager
async def driver(store: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Another process that drives the store."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.runtime.shop", str(store)), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), SECONDS_MAX) == b"drives\n"
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def seen(run: Run) -> list[int]:
    return [entry.version async for entry in run.events()]


async def test_the_second_begins_and_follows_what_the_first_drives_and_takes_over_when_it_is_killed(
    tmp_path: Path,
) -> None:
    store = tmp_path / "runs.db"
    (tmp_path / "there").write_text("found", encoding="utf-8")
    async with driver(store) as first, Runtime.open(f"sqlite:///{store}", apps=[SHOP]) as runtime:
        drove_at_first = runtime.drives
        done = await runtime.start("shop", str(tmp_path / "there"))
        followed, result = await asyncio.wait_for(asyncio.gather(seen(done), done.result()), SECONDS_MAX)
        assert result == "found"
        assert followed == list(range(1, (await done.head()).version + 1))

        cancelled = await runtime.start("shop", str(tmp_path / "never"))
        await _intended(cancelled)
        await cancelled.cancel("never mind")
        assert (await asyncio.wait_for(cancelled.wait(), SECONDS_MAX)).status == "CANCELLED"

        interrupted = await runtime.start("shop", str(tmp_path / "later"))
        following = asyncio.create_task(seen(interrupted))
        await _intended(interrupted)
        first.send_signal(signal.SIGKILL)
        await first.wait()
        (tmp_path / "later").write_text("at last", encoding="utf-8")
        assert await asyncio.wait_for(interrupted.result(), SECONDS_MAX) == "at last"
        assert (drove_at_first, runtime.drives) == (False, True)
        events = [entry.event async for entry in interrupted.events()]
        assert await following == list(range(1, len(events) + 1))
        assert len(of_kind(events, DriverChanged)) == 1
        assert [event.attempt for event in of_kind(events, StepIntended)] == [1, 2]


async def test_an_answer_from_one_process_wakes_the_run_that_another_drives(tmp_path: Path) -> None:
    store = tmp_path / "runs.db"
    async with driver(store), Runtime.open(f"sqlite:///{store}", apps=[COUNTER]) as runtime:
        run = await runtime.start("counter", "a chair")
        state = await asyncio.wait_for(run.wait(), SECONDS_MAX)
        assert state.parked == "a person is to decide at counter"
        assert (await run.head()).worker == "", "nobody holds it meanwhile"
        (question,) = await run.questions()
        assert question.question == "Sell a chair?"
        await run.answer("counter", "approve", by="Ann")
        value = await asyncio.wait_for(run.result(), SECONDS_MAX)
        assert value == {"choice": "approve", "by": "Ann", "note": "", "value": None}
        assert not runtime.drives


async def _intended(run: Run) -> None:
    """Return once its step is under way."""
    async for entry in run.events():
        if isinstance(entry.event, StepIntended):
            return
