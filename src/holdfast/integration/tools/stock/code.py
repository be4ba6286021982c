"""A tool that runs Python which a model has written, in a sandbox."""

import sys
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from holdfast.integration.tools.contract import Tool, ToolFailure, tool
from holdfast.integration.tools.sandbox.folder import work_folder
from holdfast.integration.tools.sandbox.port import Ended, Job, Limits, Sandbox, Stop
from holdfast.kernel.effects import Effect

CODE_CHARACTERS_MAX = 50_000
SCRIPT = "main.py"
TOLD_CHARACTERS_MAX = 4_000
TIDYING_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class CodeResult:
    """What the code printed, and how it ended."""

    exit_code: int
    stdout: str
    stderr: str


def run_python(sandbox: Sandbox, limits: Limits | None = None) -> Tool:
    """Return the tool ``run_python``, whose code runs in ``sandbox`` within ``limits``, in an empty folder of its own.

    Nothing of a call is left for the next one, and nothing it does reaches the world: it may be repeated.
    """
    most = limits or Limits()

    @tool(effect=Effect.READ, name="run_python", timeout_seconds=most.wall_seconds + TIDYING_SECONDS)
    async def run(
        code: Annotated[
            str, Field(max_length=CODE_CHARACTERS_MAX, description="A whole Python script; print what you want to see")
        ],
    ) -> CodeResult:
        """Run a Python script. It has the standard library, no network, no files but its own, and little time."""
        with work_folder(sandbox, {SCRIPT: code.encode()}) as folder:
            command = (sys.executable, "-I", str(folder / SCRIPT))
            return _told(await sandbox.run(Job(command=command, folder=folder, limits=most)), most)

    return run


def _told(ended: Ended, limits: Limits) -> CodeResult:
    """Raises ToolFailure if a limit ended it: the model is to know which."""
    if ended.stopped_by is Stop.WALL:
        raise ToolFailure(f"it ran for {limits.wall_seconds:g} s and was stopped", hint="do less in one call")
    if ended.stopped_by is Stop.CPU:
        raise ToolFailure(f"it used {limits.cpu_seconds} s of CPU and was stopped", hint="do less in one call")
    return CodeResult(ended.code, _text(ended.stdout), _text(ended.stderr)[-TOLD_CHARACTERS_MAX:])


def _text(said: bytes) -> str:
    return said.decode("utf-8", "replace")
