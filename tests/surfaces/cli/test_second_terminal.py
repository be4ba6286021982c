"""While a run goes on in one terminal, another can look on, end it, begin runs of its own, and take over."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from tests.surfaces.cli.program import PROCESS_SECONDS_MAX, Done, Program
from tests.surfaces.cli.tiny_apps import LOG, OPEN, PIPE

LOOKS_MAX = 200


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    return tmp_path / "gate"


@contextmanager
def waiting(holdfast: Program, gate: Path, *options: str) -> "Iterator[tuple[subprocess.Popen[str], str]]":
    """A run in another process, as it waits at the gate; and its id."""
    with arrival(gate) as has_come:
        process = holdfast.begin("run", "gated", str(gate), *options)
        try:
            has_come()
            yield process, until(holdfast, lambda run: is_at_the_gate(holdfast, run))
        finally:
            process.kill()
            process.communicate()


@contextmanager
def arrival(gate: Path) -> Iterator[Callable[[], None]]:
    """A way to wait until a run has come to the gate."""
    os.mkfifo(f"{gate}{PIPE}")
    pipe = os.open(f"{gate}{PIPE}", os.O_RDONLY | os.O_NONBLOCK)

    def has_come() -> None:
        ready, _, _ = select.select([pipe], [], [], PROCESS_SECONDS_MAX)
        assert ready, "no run came to the gate"

    try:
        yield has_come
    finally:
        os.close(pipe)


def until(holdfast: Program, holds: Callable[[str], bool]) -> str:
    """Look at the newest run of ``gated`` until something holds of it, and return its id."""
    for _ in range(LOOKS_MAX):
        for run in holdfast("runs", "--app", "gated", "--json").json[:1]:
            if holds(run["run_id"]):
                return str(run["run_id"])
    raise AssertionError(f"it did not come about in {LOOKS_MAX} looks: {holdfast('runs').out}")


def is_at_the_gate(holdfast: Program, run: str) -> bool:
    return any(span["path"] == "gated/second" and span["kind"] == "tool" for span in spans(holdfast, run))


def spans(holdfast: Program, run: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = holdfast("trace", run, "--json").json["spans"]
    return found


def condition(holdfast: Program, run: str) -> str:
    return str(holdfast("show", run, "--json").json["condition"])


def notes(gate: Path) -> int:
    """How often the step before the gate was done."""
    return Path(f"{gate}{LOG}").read_text().count("noted")


def test_another_terminal_sees_a_run_at_work(holdfast: Program, gate: Path) -> None:
    with waiting(holdfast, gate) as (process, run):
        assert condition(holdfast, run) == "running"
        assert [span["end"] is None for span in spans(holdfast, run) if span["path"].startswith("gated")] == [
            True,
            False,
            False,
            True,
            True,
        ]
        assert "▒" in holdfast("trace", run).out
        assert "… second  function · open" in holdfast("show", run).out
        assert "to do     watch it with: holdfast tail" in holdfast("show", run).out
        tail = holdfast.begin("tail", run, "--json")
        gate.write_text(OPEN)
        assert json.loads(holdfast.end(tail).out.splitlines()[-1])["event"] == "run.ended/1"
        assert holdfast.end(process).code == 0


def test_another_terminal_can_end_it(holdfast: Program, gate: Path) -> None:
    with waiting(holdfast, gate, "--json") as (process, run):
        asked = holdfast("cancel", run, "--reason", "enough", "--json")
        assert (asked.code, asked.json["status"]) == (0, "CANCELLED")
        ended = holdfast.end(process)
        assert (ended.code, ended.json["fault"]["message"]) == (1, "enough")


def test_another_terminal_can_begin_a_run_beside_it(holdfast: Program, gate: Path) -> None:
    with waiting(holdfast, gate) as (process, _run):
        beside = holdfast.end(holdfast.begin("run", "greet", "hello", "--json"))
        assert (beside.code, beside.json["result"]) == (0, "Good morning")
        assert process.poll() is None


def test_ctrl_c_where_a_run_is_only_watched_leaves_it_to_the_process_that_drives_it(
    holdfast: Program, gate: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    with waiting(holdfast, gate) as (driving, _), waiting(holdfast, other) as (watching, run):
        watching.send_signal(signal.SIGINT)
        stopped = holdfast.end(watching)
        assert stopped.code == 130
        assert f"run {run[-8:]} goes on in another process" in stopped.err
        assert (condition(holdfast, run), driving.poll()) == ("running", None)
        other.write_text(OPEN)
        until(holdfast, lambda newest: newest == run and condition(holdfast, run) == "over")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_first_signal_parks_it_and_says_how_to_go_on(
    holdfast: Program, gate: Path, number: signal.Signals, code: int
) -> None:
    with waiting(holdfast, gate) as (process, run):
        process.send_signal(number)
        stopped = holdfast.end(process)
    assert stopped.code == code
    assert "Traceback" not in stopped.err
    assert f"go on with: holdfast resume {run[-8:]}" in stopped.err
    assert condition(holdfast, run) == "parked"
    gate.write_text(OPEN)
    resumed = holdfast("resume", run, "--json")
    assert (resumed.code, resumed.json["status"]) == (0, "COMPLETE")
    assert notes(gate) == 1


def test_a_parked_run_is_cancelled_at_once_by_whoever_asks(holdfast: Program, gate: Path) -> None:
    with waiting(holdfast, gate) as (process, run):
        process.send_signal(signal.SIGINT)
        holdfast.end(process)
    assert holdfast("cancel", run, "--json").json["status"] == "CANCELLED"
    assert holdfast("cancel", run).code == 0


def test_a_parked_run_stays_parked_until_it_is_asked_for(holdfast: Program, gate: Path) -> None:
    with waiting(holdfast, gate) as (process, run):
        process.send_signal(signal.SIGINT)
        holdfast.end(process)
    assert "also going on" not in holdfast("run", "greet", "hello").err
    assert condition(holdfast, run) == "parked"


def test_a_killed_run_is_marked_and_goes_on_beside_the_next_one(holdfast: Program, gate: Path) -> None:
    with waiting(holdfast, gate) as (process, run):
        process.kill()
        process.communicate()
    assert condition(holdfast, run) == "interrupted"
    assert "interrupted" in holdfast("runs").out
    gate.write_text(OPEN)
    beside = holdfast("run", "greet", "hello")
    assert (beside.code, beside.out.splitlines()[0]) == (0, "Good morning")
    assert f"also going on with run {run[-8:]}" in beside.err
    assert condition(holdfast, run) == "over"
    assert notes(gate) == 1
    assert holdfast("trace", run, "--json").json["totals"]["interruptions"] == 1


def test_a_killed_run_can_be_resumed_by_name(holdfast: Program, gate: Path) -> None:
    with waiting(holdfast, gate) as (process, run):
        process.kill()
        process.communicate()
    gate.write_text(OPEN)
    resumed = holdfast("resume", run)
    assert resumed.code == 0
    assert "✓ first" not in resumed.err
    assert notes(gate) == 1


def test_what_goes_on_beside_is_parked_by_ctrl_c_too(holdfast: Program, gate: Path) -> None:
    with waiting(holdfast, gate) as (process, run):
        process.kill()
        process.communicate()
    beside = holdfast.begin("run", "greet", "hello")
    assert beside.stderr is not None
    said = list(takewhile(lambda line: not line.startswith("still going on"), beside.stderr))
    assert any(line.startswith("also going on") for line in said)
    beside.send_signal(signal.SIGINT)
    ended = holdfast.end(beside)
    assert ended.code == 130
    assert ended.out.startswith("Good morning")
    assert f"is parked; go on with: holdfast resume {run[-8:]}" in ended.err
    assert condition(holdfast, run) == "parked"


def test_the_second_ctrl_c_ends_the_process_on_the_spot(holdfast: Program, gate: Path) -> None:
    stubborn = (
        "import asyncio, os, signal\n"
        "from holdfast.surfaces.cli.pursuing.interruption import Interruption\n"
        "async def main():\n"
        "    with Interruption() as interruption:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        await interruption.wait()\n"
        "        print(interruption.reason, flush=True)\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", stubborn], env=holdfast.environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "stopped by Ctrl-C\n", "")


def test_looking_on_with_ctrl_c_leaves_the_run_alone(holdfast: Program, gate: Path) -> None:
    with waiting(holdfast, gate) as (process, run):
        tail = holdfast.begin("tail", run)
        assert tail.stdout is not None
        tail.stdout.readline()
        tail.send_signal(signal.SIGINT)
        stopped: Done = holdfast.end(tail)
        assert (stopped.code, stopped.err) == (130, "")
        assert process.poll() is None
        assert condition(holdfast, run) == "running"
