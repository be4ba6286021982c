"""What every level promises of a job, whatever holds it."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from holdfast.integration.tools.sandbox.folder import work_folder
from holdfast.integration.tools.sandbox.port import Job, Limits, Sandbox, Stop
from holdfast.integration.tools.sandbox.probes.selftest import processes_marked
from holdfast.kernel.errors import InputError, SandboxFailed
from tests.integration.tools.sandbox.levels import LEVELS, made, python, run_code


@pytest.fixture(params=LEVELS, ids=lambda make: make.__name__)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    return made(request.param)


async def test_a_job_reads_its_input_writes_its_folder_and_ends_with_its_code(sandbox: Sandbox) -> None:
    code = "import sys; open('kept', 'w').write(sys.stdin.read()); print(open('kept').read()); sys.exit(3)"
    ended = await run_code(sandbox, code, stdin=b"told")
    assert (ended.code, ended.stdout, ended.stderr) == (3, b"told\n", b"")


async def test_what_a_job_leaves_in_its_folder_can_be_read_and_goes_with_it(sandbox: Sandbox) -> None:
    with work_folder(sandbox, {"main.py": b"open('made', 'w').write('by the job')"}) as folder:
        await sandbox.run(python(folder))
        assert (folder / "made").read_text() == "by the job"
    assert not folder.exists()


async def test_threads_and_the_standard_library_work(sandbox: Sandbox) -> None:
    code = (
        "import json, sqlite3, threading, decimal, re\n"
        "print(sqlite3.connect(':memory:').execute('select 6 * 7').fetchone()[0])\n"
        "thread = threading.Thread(target=print, args=('from a thread',)); thread.start(); thread.join()"
    )
    ended = await run_code(sandbox, code)
    assert ended.stdout.split(b"\n")[:2] == [b"42", b"from a thread"], ended.stderr


async def test_of_our_environment_a_job_has_nothing(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted")
    ended = await run_code(sandbox, "import os; print(sorted(os.environ))")
    assert b"AWS_SECRET_ACCESS_KEY" not in ended.stdout
    assert b"HOME" in ended.stdout


async def test_output_beyond_the_limit_is_dropped_and_counted_and_the_job_goes_on(sandbox: Sandbox) -> None:
    code = "print('x' * 99, end='', flush=True); import sys; print('e', file=sys.stderr)"
    ended = await run_code(sandbox, code, Limits(output_bytes=10))
    assert (ended.stdout, ended.stderr, ended.dropped_bytes, ended.code) == (b"x" * 10, b"e\n", 89, 0)


async def test_a_job_that_takes_too_long_is_killed_with_all_it_has_started(sandbox: Sandbox) -> None:
    code = "import os, time\nfor _ in range(3): os.fork()\ntime.sleep(60)"
    with work_folder(sandbox, {"main.py": code.encode()}) as folder:
        ended = await sandbox.run(python(folder, Limits(wall_seconds=0.7, may_fork=True)))
        assert processes_marked(str(folder)) == []
    assert (ended.stopped_by, ended.code) == (Stop.WALL, -signal.SIGKILL)


async def test_a_job_that_computes_too_long_is_stopped_and_said_to_be(sandbox: Sandbox) -> None:
    ended = await run_code(sandbox, "while True: pass", Limits(cpu_seconds=1, wall_seconds=60))
    assert (ended.stopped_by, ended.code) == (Stop.CPU, -signal.SIGXCPU)


async def test_a_file_can_be_only_so_long(sandbox: Sandbox) -> None:
    ended = await run_code(sandbox, "with open('big', 'wb') as file: file.write(b'x' * 3000)", Limits(file_bytes=1000))
    assert ended.code != 0
    assert b"File too large" in ended.stderr or ended.code == -signal.SIGXFSZ


async def test_a_cancelled_job_is_gone_before_the_cancellation_goes_on(sandbox: Sandbox) -> None:
    code = "import time; open('begun', 'w').close(); time.sleep(60)"
    with work_folder(sandbox, {"main.py": code.encode()}) as folder:
        os.mkfifo(folder / "begun")  # whoever reads it waits until it is opened to be written
        os.chown(folder / "begun", sandbox.owner, -1)
        task = asyncio.create_task(sandbox.run(python(folder)))
        await asyncio.to_thread((folder / "begun").read_bytes)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert processes_marked(str(folder)) == []


async def test_jobs_run_side_by_side_and_see_nothing_of_each_other(sandbox: Sandbox) -> None:
    with work_folder(sandbox, {"secret": b"of the first"}) as other:
        code = f"print(open({str(other / 'secret')!r}).read())"
        ended = await asyncio.gather(*(run_code(sandbox, code) for _ in range(4)))
    assert [each.stdout for each in ended] == [b""] * 4
    assert all(b"Error" in each.stderr for each in ended)


async def test_a_command_that_is_not_there_is_told(sandbox: Sandbox) -> None:
    with work_folder(sandbox) as folder:
        job = Job(command=("/nowhere/at-all",), folder=folder)
        if sandbox.level == "bubblewrap":  # which has begun by then, and says so itself
            ended = await sandbox.run(job)
            assert (ended.code, b"No such file" in ended.stderr) == (1, True)
        else:
            with pytest.raises(SandboxFailed, match="nothing of it ran"):
                await sandbox.run(job)


async def test_a_confinement_that_breaks_runs_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    with work_folder(sandbox, {"main.py": b"open('ran', 'w').close()"}) as folder:
        job = python(folder, Limits(files_open=1 << 40))  # more than anybody may have
        with pytest.raises(SandboxFailed, match="nothing of it ran"):
            await sandbox.run(job)
        assert not (folder / "ran").exists()


async def test_a_folder_of_somebody_else_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make a folder of somebody else")
    os.chown(tmp_path, sandbox.owner + 1, -1)
    with pytest.raises(SandboxFailed, match="work_folder"):
        await sandbox.run(Job(command=(sys.executable,), folder=tmp_path))
    with pytest.raises(SandboxFailed, match="found none"):
        await sandbox.run(Job(command=(sys.executable,), folder=tmp_path / "none"))


def test_a_file_cannot_be_laid_out_outside_the_folder(sandbox: Sandbox) -> None:
    with pytest.raises(InputError, match="inside"), work_folder(sandbox, {"../out": b""}):
        pytest.fail("the folder was made")
