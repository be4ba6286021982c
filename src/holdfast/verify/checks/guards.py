"""Whether the guards of branches contradict, shadow or overlap each other, wherever runs come to them. Pure."""

from collections.abc import Iterator

from holdfast.orchestration.flow.nodes import AtRoundsMax, Branch, Loop
from holdfast.verify.checks.seen import Seen
from holdfast.verify.report import Check, Finding

Vector = tuple[bool | None, ...]


def check_guards(seen: Seen) -> Check:
    """Return which guards never hold, always hold, or hold only where an earlier one does."""
    amiss: list[Finding] = []
    undecided: list[Finding] = []
    told: list[Finding] = []
    for place, node in seen.subject.places.items():
        vectors = seen.searched.facts.vectors.get(place, set())
        if not vectors:
            continue
        if isinstance(node, Branch):
            amiss.extend(_of_branch(place, node, vectors))
            told.extend(_overlapping(place, node, vectors))
            undecided.extend(_undecided(place, [case.when for case in node.cases], vectors))
        elif isinstance(node, Loop):
            amiss.extend(_of_loop(place, node, vectors))
            undecided.extend(_undecided(place, [node.until], vectors))
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


def _of_branch(place: str, node: Branch, vectors: set[Vector]) -> Iterator[Finding]:
    for at, case in enumerate(node.cases):
        own = {vector[at] for vector in vectors}
        if own == {False}:
            yield Finding(place, f"{case.when} never holds: {case.then.name} is never taken")
            continue
        before = [vector for vector in vectors if not any(vector[:at])]
        if own <= {True, False} and not any(vector[at] for vector in before):
            yield Finding(place, f"{case.when} holds only where an earlier case does: {case.then.name} is never taken")
            continue
        follows = at + 1 < len(node.cases) or node.otherwise is not None
        if follows and before and all(vector[at] for vector in before):
            yield Finding(place, f"{case.when} always holds when it is asked: nothing after it is ever taken")


def _overlapping(place: str, node: Branch, vectors: set[Vector]) -> Iterator[Finding]:
    for at, case in enumerate(node.cases):
        for later in range(at + 1, len(node.cases)):
            both = any(vector[at] and vector[later] for vector in vectors)
            alone = any(vector[later] and not any(vector[:later]) for vector in vectors)
            if both and alone:
                told = f"{case.when} and {node.cases[later].when} may hold both: then it is {case.then.name}, the first"
                yield Finding(place, told)


def _of_loop(place: str, node: Loop, vectors: set[Vector]) -> Iterator[Finding]:
    if {vector[0] for vector in vectors} == {False} and node.at_rounds_max is AtRoundsMax.FAIL:
        yield Finding(place, f"{node.until} never holds: every run of the loop uses its rounds up, and fails")


def _undecided(place: str, texts: list[str], vectors: set[Vector]) -> Iterator[Finding]:
    for at, text in enumerate(texts):
        if any(vector[at] is None for vector in vectors):
            yield Finding(place, f"{text} is not decided: it does not compare single values with constants")
