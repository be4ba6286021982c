"""Workers are bounded, outlive nothing, and take nobody with them when they break."""

import asyncio
import os
from pathlib import Path

import pytest

from holdfast.apps.review.analysers.candidate import AnalysisResult
from holdfast.apps.review.analysers.pool import LOSSES_MAX, AnalyserPool
from holdfast.apps.review.source.repository import Repository
from holdfast.apps.review.source.search import Query
from holdfast.kernel.errors import HoldfastError, InputError
from tests.apps.review.analysers import stand_in
from tests.apps.review.source.trees import write

SHELL = "import os\n\n\ndef f(x):\n    os.system(x)\n"
CATASTROPHE = Query(pattern="(a|a)*$", is_regex=True)


def opened(folder: Path, *names: str, text: str = SHELL) -> Repository:
    return Repository.open(str(write(folder / "code", dict.fromkeys(names, text))))


def alive(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A FIFO that a hanging worker and its child hold open as long as they live."""
    fifo = folder / "alive"
    os.mkfifo(fifo)
    monkeypatch.setenv("STAND_IN_ALIVE", str(fifo))
    return fifo


async def test_an_analyser_runs_in_a_worker_and_tells_what_it_found(tmp_path: Path) -> None:
    repository = opened(tmp_path, "a.py", "b.py", "notes.md")
    async with AnalyserPool() as pool:
        result = await pool.analyse(repository, "dangerous", ["a.py", "b.py", "notes.md"])
    assert [(found.rule, found.path, found.line) for found in result.candidates] == [
        ("shell-command", "a.py", 5),
        ("shell-command", "b.py", 5),
    ]
    assert result.covered == ("a.py", "b.py")
    assert set(result.tool_versions) == {"bandit"}


async def test_many_jobs_share_a_bounded_number_of_workers(tmp_path: Path) -> None:
    names = [f"m{number}.py" for number in range(12)]
    repository = opened(tmp_path, *names)
    async with AnalyserPool(2, launch=stand_in.LAUNCH) as pool:
        results = await asyncio.gather(*(pool.analyse(repository, "dangerous", [name]) for name in names))
    assert [result.covered for result in results] == [(name,) for name in names]
    assert 1 <= len({result.tool_versions["stand-in"] for result in results}) <= 2


async def test_every_analyser_there_is_can_be_run_on_odd_files(tmp_path: Path) -> None:
    tree = {
        "empty.py": "",
        "broken.py": "def (:\n",
        "deep.py": "x = " + "(" * 9_000,
        "a.js": "x",
        "requirements.txt": "x y z\n",
    }
    repository = Repository.open(str(write(tmp_path, tree)))
    async with AnalyserPool(1) as pool:
        for name in (
            "secrets",
            "dangerous",
            "authentication",
            "data_handling",
            "dependencies",
            "complexity",
            "test_presence",
        ):
            result = await pool.analyse(repository, name, list(tree))
            assert {problem.path for problem in result.problems} <= {"broken.py", "deep.py"}


async def test_a_file_a_worker_dies_of_is_a_problem_and_the_rest_goes_on(tmp_path: Path) -> None:
    repository = opened(tmp_path, "a.py", "b_die.py", "c.py", "d_babble.py", "e.py")
    async with AnalyserPool(1, launch=stand_in.LAUNCH) as pool:
        result = await pool.analyse(repository, "dangerous", [file.path for file in repository.files])
    assert result.covered == ("a.py", "c.py", "e.py")
    assert [problem.path for problem in result.problems] == ["b_die.py", "d_babble.py"]
    assert result.problems[0].reason == "the process that looked at it died"


async def test_an_analyser_of_the_whole_project_sees_all_other_files_again(tmp_path: Path) -> None:
    repository = opened(tmp_path, "a.py", "b_die.py", "c.py")
    async with AnalyserPool(1, launch=stand_in.LAUNCH) as pool:
        result = await pool.analyse(repository, "test_presence", ["a.py", "b_die.py", "c.py"])
    assert result.covered == ("a.py", "c.py")
    assert [problem.path for problem in result.problems] == ["b_die.py"]


async def test_a_job_that_goes_on_losing_workers_is_given_up(tmp_path: Path) -> None:
    names = [f"die{number}.py" for number in range(LOSSES_MAX + 3)]
    repository = opened(tmp_path, *names)
    async with AnalyserPool(1, launch=stand_in.LAUNCH) as pool:
        result = await pool.analyse(repository, "dangerous", names)
    assert [problem.path for problem in result.problems] == names
    assert result.problems[-1].reason.startswith("given up")


async def test_a_file_that_takes_too_long_is_a_problem_and_its_processes_are_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fifo = alive(tmp_path, monkeypatch)
    repository = opened(tmp_path, "a_hang.py", "b.py")
    async with AnalyserPool(1, launch=stand_in.LAUNCH, file_seconds_max=0.5) as pool:
        reading = asyncio.create_task(asyncio.to_thread(fifo.read_bytes))
        result = await pool.analyse(repository, "dangerous", ["a_hang.py", "b.py"])
        assert await reading == b""
    assert result.covered == ("b.py",)
    assert result.problems[0].reason == "it took longer than 0.5 s"


async def test_a_job_that_takes_too_long_tells_what_it_has_and_names_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive(tmp_path, monkeypatch)
    repository = opened(tmp_path, "a.py", "b_hang.py", "c.py")
    async with AnalyserPool(1, launch=stand_in.LAUNCH, job_seconds_max=2.0) as pool:
        result = await pool.analyse(repository, "dangerous", ["a.py", "b_hang.py", "c.py"])
    assert result.covered == ("a.py",)
    assert [problem.reason for problem in result.problems] == [
        "the job took longer than 2 s",
        "given up with the rest of the job: the job took longer than 2 s",
    ]


async def test_cancelling_whoever_waits_kills_the_worker_and_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fifo = alive(tmp_path, monkeypatch)
    repository = opened(tmp_path, "hang.py", "b.py")
    async with AnalyserPool(1, launch=stand_in.LAUNCH) as pool:
        waiting = asyncio.create_task(pool.analyse(repository, "dangerous", ["hang.py"]))
        file = await asyncio.to_thread(fifo.open, "rb")  # returns once the worker has opened its end
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        with file:
            assert await asyncio.to_thread(file.read) == b""  # ends once nobody holds the other end
        result: AnalysisResult = await pool.analyse(repository, "dangerous", ["b.py"])
    assert result.covered == ("b.py",)


async def test_cancelling_at_any_moment_leaves_nothing_behind_and_never_hangs(tmp_path: Path) -> None:
    repository = opened(tmp_path, "a.py")
    async with AnalyserPool(1, launch=stand_in.LAUNCH) as pool:
        for turns in range(0, 40, 4):
            waiting = asyncio.create_task(pool.analyse(repository, "dangerous", ["a.py"]))
            for _ in range(turns):
                await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        assert (await pool.analyse(repository, "dangerous", ["a.py"])).covered == ("a.py",)


async def test_one_job_that_cannot_start_does_not_hold_up_the_others(tmp_path: Path) -> None:
    repository = opened(tmp_path, "a.py")
    async with AnalyserPool(2, launch="raise SystemExit('no room')") as pool:
        jobs = [pool.analyse(repository, "dangerous", ["a.py"]) for _ in range(6)]
        answers = await asyncio.gather(*jobs, return_exceptions=True)
    assert [type(answer) for answer in answers] == [HoldfastError] * 6


async def test_a_search_runs_in_a_worker(tmp_path: Path) -> None:
    repository = opened(tmp_path, "a.py", "b.txt")
    async with AnalyserPool(1) as pool:
        page = await pool.search(repository, Query(pattern="os.system", glob="*.py"))
    assert [(hit.path, hit.line.number, hit.line.text) for hit in page.hits] == [("a.py", 5, "    os.system(x)")]


async def test_an_expression_that_backtracks_without_end_is_stopped(tmp_path: Path) -> None:
    repository = opened(tmp_path, "a.txt", text="a" * 40 + "!\n")
    async with AnalyserPool(1, search_seconds_max=1.0) as pool:
        with pytest.raises(InputError, match="took longer than 1 s: simplify the pattern"):
            await pool.search(repository, CATASTROPHE)
        page = await pool.search(repository, Query(pattern="a!", is_regex=True))
    assert page.hits_total == 1


async def test_a_query_that_cannot_be_used_is_refused_and_the_worker_goes_on(tmp_path: Path) -> None:
    repository = opened(tmp_path, "a.py")
    async with AnalyserPool(1) as pool:
        with pytest.raises(InputError, match="expected a regular expression"):
            await pool.search(repository, Query(pattern="(", is_regex=True))
        assert (await pool.search(repository, Query(pattern="import"))).hits_total == 1


async def test_a_search_whose_worker_dies_is_refused(tmp_path: Path) -> None:
    repository = opened(tmp_path, "a.py")
    async with AnalyserPool(1, launch=stand_in.LAUNCH) as pool:
        with pytest.raises(InputError, match="died"):
            await pool.search(repository, Query(pattern="die"))


async def test_an_unknown_analyser_or_path_is_refused_before_anything_starts(tmp_path: Path) -> None:
    repository = opened(tmp_path, "a.py")
    async with AnalyserPool(1, launch="raise SystemExit('never started')") as pool:
        with pytest.raises(InputError, match="expected one of the analysers"):
            await pool.analyse(repository, "nonsense", ["a.py"])
        with pytest.raises(InputError, match="not in the inventory"):
            await pool.analyse(repository, "dangerous", ["../a.py"])


async def test_missing_tools_are_named_with_what_to_install(tmp_path: Path) -> None:
    repository = opened(tmp_path, "a.py")
    async with AnalyserPool(1, launch="import a_tool_nobody_has") as pool:
        with pytest.raises(InputError, match=r"a_tool_nobody_has.*pip install 'holdfast\[review\]'"):
            await pool.analyse(repository, "dangerous", ["a.py"])


async def test_a_worker_that_does_not_start_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    repository = opened(tmp_path, "a.py")
    async with AnalyserPool(1, launch="raise SystemExit('no room')") as pool:
        with pytest.raises(HoldfastError, match="no room"):
            await pool.analyse(repository, "dangerous", ["a.py"])


async def test_nothing_of_the_repository_is_imported_even_from_within_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    names = (
        "bandit",
        "lizard",
        "detect_secrets",
        "sitecustomize",
        "json",
        "holdfast",
        "msgspec",
        "pip_audit",
        "requests",
    )
    tree = {f"{name}.py": trap for name in names} | {"a.py": SHELL, "requirements.txt": "requests==2.19.0\n"}
    repository = Repository.open(str(write(tmp_path / "code", tree)))
    monkeypatch.chdir(tmp_path / "code")
    async with AnalyserPool(1) as pool:
        result = await pool.analyse(repository, "dangerous", ["a.py"])
        await pool.analyse(repository, "dependencies", ["requirements.txt"])
        await pool.analyse(repository, "complexity", ["a.py"])
    assert [found.path for found in result.candidates] == ["a.py"]
    assert not (tmp_path / "ran").exists()


async def test_a_file_that_changed_since_the_inventory_is_read_as_it_is_now(tmp_path: Path) -> None:
    repository = opened(tmp_path, "a.py", "b.py")
    (tmp_path / "code/a.py").unlink()
    (tmp_path / "code/a.py").symlink_to("/etc/passwd")
    async with AnalyserPool(1) as pool:
        result = await pool.analyse(repository, "dangerous", ["a.py", "b.py"])
    assert [(problem.path, problem.reason) for problem in result.problems] == [("a.py", "symlink, never followed")]
    assert result.covered == ("b.py",)
