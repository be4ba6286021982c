"""The values of nodes, composed from a run's state: what expressions see, and what a run gives in the end.

A leaf's value is the JSON of its result, a decision's what was decided. A sequence gives its last step's value, a
parallel a field for each branch (null for one that did not succeed), a branch the taken case's, a map the list of its
items' values (null likewise), a loop its last round's. A fallback's says which rung answered what, a vote's who said
what, a handoff's who handed over to whom. A graph or a plan gives a field for each step.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Protocol

from msgspec import to_builtins

from holdfast.journal.fold.handing import handed, turns
from holdfast.journal.fold.sagas import is_undoing
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.fold.variables import is_owned, visible
from holdfast.kernel import paths
from holdfast.kernel.errors import ExpressionError
from holdfast.kernel.expression import parse
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.flow.graphs import all_before
from holdfast.orchestration.flow.names import GIVEN, ROUND
from holdfast.orchestration.flow.planned import name_of, place_of, plan_around, present
from holdfast.orchestration.flow.review import UNMET, is_in_round, is_round
from holdfast.orchestration.values.joins import fault_of
from holdfast.orchestration.values.ladder import FALLBACK_KIND, rung_of
from holdfast.orchestration.values.looping import last_round, round_of
from holdfast.orchestration.values.rounds import result_path
from holdfast.orchestration.values.votes import VOTE_KIND, agreed, answers

VOTERS, JUDGE = "voters", "judge"
"""Who has decided a vote, as its value says."""
IN_ORDER = ("sequence", "saga")
"""The kinds of nodes whose later steps see the values of earlier ones."""
NOTHING: Mapping[str, object] = MappingProxyType({})


class Payloads(Protocol):
    """Where the JSON lies that a state points at."""

    async def fetch_json(self, identity: PayloadId) -> object:
        """Return the value of a payload of JSON."""


class Values:
    """Reads values out of one state of a run."""

    def __init__(self, state: RunState, payloads: Payloads) -> None:
        self._state, self._payloads = state, payloads

    async def scope(self, names: Iterable[str], path: str) -> dict[str, object]:
        """Return the values that ``names`` stand for, seen from the node at ``path``. Raises ExpressionError."""
        return {name: await self._named(name, path) for name in names}

    async def of(self, path: str) -> object:
        """Return the value of the node at ``path``; None if it has not succeeded."""
        node = self._state.nodes.get(path)
        if node is None or node.outcome is None or not node.outcome.is_success:
            return None
        match node.kind:
            case "sequence" | "block" | "saga":
                last = max(self._children[path], key=lambda child: child.left_at, default=None)
                return None if last is None else await self.of(last.path)
            case "parallel" | "graph":
                return {name: await self.of(paths.below(path, name)) for name in node.branches}
            case "plan":
                return {step.name: await self.of(paths.below(path, step.place)) for step in present(node)}
            case "branch":
                return None if node.case is None else await self.of(paths.below(path, node.case))
            case "loop":
                _, last = last_round(self._state, path)
                return None if last is None else await self.of(last.path)
            case "fallback":
                return await self._answered(node)
            case "vote":
                return await self._voted(node)
            case "handoff":
                return await self._handed_round(node)
            case "map":
                return [await self.of(paths.item(path, key)) for key in node.keys]
            case "decision":
                return await self._decision(node)
            case _:
                return None if node.result is None else await self._payloads.fetch_json(node.result)

    async def variables(self, path: str = "") -> dict[str, object]:
        """Return the run's variables as the node at ``path`` sees them, by default as they are seen outside of all."""
        seen = {name: each.value for name, each in visible(self._state, path).items() if not is_owned(name)}
        kept = sorted((name, value) for name, value in seen.items() if value is not None)
        return {name: await self._payloads.fetch_json(value) for name, value in kept}

    async def evaluate(self, text: str, path: str, beside: Mapping[str, object] = NOTHING) -> object:
        """Return the value of the expression ``text``, seen from the node at ``path``, which sees ``beside`` as well.

        Raises ExpressionError.
        """
        expression = parse(text)
        seen = await self.scope(expression.names - beside.keys(), path)
        return expression.evaluate({**seen, **beside})

    async def before(self, path: str, number: int) -> object:
        """Return what round ``number`` of the loop at ``path`` sees as the last one's value."""
        return await self.of(paths.item(path, str(number - 1)))

    async def _answered(self, node: NodeState) -> object:
        rung = rung_of(self._state, node)
        assert rung is not None, "a fallback that succeeded was answered"
        above = list(node.branches[: node.branches.index(rung)])
        return {"rung": rung, "value": await self.of(paths.below(node.path, rung)), "instead_of": above}

    async def _handed_round(self, node: NodeState) -> object:
        last = turns(self._state, node)[-1]
        fields = ("giver", "taker", "contract")
        passed = [{name: getattr(each, name) for name in fields} for each in node.passed[: last.number - 1]]
        return {"by": last.member, "value": await self.of(last.path), "passed": passed}

    async def _voted(self, node: NodeState) -> object:
        """Return what was decided, by whom, and what each voter said: nothing of it is lost."""
        votes = await self._votes(node)
        judges = (child for child in self._children[node.path] if child.path.rpartition("/")[2] not in node.branches)
        judge = next((child for child in judges if child.outcome is not None and child.outcome.is_success), None)
        if judge is None:
            winners = list(agreed(node))
            value = votes[winners[0]]
        else:
            value = await self.of(judge.path)
            winners = [name for name, vote in votes.items() if vote == value]
        dissent = [name for name in votes if name not in winners]
        by = VOTERS if judge is None else JUDGE
        return {"value": value, "by": by, "votes": votes, "agreed": winners, "dissent": dissent}

    async def _votes(self, node: NodeState) -> dict[str, object]:
        """Return the answers that were given, by voter."""
        voters = [self._state.nodes.get(paths.below(node.path, name)) for name in node.branches]
        given = answers([voter for voter in voters if voter is not None])
        return {voter.path.rpartition("/")[2]: await self.of(voter.path) for voter in given}

    async def _decision(self, node: NodeState) -> object:
        question = node.question
        assert question is not None, "a decision that succeeded was asked"
        given = None if question.value is None else await self._payloads.fetch_json(question.value)
        return {"choice": question.choice, "by": question.by, "note": question.note, "value": given}

    async def _named(self, name: str, path: str) -> object:
        match name:
            case "input":
                return await self._payloads.fetch_json(self._state.input)
            case "variables":
                return await self.variables(path)
            case "item":
                node, index = self._item(path)
                return await self._payloads.fetch_json(node.items[index])
            case "key":
                node, index = self._item(path)
                return node.keys[index]
            case "round" | "last" if (place := round_of(path, self._state)) is not None:
                return place[1] if name == ROUND else await self.before(*place)
            case "votes" if (vote := self._vote_around(path)) is not None:
                return await self._votes(vote)
            case "fault" if (above := self._rung_above(path)) is not None:
                return None if above.outcome is Outcome.SKIPPED else to_builtins(fault_of(above))
            case "handed" if (given := handed(self._state, path)) is not None:
                return await self._payloads.fetch_json(given.value)
            case _:
                return await self._by_place(name, path)

    async def _by_place(self, name: str, path: str) -> object:
        match name:
            case "result" if is_in_round(path) and not is_undoing(self._state, path):
                return await self.of(result_path(self._state))
            case "unmet" if is_in_round(path):
                return await self._unmet()
            case "result" | "given" if is_undoing(self._state, path):
                return await self._of_undone(name, path)
            case "given" if (plan := plan_around(self._state, path)) is not None:
                return None if plan.input is None else await self._payloads.fetch_json(plan.input)
            case _:
                return await self.of(self._sibling(name, path))

    async def _of_undone(self, name: str, path: str) -> object:
        """Return what the step gave that is undone at ``path``, or what it was given."""
        place = paths.undone(path)
        assert place is not None, "what undoes a step lies below its saga"
        step = self._state.nodes[paths.below(*place)]
        if name == GIVEN:
            return None if step.input is None else await self._payloads.fetch_json(step.input)
        if step.outcome is not None and step.outcome.is_success:
            return await self.of(step.path)
        late = step.step.result if step.child is None else self._state.children[step.child].result
        return None if late is None else await self._payloads.fetch_json(late)

    async def _unmet(self) -> object:
        """Return what the last review found wanting."""
        last = self._state.reviews[-1] if self._state.reviews else None
        if last is None or last.found is None:
            return []
        told = await self._payloads.fetch_json(last.found)
        return told[UNMET] if isinstance(told, dict) else []

    def _sibling(self, name: str, path: str) -> str:
        """Return the path of the earlier step that ``name`` stands for: the innermost enclosing sequence wins."""
        inner = path
        for ancestor in paths.ancestors(path):
            enclosing = self._state.nodes.get(ancestor)
            place = name if enclosing is None else place_of(enclosing, name)
            found = self._state.nodes.get(paths.below(ancestor, place))
            # A step that still runs is one around this node, not one before it: the name means another, further out.
            if found and found.outcome is not None and enclosing and _sees(enclosing, inner, name):
                return found.path
            inner = ancestor
        raise ExpressionError(
            f"{path}: expected {name!r} to be an earlier step of what encloses it, found none that has run"
        )

    def _vote_around(self, path: str) -> NodeState | None:
        """Return the innermost vote whose judge is the node at ``path``, or lies around it."""
        inner = path
        for around in paths.ancestors(path):
            node = self._state.nodes.get(around)
            if node is not None and node.kind == VOTE_KIND and inner.rpartition("/")[2] not in node.branches:
                return node
            inner = around
        return None

    def _rung_above(self, path: str) -> NodeState | None:
        """Return the rung above the one that the node at ``path`` is or stands in, of the innermost such fallback."""
        inner = path
        for around in paths.ancestors(path):
            node = self._state.nodes.get(around)
            if node is not None and node.kind == FALLBACK_KIND and (place := node.branches.index(_name(inner))):
                return self._state.nodes.get(paths.below(around, node.branches[place - 1]))
            inner = around
        return None

    def _item(self, path: str) -> tuple[NodeState, int]:
        inner = path
        for around in paths.ancestors(path):
            node = self._state.nodes.get(around)
            if node is not None and node.kind == "map":
                break
            inner = around
        else:
            raise ExpressionError(f"{path}: expected 'item' and 'key' inside a map only, found no map around it")
        key = inner.removeprefix(around)[1:-1]
        if key in node.keys and paths.item("", key) == f"[{key}]":
            return node, node.keys.index(key)
        return node, next(index for index, each in enumerate(node.keys) if paths.item("", each) == f"[{key}]")

    @cached_property
    def _children(self) -> dict[str, list[NodeState]]:
        below: defaultdict[str, list[NodeState]] = defaultdict(list)
        for node in self._state.nodes.values():
            parent = paths.parent(node.path)
            if parent is not None and not is_round(node.path):
                below[parent].append(node)
        return below


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _sees(enclosing: NodeState, inner: str, name: str) -> bool:
    """Whether the child of ``enclosing`` at ``inner`` comes after the one called ``name``."""
    if enclosing.graph is not None:
        return name in all_before(name_of(enclosing, inner.rpartition("/")[2]), enclosing.graph.after)
    return enclosing.kind in IN_ORDER
