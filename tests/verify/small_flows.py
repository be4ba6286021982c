"""Small flows made from a seed: every combinator, guards over what steps give, people, retries, cut-off effects."""

import random

from holdfast.kernel.retry import Retry
from holdfast.orchestration.flow.nodes import (
    AtRoundsMax,
    Block,
    Branch,
    Case,
    Contract,
    DecisionNode,
    Fallback,
    FunctionNode,
    Graph,
    GraphStep,
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
    WaitNode,
    children,
    to_json,
)

DEPTH = 3
GUARDS = {
    "flag": ("NAME", "not NAME", "NAME == True", "NAME == False", "NAME != None"),
    "mood": (
        "NAME.how == 'calm'",
        "NAME.how != 'calm'",
        "NAME.how == 'angry'",
        "NAME.how == 'glad'",
        "NAME.how in ['calm']",
    ),
    "count": ("len(NAME) > 0", "len(NAME) == 2", "len(NAME) > 1 or len(NAME) == 0", "NAME == None"),
    "ask": ("NAME.choice == 'approve'", "NAME.choice != 'approve'", "NAME.choice == 'later'"),
}
EXPECTED = {"flag": "result", "mood": "result.how == 'calm'", "look": "result != None"}
HANDED_OVER = {
    "flag": ("result", "not result", "handed.said == None", "True"),
    "mood": ("result.how == 'calm'", "result.how != 'calm' and handed.said == None", "handed.said != None"),
    "look": ("handed.said == None", "True", "False"),
}
UNDO = FunctionNode("undo", "look", input="{}")


class Small:
    """Makes one flow; each of its values is given by a step of its own."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # no secret hangs on it
        self.calls = 0

    def flow(self) -> Node:
        """Return a flow called ``root``."""
        return self._node("root", DEPTH, ())

    def _node(self, name: str, depth: int, known: tuple[tuple[str, str], ...], *, is_looped: bool = False) -> Node:
        draw = self._random
        if depth == 1:
            return self._leaf(name)
        kinds = ["sequence", "sequence", "parallel", "fallback", "map", "vote", "block", "leaf", "loop", "saga"]
        kinds += ["branch"] * 4 if known else []
        kinds += ["graph", "handoff"] if not is_looped else []
        kind = draw.choice(kinds)
        count = draw.choice((1, 2, 2))
        joins = {"at_once_max": draw.choice((1, 2)), "join": draw.choice(tuple(Join))}
        match kind:
            case "sequence":
                return self._sequence(name, depth, known)
            case "branch":
                return self._branch(name, depth, known)
            case "parallel":
                quorum = draw.randint(1, count) if joins["join"] is Join.QUORUM else None
                branches = tuple(self._node(f"p{place}", depth - 1, known) for place in range(count))
                return Parallel(name, branches, quorum=quorum, **joins)  # type: ignore[arg-type]
            case "map":
                quorum = draw.randint(1, 2) if joins["join"] is Join.QUORUM else None
                lists = [each for each, kind in known if kind == "count"]
                over = draw.choice(lists) if lists else draw.choice(("[]", "['a']", "['a', 'b']"))
                return Map(name, over, self._node("each", depth - 1, known), quorum=quorum, **joins)  # type: ignore[arg-type]
            case "fallback":
                rungs = tuple(self._node(f"r{place}", depth - 1, known) for place in range(count))
                return Fallback(name, rungs, is_partial_below=draw.random() < 0.5)
            case "vote":
                by = draw.choice((VoteBy.MAJORITY, VoteBy.QUORUM))
                voters = tuple(
                    self._leaf(f"v{place}", ("flag", "opinion", "opinion")) for place in range(draw.choice((2, 2, 3)))
                )
                judge = self._leaf("judge") if draw.random() < 0.4 else None
                return Vote(name, voters, by, draw.randint(1, 2) if by is VoteBy.QUORUM else None, judge)
            case "block":
                return Block(name, self._node("inside", depth - 1, known))
            case "loop":
                body, at_max = self._leaf("again", ("flag", "mood")), draw.choice(tuple(AtRoundsMax))
                until = "result" if isinstance(body, FunctionNode) and body.function == "flag" else "round == 2"
                return Loop(name, body, until, rounds_max=draw.choice((1, 2)), at_rounds_max=at_max)
            case "graph" | "handoff":
                return self._graph(name, depth, known) if kind == "graph" else self._handoff(name)
            case "saga":
                steps = (self._leaf(f"s{place}", ("look", "flag", "keyed")) for place in range(count))
                return Saga(name, tuple(SagaStep(step, UNDO) for step in steps))
            case _:
                return self._leaf(name)

    def _sequence(self, name: str, depth: int, known: tuple[tuple[str, str], ...]) -> Node:
        steps: list[Node] = []
        if self._random.random() < 0.7:
            function = self._random.choice(("flag", "mood", "count", "ask"))
            giver = f"{name}_{function}"
            steps.append(self._leaf(giver, (function,)))
            known = (*known, (giver, function))
        count = self._random.choice((1, 2))
        steps.extend(self._node(f"s{place}", depth - 1, known) for place in range(count))
        return Sequence(name, tuple(steps))

    def _branch(self, name: str, depth: int, known: tuple[tuple[str, str], ...]) -> Node:
        cases = []
        for place in range(self._random.choice((1, 2, 3))):
            giver, kind = self._random.choice(known)
            guard = self._random.choice(GUARDS[kind]).replace("NAME", giver)
            cases.append(Case(guard, self._node(f"c{place}", depth - 1, known)))
        otherwise = self._node("otherwise", depth - 1, known) if self._random.random() < 0.4 else None
        return Branch(name, tuple(cases), otherwise)

    def _graph(self, name: str, depth: int, known: tuple[tuple[str, str], ...]) -> Node:
        draw, steps = self._random, list[GraphStep]()
        for place in range(draw.choice((2, 2, 3))):
            step = f"{name}_g{place}"
            before = tuple(each.do.name for each in steps if draw.random() < 0.5)
            seen = {each.do.name: each.do for each in steps if each.do.name in before}
            given = [(giver, do.function) for giver, do in seen.items() if isinstance(do, FunctionNode)]
            kinds = [(giver, kind) for giver, kind in given if kind in GUARDS]
            if kinds and depth > 2 and draw.random() < 0.5:
                steps.append(GraphStep(self._branch(step, depth - 1, (*known, *kinds)), before))
                continue
            do = self._leaf(step, ("look", "flag", "mood", "shaky", "ask", "keyed"))
            expect = EXPECTED.get(do.function) if isinstance(do, FunctionNode) and draw.random() < 0.6 else None
            steps.append(GraphStep(do, before, expect))
        return Graph(name, tuple(steps), draw.choice((1, 2, 3)))

    def _handoff(self, name: str) -> Node:
        draw = self._random
        members = tuple(self._leaf(f"{name}_m{place}", ("flag", "mood", "look")) for place in range(2))
        contracts = []
        for giver, taker in (members, members[::-1]):
            kind = giver.function if isinstance(giver, FunctionNode) else ""
            for place in range(draw.choice((1, 1, 2))):
                when = draw.choice(HANDED_OVER[kind]) if taker is not members[0] or draw.random() < 0.7 else "False"
                contracts.append(Contract(giver.name, taker.name, when, "{'said': result}", f"{giver.name}_{place}"))
        return Handoff(name, members, tuple(contracts), draw.choice((1, 1, 2)), input="{'said': None}")

    def _leaf(
        self, name: str, among: tuple[str, ...] = ("look", "look", "flag", "shaky", "keyed", "ask", "wait")
    ) -> Node:
        self.calls += 1
        match self._random.choice(among):
            case "ask":
                return DecisionNode(name, "'so?'", ("approve", "reject"))
            case "wait":
                return WaitNode(name, seconds=5)
            case "shaky":
                return FunctionNode(name, "shaky", input="{}", retry=Retry(attempts_max=2))
            case function:
                return FunctionNode(name, function, input="{}")


def retries_at_random(node: Node) -> bool:
    """Whether two leaves are tried again, each at an instant of its own: which comes first differs from run to run."""
    return to_json(node).count(b'"retry"') > 1


def ends_at_once_beside_others(node: Node) -> bool:
    """Whether something that takes no time may decide a join: in which order such things come is the driver's own.

    The search lets them come in any order; the runtime on a store of memory always takes them in that of the flow.
    """
    is_cut = isinstance(node, Graph) or (isinstance(node, Parallel | Map) and node.join is not Join.BEST_EFFORT)
    is_refused = isinstance(node, Graph) and any(step.expect == "False" for step in node.steps)
    if is_refused or (is_cut and any(_may_end_at_once(child) for child in children(node))):
        return True
    return any(ends_at_once_beside_others(child) for child in children(node))


def _may_end_at_once(node: Node) -> bool:
    match node:
        case Branch(otherwise=None) | Handoff():  # a handover too many fails at once
            return True
        case Map(over=over, quorum=quorum):
            is_short = not over.startswith("['") or (quorum or 0) > len(over.split(","))
            return is_short or _may_end_at_once(node.do)
        case _:
            return any(_may_end_at_once(child) for child in children(node))
