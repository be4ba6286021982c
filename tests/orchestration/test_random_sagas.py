"""Whatever fails, is lost or dies: a saga ends whole or undone in reverse order, and never says otherwise."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence

from hypothesis import given
from hypothesis import strategies as st

from holdfast import Settlement
from holdfast.journal.events import Event, NodeEntered
from holdfast.journal.fold.state import RunState
from holdfast.kernel import paths
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.flow.nodes import Node, Parallel, Saga, SagaStep, children
from holdfast.orchestration.flow.nodes import Sequence as Steps
from holdfast.orchestration.run.handle import Run
from holdfast.orchestration.sagas.telling import Undone, sagas_of
from tests.orchestration.clerks import SETTLE, TIMEOUT, Office, opening
from tests.orchestration.lives import live, recorded, repeated
from tests.runtime.stage import Stage

ROUNDS_MAX = 60
"""How often a person looks at the run at most."""
LIVES_MAX = 4

OPENED_BY = st.sampled_from(("open_it", "open_once", "open_marked"))
CLOSED_BY = st.sampled_from(("close", "close_once"))
GOES = st.lists(st.sampled_from(("well", "well", "badly", "busy", "lost", "dropped")), max_size=3)
CHOICES = st.lists(st.sampled_from(("retry", "done_by_hand", "give_up")), min_size=1, max_size=4)


@st.composite
def sagas(draw: st.DrawFn, name: str, letter: str) -> Saga:
    """Return a saga of some steps, each of which opens something of its own."""
    steps = [
        opening(f"{letter}{place}", draw(OPENED_BY), draw(CLOSED_BY), seconds=float(draw(st.integers(0, 3))))
        for place in range(draw(st.integers(1, 4)))
    ]
    if draw(st.booleans()):
        return Saga(name, tuple(steps))
    return Saga(name, tuple(steps), timeout_seconds=float(draw(st.integers(1, 12))))


@st.composite
def flows(draw: st.DrawFn) -> Node:
    """Return a saga: alone, in another, before another, or beside one that may end it."""
    match draw(st.sampled_from(("alone", "inside", "before", "beside"))):
        case "alone":
            return draw(sagas("root", "a"))
        case "inside":
            inner = draw(sagas("inner", "b"))
            outer = draw(sagas("root", "a"))
            return Saga("root", (*outer.steps, SagaStep(inner, is_irreversible=True)), outer.timeout_seconds)
        case "before":
            return Steps("root", (draw(sagas("first", "a")), draw(sagas("second", "b"))))
        case _:
            return Parallel("root", (draw(sagas("left", "a")), draw(sagas("right", "b"))))


@st.composite
def ways(draw: st.DrawFn) -> dict[str, list[str]]:
    """Return how the office's requests go."""
    names = [f"{what} {letter}{place}" for what in ("open", "close") for letter in "ab" for place in range(4)]
    return {name: draw(GOES) for name in names if draw(st.booleans())}


class Person:
    """Settles what is in doubt as it is in the office, and decides what becomes of what cannot be undone."""

    def __init__(self, stage: Stage, world: Office, choices: list[str], cancels_after: float | None) -> None:
        self._stage, self._world, self._choices = stage, world, choices
        self._cancels_after = cancels_after

    def attend(self) -> Callable[[Run], Coroutine[object, object, RunState]]:
        return self._attend

    async def _attend(self, run: Run) -> RunState:
        if self._cancels_after is not None:
            await self._stage.clock.sleep(self._cancels_after)
            await run.cancel("enough")
        for _ in range(ROUNDS_MAX):
            state = await run.wait()
            if state.is_over:
                return state
            await self._stage.clock.sleep(TIMEOUT + SETTLE)
            for doubt in await run.doubts():
                await self._settle(run, doubt.path)
            for question in await run.questions():
                offered = [option.name for option in question.options]
                choice = next((each for each in self._choices if each in offered), "give_up")
                if choice == "done_by_hand":
                    self._world.close_by_hand(name_of(question.path))
                self._choices = [*self._choices[1:], self._choices[0]]
                await run.answer(question.path, choice, by="Ann")
        raise AssertionError(f"looked at {ROUNDS_MAX} times, and it goes on: {await run.state()}")

    async def _settle(self, run: Run, path: str) -> None:
        name, is_open = name_of(path), name_of(path) in self._world.standing
        happened = is_open if paths.undone(path) is None else not is_open
        if happened:
            await run.settle(path, Settlement.HAPPENED, f"{name}-1", by="Ann")
        else:
            await run.settle(path, Settlement.DID_NOT, by="Ann")


def name_of(path: str) -> str:
    """Return what the effect or question at ``path`` is about."""
    place = paths.undone(path)
    return path.rpartition("/")[2] if place is None else place[1]


def things(node: Node) -> list[str]:
    """Return what the flow opens, in its order."""
    below = children(node)
    return [name for child in below for name in things(child)] if below else [node.name]


async def play(
    flow: Node, goes: dict[str, list[str]], choices: list[str], kills: list[int], cancels_after: float | None
) -> tuple[Stage, Office, RunState]:
    stage = Stage()
    world = Office(stage.clock, goes)
    person, app = Person(stage, world, choices, cancels_after), world.app(flow)
    for kill_at in kills[:LIVES_MAX]:
        await live(stage, app, None, (), kill_at, person.attend())
    state = await live(stage, app, None, (), attend=person.attend())
    assert state is not None
    return stage, world, state


@given(
    flows(),
    ways(),
    CHOICES,
    st.lists(st.integers(1, 60), max_size=LIVES_MAX),
    st.none() | st.floats(0.5, 20.0),
)
def test_a_saga_is_whole_or_undone_and_says_so(
    flow: Node, goes: dict[str, list[str]], choices: list[str], kills: list[int], cancels_after: float | None
) -> None:
    stage, world, state = asyncio.run(play(flow, goes, choices, kills, cancels_after))
    events = recorded(stage)
    assert state.is_over
    assert (state.sagas, state.doubts, state.questions) == ((), (), ())
    assert world.breaches == []
    assert repeated(events) == []
    for name in things(flow):
        assert world.done[f"open {name}"] <= 1, "no step is done twice"
        assert world.done[f"close {name}"] <= 1, "nothing is undone twice"
    standing = {
        name_of(each.step): each for saga in sagas_of(state) for each in saga.steps if each.how is Undone.STANDS
    }
    _check_said(flow, world, state, set(standing))
    _check_order(events)


def _check_said(flow: Node, world: Office, state: RunState, standing: set[str]) -> None:
    """What the run says to stand is what stands: of a saga that is not whole what was given up, of others all."""
    broken = [saga.path for saga in sagas_of(state)]
    for path, node in state.nodes.items():
        if node.kind != "function" or paths.undone(path) is not None:
            continue
        is_broken = any(above in broken for above in paths.ancestors(path))
        name = name_of(path)
        stands = name in standing if is_broken else node.outcome is Outcome.SUCCEEDED
        assert (name in world.standing) <= (stands or name in standing), f"{name} is open, and nobody says so"
        if not is_broken and node.outcome is Outcome.SUCCEEDED:
            assert name in world.standing, f"{name} was done and is undone, in a saga that is whole"
    if state.outcome is not None and state.outcome.is_success:
        assert broken == [], "these flows succeed as a whole or not at all"
        assert set(world.standing) == set(things(flow))
    if state.standing:
        assert state.status != "COMPLETE"


def _check_order(events: Sequence[Event]) -> None:
    """The steps of a saga are undone in the reverse of the order in which they were begun."""
    begun: dict[str, list[str]] = {}
    undone: dict[str, list[str]] = {}
    for event in events:
        if not isinstance(event, NodeEntered):
            continue
        place = paths.undone(event.node)
        if place is None:
            begun.setdefault(paths.parent(event.node) or "", []).append(event.node.rpartition("/")[2])
        elif place[1] and "/ask." not in event.node:
            undone.setdefault(place[0], []).append(place[1])
    for saga, steps in undone.items():
        assert steps == [name for name in reversed(begun[saga]) if name in steps], "the last is undone first"
