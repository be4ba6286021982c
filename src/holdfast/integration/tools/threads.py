"""Threads for tools that are plain functions: a bounded number, each busy until its function returns."""

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable

THREADS_MAX = 32


class Threads:
    """Lends threads. Nothing stops a function from outside: if its caller gives up, it keeps its thread to its end.

    The threads are daemons, made for each call: a function that never returns does not keep the process from ending.
    """

    def __init__(self, count_max: int = THREADS_MAX) -> None:
        self._free = asyncio.Semaphore(count_max)
        self._is_closed = False

    async def reserve(self) -> None:
        """Return once a thread is free; it is this caller's, who must ``start`` something in it."""
        await self._free.acquire()

    def start(self, function: Callable[..., object], values: dict[str, object]) -> "asyncio.Future[object]":
        """Run ``function`` in the reserved thread, in a copy of this context."""
        if self._is_closed:
            self._free.release()
            raise RuntimeError("expected threads that are open, found them closed: the runtime has ended")
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[object] = loop.create_future()
        context = contextvars.copy_context()

        def run() -> None:
            value, error = context.run(_call, function, values)
            with contextlib.suppress(RuntimeError):  # the loop was closed before an abandoned function returned
                loop.call_soon_threadsafe(self._ended, outcome, value, error)

        threading.Thread(target=run, name=f"holdfast-tool-{function.__name__}", daemon=True).start()
        return outcome

    def close(self) -> None:
        """Start nothing more. What is running ends by itself, or with the process."""
        self._is_closed = True

    def _ended(self, outcome: "asyncio.Future[object]", value: object, error: BaseException | None) -> None:
        self._free.release()
        if outcome.done():
            return
        if error is None:
            outcome.set_result(value)
        else:
            outcome.set_exception(error)


def _call(function: Callable[..., object], values: dict[str, object]) -> tuple[object, BaseException | None]:
    """Call it and return what came of it. What cannot leave a thread, or would end the process, is a RuntimeError."""
    try:
        return function(**values), None
    except (StopIteration, SystemExit, KeyboardInterrupt) as error:
        return None, RuntimeError(f"it raised {type(error).__name__}: {error}")
    except BaseException as error:
        return None, error
