"""What failed is listed with its reason; somebody has it go on, or drops it; what waits for a retry is listed too."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.surfaces.cli.program import Program


@pytest.fixture
def closed(holdfast: Program) -> Path:
    """A shop that is closed: the file that opens it is not there."""
    return holdfast.folder / "open"


@pytest.fixture
def run(holdfast: Program, closed: Path) -> str:
    """A run that failed."""
    done = holdfast("run", "shop", str(closed), "--json")
    assert done.code == 1
    run: str = done.json["run_id"]
    return run


def test_dead_says_what_failed_where_why_and_what_can_be_done(holdfast: Program, run: str) -> None:
    told = holdfast("dead").out
    assert "shop/buy" in told
    assert "tool_failed: buy: the shop is closed" in told
    assert "holdfast requeue RUN" in told
    (letter,) = holdfast("dead", "--json", "--app", "shop").json
    assert (letter["run_id"], letter["step"], letter["tries"], letter["requeues"]) == (run, "shop/buy", 1, 0)
    assert letter["fault"]["message"] == "buy: the shop is closed"
    assert letter["failed_at"] <= time.time()
    assert holdfast("dead", "--json", "--app", "greet").json == []
    assert f"holdfast requeue {run[-8:]}" in " ".join(holdfast("show", run).out.split())


def test_nothing_may_have_failed_and_there_may_be_no_store(holdfast: Program) -> None:
    assert holdfast("dead").err.startswith("no dead letters")
    assert holdfast("retries").err == "nothing waits to be tried again\n"
    assert not holdfast.store.exists()
    holdfast("run", "greet", "hello")
    assert holdfast("dead", "--json").json == []
    assert holdfast("retries", "--json").json == []


def test_requeued_it_goes_on_and_the_command_stays_with_it(holdfast: Program, run: str, closed: Path) -> None:
    closed.touch()
    done = holdfast("requeue", run, "--by", "Ann", "--note", "it opens at nine")
    assert done.code == 0
    assert done.out.splitlines()[0] == "bought"
    assert holdfast("dead", "--json").json == []
    told = holdfast("tail", run).out
    assert "requeued by Ann (it opens at nine)" in told
    assert told.count("enter succeeded") == 1
    shown = holdfast("show", run, "--json").json
    assert (shown["status"], shown["requeues"]) == ("COMPLETE", 1)
    assert "dead" in holdfast("trace", run).out


def test_what_fails_again_is_a_dead_letter_again(holdfast: Program, run: str) -> None:
    done = holdfast("requeue", run, "--json")
    assert (done.code, done.json["status"]) == (1, "FAILED")
    (letter,) = holdfast("dead", "--json").json
    assert letter["requeues"] == 1


def test_several_go_on_and_one_that_cannot_keeps_no_other_from_it(holdfast: Program, run: str, closed: Path) -> None:
    whole = holdfast("run", "greet", "hello", "--json").json["run_id"]
    closed.touch()
    done = holdfast("requeue", whole, run)
    assert done.code == 2
    assert "expected a run that failed or was rejected" in done.err
    assert holdfast("show", run, "--json").json["status"] == "COMPLETE"


def test_effects_are_repeated_only_when_that_is_said(holdfast: Program, run: str, closed: Path) -> None:
    done = holdfast("requeue", run, "--from", "shop/enter", "--json")
    assert (done.code, done.error["kind"]) == (2, "InputError")
    assert "enter at shop/enter" in done.error["message"]
    closed.touch()
    assert holdfast("requeue", run, "--from", "shop/enter", "--repeat-effects").code == 0
    assert holdfast("tail", run).out.count("enter succeeded") == 2


def test_a_budget_must_be_one(holdfast: Program, run: str) -> None:
    assert holdfast("requeue", run, "--usd", "0").code == 2
    assert holdfast("requeue", run, "--turns", "0").code == 2
    assert holdfast("requeue", run, "--turns", "9", "--tokens", "10", "--usd", "1.5", "--tool-calls", "3").code == 1


def test_dropped_it_is_no_dead_letter_any_more(holdfast: Program, run: str) -> None:
    assert holdfast("drop", run, "--by", "Ann", "--note", "never mind").code == 0
    assert holdfast("dead", "--json").json == []
    shown = holdfast("show", run, "--json").json
    assert (shown["status"], shown["dropped"]) == ("FAILED", {"by": "Ann", "note": "never mind"})
    assert "by Ann: never mind" in holdfast("show", run).out
    assert holdfast("drop", run, "--json").json["dropped"]


def test_what_did_not_fail_is_not_dropped(holdfast: Program) -> None:
    run = holdfast("run", "greet", "hello", "--json").json["run_id"]
    done = holdfast("drop", run)
    assert done.code == 2
    assert "found run" in done.err
    assert holdfast("drop", "nowhere").code == 2


def test_what_waits_to_be_tried_again_is_listed_and_can_be_tried_at_once(holdfast: Program, closed: Path) -> None:
    waiting = holdfast.begin("run", "stall", str(closed), "--json")
    try:
        found = until_listed(holdfast)
        run = found["run_id"]
        assert (found["step"], found["tries"]) == ("stall/buy", 1)
        assert found["retry_at"] > found["failed_at"]
        told = holdfast("retries").out
        assert "the shop is closed" in told
        assert "tried 1 time" in told
        (listed,) = holdfast("runs", "--json").json
        assert (listed["condition"], listed["retry_at"]) == ("retrying", found["retry_at"])
        assert "retrying in" in holdfast("runs").out
        page = holdfast("show", run)
        assert "stall/buy, tried 1 time, again at" in page.out
        closed.touch()
        assert holdfast("requeue", run).code == 0
    finally:
        done = holdfast.end(waiting)
    assert (done.code, done.json["status"]) == (0, "COMPLETE")


def until_listed(holdfast: Program) -> dict[str, Any]:
    """Return the first retry that is listed."""
    limit = time.monotonic() + 60.0
    while time.monotonic() < limit:
        for found in holdfast("retries", "--json").json:
            return dict(found)
    raise AssertionError("nothing waits to be tried again")
