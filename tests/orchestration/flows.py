"""Flows made at random, for properties: valid by construction, over the functions ``one`` to ``three``."""

from hypothesis import strategies as st

from holdfast.kernel.outcomes import ErrorKind
from holdfast.orchestration.flow.nodes import (
    AtRoundsMax,
    Block,
    Branch,
    Case,
    DecisionNode,
    Fallback,
    FunctionNode,
    Join,
    Loop,
    Map,
    Node,
    Option,
    Parallel,
    Saga,
    SagaStep,
    Sequence,
    Vote,
    VoteBy,
    WaitNode,
)
from tests.orchestration.graphs import graphs

FUNCTIONS = ("one", "two", "three")
DEPTH = 4


def leaves(name: str) -> st.SearchStrategy[Node]:
    """Return a node that calls a function, waits, or asks."""
    calls = st.sampled_from(FUNCTIONS).map(lambda function: FunctionNode(name, function, input="{'at': 'x'}"))
    waits = st.sampled_from((WaitNode(name, seconds=1.5), WaitNode(name, until="input.at")))
    asks = st.sampled_from(
        (
            DecisionNode(name, "'so?'"),
            DecisionNode(name, "'so?'", ("yes", Option("no", "'it ends'")), deadline_seconds=9.5, at_deadline="no"),
            DecisionNode(name, "'what?'", (), goal="'go on'", details="input"),
        )
    )
    return calls | waits | asks


@st.composite
def undone(draw: st.DrawFn, step: Node) -> SagaStep:
    """Return ``step`` as one of a saga: something undoes it, or nothing does."""
    if draw(st.booleans()):
        return SagaStep(step, is_irreversible=True)
    return SagaStep(step, FunctionNode("back", draw(st.sampled_from(FUNCTIONS)), input="{'at': result, 'was': given}"))


@st.composite
def flows(draw: st.DrawFn, name: str = "root", depth: int = DEPTH) -> Node:
    """Return a flow of at most ``depth`` levels, with every kind of join, guards and limits."""
    kind = (
        draw(
            st.sampled_from(
                ("leaf", "sequence", "parallel", "branch", "map", "loop", "fallback", "vote", "graph", "block", "saga")
            )
        )
        if depth > 1
        else "leaf"
    )
    count = draw(st.integers(1, 3))
    match kind:
        case "sequence":
            return Sequence(name, tuple(draw(flows(f"s{place}", depth - 1)) for place in range(count)))
        case "parallel":
            join = draw(st.sampled_from(Join))
            quorum = draw(st.integers(1, count)) if join is Join.QUORUM else None
            branches = tuple(draw(flows(f"p{place}", depth - 1)) for place in range(count))
            return Parallel(name, branches, join=join, quorum=quorum, at_once_max=draw(st.integers(1, 3)))
        case "branch":
            guards = draw(st.lists(st.sampled_from(("True", "False", "input.yes")), min_size=1, max_size=2))
            cases = tuple(Case(guard, draw(flows(f"c{place}", depth - 1))) for place, guard in enumerate(guards))
            return Branch(name, cases, draw(st.none() | flows("otherwise", depth - 1)))
        case "map":
            join = draw(st.sampled_from(Join))
            quorum = draw(st.integers(1, 3)) if join is Join.QUORUM else None
            over = draw(st.sampled_from(("[]", "['a']", "['a', 'b', 'c']", "input.items")))
            body = draw(flows("each", depth - 1))
            return Map(name, over, body, key="item", join=join, quorum=quorum, at_once_max=draw(st.integers(1, 3)))
        case "vote":
            by = draw(st.sampled_from(VoteBy))
            voters = tuple(draw(flows(f"v{place}", depth - 1)) for place in range(count))
            judge = draw(flows("judge", depth - 1)) if by is VoteBy.JUDGE or draw(st.booleans()) else None
            quorum = draw(st.integers(1, count)) if by is VoteBy.QUORUM else None
            return Vote(name, voters, by, quorum, judge, key=draw(st.sampled_from((None, "result.answer"))))
        case "fallback":
            rungs = tuple(draw(flows(f"r{place}", depth - 1)) for place in range(count))
            on = draw(st.none() | st.lists(st.sampled_from(ErrorKind), max_size=2).map(tuple))
            return Fallback(name, rungs, steps_down_on=on, is_partial_below=draw(st.booleans()))
        case "loop":
            until = draw(st.sampled_from(("True", "result == last", "round > 1 and result.fine")))
            at_max = draw(st.sampled_from(AtRoundsMax))
            return Loop(name, draw(flows("again", depth - 1)), until, rounds_max=count, at_rounds_max=at_max)
        case "graph":
            return draw(graphs(name, count, lambda called: draw(flows(called, depth - 1))))
        case "block":
            return Block(name, draw(flows("inside", depth - 1)))
        case "saga":
            steps = (draw(flows(f"s{place}", depth - 1)) for place in range(count))
            return Saga(
                name, tuple(draw(undone(step)) for step in steps), answer_seconds_max=draw(st.none() | st.just(60.0))
            )
        case _:
            return draw(leaves(name))
