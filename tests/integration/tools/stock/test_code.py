"""``run_python``: a model's code runs in the sandbox it is given, and the model sees what became of it."""

import asyncio
import os
import sys
from collections.abc import Sequence

import pytest

from holdfast.integration.tools.contract import ToolFailure
from holdfast.integration.tools.sandbox.port import Ended, Job, Limits, Stop
from holdfast.integration.tools.stock.code import CODE_CHARACTERS_MAX, CodeResult, run_python
from holdfast.kernel.effects import Effect


class Paper:
    """A sandbox that runs nothing: it keeps the jobs, and answers as it was told to."""

    level = "paper"
    leaks: Sequence[str] = ()
    owner = os.geteuid()

    def __init__(self, ended: Ended) -> None:
        self.jobs: list[Job] = []
        self.scripts: list[str] = []
        self._ended = ended

    async def run(self, job: Job) -> Ended:
        self.jobs.append(job)
        self.scripts.append(await asyncio.to_thread((job.folder / "main.py").read_text))
        return self._ended


def ended(code: int = 0, stdout: bytes = b"", stderr: bytes = b"", stopped_by: Stop | None = None) -> Ended:
    return Ended(code=code, stdout=stdout, stderr=stderr, seconds=0.1, stopped_by=stopped_by)


async def test_the_code_is_a_script_in_a_folder_of_its_own() -> None:
    paper = Paper(ended(stdout=b"42\n"))
    assert await run_python(paper).function(code="print(42)") == CodeResult(0, "42\n", "")
    (job,) = paper.jobs
    assert paper.scripts == ["print(42)"]
    assert job.command == (sys.executable, "-I", str(job.folder / "main.py"))
    assert not job.folder.exists()


async def test_an_error_of_the_code_is_a_result_that_the_model_can_read() -> None:
    found = await run_python(Paper(ended(code=1, stderr=b"ZeroDivisionError: \xff"))).function(code="1 / 0")
    assert (found.exit_code, found.stderr) == (1, "ZeroDivisionError: �")


@pytest.mark.parametrize(("stop", "told"), [(Stop.WALL, "ran for 3 s"), (Stop.CPU, "used 2 s of CPU")])
async def test_a_limit_that_ended_it_is_named(stop: Stop, told: str) -> None:
    tool = run_python(Paper(ended(code=-9, stopped_by=stop)), Limits(wall_seconds=3, cpu_seconds=2))
    with pytest.raises(ToolFailure, match=told):
        await tool.function(code="while True: pass")


def test_it_changes_nothing_outside_and_so_may_be_repeated_and_its_code_has_a_limit() -> None:
    tool = run_python(Paper(ended()))
    assert (tool.name, tool.effect) == ("run_python", Effect.READ)
    assert str(CODE_CHARACTERS_MAX) in str(tool.parameters)
