"""Tools that cannot be stopped, that would stop everything, or that answer a cancellation with an error."""

import asyncio
import subprocess
import sys

import pytest

from holdfast.integration.tools.caught import Raised
from holdfast.integration.tools.edge import awaited
from holdfast.integration.tools.threads import Threads

NEVER_RETURNS = """
import asyncio, threading
from holdfast.integration.tools.threads import Threads

async def main():
    threads = Threads()
    await threads.reserve()
    threads.start(threading.Event().wait, {})
    threads.close()

asyncio.run(main())
print("ended")
"""


def test_a_function_that_never_returns_does_not_keep_the_process_from_ending() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", NEVER_RETURNS], capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stdout == "ended\n"


async def test_closed_threads_start_nothing() -> None:
    threads = Threads()
    threads.close()
    await threads.reserve()
    with pytest.raises(RuntimeError, match="found them closed"):
        threads.start(int, {})


async def test_a_tool_that_would_end_the_process_has_failed() -> None:
    async def leave() -> None:
        sys.exit(3)

    raised = await awaited(leave())
    assert isinstance(raised, Raised)
    assert str(raised.error) == "it raised SystemExit: 3"


async def test_an_error_in_answer_to_a_cancellation_does_not_pass_for_a_failure() -> None:
    begun = asyncio.Event()

    async def stubborn() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise RuntimeError("stream closed") from None

    call = asyncio.create_task(awaited(stubborn()))
    await begun.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
