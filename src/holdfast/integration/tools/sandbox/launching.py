"""Runs the launcher of one job from the loop: feeds it, keeps what it prints, ends it in time, reads its report."""

import asyncio
import base64
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast.integration.tools.sandbox import launcher
from holdfast.integration.tools.sandbox.path_rules import Rule
from holdfast.integration.tools.sandbox.port import Ended, Job, Stop
from holdfast.integration.tools.sandbox.surroundings import environment, limits
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import SandboxFailed

CHUNK_BYTES = 65_536
GRACE_SECONDS = 5.0
"""How long the launcher has to kill and reap what the job has started, before it is killed itself."""
SCRIPT = Path(launcher.__file__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confinement:
    """What holds one job: made by a level."""

    command: Sequence[str]
    program: bytes
    """The filter of system calls."""
    program_argument: int | None = None
    """Where in ``command`` the descriptor of the filter is named, if that command applies it."""
    handled: Sequence[int] = ()
    rules: Sequence[Rule] = ()
    user: int | None = None
    reads_all: bool = False


async def launch(job: Job, held: Confinement, clock: Clock) -> Ended:
    """Run ``job`` under ``held``. Raises SandboxFailed as ``Sandbox.run`` does; a cancellation ends it first."""
    reading, writing = os.pipe()
    started = clock.now()
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-I", "-S", str(SCRIPT), _order(job, held, writing)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            pass_fds=(writing,),
            start_new_session=True,
            cwd="/",
            env={},
        )
        os.close(writing)
        with os.fdopen(reading, "rb") as report:
            said, stopped = await _to_its_end(process, job, clock)
            told = report.read()
    except OSError as error:
        raise SandboxFailed(f"expected to start a sandboxed job, found: {error}") from error
    code = _code(told)
    return Ended(
        code=code,
        stdout=said[0].kept,
        stderr=said[1].kept,
        seconds=clock.now() - started,
        stopped_by=stopped or (Stop.CPU if code == -signal.SIGXCPU else None),
        dropped_bytes=sum(each.dropped for each in said),
    )


def _order(job: Job, held: Confinement, report: int) -> str:
    settings: Mapping[str, object] = {
        "command": list(held.command),
        "environment": environment(job),
        "folder": str(job.folder),
        "limits": limits(job, is_other_user=held.user is not None),
        "handled": list(held.handled),
        "rules": list(held.rules),
        "filter": base64.b64encode(held.program).decode(),
        "filter_argument": held.program_argument,
        "uid": held.user,
        "reads_all": held.reads_all,
        "report": report,
    }
    return json.dumps(settings)


async def _to_its_end(
    process: asyncio.subprocess.Process, job: Job, clock: Clock
) -> "tuple[tuple[_Kept, _Kept], Stop | None]":
    """Wait until the process has ended and said all it had to say; say so if that took too long."""
    stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
    assert stdin is not None
    assert stdout is not None
    assert stderr is not None
    said = _Kept(job.limits.output_bytes), _Kept(job.limits.output_bytes)
    stopped: Stop | None = None
    async with asyncio.TaskGroup() as group:
        group.create_task(_feed(stdin, job.stdin))
        group.create_task(said[0].take(stdout))
        group.create_task(said[1].take(stderr))
        try:
            async with clock.timeout(job.limits.wall_seconds):
                await process.wait()
        except TimeoutError:
            stopped = Stop.WALL
        finally:
            await _end(process, clock)
    return said, stopped


async def _end(process: asyncio.subprocess.Process, clock: Clock) -> None:
    """Have the launcher kill all that belongs to the job; one that does not come to an end is killed with its group."""
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        async with clock.timeout(GRACE_SECONDS):
            await process.wait()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _feed(stream: asyncio.StreamWriter, given: bytes) -> None:
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it need not read to the end
        stream.write(given)
        await stream.drain()
    stream.close()


class _Kept:
    """The beginning of what a job prints; the rest is counted."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._pieces: list[bytes] = []
        self._length = 0
        self.dropped = 0

    @property
    def kept(self) -> bytes:
        return b"".join(self._pieces)

    async def take(self, stream: asyncio.StreamReader) -> None:
        while piece := await stream.read(CHUNK_BYTES):
            room = self._most - self._length
            if room > 0:
                self._pieces.append(piece[:room])
                self._length += len(piece[:room])
            self.dropped += max(0, len(piece) - max(0, room))


def _code(report: bytes) -> int:
    """Return the job's exit code. Raises SandboxFailed if it never began, or if something of it is left."""
    if not report:
        raise SandboxFailed("expected a report of the sandboxed job, found none: its launcher was killed")
    told = json.loads(report)
    if told["problem"]:
        raise SandboxFailed(f"expected to confine a job, found: {told['problem']}; nothing of it ran")
    if told["left"]:
        raise SandboxFailed(f"expected nothing to be left of a job, found {told['left']} processes: end them")
    code: int = told["code"]
    return code
