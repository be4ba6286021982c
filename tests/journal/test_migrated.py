"""What a migration does to a run's state: paths move with all that lies below them, or are forgotten."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from holdfast.journal.events import (
    DoubtSettled,
    NodeEntered,
    NodeLeft,
    QuestionAsked,
    RunMigrated,
    ShareGiven,
    StepEnded,
    StepIntended,
)
from holdfast.journal.events import StepInterrupted as Interrupted
from holdfast.journal.events.steps import Unfinished
from holdfast.journal.fold import begin, evolve
from holdfast.journal.fold.state import RunState
from holdfast.journal.fold.versions import moved
from holdfast.kernel.effects import Effect
from holdfast.kernel.limits import Budget
from holdfast.kernel.outcomes import Outcome, Settlement
from tests.journal.samples import AT, ref, started

NAMES = st.sampled_from(("a", "b", "c"))
PATHS = st.lists(NAMES, min_size=1, max_size=4).map(lambda names: "/".join(("desk", *names)))


def run_of(paths: set[str]) -> RunState:
    state = begin(started(), AT)
    for path in sorted({"desk", *paths}):
        state = evolve(state, NodeEntered(node=path, kind="function"), AT)
    return state


def migrated(state: RunState, renamed: dict[str, str], *dropped: str) -> RunState:
    event = RunMigrated(by="m", definitions={"flow": "f2"}, models={"desk": "m2"}, renamed=renamed, dropped=dropped)
    return evolve(state, event, AT)


@given(paths=st.sets(PATHS), old=PATHS)
def test_what_is_renamed_there_and_back_lies_where_it_lay(paths: set[str], old: str) -> None:
    state = run_of(paths)
    there = migrated(state, {old: "desk/elsewhere"})
    assert all(node.path == path for path, node in there.nodes.items())
    assert not any(path == old or path.startswith(f"{old}/") for path in there.nodes)
    back = migrated(there, {"desk/elsewhere": old})
    assert set(back.nodes) == set(state.nodes)
    assert {node.key_path for node in back.nodes.values()} <= {None, *state.nodes}
    assert all(node.key_path in (None, path) for path, node in back.nodes.items())


@given(paths=st.sets(PATHS), old=PATHS)
def test_what_is_dropped_is_forgotten_with_all_below_it_and_nothing_else_is(paths: set[str], old: str) -> None:
    state = run_of(paths)
    kept = {path for path in state.nodes if path != old and not path.startswith(f"{old}/")}
    assert set(migrated(state, {}, old).nodes) == kept


def test_what_names_most_of_a_path_counts() -> None:
    renamed = {"desk/a": "desk/b", "desk/a/c": "desk/c"}
    assert moved("desk/a/x", renamed, ()) == "desk/b/x"
    assert moved("desk/a/c/x[1]", renamed, ()) == "desk/c/x[1]"
    assert moved("desk/a/c/turn.1/call.2", {"desk/a/c": "desk/c"}, ("desk/a",)) == "desk/c/turn.1/call.2"
    assert moved("desk/ab", renamed, ("desk",)) is None
    assert moved("desk/ab", renamed, ()) == "desk/ab"


def test_definitions_models_doubts_and_questions_follow() -> None:
    state = run_of({"desk/a", "desk/b", "desk/c"})
    sent = StepIntended(node="desk/a", turn=0, call=0, name="pay", effect=Effect.UNSAFE, arguments="d")
    cut_off = Interrupted(node="desk/a", turn=0, call=0, name="pay", effect=Effect.UNSAFE, attempt=1, in_doubt=True)
    asked = QuestionAsked(node="desk/b", number=1, asked=ref("question"))
    for event in (sent, cut_off, asked):
        state = evolve(state, event, AT)
    state = migrated(state, {"desk/a": "desk/x", "desk/b": "desk/y"}, "desk/c")
    assert (state.doubts, state.questions) == (("desk/x",), ("desk/y",))
    assert (state.definitions, state.models, state.migrations) == ({"flow": "f2"}, {"desk": "m2"}, ("m",))
    settled = DoubtSettled(node="desk/x", turn=0, call=0, name="pay", attempt=1, how=Settlement.HAPPENED, by="Ann")
    state = evolve(evolve(state, settled, AT), NodeLeft(node="desk/y", outcome=Outcome.CANCELLED), AT)
    assert (state.doubts, state.questions) == ((), ())


def test_what_was_left_in_part_follows_and_is_not_forgotten_with_its_node() -> None:
    left: dict[str, Any] = {
        "turn": 0,
        "call": 0,
        "name": "pay",
        "seconds": 1.0,
        "outcome": Outcome.PARTIAL,
        "unfinished": Unfinished(("what",)),
    }
    state = run_of({"desk/a", "desk/b"})
    for path in ("desk/a", "desk/b"):
        state = evolve(state, StepEnded(node=path, **left), AT)
    state = migrated(state, {"desk/a": "desk/x"}, "desk/b")
    assert [(part.path, part.node) for part in state.in_part] == [("desk/x", "desk/x"), ("desk/b", "desk/b")]


def test_a_share_follows_its_node_and_is_forgotten_with_it() -> None:
    state = run_of({"desk/a", "desk/b"})
    for path, turns in (("desk/a", 1), ("desk/b", 2)):
        state = evolve(state, ShareGiven(node=path, limits=Budget(turns=turns)), AT)
    for renamed, dropped, turns in (({"desk/b": "desk/a"}, "desk/a", 2), ({"desk/a": "desk/b"}, "desk/b", 1)):
        (share,) = migrated(state, renamed, dropped).shares.values()
        assert share.limits == Budget(turns=turns)
