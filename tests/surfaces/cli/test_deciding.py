"""What waits for a person is listed, and what the person says is heard: the run goes on."""

import pytest

from tests.surfaces.cli.program import Program


@pytest.fixture
def run(holdfast: Program) -> str:
    """A run in doubt."""
    run: str = holdfast("run", "doubtful", "hello", "--json").json["run_id"]
    return run


def test_the_inbox_says_what_was_sent_and_how_to_settle_it(holdfast: Program, run: str) -> None:
    told = holdfast("inbox").out
    assert 'send (unsafe) was sent {"text":"hello"}' in told
    assert f"holdfast decide {run[-6:]} doubtful --happened --result JSON | --did-not | --abandon" in told
    (waiting,) = holdfast("inbox", "--json").json
    assert (waiting["run_id"], waiting["step"], waiting["tool"]) == (run, "doubtful", "send")
    assert waiting["options"] == ["happened", "did_not", "abandoned"]
    assert waiting["sent_at"] > 0


def test_an_inbox_may_be_empty_or_not_be_there(holdfast: Program) -> None:
    assert holdfast("inbox").err == "nothing waits for a person\n"
    assert not holdfast.store.exists()
    holdfast("run", "greet", "hello")
    assert holdfast("inbox", "--json").json == []


def test_what_happened_is_the_result(holdfast: Program, run: str) -> None:
    done = holdfast("decide", run, "doubtful", "--happened", "--result", '"sent"', "--by", "Ann", "--note", "I saw it")
    assert (done.code, done.out.splitlines()[0]) == (0, "sent")
    assert holdfast("inbox", "--json").json == []
    assert "settled by Ann: it happened (I saw it)" in holdfast("tail", run).out
    assert "settled" in holdfast("trace", run, "--json").out


def test_the_step_need_not_be_named_where_there_is_one(holdfast: Program, run: str) -> None:
    done = holdfast("decide", run, "--abandon", "--json")
    assert (done.code, done.json["status"]) == (1, "FAILED")
    assert done.json["fault"]["kind"] == "child_failed" or "abandoned by" in done.json["fault"]["message"]


def test_what_was_settled_is_not_settled_again(holdfast: Program, run: str) -> None:
    holdfast("decide", run, "--happened", "--result", '"sent"')
    done = holdfast("decide", run, "doubtful", "--did-not", "--json")
    assert (done.code, done.error["kind"]) == (2, "AlreadySettled")
    assert "found it succeeded already" in done.error["message"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "--choose, --approve, --edit, --reject, --happened, --did-not, --abandon, found none"),
        (("--happened", "--abandon"), "found 2"),
        (("--did-not",), "that doubtful did not happen, for what was sent may still arrive"),
        (("--happened", "--choose", "yes"), "found 2"),
        (("--choose", "yes"), "found 'none': nothing of this run asks"),
        (("--abandon", "--result", "1"), "what did not happen gave nothing"),
        (("--happened", "--result", "sent"), "a text stands in quotes"),
        (("--happened", "--result", "7"), "send could not have returned this"),
        (("nowhere", "--did-not"), "found 'nowhere': in doubt are doubtful"),
    ],
)
def test_a_word_that_cannot_be_used_is_refused(
    holdfast: Program, run: str, options: tuple[str, ...], told: str
) -> None:
    done = holdfast("decide", run, *options)
    assert done.code == 2
    assert told in done.err
    assert holdfast("inbox", "--json").json
