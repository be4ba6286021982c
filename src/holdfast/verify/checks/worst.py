"""Reckons what a run may take at the most, and must at the least, from its flow as it is declared. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import prod

import msgspec

from holdfast.kernel.expression import parse
from holdfast.kernel.expression.tree import ListOf
from holdfast.kernel.limits import Budget
from holdfast.orchestration.flow.node import Spending
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Branch,
    ChildNode,
    Fallback,
    Handoff,
    Join,
    Loop,
    Map,
    Node,
    Parallel,
    PlanNode,
    ScriptNode,
    Vote,
    children,
)
from holdfast.orchestration.flow.places import path_of
from holdfast.orchestration.moves.sharing import part_of
from holdfast.verify.checks.amounts import LIMITS, UNKNOWN, either, least_of, made, many, times, total
from holdfast.verify.kinds import is_known
from holdfast.verify.report import Most
from holdfast.verify.subject import Subject

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


class Tight(msgspec.Struct, frozen=True):
    """A share below what its node may need at the worst, each time that it is entered."""

    place: str
    what: str
    """Of which limit: ``turns``, and so on."""
    needed: float | None
    """None: nothing bounds it, or nobody knows."""
    allowed: float
    never_enough: bool = False
    """Whether it is even below the least with which the node may succeed."""


class Worst(msgspec.Struct, frozen=True):
    """The most that a run takes, and what it is made of."""

    most: Most
    parts: tuple[Part, ...]
    tight: tuple[Tight, ...] = ()


@dataclass(frozen=True)
class _At:
    """Where the reckoning is."""

    place: str
    subject: Subject
    limits: Budget
    """Of what encloses it, of which shares are parts."""
    times: tuple[int, ...] = ()
    """How often, for each of what is around it that does things more than once."""
    parts: list[Part] = field(default_factory=list)
    tight: list[Tight] = field(default_factory=list)

    def counted(self, one: Most, place: str = "", *more: int) -> Most:
        """Return ``one`` as often as there is need of it here, and keep it as a part."""
        each = (*self.times, *more)
        factor = prod(each)
        how = f" ({' × '.join(map(str, each))} times)" if factor != 1 else ""
        most = many(one, factor)
        self.parts.append(Part(place or self.place, most, how))
        return most


@dataclass(frozen=True)
class Reckoning:
    """Reckons with these prices, and what the runs of other apps take."""

    prices: Prices = no_prices
    of_children: Mapping[str, Most] = field(default_factory=dict)

    def most_of(self, subject: Subject) -> Worst:
        """Return the most that a run of ``subject`` takes."""
        root = _At(subject.flow.name, subject, subject.budget)
        most = self._most(subject.flow, root)
        if subject.review is not None:
            rounds = subject.review.rounds_max
            for role, node in subject.review.nodes.items():
                often = rounds + 1 if role == "check" else rounds
                at = replace(root, place=f"{subject.flow.name}/review/{role}", times=(often,))
                most = total((most, self._most(node, at)))
        return Worst(most, tuple(root.parts), tuple(root.tight))

    def least_turns(self, subject: Subject) -> int:
        """Return the fewest turns with which a run of ``subject`` may succeed."""
        return _least(subject.flow)

    def _most(self, node: Node, at: _At) -> Most:
        """Return the most that ``node`` takes, within its share."""
        share = node.share if isinstance(node, Spending) else None
        if share is None:
            return self._needed(node, at)
        limits = share if isinstance(share, Budget) else part_of(at.limits, share)
        begun = len(at.parts)
        needed = self._needed(node, replace(at, limits=limits))
        found = tuple(_tight(node, needed, limits, at))
        if not found:
            return needed
        at.tight.extend(found)
        factor = prod(at.times)
        within = {each.what: times(each.allowed, factor) for each in found}
        most = made({name: within.get(name, getattr(needed, name)) for name in Most.__struct_fields__})
        at.parts[begun:] = [Part(at.place, most, " (its share)")]
        return most

    def _needed(self, node: Node, at: _At) -> Most:
        def below(child: Node, *more: int) -> Most:
            return self._most(child, replace(at, place=path_of(child, node, at.place), times=(*at.times, *more)))

        match node:
            case AgentNode(agent=name):
                return at.counted(self._of_agent(name, at.subject))
            case ChildNode():
                return at.counted(self._of_child(node))
            case PlanNode():
                return self._of_plan(node, at)
            case ScriptNode():
                return at.counted(UNKNOWN)
            case _ if not is_known(node):
                return at.counted(UNKNOWN)
            case Map():
                return below(node.do, items_most(node, at.subject.budget))
            case Loop():
                return below(node.do, node.rounds_max)
            case Handoff():
                return either(below(child, node.handovers_max + 1) for child in children(node))
            case Branch():
                return either(below(child) for child in children(node))
            case _:
                return total(below(child) for child in children(node))

    def _of_agent(self, name: str, subject: Subject) -> Most:
        agent = subject.agents.get(name)
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
        capped = {name: least_of(getattr(found, name), getattr(limits, name)) for name in LIMITS}
        runs = None if found.runs is None else found.runs + 1
        return msgspec.structs.replace(made(capped), runs=runs)

    def _of_plan(self, node: PlanNode, at: _At) -> Most:
        """Return what its drafts take, and as many of the dearest step as its versions may have."""
        versions = node.replans_max + 1
        drafts = self._of_agent(node.planner, at.subject)
        dearest = either(self._of_agent(name, at.subject) for name in node.agent_names)
        written = at.counted(drafts, f"{at.place}, its drafts", node.drafts_max, versions)
        return total((written, at.counted(dearest, f"{at.place}, its steps", node.steps_max, versions)))


def items_most(node: Map, budget: Budget) -> int:
    """Return the most items that a map may have."""
    tree = parse(node.over).tree
    most = min(len(tree.items), node.items_max) if isinstance(tree, ListOf) else node.items_max
    return most if budget.fan_out is None else min(most, budget.fan_out)


def _tight(node: Node, needed: Most, limits: Budget, at: _At) -> Iterator[Tight]:
    """Yield each limit of a share that may be reached: what a node needs is all its entries together."""
    factor = prod(at.times)
    for name in LIMITS:
        allowed, need = getattr(limits, name), getattr(needed, name)
        if allowed is None or (need is not None and need <= allowed * factor):
            continue
        never_enough = name == "turns" and _least(node) > allowed
        yield Tight(at.place, name, None if need is None else need / factor, allowed, never_enough)


def _least(node: Node) -> int:
    """Return the fewest turns with which ``node`` may succeed."""
    below = [_least(child) for child in children(node)]
    match node:
        case AgentNode() | PlanNode():
            return 1
        case Map():
            return 0
        case Branch(otherwise=otherwise):
            return min(below) if otherwise is not None else 0
        case Handoff():
            return below[0]
        case Fallback():
            return min(below, default=0)
        case Parallel(join=Join.BEST_EFFORT) | Vote():
            return min(below, default=0)
        case Parallel(join=Join.QUORUM, quorum=quorum):
            return sum(sorted(below)[: quorum or 0])
        case _:
            return sum(below)
