"""Flows that act on a world, made at random, and a tiny oracle that says by counting how each must end."""

import itertools
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple

from hypothesis import strategies as st

from holdfast.journal.events import Event, NodeEntered, NodeLeft
from holdfast.kernel import paths
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.flow.nodes import (
    AtRoundsMax,
    Block,
    Branch,
    Case,
    Contract,
    Fallback,
    FunctionNode,
    Graph,
    Handoff,
    Join,
    Loop,
    Map,
    Node,
    Parallel,
    Saga,
    SagaStep,
    Sequence,
    Vote,
    VoteBy,
    children,
)
from tests.orchestration.graphs import check_after, graphs

ITEMS = ("a", "b", "c")
NUMBERS = "['1', '2', '3'][round - 1]"
"""What the names of leaves in a loop end in: each round acts under names of its own."""
TURNS = "['h1', 'h2', 'h3', 'h4']"
"""What those of leaves in a handoff end in: each turn does."""
SAFE = ("one",)
"""Functions that leave no doubt when they are cut off."""
UNDO = FunctionNode("undo", "one", input="{'name': 'undo of ' + result}")
"""What undoes a step of a saga: a look at the world, under a name of its own."""


@st.composite
def plays(draw: st.DrawFn, depth: int = 4, functions: tuple[str, ...] = ("one", "two", "three")) -> Node:
    """Return a flow called ``root``; each of its leaves has a name of its own, items included."""
    return draw(_nodes("root", depth, functions, itertools.count(1)))


@st.composite
def _nodes(
    draw: st.DrawFn,
    name: str,
    depth: int,
    functions: tuple[str, ...],
    ids: Iterator[int],
    *,
    here: str = "",
    is_looped: bool = False,
) -> Node:
    """``here`` is what tells apart the items and turns around it: an expression, empty outside of all."""

    def below(called: str, *, where: str = here, looped: bool = is_looped) -> Node:
        return draw(_nodes(called, depth - 1, functions, ids, here=where, is_looped=looped))

    around = filter(None, (here, NUMBERS * is_looped))
    count = draw(st.integers(1, 3))
    joins = {"at_once_max": draw(st.integers(1, 3)), "join": draw(st.sampled_from(Join))}
    composed = ("sequence", "parallel", "branch", "map", "fallback", "vote", "block", "handoff", "graph")
    kinds = (*composed, "leaf") if depth > 1 else ("leaf",)
    if depth > 1 and not is_looped:  # only the round of the innermost loop is seen
        kinds = (*kinds, "loop")
    if (
        depth > 1 and functions == SAFE
    ):  # what others have done and is not known to be undone would be asked of somebody
        kinds = (*kinds, "saga")
    match draw(st.sampled_from(kinds)):
        case "sequence":
            return Sequence(name, tuple(below(f"s{place}") for place in range(count)))
        case "parallel":
            quorum = draw(st.integers(1, count)) if joins["join"] is Join.QUORUM else None
            return Parallel(name, tuple(below(f"p{place}") for place in range(count)), quorum=quorum, **joins)
        case "branch":
            guards = draw(st.lists(st.sampled_from(("True", "False")), min_size=1, max_size=2))
            cases = tuple(Case(guard, below(f"c{place}")) for place, guard in enumerate(guards))
            return Branch(name, cases, below("otherwise") if draw(st.booleans()) else None)
        case "map":
            quorum = draw(st.integers(1, 3)) if joins["join"] is Join.QUORUM else None
            items = ITEMS[: draw(st.integers(0, 3))]
            over = ", ".join(f"{here} + '{item}'" if here else f"'{item}'" for item in items)
            return Map(name, f"[{over}]", below("each", where="item"), key="item", quorum=quorum, **joins)
        case "loop":
            until = f"round >= {draw(st.integers(1, 4))}"
            body, at_max = below("again", looped=True), draw(st.sampled_from(AtRoundsMax))
            return Loop(name, body, until, rounds_max=count, at_rounds_max=at_max)
        case "handoff" | "fallback" | "vote" | "graph" as kind:
            return draw(_asking_several(name, kind, count, below, " + ".join(around)))
        case "block":
            return Block(name, below("inside"))
        case "saga":
            steps = (
                draw(_nodes(f"s{place}", 1, functions, ids, here=here, is_looped=is_looped)) for place in range(count)
            )
            return Saga(name, tuple(SagaStep(step, UNDO) for step in steps))
        case _:
            goes = draw(st.sampled_from(("well", "well", "badly")))
            called = f"'n{next(ids)}'" + (f" + {here}" if here else "") + (f" + {NUMBERS}" if is_looped else "")
            given = f"{{'name': {called}, 'goes': '{goes}', 'seconds': {draw(st.integers(0, 4))}}}"
            return FunctionNode(name, draw(st.sampled_from(functions)), input=given)


@st.composite
def _asking_several(draw: st.DrawFn, name: str, kind: str, count: int, below: Callable[..., Node], around: str) -> Node:
    """Return a graph, a fallback, a handoff whose leaves ``around`` tells from others, or a vote whose voters agree."""
    if kind == "graph":
        return draw(graphs(name, count, below))
    if kind == "handoff":
        members = tuple(below(f"m{place}", where="handed.at", looped=False) for place in range(count))
        return draw(_taking_turns(name, members, around or "''"))
    if kind == "fallback":
        rungs = tuple(below(f"r{place}") for place in range(count))
        return Fallback(name, rungs, is_partial_below=draw(st.booleans()))
    by = draw(st.sampled_from(VoteBy))
    quorum = draw(st.integers(1, count)) if by is VoteBy.QUORUM else None
    judge = below("judge") if by is VoteBy.JUDGE or draw(st.booleans()) else None
    voters = tuple(below(f"v{place}") for place in range(count))
    return Vote(name, voters, by, quorum, judge, key="True", at_once_max=draw(st.integers(1, 3)))


@st.composite
def _taking_turns(draw: st.DrawFn, name: str, members: tuple[Node, ...], around: str) -> Handoff:
    """Return a handoff whose members take turns in order, so many times in all; ``around`` tells it from others."""
    turns = draw(st.integers(len(members), 4)) if len(members) > 1 else 1
    carries = f"{{'turn': handed.turn + 1, 'base': handed.base, 'at': handed.base + {TURNS}[handed.turn]}}"
    names = [member.name for member in members]
    pairs = list(zip(names, names[1:] + names[:1], strict=True)) if turns > 1 else []
    contracts = tuple(Contract(giver, taker, f"handed.turn < {turns}", carries) for giver, taker in pairs)
    begins = f"{{'turn': 1, 'base': {around}, 'at': {around} + 'h1'}}"
    return Handoff(name, members, contracts, draw(st.integers(1, 4)), begins)


class Seen(NamedTuple):
    """What the expressions of a leaf see."""

    item: str = ""
    number: int = 0
    at: str = ""

    def value(self, text: str) -> Any:
        return eval(text, {"item": self.item, "round": self.number, "handed": SimpleNamespace(at=self.at)})

    def in_turn(self, node: Handoff, number: int) -> "Seen":
        """Return what is seen in that turn of ``node``, which sees this."""
        return Seen(at=f"{self.value(str(node.input))['base']}h{number}")


OUTSIDE = Seen()


class Forecast(NamedTuple):
    """How a node ends, and what it then gives."""

    outcome: Outcome
    value: object = None


def forecast(node: Node, seen: Seen = OUTSIDE) -> Forecast:
    """Say how ``node`` ends, by counting what its children come to: no order, no time, no journal."""
    match node:
        case FunctionNode(input=str(text)):
            name = seen.value(text)["name"]
            return Forecast(Outcome.FAILED) if "'badly'" in text else Forecast(Outcome.SUCCEEDED, name)
        case Sequence() | Saga():
            ends = [forecast(step, seen) for step in children(node)]
            return _told(Join.ALL, None, ends, ends[-1].value)
        case Graph(steps=steps):
            ends = [_judged(forecast(step.do, seen), step.expect) for step in steps]
            return _told(Join.ALL, None, ends, {step.do.name: end.value for step, end in zip(steps, ends, strict=True)})
        case Parallel(branches=branches, join=join, quorum=quorum):
            ends = [forecast(branch, seen) for branch in branches]
            fields = {branch.name: end.value for branch, end in zip(branches, ends, strict=True)}
            return _told(join, quorum, ends, fields)
        case Map(over=over, do=body, join=join, quorum=quorum):
            ends = [forecast(body, Seen(each, seen.number, seen.at)) for each in seen.value(over)]
            return _told(join, quorum, ends, [end.value for end in ends])
        case Vote(voters=voters, judge=judge):
            said = {voter.name: forecast(voter, seen) for voter in voters}
            return _counted(node, said, Forecast(Outcome.FAILED) if judge is None else forecast(judge, seen))
        case Fallback(rungs=rungs):
            return _down_the_ladder(node, [forecast(rung, seen) for rung in rungs])
        case Loop(do=body):
            return _after_rounds(
                node, [forecast(body, Seen(seen.item, each, seen.at)) for each in range(1, node.rounds_max + 1)]
            )
        case Handoff():
            return _in_turns(node, seen)
        case Block(do=body):
            return forecast(body, seen)
        case Branch(cases=cases, otherwise=otherwise):
            taken = next((case.then for case in cases if case.when == "True"), otherwise)
            return Forecast(Outcome.SKIPPED) if taken is None else forecast(taken, seen)
        case other:
            raise AssertionError(f"no such node is ever drawn: {other!r}")


def _judged(end: Forecast, expect: str | None) -> Forecast:
    """Say how a step ends of a graph that expects so much of it."""
    return Forecast(Outcome.FAILED) if expect == "False" else end


def _in_turns(handoff: Handoff, seen: Seen) -> Forecast:
    """Say how ``handoff`` ends if its members would end so, each in its turns."""
    members, turns = handoff.members, int(handoff.contracts[0].when.rpartition(" ")[2]) if handoff.contracts else 1
    taking = [members[place % len(members)] for place in range(turns)]
    ends: list[Forecast] = []
    for number, member in enumerate(taking, start=1):
        ends.append(forecast(member, seen.in_turn(handoff, number)))
        if not ends[-1].outcome.is_success or (number > handoff.handovers_max and number < turns):
            return Forecast(Outcome.FAILED)
    names = [member.name for member in taking]
    passed = [{"giver": a, "taker": b, "contract": f"{a}_to_{b}"} for a, b in itertools.pairwise(names)]
    return _told(Join.ALL, None, ends, {"by": names[-1], "value": ends[-1].value, "passed": passed})


def _counted(vote: Vote, said: dict[str, Forecast], judge: Forecast) -> Forecast:
    """Say how ``vote`` ends if its voters say so, who all agree, and its judge would."""
    votes = {name: end.value for name, end in said.items() if end.outcome in (Outcome.SUCCEEDED, Outcome.PARTIAL)}
    needed = {VoteBy.MAJORITY: len(said) // 2 + 1, VoteBy.QUORUM: vote.quorum or 0, VoteBy.JUDGE: len(said) + 1}
    if len(votes) >= needed[vote.by]:
        is_whole = any(said[name].outcome is Outcome.SUCCEEDED for name in votes)
        told = {"value": next(iter(votes.values())), "by": "voters", "votes": votes}
        outcome = Outcome.SUCCEEDED if is_whole else Outcome.PARTIAL
        return Forecast(outcome, {**told, "agreed": list(votes), "dissent": []})
    if not votes or judge.outcome not in (Outcome.SUCCEEDED, Outcome.PARTIAL):
        return Forecast(Outcome.FAILED)
    agreed = [name for name, value in votes.items() if value == judge.value]
    dissent = [name for name in votes if name not in agreed]
    told = {"value": judge.value, "by": "judge", "votes": votes, "agreed": agreed, "dissent": dissent}
    return Forecast(judge.outcome, told)


def _down_the_ladder(fallback: Fallback, ends: list[Forecast]) -> Forecast:
    """Say how ``fallback`` ends if its rungs would end so."""
    names = [rung.name for rung in fallback.rungs]
    for place, end in enumerate(ends):
        if end.outcome in (Outcome.SUCCEEDED, Outcome.PARTIAL):
            is_partial = end.outcome is Outcome.PARTIAL or (place > 0 and fallback.is_partial_below)
            told = {"rung": names[place], "value": end.value, "instead_of": names[:place]}
            return Forecast(Outcome.PARTIAL if is_partial else Outcome.SUCCEEDED, told)
    return Forecast(Outcome.FAILED)


def _after_rounds(loop: Loop, ends: list[Forecast]) -> Forecast:
    """Say how ``loop`` ends if its rounds would end so."""
    for number, end in enumerate(ends, start=1):
        if not end.outcome.is_success:
            return Forecast(Outcome.FAILED)
        if eval(loop.until, {"round": number}):
            return Forecast(Outcome.PARTIAL if end.outcome is Outcome.PARTIAL else Outcome.SUCCEEDED, end.value)
    if loop.at_rounds_max is AtRoundsMax.FAIL:
        return Forecast(Outcome.FAILED)
    return Forecast(Outcome.PARTIAL, ends[-1].value)


def _told(join: Join, quorum: int | None, ends: list[Forecast], value: object) -> Forecast:
    good = [end for end in ends if end.outcome.is_success]
    needed = {Join.ALL: len(ends), Join.QUORUM: quorum or 0, Join.BEST_EFFORT: min(1, len(ends))}[join]
    if len(good) < needed:
        return Forecast(Outcome.FAILED)
    is_flawed = len(good) < len(ends) or any(end.outcome is Outcome.PARTIAL for end in ends)
    return Forecast(Outcome.PARTIAL if is_flawed and join is not Join.QUORUM else Outcome.SUCCEEDED, value)


def leaves_some_out(node: Node) -> bool:
    """Whether a quorum in it may end some of its branches, so that its value depends on who came first."""
    has_quorum = isinstance(node, Parallel | Map) and node.join is Join.QUORUM
    return has_quorum or any(leaves_some_out(child) for child in children(node))


def name_at(flow: Node, path: str) -> str:
    """Return the name under which the leaf at ``path`` acts on the world."""
    leaf, seen = _found(flow, path)
    assert isinstance(leaf, FunctionNode)
    name: str = seen.value(str(leaf.input))["name"]
    return name


def check_order(flow: Node, events: list[Event]) -> None:
    """Raise AssertionError unless nodes were entered and left in an order that the flow allows."""
    running: set[str] = set()
    left: dict[str, Outcome] = {}
    for event in events:
        match event:
            case NodeEntered(node=path) | NodeLeft(node=path) if paths.undone(path) is not None:
                pass  # it goes on whatever becomes of what lies around it
            case NodeEntered(node=path):
                parent = paths.parent(path)
                assert path not in running, f"{path} was entered twice"
                assert path not in left, f"{path} was entered again"
                assert parent is None or parent in running, f"{path} was entered outside of {parent}"
                running.add(path)
                _check_at_once(flow, path, parent, running)
                if parent is not None:
                    check_after(node_at(flow, parent), path, left)
            case NodeLeft(node=path, outcome=outcome):
                assert path in running, f"{path} was left and had not been entered"
                below = [inner for inner in running if paths.parent(inner) == path]
                assert not below, f"{path} was left before {below}"
                running.discard(path)
                left[path] = outcome
            case _:
                pass
    assert not running, f"{running} were never left"


def _check_at_once(flow: Node, path: str, parent: str | None, running: set[str]) -> None:
    if parent is None:
        return
    around = node_at(flow, parent)
    most = around.at_once_max if isinstance(around, Parallel | Map | Vote | Graph) else 1
    beside = [other for other in running if paths.parent(other) == parent]
    assert len(beside) <= most, f"{path} was entered while {beside} ran, of which {most} may"


def node_at(flow: Node, path: str) -> Node:
    """Find a node by its path, the slow way: names of nodes and keys of items, one after the other."""
    return _found(flow, path)[0]


def _found(flow: Node, path: str) -> tuple[Node, Seen]:
    """Return the node at ``path``, and what its expressions see."""
    node, seen, rest = flow, OUTSIDE, path.removeprefix(flow.name)
    while rest:
        key, _, after = rest[1:].partition("]") if rest.startswith("[") else ("", "", "")
        match node:
            case Map() if key:
                node, seen, rest = node.do, Seen(key, seen.number, seen.at), after
            case Loop() if key:
                node, seen, rest = node.do, Seen(seen.item, int(key), seen.at), after
            case Handoff() if key:
                name, _, number = key.partition(".")
                seen, rest = seen.in_turn(node, int(number)), after
                node = next(member for member in node.members if member.name == name)
            case _:
                name = rest[1:].replace("[", "/").split("/")[0]
                node, rest = next(child for child in children(node) if child.name == name), rest[1 + len(name) :]
    return node, seen
