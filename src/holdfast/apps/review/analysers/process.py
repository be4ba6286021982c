"""One worker process seen from outside: started safely, spoken to by lines, killed with all it started.

It is spoken to through a socket pair and started by ``subprocess``, not by asyncio: a start that is cancelled half-way
must leave nothing behind, and asyncio's own (in 3.11 at least) then waits for ever.
"""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

import holdfast
from holdfast.apps.review.analysers.protocol import MESSAGE_BYTES_MAX, Job, Message, Ready, decode_message, encode
from holdfast.kernel.errors import HoldfastError, InputError

START_SECONDS_MAX = 60.0
ERROR_CHARS_MAX = 2_000

# Neither the working folder nor a script's folder may be imported from: the former is often the repository under
# review, and a tool that adds the latter (lizard does) is given none.
LAUNCH = "import sys; sys.argv = ['']; from holdfast.apps.review.analysers.worker import main; main()"
_SAFE_FOLDER = os.sep


@dataclass(frozen=True, slots=True)
class Silence:
    """No message came, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class TimeIsUp(Silence):
    """No message came before the whole job had to end."""


class WorkerProcess:
    """A running worker. It leads a process group of its own, so that what it starts is killed with it."""

    def __init__(self, launch: str) -> None:
        """Start the process; nothing has been heard from it yet."""
        self.jobs_done = 0
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # kill closes it
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = _spawn(launch, theirs.fileno(), self._errors)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    @classmethod
    async def start(cls, launch: str = LAUNCH) -> "WorkerProcess":
        """Start a worker and wait until it is ready. Raises InputError if the tools it needs are not installed."""
        worker = cls(launch)
        try:
            worker._streams = await asyncio.open_connection(sock=worker._socket, limit=MESSAGE_BYTES_MAX)
            answer = await worker.receive(START_SECONDS_MAX)
            if isinstance(answer, Ready):
                return worker
            raise _not_started(worker._last_words(), answer)
        except BaseException:
            await worker.kill()
            raise

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    async def send(self, job: Job) -> None:
        """Give it a job. If it has just died, the silence that follows tells."""
        _, writer = self._open_streams()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            writer.write(encode(job))
            await writer.drain()

    async def receive(self, seconds_max: float) -> Message | Silence:
        """Return its next message, or why there is none."""
        reader, _ = self._open_streams()
        try:
            line = await asyncio.wait_for(reader.readline(), seconds_max)
        except TimeoutError:
            return Silence(f"it took longer than {seconds_max:g} s")
        except ConnectionResetError:
            line = b""
        except ValueError:
            return Silence(f"its answer is larger than {MESSAGE_BYTES_MAX:,} bytes")
        if not line.endswith(b"\n"):
            return Silence("the process that looked at it died")
        try:
            return decode_message(line)
        except msgspec.DecodeError as error:
            return Silence(f"its answer cannot be read: {error}")

    async def kill(self) -> None:
        """End it and all it started, at once."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        if self._streams is None:
            self._socket.close()
        else:
            self._streams[1].transport.abort()  # closes the socket too, with what was not sent yet
        self._errors.close()
        await asyncio.to_thread(self._process.wait)

    def _open_streams(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        assert self._streams is not None  # it was started
        return self._streams

    def _last_words(self) -> str:
        self._errors.seek(0)
        return self._errors.read()[-ERROR_CHARS_MAX:].decode("utf-8", "replace").strip()


def _spawn(launch: str, end: int, errors: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-c", launch],
        stdin=end,
        stdout=end,
        stderr=errors,
        cwd=_SAFE_FOLDER,
        env=_environment(),
        start_new_session=True,
    )


def _environment() -> dict[str, str]:
    """Return the environment with this very package on the path, wherever it was imported from."""
    package = str(Path(holdfast.__path__[0]).parent)
    given = os.environ.get("PYTHONPATH", "")
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (package, given)))}


def _not_started(errors: str, answer: object) -> HoldfastError:
    said = errors.splitlines()[-1] if errors else str(answer)
    if "ModuleNotFoundError" in errors or "ImportError" in errors:
        return InputError(
            f"expected the tools of the review to be installed, found {said}: pip install 'holdfast[review]'"
        )
    return HoldfastError(f"expected a worker process to start, found: {said}: run holdfast doctor")
