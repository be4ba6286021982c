"""The trail of an agent's calls: bounded, in the order of the reply, begun anew when something comes from outside."""

from msgspec.structs import replace

from holdfast.journal.events import DoubtSettled, Event, NodeEntered, NodeRetried, StepEnded, StepIntended
from holdfast.journal.fold import begin, evolve
from holdfast.journal.fold.agent_state import AgentState
from holdfast.journal.fold.trail import TRAIL_MAX
from holdfast.kernel.effects import Effect
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome, Settlement
from tests.journal.samples import AT, called, ref, replied, started

BUSY = Fault(ErrorKind.TOOL_FAILED, "busy")


def after(*events: Event) -> AgentState:
    state = begin(started(), AT)
    for event in (NodeEntered(node="desk", kind="agent", input=ref("input")), *events):
        state = evolve(state, event, AT)
    agent = state.nodes["desk"].agent
    assert agent is not None
    return agent


def ended(turn: int, call: int, gave: str) -> StepEnded:
    return StepEnded(
        node="desk",
        turn=turn,
        call=call,
        name="look",
        outcome=Outcome.SUCCEEDED,
        seconds=0.1,
        shown=ref("s"),
        gave=gave,
    )


def looked(turn: int, *gave: str) -> tuple[Event, ...]:
    """Return a turn whose calls end in reverse order."""
    ends = [ended(turn, place, each) for place, each in enumerate(gave, 1)]
    return (called(turn), replied(turn, *["look"] * len(gave)), *reversed(ends))


def test_calls_come_onto_the_trail_with_the_next_turn_in_the_order_of_the_reply() -> None:
    assert after(*looked(1, "a", "b")).trail.marks == ()
    marks = after(*looked(1, "a", "b"), replace(called(2), adrift=(2,))).trail.marks
    assert [(mark.result, mark.turn, mark.is_adrift) for mark in marks] == [("a", 1, False), ("b", 1, True)]


def test_a_call_made_again_in_the_same_turn_adds_nothing_to_the_trail() -> None:
    assert len(after(*looked(1, "a"), called(2), called(2, attempt=2)).trail.marks) == 1


def test_the_trail_is_bounded() -> None:
    events = [event for turn in range(1, TRAIL_MAX + 3) for event in looked(turn, f"r{turn}")]
    marks = after(*events, called(TRAIL_MAX + 3)).trail.marks
    assert [mark.result for mark in marks] == [f"r{turn}" for turn in range(3, TRAIL_MAX + 3)]


def test_what_may_have_changed_something_is_marked() -> None:
    intends = StepIntended(node="desk", turn=1, call=1, name="pay", effect=Effect.KEYED, arguments="a1")
    call, reply, *ends = looked(1, "a")
    assert [mark.may_change for mark in after(call, reply, intends, *ends, called(2)).trail.marks] == [True]


def test_it_begins_anew_when_a_doubt_is_settled_and_with_another_try() -> None:
    settled = DoubtSettled(node="desk", turn=2, call=1, name="pay", attempt=1, how=Settlement.HAPPENED, by="Ann")
    agent = after(*looked(1, "a"), called(2), replied(2, "pay"), settled, called(3))
    assert [mark.turn for mark in agent.trail.marks] == [2]
    again = NodeRetried(node="desk", attempt=1, retry_at=AT + 1, fault=BUSY)
    assert after(*looked(1, "a"), called(2), *looked(2, "b")[1:], again, called(3)).trail.marks == ()


def test_what_was_written_before_results_had_digests_is_like_nothing_else() -> None:
    old = [replace(event, gave="", shown=ref(f"s{turn}")) for turn in (1, 2) for event in looked(turn, "a")[2:]]
    marks = after(
        *looked(1)[:1], replied(1, "look"), old[0], called(2), replied(2, "look"), old[1], called(3)
    ).trail.marks
    assert marks[0].result != marks[1].result
