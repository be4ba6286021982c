"""``runs``, ``show``, ``trace``, ``tail`` and ``draw``: what there is to see of runs, in words and as JSON."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.surfaces.cli.program import Program
from tests.surfaces.cli.test_run import USAGE

LISTED = {
    "type": "object",
    "additionalProperties": False,
    "required": ["run_id", "app", "title", "status", "condition", "created_at", "updated_at", "seconds", "usage"],
    "properties": {
        **{name: {"type": "string"} for name in ("run_id", "app", "title", "status")},
        "condition": {"enum": ["over", "running", "waiting", "parked", "in doubt", "interrupted"]},
        "doubts": {"type": "array", "items": {"type": "string"}},
        "questions": {"type": "array", "items": {"type": "string"}},
        "is_cancelled": {"type": "boolean"},
        "retry_at": {"type": ["number", "null"]},
        **{name: {"type": "number"} for name in ("created_at", "updated_at", "seconds")},
        "request_id": {"type": ["string", "null"]},
        "parent": {"type": ["string", "null"]},
        "is_sealed": {"type": "boolean"},
        "erased_at": {"type": ["number", "null"]},
        "origin": {"type": ["string", "null"]},
        "usage": USAGE,
    },
}
TOTALS = {
    "type": "object",
    "required": ["status", "outcome", "usage", "tool_errors", "context_tokens_peak", "seconds", "seconds_active"],
    "properties": {
        "usage": USAGE,
        "drivers": {"type": "integer"},
        "interruptions": {"type": "integer"},
        "parks": {"type": "integer"},
    },
}
TRACE = {
    "type": "object",
    "required": ["run_id", "trace_id", "app", "status", "spans", "marks", "drivers", "totals"],
    "additionalProperties": False,
    "properties": {
        **{name: {"type": "string"} for name in ("run_id", "app", "status")},
        **{name: {"type": "array"} for name in ("marks", "drivers")},
        "trace_id": {"pattern": "^[0-9a-f]{32}$"},
        "totals": TOTALS,
        "runs_left_out": {"type": "integer"},
        "spans": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["span_id", "parent", "kind", "path", "name", "attempt", "start", "end", "status"],
                "properties": {
                    "attributes": {"type": "object", "properties": {"usage": USAGE}, "not": {"required": ["spend"]}},
                    "span_id": {"pattern": "^[0-9a-f]{16}$"},
                    "kind": {"enum": ["run", "node", "turn", "model", "tool", "wait"]},
                    "end": {"type": ["number", "null"]},
                },
            },
        },
    },
}


def test_runs_lists_the_newest_first_with_what_each_took(holdfast: Program) -> None:
    holdfast("run", "greet", "one")
    holdfast("run", "strict", "7")
    listed = holdfast("runs", "--json").json
    for one in listed:
        Draft202012Validator(LISTED).validate(one)
    assert [(one["app"], one["status"], one["condition"]) for one in listed] == [
        ("strict", "FAILED", "over"),
        ("greet", "COMPLETE", "over"),
    ]
    assert listed[1]["usage"]["turns"] == 2
    told = holdfast("runs").out.splitlines()
    assert told[0].split() == ["run", "app", "title", "status", "began", "took", "tokens", "cost"]
    assert told[1].split()[1:4] == ["strict", "7", "failed"]


def test_runs_can_be_narrowed_down(holdfast: Program) -> None:
    for _ in range(2):
        holdfast("run", "greet", "one")
    holdfast("run", "strict", "7")
    assert len(holdfast("runs", "--app", "greet", "--json").json) == 2
    assert len(holdfast("runs", "--status", "failed", "--json").json) == 1
    assert len(holdfast("runs", "-n", "1", "--json").json) == 1
    assert holdfast("runs", "--status", "odd").code == 2


def test_to_look_for_runs_creates_nothing(holdfast: Program) -> None:
    done = holdfast("runs")
    assert (done.code, done.out) == (0, "")
    assert "no runs" in done.err
    assert holdfast("runs", "--json").json == []
    assert holdfast("show", "X").code == 2
    assert not holdfast.store.parent.exists()


def test_the_short_id_that_runs_shows_is_understood_everywhere(holdfast: Program) -> None:
    run = holdfast("run", "greet", "one", "--json").json["run_id"]
    short = holdfast("runs").out.splitlines()[1].split()[0]
    assert run.endswith(short)
    for command in ("show", "trace", "tail", "resume", "cancel"):
        assert holdfast(command, short).code == 0
        assert holdfast(command, short.lower()).code == 0


@pytest.mark.parametrize("command", ["show", "trace", "tail", "resume", "cancel"])
def test_a_run_that_does_not_exist_is_told_in_one_sentence(holdfast: Program, command: str) -> None:
    holdfast("run", "greet", "one")
    done = holdfast(command, "NOSUCHRUN", "--json")
    assert (done.code, done.error["kind"]) == (2, "RunNotFound")


def test_show_tells_everything_about_a_run(holdfast: Program) -> None:
    run = holdfast("run", "greet", "one", "--turns", "4", "--json").json["run_id"]
    told = holdfast("show", run).out
    for piece in (run, "COMPLETE (succeeded)", "2 of 4 turns", "✓ greet  agent", "greeter: polite", "Good morning"):
        assert piece in told
    shown = holdfast("show", run, "--json").json
    assert shown["result"] == "Good morning"
    assert shown["budget"] == {"turns": 4}
    assert shown["models"] == {"greeter": "polite"}
    assert shown["models_replied"] == ["polite"]
    assert {"flow", "agent:greeter", "tool:look_up"} <= shown["definitions"].keys()
    Draft202012Validator(TOTALS).validate(shown["totals"])
    node = shown["nodes"][0]
    assert (node["path"], node["kind"], node["status"]) == ("greet", "agent", "succeeded")
    assert node["usage"] == shown["usage"]


def test_show_says_what_a_parked_run_waits_for(holdfast: Program) -> None:
    run = holdfast("run", "doubtful", "one", "--json").json["run_id"]
    told = holdfast("show", run).out
    assert "WAITING (in doubt)" in told
    assert "holdfast decide" in told
    assert "in doubt  " in told
    assert holdfast("show", run, "--json").json["doubts"] == ["doubtful"]


def test_show_leaves_out_what_went_well_before_what_did_not(holdfast: Program) -> None:
    run = holdfast("run", "wide", str(list(range(60))), "--json").json["run_id"]
    told = holdfast("show", run).out
    assert "✗ wide[7]" in told
    assert "… and 49 more: --all shows them" in told
    assert "wide[59]" in holdfast("show", run, "--all").out


def test_a_trace_is_a_waterfall_of_spans(holdfast: Program) -> None:
    run = holdfast("run", "greet", "one", "--json").json["run_id"]
    lines = holdfast("trace", run).out.splitlines()
    for line, name in zip(
        lines, ("run", "greet agent", "turn 1", "polite", "look_up", "turn 2", "polite"), strict=False
    ):
        assert f"✓ {name}" in line
        assert "█" in line
    assert lines[-1].startswith("2 turns · 1 tool call · ")
    traced = holdfast("trace", run, "--json").json
    Draft202012Validator(TRACE).validate(traced)
    assert traced["spans"][3]["attributes"]["usage"]["output_tokens"] > 0
    assert [span["kind"] for span in traced["spans"]] == ["run", "node", "turn", "model", "tool", "turn", "model"]


def test_tail_gives_each_event_a_line(holdfast: Program) -> None:
    run = holdfast("run", "greet", "one", "--json").json["run_id"]
    lines = holdfast("tail", run).out.splitlines()
    events = [json.loads(line) for line in holdfast("tail", run, "--json").out.splitlines()]
    assert len(lines) == len(events)
    assert [event["version"] for event in events] == list(range(1, len(events) + 1))
    assert events[0]["event"] == "run.started/1"
    assert events[-1]["event"] == "run.ended/1"
    assert "turn 1: calls look_up" in "\n".join(lines)


def test_tail_begins_where_it_is_told(holdfast: Program) -> None:
    run = holdfast("run", "greet", "one", "--json").json["run_id"]
    events = [json.loads(line) for line in holdfast("tail", run, "--after", "5", "--json").out.splitlines()]
    assert events[0]["version"] == 6


def test_tail_without_following_ends_on_a_run_that_waits(holdfast: Program) -> None:
    run = holdfast("run", "doubtful", "one", "--json").json["run_id"]
    assert "parked: in doubt" in holdfast("tail", run, "--no-follow").out


def test_draw_prints_text_mermaid_or_both(holdfast: Program) -> None:
    assert holdfast("draw", "gated").out.splitlines()[1].startswith("├── first  function · note · input ")
    assert holdfast("draw", "gated", "--mermaid").out.startswith("flowchart TD\n")
    drawn = holdfast("draw", "gated", "--json").json
    assert drawn["flow"]["node"] == "sequence"
    assert drawn["mermaid"].startswith("flowchart TD\n")
    assert drawn["text"].startswith("gated  sequence")


def test_draw_writes_an_svg_or_prints_it(holdfast: Program, tmp_path: Path) -> None:
    file = tmp_path / "gated.svg"
    assert holdfast("draw", "gated", "--svg", str(file)).out == ""
    assert file.read_text(encoding="utf-8").startswith("<svg ")
    assert holdfast("draw", "gated", "--svg", "-").out == file.read_text(encoding="utf-8")
    assert holdfast("draw", "gated", "--json").json["svg"] == file.read_text(encoding="utf-8")
    done = holdfast("draw", "gated", "--svg", str(tmp_path / "none" / "gated.svg"))
    assert (done.code, "expected a file that can be written" in done.err) == (2, True)


def test_draw_can_show_how_a_run_stands(holdfast: Program) -> None:
    run = holdfast("run", "strict", "7", "--json").json["run_id"]
    assert holdfast("draw", "strict", "--run", run).out.startswith("✗ strict")
    assert "expected a run of app 'greet'" in holdfast("draw", "greet", "--run", run).err


def test_a_run_that_is_over_is_resumed_by_showing_how_it_ended(holdfast: Program) -> None:
    run = holdfast("run", "greet", "one", "--json").json["run_id"]
    done = holdfast("resume", run)
    assert (done.code, done.out.splitlines()[0]) == (0, "Good morning")


def test_what_is_in_doubt_cannot_be_cancelled_away(holdfast: Program) -> None:
    run = holdfast("run", "doubtful", "one", "--json").json["run_id"]
    done = holdfast("cancel", run)
    assert done.code == 3
    assert "cannot end before somebody knows what became of doubtful" in done.out
    assert "--abandon-doubts" in done.out
    assert "in doubt, cancelled" in holdfast("runs").out
    (listed,) = holdfast("runs", "--json").json
    assert (listed["condition"], listed["doubts"], listed["is_cancelled"]) == ("in doubt", ["doubtful"], True)
    assert "it ends once nothing is in doubt" in holdfast("show", run).out


def test_what_is_in_doubt_can_be_given_up(holdfast: Program) -> None:
    run = holdfast("run", "doubtful", "one", "--json").json["run_id"]
    done = holdfast("cancel", run, "--abandon-doubts")
    assert (done.code, "is over: cancelled" in done.out) == (0, True)
    shown = holdfast("show", run, "--json").json
    assert (shown["status"], shown["abandoned"]) == ("CANCELLED", ["doubtful"])
    assert "(abandoned in doubt: doubtful)" in shown["fault"]["message"]


def test_the_page_of_a_run_says_what_its_review_came_to(holdfast: Program) -> None:
    passed, unmet = (holdfast("run", "picky", number, "--json").json["run_id"] for number in ("3", "1"))
    assert "passed in round 2" in holdfast("show", passed).out
    assert "round 2, unmet: is_large" in holdfast("show", unmet).out
    shown = holdfast("show", unmet, "--json").json
    assert [review["unmet"] for review in shown["reviews"]] == [["is_large"], ["is_large"]]
    assert (shown["waived"], shown["status"]) == ([], "WAITING")


def test_the_picture_of_an_app_shows_its_review(holdfast: Program) -> None:
    drawn = holdfast("draw", "picky").out
    assert "review  at most 1 round, then a person" in drawn
    assert "is_large  result > 10" in drawn
    assert holdfast("draw", "picky", "--json").json["review"]["criteria"][0]["name"] == "is_large"
    assert holdfast("draw", "greet", "--json").json["review"] is None
