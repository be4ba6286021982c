"""``holdfast run``: begins a run, stays with it, and tells how it ended in words, in JSON and by its exit code."""

import pytest
from jsonschema import Draft202012Validator

from tests.surfaces.cli.program import Program
from tests.surfaces.cli.tiny_apps import EVIL

USAGE = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        "turns",
        "tool_calls",
        "input_tokens",
        "output_tokens",
        "cached_tokens",
        "tokens",
        "cost_usd",
        "calls_of_unknown_cost",
    ],
    "properties": {
        **{name: {"type": "integer", "minimum": 0} for name in ("turns", "tool_calls", "tokens", "input_tokens")},
        **{name: {"type": "integer", "minimum": 0} for name in ("output_tokens", "cached_tokens")},
        "cost_usd": {"type": ["number", "null"]},
        "calls_of_unknown_cost": {"type": "integer", "minimum": 0},
    },
}
RUN = {
    "type": "object",
    "required": ["run_id", "app", "title", "status", "outcome", "parked", "fault", "result", "usage", "seconds"],
    "additionalProperties": False,
    "properties": {
        "run_id": {"type": "string", "pattern": "^run_[0-9A-Z]{26}$"},
        "app": {"type": "string"},
        "title": {"type": "string"},
        "status": {"enum": ["COMPLETE", "FAILED", "WAITING", "CANCELLED"]},
        "outcome": {"enum": ["succeeded", "partial", "failed", "cancelled", None]},
        "parked": {"type": ["string", "null"]},
        "fault": {"type": ["object", "null"], "required": ["kind", "message"]},
        "result": {},
        "usage": USAGE,
        "seconds": {"type": "number", "minimum": 0},
    },
}


def test_a_run_ends_with_its_result_and_what_it_took(holdfast: Program) -> None:
    done = holdfast("run", "greet", "hello")
    assert done.code == 0
    assert done.out.splitlines()[0] == "Good morning"
    assert "complete (succeeded)" in done.out
    assert "2 turns · 1 tool call" in done.out
    assert "✓ greet succeeded" in done.err


@pytest.mark.parametrize(
    ("arguments", "code", "status", "result"),
    [
        (("greet", "hello"), 0, "COMPLETE", "Good morning"),
        (("strict", "4"), 0, "COMPLETE", 8),
        (("strict", "7"), 1, "FAILED", None),
        (("doubtful", "hello"), 3, "WAITING", None),
    ],
)
def test_json_is_one_object_of_the_same_shape_however_it_ends(
    holdfast: Program, arguments: tuple[str, ...], code: int, status: str, result: object
) -> None:
    done = holdfast("run", *arguments, "--json")
    Draft202012Validator(RUN).validate(done.json)
    assert (done.code, done.json["status"], done.json["result"]) == (code, status, result)
    assert done.err == ""


def test_a_failed_run_says_why_and_exits_with_1(holdfast: Program) -> None:
    done = holdfast("run", "strict", "7")
    assert done.code == 1
    assert "tool_failed: ValueError" in done.out
    assert "failed in " in done.out


def test_what_a_tool_says_cannot_steer_the_terminal(holdfast: Program) -> None:
    done = holdfast("run", "strict", "7")
    for character in EVIL:
        assert character.isprintable() or character not in done.out + done.err
    assert "[red]markup[/red]" in done.out


def test_a_run_in_doubt_is_parked_and_says_that_somebody_must_find_out(holdfast: Program) -> None:
    done = holdfast("run", "doubtful", "hello")
    assert done.code == 3
    assert "parked: in doubt" in done.err
    assert "find out" in done.err
    assert done.out == ""


def test_quiet_shows_no_progress(holdfast: Program) -> None:
    done = holdfast("run", "greet", "hello", "--quiet")
    assert done.err == ""
    assert done.out.startswith("Good morning")


def test_one_model_for_all_agents(holdfast: Program) -> None:
    assert holdfast("run", "greet", "hello", "--model", "curt", "--json").json["result"] == "Hi"


def test_a_model_for_one_agent_wins(holdfast: Program) -> None:
    done = holdfast("run", "greet", "hello", "--model", "curt", "--model-for", "greeter=polite", "--json")
    assert done.json["result"] == "Good morning"


def test_the_limits_given_replace_the_apps_own(holdfast: Program) -> None:
    done = holdfast("run", "greet", "hello", "--turns", "1", "--json")
    assert (done.code, done.json["fault"]["kind"]) == (1, "budget")


def test_the_same_request_id_is_one_run(holdfast: Program) -> None:
    first = holdfast("run", "greet", "hello", "--request-id", "r1", "--json")
    second = holdfast("run", "greet", "hello", "--request-id", "r1", "--json")
    assert first.json["run_id"] == second.json["run_id"]
    assert second.json["result"] == "Good morning"


def test_a_bare_value_stands_for_the_one_field_that_must_be_given(holdfast: Program) -> None:
    gate = holdfast.folder / "gate"
    gate.write_text("open")
    done = holdfast("run", "gated", str(gate), "--json")
    assert done.json["result"].startswith("passed by ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("run", "nope", "x"), "expected the name of an app, found 'nope'"),
        (("run", "gret", "x"), "there is greet"),
        (("run", "broken", "x"), "pip install 'holdfast[broken]'"),
        (("run", "greet"), "expected an input for app 'greet', found none"),
        (("run", "strict", "many"), "valid integer"),
        (("run", "greet", "x", "--model", "none-such"), "'none-such'"),
        (("run", "greet", "x", "--model-for", "greeter"), "--model-for AGENT=MODEL"),
        (("run", "greet", "x", "--model-for", "nobody=polite"), "nobody"),
        (("run", "greet", "x", "--frobnicate"), "--frobnicate"),
        (("run", "greet", "x", "--budget-tokens", "0"), "--budget-tokens"),
        (("frobnicate",), "frobnicate"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_sentence_and_exits_with_2(
    holdfast: Program, arguments: tuple[str, ...], told: str
) -> None:
    done = holdfast(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert done.err.startswith("holdfast: ")
    assert told in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("arguments", [("run", "nope", "x"), ("run", "broken"), ("run", "greet", "x", "--frobnicate")])
def test_with_json_errors_are_an_object_too(holdfast: Program, arguments: tuple[str, ...]) -> None:
    done = holdfast(*arguments, "--json")
    assert (done.code, done.out) == (2, "")
    assert set(done.error) == {"kind", "message"}


def test_an_input_that_is_no_unicode_is_refused(holdfast: Program) -> None:
    done = holdfast("run", "greet", "odd\udcff")
    assert done.code == 2
    assert "valid Unicode" in done.err


def test_a_store_of_no_known_kind_is_refused(holdfast: Program) -> None:
    done = holdfast.bare("run", "greet", "x", "--store", "mysql://somewhere")
    assert done.code == 2
    assert "found 'mysql://somewhere'" in done.err


def test_two_hundred_and_fifty_items_are_summed_up_in_a_few_lines(holdfast: Program) -> None:
    done = holdfast("run", "wide", str(list(range(250))))
    assert done.code == 0
    assert len(done.err.splitlines()) <= 12
    assert "… wide 250/250 done" in done.err
