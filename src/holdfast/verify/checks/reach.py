"""Whether every node can be reached, and whether any run comes to where nothing goes on. Pure."""

from collections.abc import Iterator

from holdfast.kernel.outcomes import Outcome
from holdfast.kernel.paths import ancestors, parent
from holdfast.orchestration.flow.leaves import EventNode
from holdfast.orchestration.flow.nodes import Join, Map, Node, Parallel, Vote
from holdfast.verify.checks.seen import Seen
from holdfast.verify.report import Check, Finding


def check_reachability(seen: Seen) -> Check:
    """Return which nodes no course comes to: cases, rungs and steps alike."""
    missing = tuple(Finding(place, _why(seen, place)) for place in _unreached(seen))
    return Check(
        id="reachability",
        asks="every node, case and rung is reached in some run",
        violations=missing if seen.is_whole else (),
        not_proved=() if seen.is_whole else missing,
    )


def check_deadlocks(seen: Seen) -> Check:
    """Return where runs stand still without waiting for anybody, and which quorums are never met."""
    searched, root = seen.searched, seen.subject.flow.name
    stuck = tuple(
        Finding(root, "it is not over, wants nothing and waits for nobody", seen.story(number))
        for number in searched.facts.stuck[:1]
    )
    never = tuple(_never_met(seen))
    return Check(
        id="deadlocks",
        asks="no run stands still without waiting for somebody, and every quorum can be met",
        violations=(*stuck, *(never if seen.is_whole else ())),
        not_proved=(*(() if seen.is_whole else never), *seen.beyond("what comes later may stand still")),
        told=tuple(_on_others(seen)),
    )


def _on_others(seen: Seen) -> Iterator[Finding]:
    """Yield the waits for events that nothing bounds: that is no deadlock, but whether they end lies with others."""
    places = seen.subject.places
    for place, node in places.items():
        if not isinstance(node, EventNode) or place not in seen.searched.facts.entered:
            continue
        around = [node, *(places[each] for each in ancestors(place) if each in places)]
        if seen.subject.budget.seconds is None and all(each.timeout_seconds is None for each in around):
            yield Finding(place, f"it waits for others to publish on {node.topic}, for good if nobody does")


def _unreached(seen: Seen) -> Iterator[str]:
    """Yield the places that were not entered, but for what undoes steps and what lies below another of them."""
    entered, opaque = seen.searched.facts.entered, seen.subject.opaque
    for place in seen.subject.places:
        around = parent(place)
        while around is not None and around not in seen.subject.places:
            around = parent(around)
        is_topmost = around is None or around in entered
        if place not in entered and is_topmost and "/undo[" not in place and around not in opaque:
            yield place


def _why(seen: Seen, place: str) -> str:
    around = parent(place) or place
    failing = [text for where, text in seen.searched.facts.failing if where == around]
    return f"no run comes to it: {failing[0]} always fails before" if failing else "no run comes to it"


def _never_met(seen: Seen) -> Iterator[Finding]:
    facts = seen.searched.facts
    for place, node in seen.subject.places.items():
        if place not in facts.entered or not _has_quorum(node):
            continue
        ends = facts.ends[place]
        if ends and not any(outcome in (Outcome.SUCCEEDED, Outcome.PARTIAL) for outcome, _ in ends):
            number = next(iter(ends.values()))
            yield Finding(place, "its branches never agree, or succeed, in such a number", seen.story(number))


def _has_quorum(node: Node) -> bool:
    return isinstance(node, Vote) or (isinstance(node, Parallel | Map) and node.join is Join.QUORUM)
