"""A plan is shown with how its steps stand, compared from version to version, taken out, changed and handed back."""

import json

import pytest

from tests.surfaces.cli.program import Program


@pytest.fixture
def run(holdfast: Program) -> str:
    """A run whose plan waits for a yes."""
    done = holdfast("run", "planned", "which is colder?", "--json")
    assert done.code == 3
    run: str = done.json["run_id"]
    return run


def test_a_plan_that_waits_for_a_yes_is_shown_and_says_so_in_the_inbox(holdfast: Program, run: str) -> None:
    told = holdfast("plan", run).out
    assert "planned  no version is carried out yet\n  waits for a yes:\n    here  tool fetch" in told
    assert 'there  tool fetch · {"city":"Atlantis"} · after here' in told
    assert "Carry out version 1 of the plan? + here (fetch); + there (fetch)" in holdfast("inbox").out


def test_the_versions_of_a_plan_are_shown_with_marks_and_compared(holdfast: Program, run: str) -> None:
    assert holdfast("decide", run, "--choose", "approve", "--by", "Ann").code == 3
    told = holdfast("plan", run).out
    assert "planned  version 1, approved by Ann: compare two cities" in told
    assert '  ✓ here  tool fetch · {"city":"Rome"}' in told
    assert '  ✗ there  tool fetch · {"city":"Atlantis"} · after here' in told
    assert holdfast("decide", run, "--choose", "approve", "--by", "Bob").code == 0
    told = holdfast("plan", run).out
    assert "  ✓ there  tool fetch" in told
    assert "expecting result.degrees == 4" in told
    told = holdfast("plan", run, "--diff").out
    assert "  version 2, approved by Bob" in told
    assert '    ~ there.arguments: {"city":"Atlantis"} → {"city":"Oslo"}' in told
    (record,) = holdfast("plan", run, "--json").json
    assert [version["number"] for version in record["versions"]] == [1, 2]
    assert record["steps"] == {"here": "succeeded", "there": "succeeded"}
    assert holdfast("show", run, "--json").json["plans"] == [record]
    assert "version 2, approved by Bob" in holdfast("show", run).out
    assert "✓ there  tool" in holdfast("draw", "planned", "--run", run).out


def test_a_plan_is_taken_out_changed_and_handed_back(holdfast: Program, run: str) -> None:
    written = holdfast("plan", run, "--export").json
    assert [step["name"] for step in written["steps"]] == ["here", "there"]
    written["steps"][1]["arguments"]["city"] = "Oslo"
    assert holdfast("decide", run, "--choose", "edit", "--value", json.dumps(written)).code == 0
    assert holdfast("plan", run, "--json").json[0]["versions"][0]["plan"]["steps"][1]["arguments"] == {"city": "Oslo"}


def test_a_change_that_cannot_be_carried_out_is_told_why(holdfast: Program, run: str) -> None:
    value = json.dumps({"steps": [{"name": "a", "kind": "tool", "uses": "rm"}]})
    assert holdfast("decide", run, "--choose", "edit", "--value", value).code == 3
    assert "problem: a: expected one of the tools that a plan may use (fetch), found 'rm'" in holdfast("plan", run).out


def test_a_run_without_a_plan_says_so(holdfast: Program) -> None:
    run = holdfast("run", "greet", "hello", "--json").json["run_id"]
    done = holdfast("plan", run)
    assert done.code != 0
    assert "expected a run with a plan" in done.err
