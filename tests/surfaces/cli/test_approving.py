"""A call that needs a yes is shown with all that it takes to decide, and decided at the command line."""

import asyncio
from pathlib import Path

import pytest

from holdfast.governance.verdict import Asking
from holdfast.runtime import Runtime
from tests.orchestration.counter import Rule
from tests.surfaces.cli.program import Program
from tests.surfaces.cli.tiny_apps import boss, doubtful, greet

STEP = "greet/turn.1/call.1"
FINANCE = Rule((Asking(roles=("finance",)),), tools=frozenset(("look_up",)))


async def begun(store: Path, rule: Rule, app: str = "greet") -> str:
    async with Runtime.open(f"sqlite:///{store}", apps=[greet, boss, doubtful], decides=rule) as runtime:
        run = await runtime.start(app, "say hello to Ann", user="carl")
        await run.wait()
    return run.id


@pytest.fixture
def run(holdfast: Program) -> str:
    """A run whose look-up needs a yes."""
    return asyncio.run(begun(holdfast.store, FINANCE))


def test_the_inbox_says_what_is_wanted_and_why_and_how_to_decide(holdfast: Program, run: str) -> None:
    (waiting,) = holdfast("inbox", "--json").json
    assert (waiting["kind"], waiting["step"], waiting["tool"]) == ("approval", STEP, "look_up")
    assert (waiting["arguments"], waiting["user"]) == ({"word": "hello"}, "carl")
    assert waiting["evidence"] == [{"argument": "word", "value": "hello", "found_in": ["the task"], "is_trusted": True}]
    told = holdfast("inbox").out
    for line in (
        "greet wants to call look_up (read, changes nothing): it pays",
        "to: say hello to Ann",
        "  word = hello  (found in the task)",
        "reject: nothing is done; the caller is told why",
        "needed: an operator with the role finance",
    ):
        assert f"\n  {line}\n" in told
    shown = f"--digest {waiting['digest'][:12]}"
    assert f"holdfast decide {run[-6:]} {STEP} --approve {shown} | --edit JSON {shown} | --reject REASON" in told


def test_a_run_that_waits_for_a_yes_says_so_wherever_it_is_listed(holdfast: Program, run: str) -> None:
    assert holdfast("show", run, "--json").json["approvals"] == [STEP]
    page = holdfast("show", run).out
    assert f"needs a yes  {STEP}" in page
    assert "see what is asked with: holdfast inbox" in page
    assert "look_up waits for a yes: an operator with the role finance" in holdfast("tail", run).out
    assert "approval" in holdfast("trace", run).out


def test_the_page_of_a_parent_shows_what_its_child_runs_wait_for(holdfast: Program) -> None:
    parent = asyncio.run(begun(holdfast.store, FINANCE, "boss"))
    assert "greet wants to call look_up" in holdfast("show", parent).out
    (below,) = holdfast("show", parent, "--json").json["inbox_below"]
    assert (below["kind"], below["app"], below["step"]) == ("approval", "greet", STEP)
    assert [one["step"] for one in holdfast("inbox", "--run", parent, "--json").json] == [STEP]


def test_what_is_approved_goes_on(holdfast: Program, run: str) -> None:
    (waiting,) = holdfast("inbox", "--json").json
    said = ("--digest", waiting["digest"], "--by", "Ann", "--role", "finance", "--note", "fine")
    done = holdfast("decide", run, STEP, "--approve", *said)
    assert (done.code, done.out.splitlines()[0]) == (0, "Good morning")
    assert "Ann, operator, says yes (fine)" in holdfast("tail", run).out
    assert holdfast("inbox", "--json").json == []


def test_what_is_edited_is_called_with_that_and_what_is_rejected_is_not_called(holdfast: Program, run: str) -> None:
    (waiting,) = holdfast("inbox", "--json").json
    said = ("--digest", waiting["digest"][:12], "--by", "Ann", "--role", "finance")
    assert holdfast("decide", run, "--edit", '{"word": "bye"}', *said).code == 0
    assert "Ann, operator, says yes with other arguments" in holdfast("tail", run).out
    other = asyncio.run(begun(holdfast.store, FINANCE))
    assert holdfast("decide", other, "--reject", "not today", "--by", "Ann", "--role", "finance").code == 0
    assert "refused at approved: Ann has said no to look_up: not today" in holdfast("tail", other).out


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--approve",), "found none, and no terminal to ask at"),
        (("--approve", "--digest", "0123456789ab"), "to be as it was shown (0123456789ab), found"),
        (("--reject", "no", "--by", "carl", "--role", "finance"), "found carl, for whom the run acts"),
        (("--reject", "no", "--by", "Ann"), "found Ann as operator without a role"),
        (("--edit", "{", "--digest", "0123456789ab"), "expected the arguments as JSON"),
        (("--approve", "--reject", "no"), "found 2"),
    ],
)
def test_a_decision_that_cannot_be_used_is_refused(
    holdfast: Program, run: str, options: tuple[str, ...], told: str
) -> None:
    done = holdfast("decide", run, *options)
    assert done.code == 2
    assert told in done.err
    assert holdfast("inbox", "--json").json


def test_a_file_of_people_that_is_not_right_says_what_is_wrong(
    holdfast: Program, run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "people.toml"
    file.write_text("[people.ann]\nrole = 1\n", encoding="utf-8")
    monkeypatch.setenv("HOLDFAST_PEOPLE", str(file))
    done = holdfast("decide", run, "--reject", "no", "--by", "Ann")
    assert (done.code, "expected a file of people as in [people.ann]" in done.err) == (2, True)


def test_where_people_are_declared_only_they_decide_and_only_in_their_roles(
    holdfast: Program, run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "people.toml"
    file.write_text('[people.ann]\nroles = ["finance"]\n[people.bob]\n', encoding="utf-8")
    monkeypatch.setenv("HOLDFAST_PEOPLE", str(file))
    assert (
        "expected one of the people who may decide, found Eve"
        in holdfast("decide", run, "--reject", "no", "--by", "Eve", "--role", "finance").err
    )
    assert (
        "expected roles that bob has (none), found finance"
        in holdfast("decide", run, "--reject", "no", "--by", "bob", "--role", "finance").err
    )
    assert holdfast("decide", run, "--reject", "no", "--by", "Ann").code == 0
