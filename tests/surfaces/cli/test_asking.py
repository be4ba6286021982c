"""What a run asks is listed beside what is in doubt, and is decided at the command line: the run goes on."""

import pytest

from tests.surfaces.cli.program import Program


@pytest.fixture
def run(holdfast: Program) -> str:
    """A run that asks."""
    done = holdfast("run", "asking", "hello", "--json")
    assert done.code == 3
    run: str = done.json["run_id"]
    return run


def test_a_run_that_asks_is_parked_though_it_has_a_deadline_and_says_what_to_do(holdfast: Program) -> None:
    done = holdfast("run", "asking", "hello")
    assert done.code == 3
    assert "asking/ask  asks a person to choose: send | not yet" in done.err
    assert "parked: a person is to decide at asking/ask" in done.err
    assert "decide with: holdfast decide" in done.err


def test_the_inbox_says_what_is_asked_and_how_to_decide(holdfast: Program, run: str) -> None:
    told = holdfast("inbox").out
    for line in (
        "Send hello?",
        "to: announce it",
        "send: everybody reads hello",
        'evidence: {"text":"hello"}',
        f'decide it with: holdfast decide {run[-6:]} asking/ask --choose send | "not yet"',
    ):
        assert f"\n  {line}\n" in told
    assert "not yet is chosen" in told
    (waiting,) = holdfast("inbox", "--json").json
    assert (waiting["kind"], waiting["run_id"], waiting["step"]) == ("question", run, "asking/ask")
    assert (waiting["question"], waiting["goal"], waiting["details"]) == (
        "Send hello?",
        "announce it",
        {"text": "hello"},
    )
    assert waiting["options"] == [
        {"name": "send", "impact": "everybody reads hello"},
        {"name": "not yet", "impact": None},
    ]
    assert (waiting["number"], waiting["default"]) == (1, "not yet")
    assert waiting["deadline"] == pytest.approx(waiting["asked_at"] + 86_400)


def test_doubts_and_questions_stand_together_in_the_order_in_which_they_came(holdfast: Program) -> None:
    for app in ("asking", "doubtful", "wondering"):
        holdfast("run", app, "hello")
    waiting = holdfast("inbox", "--json").json
    assert [(one["kind"], one["app"]) for one in waiting] == [
        ("question", "asking"),
        ("doubt", "doubtful"),
        ("question", "wondering"),
    ]
    assert "--choose TEXT [--value JSON]" in holdfast("inbox").out


def test_what_is_chosen_leads_the_run_on(holdfast: Program, run: str) -> None:
    done = holdfast("decide", run, "asking/ask", "--choose", "send", "--by", "Ann", "--note", "go ahead")
    assert (done.code, done.out.splitlines()[0]) == (0, "hello")
    assert holdfast("inbox", "--json").json == []
    assert "Ann has decided: send (go ahead)" in holdfast("tail", run).out
    assert "Ann has decided: send" in holdfast("trace", run, "--json").out


def test_a_free_answer_may_be_a_text_or_a_value(holdfast: Program) -> None:
    run = holdfast("run", "wondering", "hello", "--json").json["run_id"]
    done = holdfast("decide", run, "--value", '{"weeks": 2}', "--by", "Ann", "--json")
    assert done.json["result"] == {"choice": "", "by": "Ann", "note": "", "value": {"weeks": 2}}
    run = holdfast("run", "wondering", "hello", "--json").json["run_id"]
    assert holdfast("decide", run, "--choose", "wait a week", "--json").json["result"]["choice"] == "wait a week"


def test_show_and_runs_say_that_a_run_asks(holdfast: Program, run: str) -> None:
    told = holdfast("show", run).out
    assert "WAITING (asks)" in told
    assert "see what is asked with: holdfast inbox" in told
    page = holdfast("show", run, "--json").json
    assert (page["condition"], page["questions"]) == ("asks", ["asking/ask"])
    (listed,) = holdfast("runs", "--json").json
    assert (listed["condition"], listed["questions"], listed["doubts"]) == ("asks", ["asking/ask"], [])
    assert "asks" in holdfast("runs").out


def test_a_cancelled_run_asks_nothing_more(holdfast: Program, run: str) -> None:
    assert holdfast("cancel", run).code == 0
    assert holdfast("inbox", "--json").json == []
    done = holdfast("decide", run, "asking/ask", "--choose", "send", "--json")
    assert (done.code, done.error["kind"]) == (2, "AlreadySettled")
    assert "the run was cancelled" in done.error["message"]


def test_what_was_decided_is_not_decided_again(holdfast: Program, run: str) -> None:
    holdfast("decide", run, "--choose", "send", "--by", "Ann")
    done = holdfast("decide", run, "asking/ask", "--choose", "not yet", "--json")
    assert (done.code, done.error["kind"]) == (2, "AlreadySettled")
    assert "Ann has chosen 'send' already" in done.error["message"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--choose", "maybe"), "expected one of send, not yet, found 'maybe'"),
        (("--choose", "send", "--abandon"), "found 2"),
        (("--choose", "send", "--value", "now"), "expected the value as JSON, found 'now'"),
        (("--choose", "send", "--by", "deadline"), "that is who decides where nobody does"),
        (("nowhere", "--choose", "send"), "found 'nowhere': what asks is asking/ask"),
        (("--did-not",), "nothing of this run is in doubt"),
    ],
)
def test_a_choice_that_cannot_be_used_is_refused(
    holdfast: Program, run: str, options: tuple[str, ...], told: str
) -> None:
    done = holdfast("decide", run, *options)
    assert done.code == 2
    assert told in done.err
    assert holdfast("inbox", "--json").json


def test_a_run_waits_for_its_instant_and_the_command_with_it(holdfast: Program) -> None:
    done = holdfast("run", "pausing", "1999-12-31T00:00:00Z")
    assert done.code == 0
    assert "pausing succeeded" in done.err


def test_a_run_beside_that_asks_is_not_told_to_be_resumed(holdfast: Program, run: str) -> None:
    done = holdfast("run", "greet", "hello")
    assert done.code == 0
    assert run[-6:] not in done.err, "it waits for a person: nobody takes it up"
