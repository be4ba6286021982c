"""Ctrl-C and SIGTERM while a run is driven: the first asks to stop, the second ends the process on the spot."""

import asyncio
import os
import signal
import threading
from types import TracebackType

from holdfast.surfaces.cli.exit_codes import ExitCode

CODES = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}
NAMES = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}


class Interruption:
    """Listens as long as its block lasts. Made on the event loop that the run is driven on."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self._signal = signal.SIGINT

    def __enter__(self) -> "Interruption":
        if threading.current_thread() is threading.main_thread():
            for number in CODES:
                asyncio.get_running_loop().add_signal_handler(number, self._heard, number)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in CODES:
                asyncio.get_running_loop().remove_signal_handler(number)

    async def wait(self) -> None:
        """Return once somebody has asked to stop."""
        await self._asked.wait()

    @property
    def was_asked(self) -> bool:
        """Whether somebody has asked to stop."""
        return self._asked.is_set()

    @property
    def exit_code(self) -> ExitCode:
        """The exit code for what was heard."""
        return CODES[self._signal]

    @property
    def reason(self) -> str:
        """Why runs are parked now, for their journals."""
        return f"stopped by {NAMES[self._signal]}"

    def _heard(self, number: signal.Signals) -> None:
        if self._asked.is_set():
            os._exit(CODES[number])  # asked twice: nothing may hold it up; the journal is safe as it is
        self._signal = number
        self._asked.set()
