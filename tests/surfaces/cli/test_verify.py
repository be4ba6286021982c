"""``verify``, the badge of ``draw``, and what ``run`` refuses: what is proved before anything runs."""

import msgspec
import pytest

from holdfast.surfaces.cli.app_command import UNVERIFIED
from holdfast.surfaces.cli.asking import verified
from tests.surfaces.cli.program import Program

CHECKS = ("termination", "budget", "reachability", "outcomes", "guards", "deadlocks", "approvals", "scope", "sagas")


@pytest.fixture
def looks(holdfast: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ``run`` look, and nothing be known from another test."""
    monkeypatch.delenv(UNVERIFIED, raising=False)
    verified._here.clear()


def test_an_app_that_holds_is_told_check_by_check_with_its_figures(holdfast: Program, looks: None) -> None:
    done = holdfast("verify", "gated")
    assert done.code == 0
    assert done.out.startswith("✓ gated verified · ")
    for check in (
        "termination",
        "budget",
        "reachability",
        "outcomes",
        "guards",
        "deadlocks",
        "approvals",
        "scope",
        "sagas",
    ):
        assert f"✓ {check}" in done.out
    assert "at the most: " in done.out
    assert "bounds: lists of up to 2 items" in done.out


def test_a_violation_is_told_as_a_story_and_the_exit_code_says_so(holdfast: Program, looks: None) -> None:
    done = holdfast("verify", "doubtful")
    assert done.code == 1
    assert done.out.startswith("✗ doubtful fails verification · ")
    assert "✗ approvals" in done.out
    assert "send cannot be undone, and a path comes to it without anybody's yes" in done.out
    assert "1  the run begins" in done.out


def test_json_has_the_story_as_data(holdfast: Program, looks: None) -> None:
    told = holdfast("verify", "doubtful", "--json").json
    assert told["verdict"] == "violated"
    (check,) = (check for check in told["checks"] if check["id"] == "approvals")
    assert check["violations"][0]["story"][0] == "the run begins"
    assert told["worst"]["turns"] == 0


def test_what_lies_beyond_a_bound_is_not_proved(holdfast: Program, looks: None) -> None:
    done = holdfast("verify", "gated", "--situations", "2")
    assert done.code == 0
    assert done.out.startswith("? gated not proved")
    assert "the search ended at 2 situations" in done.out


def test_run_refuses_an_app_that_fails_and_runs_it_if_told_to(holdfast: Program, looks: None) -> None:
    refused = holdfast("run", "doubtful", "x")
    assert refused.code == 2
    assert "expected app 'doubtful' to hold what is checked of it" in refused.err
    assert "--unverified" in refused.err
    assert not holdfast.store.exists()
    assert holdfast("run", "doubtful", "x", "--unverified").code == 3


def test_run_begins_an_app_that_holds(holdfast: Program, looks: None) -> None:
    assert holdfast("run", "greet", "hello").code == 0


def test_a_verdict_is_kept_beside_the_store_and_found_again(holdfast: Program, looks: None) -> None:
    assert holdfast("run", "greet", "hello").code == 0
    (kept,) = msgspec.json.decode(holdfast.store.with_suffix(".verified.json").read_bytes())
    assert (kept["app"], kept["verdict"]) == ("greet", "holds")
    verified._here.clear()
    badge = f"verified · {kept['situations']} situations · {kept['identity'][:8]}"
    assert holdfast("draw", "greet").out.rstrip().endswith(badge)


def test_a_drawing_wears_the_verdict(holdfast: Program, looks: None) -> None:
    assert "verified · " in holdfast("draw", "gated").out.splitlines()[-1]
    assert holdfast("draw", "gated", "--mermaid").out.splitlines()[-1].startswith("%% verified · ")
    assert "fails verification: holdfast verify doubtful" in holdfast("draw", "doubtful").out
    assert holdfast("draw", "gated", "--json").json["verified"]["verdict"] == "holds"
