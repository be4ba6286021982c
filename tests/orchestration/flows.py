"""Flows made at random, for properties: valid by construction, over the functions ``one`` to ``three``."""

from collections.abc import Callable

from hypothesis import strategies as st

from holdfast.kernel.outcomes import ErrorKind
from holdfast.orchestration.flow.nodes import (
    AtRoundsMax,
    Block,
    Branch,
    Case,
    Contract,
    DecisionNode,
    Fallback,
    FunctionNode,
    Handoff,
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
COMBINED = ("sequence", "parallel", "branch", "map", "loop", "fallback", "vote", "block", "saga", "handoff", "graph")
KINDS = ("leaf", *COMBINED)


def leaves(name: str, sees: str = "input") -> st.SearchStrategy[Node]:
    """Return a node that calls a function, waits, or asks."""
    calls = st.sampled_from(FUNCTIONS).map(lambda function: FunctionNode(name, function, input="{'at': 'x'}"))
    waits = st.sampled_from((WaitNode(name, seconds=1.5), WaitNode(name, until=f"{sees}.at")))
    asks = st.sampled_from(
        (
            DecisionNode(name, "'so?'"),
            DecisionNode(name, "'so?'", ("yes", Option("no", "'it ends'")), deadline_seconds=9.5, at_deadline="no"),
            DecisionNode(name, "'what?'", (), goal="'go on'", details=sees),
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
def contracts(draw: st.DrawFn, count: int) -> tuple[Contract, ...]:
    """Return contracts among so many members, by which each gets its turn."""
    onward = [(draw(st.integers(0, place - 1)), place) for place in range(1, count)]
    pairs = onward + draw(st.lists(st.sampled_from([(1, 0), (0, 1)]), max_size=2) if count > 1 else st.just([]))
    when = st.sampled_from(("True", "False", "handed.yes", "result == 1"))
    carries = st.sampled_from(("{}", "{'at': result}"))
    return tuple(
        Contract(f"m{giver}", f"m{taker}", draw(when), draw(carries), name=f"c{place}")
        for place, (giver, taker) in enumerate(pairs)
    )


@st.composite
def _fan_outs(draw: st.DrawFn, name: str, kind: str, count: int, sees: str, below: Callable[[str], Node]) -> Node:
    join = draw(st.sampled_from(Join))
    at_once_max = draw(st.integers(1, 3))
    if kind == "parallel":
        quorum = draw(st.integers(1, count)) if join is Join.QUORUM else None
        branches = tuple(below(f"p{place}") for place in range(count))
        return Parallel(name, branches, join=join, quorum=quorum, at_once_max=at_once_max)
    quorum = draw(st.integers(1, 3)) if join is Join.QUORUM else None
    over = draw(st.sampled_from(("[]", "['a']", "['a', 'b', 'c']", f"{sees}.items")))
    return Map(name, over, below("each"), key="item", join=join, quorum=quorum, at_once_max=at_once_max)


@st.composite
def flows(draw: st.DrawFn, name: str = "root", depth: int = DEPTH, sees: str = "input") -> Node:
    """Return a flow of at most ``depth`` levels, with every kind of join, guards and limits; it ``sees`` that name."""

    def below(called: str, seen: str = sees) -> Node:
        return draw(flows(called, depth - 1, seen))

    kind = draw(st.sampled_from(KINDS)) if depth > 1 else "leaf"
    count = draw(st.integers(1, 3))
    match kind:
        case "sequence":
            return Sequence(name, tuple(below(f"s{place}") for place in range(count)))
        case "parallel" | "map":
            return draw(_fan_outs(name, kind, count, sees, below))
        case "branch":
            guards = draw(st.lists(st.sampled_from(("True", "False", f"{sees}.yes")), min_size=1, max_size=2))
            cases = tuple(Case(guard, below(f"c{place}")) for place, guard in enumerate(guards))
            return Branch(name, cases, below("otherwise") if draw(st.booleans()) else None)
        case "vote":
            by = draw(st.sampled_from(VoteBy))
            voters = tuple(below(f"v{place}") for place in range(count))
            judge = below("judge") if by is VoteBy.JUDGE or draw(st.booleans()) else None
            quorum = draw(st.integers(1, count)) if by is VoteBy.QUORUM else None
            return Vote(name, voters, by, quorum, judge, key=draw(st.sampled_from((None, "result.answer"))))
        case "fallback":
            rungs = tuple(below(f"r{place}") for place in range(count))
            on = draw(st.none() | st.lists(st.sampled_from(ErrorKind), max_size=2).map(tuple))
            return Fallback(name, rungs, steps_down_on=on, is_partial_below=draw(st.booleans()))
        case "loop":
            until = draw(st.sampled_from(("True", "result == last", "round > 1 and result.fine")))
            at_max = draw(st.sampled_from(AtRoundsMax))
            return Loop(name, below("again"), until, rounds_max=count, at_rounds_max=at_max)
        case "graph":
            return draw(graphs(name, count, below))
        case "handoff":
            members = tuple(below(f"m{place}", "handed") for place in range(count))
            begins = draw(st.sampled_from((None, sees)))
            return Handoff(name, members, draw(contracts(count)), draw(st.integers(1, 4)), begins)
        case "block":
            return Block(name, below("inside"))
        case "saga":
            steps = (below(f"s{place}") for place in range(count))
            return Saga(
                name, tuple(draw(undone(step)) for step in steps), answer_seconds_max=draw(st.none() | st.just(60.0))
            )
        case _:
            return draw(leaves(name, sees))
