"""Threads for tools that are plain functions: a bounded number, each busy until its function returns."""

import asyncio
import contextlib
import contextvars
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

THREADS_MAX = 32


class Threads:
    """Lends threads. Nothing stops a function from outside: if its caller gives up, it keeps its thread to its end."""

    def __init__(self, count_max: int = THREADS_MAX) -> None:
        self._free = asyncio.Semaphore(count_max)
        self._pool = ThreadPoolExecutor(count_max, thread_name_prefix="holdfast-tool")

    async def reserve(self) -> None:
        """Return once a thread is free; it is this caller's, who must ``start`` something in it."""
        await self._free.acquire()

    def start(self, function: Callable[..., object], values: dict[str, object]) -> "asyncio.Future[object]":
        """Run ``function`` in the reserved thread, in a copy of this context."""
        loop = asyncio.get_running_loop()
        job = self._pool.submit(contextvars.copy_context().run, _call, function, values)
        job.add_done_callback(lambda job: self._release(loop, job))
        return asyncio.wrap_future(job)

    def close(self) -> None:
        """Start nothing more. What is running ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _release(self, loop: asyncio.AbstractEventLoop, _job: Future[object]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop was closed before an abandoned function returned
            loop.call_soon_threadsafe(self._free.release)


def _call(function: Callable[..., object], values: dict[str, object]) -> object:
    """Call it. Raises RuntimeError in place of what cannot cross from a thread, or would end the process."""
    try:
        return function(**values)
    except (StopIteration, SystemExit) as error:
        raise RuntimeError(f"it raised {type(error).__name__}: {error}") from error
