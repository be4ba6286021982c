"""The event loop of one script: runs its tasks until none can go on, without time, network or threads."""

import asyncio
import contextlib
import contextvars
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from typing import Any, NoReturn

from holdfast.integration.tools.caught import caught
from holdfast.kernel.errors import ScriptError

TURNS_MAX = 100_000
"""How many callbacks may run at once: a task that never waits for a step must not hold the process up."""


class ScriptLoop(asyncio.AbstractEventLoop):
    """What ``asyncio`` sees while a script runs. What needs time or the world is refused: there are steps for that."""

    def __init__(self) -> None:
        self.tasks: set[asyncio.Task[Any]] = set()
        """Those that have not ended."""
        self._ready: deque[tuple[asyncio.Handle, Callable[[], object]]] = deque()
        self._is_running = False

    def run_until_blocked(self) -> None:
        """Let every task go on until it waits. Must not be called from within a task of another loop.

        Raises ScriptError if they go on and on.
        """
        outer = events._get_running_loop()  # noqa: SLF001  # what loops are made with; asyncio names no other
        events._set_running_loop(self)  # noqa: SLF001
        self._is_running = True
        try:
            for _ in range(TURNS_MAX):
                if not self._ready:
                    return
                handle, run = self._ready.popleft()
                if not handle.cancelled():
                    with contextlib.suppress(SystemExit):  # asyncio lets it through; its task has it too
                        caught(run)
        finally:
            self._is_running = False
            events._set_running_loop(outer)  # noqa: SLF001
        raise ScriptError(f"expected it to wait for a step, found {TURNS_MAX:,} turns of its tasks without one")

    def call_soon(
        self, callback: Callable[..., object], *args: object, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        context = context or contextvars.copy_context()
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append((handle, lambda: context.run(callback, *args)))
        return handle

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self,
        coro: Generator[Any, None, Any] | Coroutine[Any, Any, Any],
        *,
        name: str | None = None,
        context: contextvars.Context | None = None,
        **_eagerness: object,
    ) -> asyncio.Task[Any]:
        task = asyncio.Task(coro, loop=self, name=name, context=context)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def call_later(self, *_args: object, **_options: object) -> NoReturn:
        raise ScriptError("expected a script to await its steps only, found a timer: use steps.sleep, or a timeout")

    call_at = call_later

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Say nothing: what goes wrong in a script is told by its steps and its end."""

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return self._is_running

    def is_closed(self) -> bool:
        return False
