"""A run whose child waits for a person: each says so at its own place, and how they belong together can be seen."""

import pytest

from tests.surfaces.cli.program import Program


@pytest.fixture
def boss(holdfast: Program) -> str:
    """A run that waits for a child, which is in doubt."""
    done = holdfast("run", "boss", "hello", "--json")
    assert done.json["parked"] == "waiting for its child runs at boss/letter"
    run: str = done.json["run_id"]
    return run


def test_children_are_listed_with_their_parent_and_how_they_stand(holdfast: Program, boss: str) -> None:
    children = holdfast("runs", "--parent", boss[-6:], "--json").json
    assert [(one["app"], one["condition"], one["parent"]) for one in children] == [
        ("doubtful", "in doubt", boss),
        ("greet", "over", boss),
    ]
    told = holdfast("show", boss)
    assert "\n\nchild runs\n" in told.out
    assert "letter  child · open" in told.out
    assert f"run {children[0]['run_id'][-8:]} of doubtful" in told.out
    page = holdfast("show", boss, "--json").json
    assert page["children"] == children
    assert page["condition"] == "waiting"
    assert {node["path"]: node["child"] for node in page["nodes"]} == {
        "boss": None,
        "boss/greeting": children[1]["run_id"],
        "boss/letter": children[0]["run_id"],
    }


def test_a_parent_is_not_told_to_be_resumed_but_what_it_waits_for(holdfast: Program, boss: str) -> None:
    assert f"see what it waits for with: holdfast runs --parent {boss[-8:]}" in holdfast("show", boss).out


def test_the_trace_names_the_child_in_the_span_of_its_node(holdfast: Program, boss: str) -> None:
    spans = {span["path"]: span for span in holdfast("trace", boss, "--json").json["spans"] if span["kind"] == "node"}
    greeting = spans["boss/greeting"]["attributes"]
    assert (greeting["child_app"], greeting["usage"]["turns"]) == ("greet", 2)
    assert f"run {greeting['child'][-8:]} of greet" in holdfast("trace", boss).out
    assert f"child run {greeting['child']} ended succeeded" in holdfast("tail", boss).out


def test_what_the_child_did_hangs_below_that_span_in_one_trace(holdfast: Program, boss: str) -> None:
    traced = holdfast("trace", boss, "--json").json
    spans = {span["span_id"]: span for span in traced["spans"]}
    greet = next(span for span in spans.values() if span["path"] == "boss/greeting")
    (run,) = [span for span in spans.values() if span["parent"] == greet["span_id"] and span["kind"] == "run"]
    assert (run["run"], traced["runs_left_out"]) == (greet["attributes"]["child"], 0)
    models = [span for span in spans.values() if span["kind"] == "model"]
    assert len(models) == 2
    for span in models:
        assert span["run"] == run["run"]
        above = span
        while above["parent"] is not None:
            above = spans[above["parent"]]
        assert (above["kind"], above["run"]) == ("run", None), "it hangs below the first run"
    assert f"run {run['run'][-8:]}" in holdfast("trace", boss).out


def test_what_waits_below_says_for_whom(holdfast: Program, boss: str) -> None:
    (waiting,) = holdfast("inbox", "--json").json
    assert [(one["run_id"], one["app"]) for one in waiting["above"]] == [(boss, "boss")]
    assert waiting["above_step"] == "boss/letter"
    assert "boss: hello, at boss/letter" in holdfast("inbox").out


def test_the_doubt_is_the_child_s_own_and_once_it_is_settled_the_parent_goes_on(holdfast: Program, boss: str) -> None:
    (waiting,) = holdfast("inbox", "--json").json
    assert waiting["app"] == "doubtful"
    assert waiting["run_id"] != boss
    assert holdfast("decide", waiting["run_id"], "--happened", "--result", '"sent"').code == 0
    done = holdfast("resume", boss, "--json")
    assert (done.json["status"], done.json["result"]) == ("COMPLETE", "sent")


def test_cancelling_a_parent_ends_its_child_too(holdfast: Program, boss: str) -> None:
    assert holdfast("cancel", boss, "--abandon-doubts").code == 0
    assert {one["status"] for one in holdfast("runs", "--json").json} == {"CANCELLED", "COMPLETE"}
    assert holdfast("inbox", "--json").json == []


def test_a_parent_must_be_a_run(holdfast: Program, boss: str) -> None:
    done = holdfast("runs", "--parent", "NOSUCH", "--json")
    assert (done.code, done.error["kind"]) == (2, "RunNotFound")
