"""Whether guards contradict, shadow or overlap each other, wherever runs come to them. Pure."""

from collections.abc import Iterator

import msgspec

from holdfast.orchestration.flow.leaves import EventNode
from holdfast.orchestration.flow.nodes import AtRoundsMax, Branch, Graph, Handoff, Loop, Node
from holdfast.verify.checks.seen import Seen
from holdfast.verify.places import contracts_of, expected_of
from holdfast.verify.report import Check, Finding

Vector = tuple[bool | None, ...]


class Guards(msgspec.Struct, frozen=True):
    """Guards of one node that are asked one after the other, until one holds."""

    texts: tuple[str, ...]
    vectors: set[Vector]
    """Which of them hold together."""
    taken: tuple[str, ...] = ()
    """What each leads to; nothing for one that only says yes or no."""
    has_last: bool = False
    """Whether there is something besides, for where none holds."""


def check_guards(seen: Seen) -> Check:
    """Return which guards never hold, always hold, or hold only where an earlier one does."""
    amiss: list[Finding] = []
    undecided: list[Finding] = []
    told: list[Finding] = []
    for place, node in seen.subject.places.items():
        asked = [each for each in _asked(place, node, seen) if each.vectors]
        for guards in asked:
            amiss.extend(_of_cases(place, guards) if guards.taken else _of_one(place, node, guards))
            told.extend(_overlapping(place, guards))
            undecided.extend(_undecided(place, guards))
        if isinstance(node, Handoff) and asked and all(_one_holds(guards) for guards in asked):
            amiss.append(Finding(place, "each member always hands over: every run uses its handovers up, and fails"))
    violations = tuple(amiss) if seen.is_whole else ()
    return Check(
        id="guards",
        asks="every guard may hold and may fail, and none only repeats what an earlier one says",
        violations=violations,
        not_proved=(
            *undecided,
            *(() if seen.is_whole else amiss),
            *seen.beyond("guards were not seen in every situation"),
        ),
        told=tuple(told),
    )


def _asked(place: str, node: Node, seen: Seen) -> Iterator[Guards]:
    """Yield what the node at ``place`` asks, for each time at which it asks something."""
    vectors = seen.searched.facts.vectors
    match node:
        case Branch(cases=cases, otherwise=otherwise):
            texts, names = tuple(case.when for case in cases), tuple(case.then.name for case in cases)
            yield Guards(texts, vectors.get(place, set()), names, has_last=otherwise is not None)
        case Loop(until=text) | EventNode(when=str(text)):
            yield Guards((text,), vectors.get(place, set()))
        case Graph(steps=steps):
            for step in steps:
                if step.expect is not None:
                    yield Guards((step.expect,), vectors.get(expected_of(place, step.do.name), set()))
        case Handoff(members=members, contracts=contracts):
            for member in members:
                own = [each for each in contracts if each.giver == member.name]
                texts, names = tuple(each.when for each in own), tuple(each.called for each in own)
                yield Guards(texts, vectors.get(contracts_of(place, member.name), set()), names)
        case _:
            pass


def _of_cases(place: str, guards: Guards) -> Iterator[Finding]:
    vectors, count = guards.vectors, len(guards.texts)
    for at, (when, taken) in enumerate(zip(guards.texts, guards.taken, strict=True)):
        own = {vector[at] for vector in vectors}
        if own == {False}:
            yield Finding(place, f"{when} never holds: {taken} is never taken")
            continue
        before = [vector for vector in vectors if not any(vector[:at])]
        if own <= {True, False} and not any(vector[at] for vector in before):
            yield Finding(place, f"{when} holds only where an earlier case does: {taken} is never taken")
            continue
        follows = at + 1 < count or guards.has_last
        if follows and before and all(vector[at] for vector in before):
            yield Finding(place, f"{when} always holds when it is asked: nothing after it is ever taken")


def _overlapping(place: str, guards: Guards) -> Iterator[Finding]:
    for at, (when, taken) in enumerate(zip(guards.texts, guards.taken, strict=False)):
        for later in range(at + 1, len(guards.texts)):
            both = any(vector[at] and vector[later] for vector in guards.vectors)
            alone = any(vector[later] and not any(vector[:later]) for vector in guards.vectors)
            if both and alone:
                told = f"{when} and {guards.texts[later]} may hold both: then it is {taken}, the first"
                yield Finding(place, told)


def _of_one(place: str, node: Node, guards: Guards) -> Iterator[Finding]:
    """Yield that what only says yes or no never says yes."""
    (text,) = guards.texts or ("",)
    if not text or {vector[0] for vector in guards.vectors} != {False}:
        return
    match node:
        case Loop(at_rounds_max=AtRoundsMax.FAIL):
            yield Finding(place, f"{text} never holds: every run of the loop uses its rounds up, and fails")
        case Graph():
            yield Finding(place, f"{text} never holds: the step of which it is expected always fails")
        case EventNode(topic=topic):
            yield Finding(place, f"{text} never holds: no event on {topic} is what it waits for")
        case _:
            pass


def _one_holds(guards: Guards) -> bool:
    return all(any(vector) for vector in guards.vectors)


def _undecided(place: str, guards: Guards) -> Iterator[Finding]:
    for at, text in enumerate(guards.texts):
        if any(vector[at] is None for vector in guards.vectors):
            yield Finding(place, f"{text} is not decided: it does not compare single values with constants")
