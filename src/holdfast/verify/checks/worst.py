"""Reckons what a run may take at the most, and must at the least, from its flow as it is declared. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from holdfast.kernel.expression import parse
from holdfast.kernel.expression.tree import ListOf
from holdfast.kernel.limits import Budget
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Branch,
    ChildNode,
    Fallback,
    Join,
    Loop,
    Map,
    Node,
    Parallel,
    Saga,
    ScriptNode,
    Vote,
    children,
)
from holdfast.verify.kinds import is_known
from holdfast.verify.report import Most
from holdfast.verify.subject import Subject

NOTHING = Most()
UNKNOWN = Most(turns=None, tool_calls=None, tokens=None, usd=None, runs=None)
Prices = Callable[[str], float | None]
"""The most dollars that one token of a model can cost; None where nobody knows."""


def no_prices(_model: str) -> float | None:
    """Know no price."""
    return None


class Part(msgspec.Struct, frozen=True):
    """What one agent node, or run of another app, takes at the most, all items and rounds around it counted."""

    place: str
    most: Most
    how: str = ""


class Worst(msgspec.Struct, frozen=True):
    """The most that a run takes, and what it is made of."""

    most: Most
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Reckoning:
    """Reckons with these prices, and what the runs of other apps take."""

    prices: Prices = no_prices
    of_children: Mapping[str, Most] = field(default_factory=dict)

    def most_of(self, subject: Subject) -> Worst:
        """Return the most that a run of ``subject`` takes."""
        parts: list[Part] = []
        most = self._most(subject.flow, subject.flow.name, subject, parts, ())
        if subject.review is not None:
            rounds = subject.review.rounds_max
            for role, node in subject.review.nodes.items():
                times = rounds + 1 if role == "check" else rounds
                place = f"{subject.flow.name}/review/{role}"
                most = _sum((most, self._most(node, place, subject, parts, (times,))))
        return Worst(most, tuple(parts))

    def least_turns(self, subject: Subject) -> int:
        """Return the fewest turns with which a run of ``subject`` may succeed."""
        return _least(subject.flow)

    def _most(self, node: Node, place: str, subject: Subject, parts: list[Part], times: tuple[int, ...]) -> Most:
        def below(child: Node, *more: int) -> Most:
            inner = f"{place}[]" if isinstance(node, Map | Loop) else f"{place}/{child.name}"
            return self._most(child, inner, subject, parts, (*times, *more))

        match node:
            case AgentNode():
                return _counted(self._of_agent(node, subject), place, times, parts)
            case ChildNode():
                return _counted(self._of_child(node), place, times, parts)
            case ScriptNode():
                return _counted(UNKNOWN, place, times, parts)
            case _ if not is_known(node):
                return _counted(UNKNOWN, place, times, parts)
            case Map():
                return below(node.do, items_most(node, subject.budget))
            case Loop():
                return below(node.do, node.rounds_max)
            case Branch():
                return _either(below(child) for child in children(node))
            case _:
                return _sum(below(child) for child in children(node))

    def _of_agent(self, node: AgentNode, subject: Subject) -> Most:
        agent = subject.agents.get(node.agent)
        if agent is None:
            return UNKNOWN
        budget = agent.budget
        usd, price = budget.usd, self.prices(agent.model)
        if usd is None and budget.tokens is not None and price is not None:
            usd = budget.tokens * price
        calls = budget.tool_calls if agent.tools else 0
        return Most(turns=budget.turns, tool_calls=calls, tokens=budget.tokens, usd=usd)

    def _of_child(self, node: ChildNode) -> Most:
        found = self.of_children.get(node.app, UNKNOWN)
        limits = node.budget or Budget()
        capped = {
            name: _least_of(getattr(found, name), getattr(limits, name))
            for name in ("turns", "tool_calls", "tokens", "usd")
        }
        runs = None if found.runs is None else found.runs + 1
        return msgspec.structs.replace(_made(capped), runs=runs)


def items_most(node: Map, budget: Budget) -> int:
    """Return the most items that a map may have."""
    tree = parse(node.over).tree
    most = min(len(tree.items), node.items_max) if isinstance(tree, ListOf) else node.items_max
    return most if budget.fan_out is None else min(most, budget.fan_out)


def _made(amounts: Mapping[str, float | None]) -> Most:
    """Return the amounts as what they are: all but dollars are counted."""
    whole = {name: None if each is None else int(each) for name, each in amounts.items() if name != "usd"}
    return Most(**whole, usd=amounts["usd"])


def _counted(one: Most, place: str, times: tuple[int, ...], parts: list[Part]) -> Most:
    factor = 1
    for each in times:
        factor *= each
    most = _made({name: _times(getattr(one, name), factor) for name in Most.__struct_fields__})
    how = f" ({' × '.join(map(str, times))} times)" if factor != 1 else ""
    parts.append(Part(place, most, how))
    return most


def _times(amount: float | None, factor: int) -> float | None:
    return 0 if factor == 0 else None if amount is None else amount * factor


def _sum(each: Iterable[Most]) -> Most:
    found = list(each)
    return _made({name: _added([getattr(one, name) for one in found]) for name in Most.__struct_fields__})


def _either(each: Iterable[Most]) -> Most:
    found = list(each)
    return _made({name: _largest([getattr(one, name) for one in found]) for name in Most.__struct_fields__})


def _added(amounts: list[float | None]) -> float | None:
    known = [each for each in amounts if each is not None]
    return sum(known) if len(known) == len(amounts) else None


def _largest(amounts: list[float | None]) -> float | None:
    known = [each for each in amounts if each is not None]
    return max(known, default=0) if len(known) == len(amounts) else None


def _least_of(one: float | None, other: float | None) -> float | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _least(node: Node) -> int:
    """Return the fewest turns with which ``node`` may succeed."""
    below = [_least(child) for child in children(node)]
    match node:
        case AgentNode():
            return 1
        case Map():
            return 0
        case Branch(otherwise=otherwise):
            return min(below) if otherwise is not None else 0
        case Fallback():
            return min(below, default=0)
        case Parallel(join=Join.BEST_EFFORT) | Vote():
            return min(below, default=0)
        case Parallel(join=Join.QUORUM, quorum=quorum):
            return sum(sorted(below)[: quorum or 0])
        case Saga() | _:
            return sum(below)
