"""Whether all that a saga has done is undone, declared irreversible or put to a person, wherever it is cut. Pure."""

from collections.abc import Iterator

from holdfast.orchestration.flow.nodes import FunctionNode, Saga, ToolNode
from holdfast.verify.checks.seen import Seen
from holdfast.verify.report import Check, Finding


def check_sagas(seen: Seen) -> Check:
    """Return what sagas leave standing although nobody has said that it may."""
    facts = seen.searched.facts
    declared = {
        f"{place}/{step.do.name}" for place, saga in _sagas(seen) for step in saga.steps if step.is_irreversible
    }
    standing = tuple(
        Finding(
            place, "what it did stands where its saga is undone, and nobody has said that it may", seen.story(number)
        )
        for place, number in facts.standing.items()
        if place not in declared
    )
    partial = tuple(
        Finding(place, "the run succeeds although the saga is neither whole nor undone", seen.story(number))
        for place, number in facts.partial_success.items()
    )
    told = tuple(
        Finding(place, "it is declared irreversible: it stands where its saga is undone")
        for place in sorted(declared & facts.standing.keys())
    )
    has_saga = any(_sagas(seen))
    return Check(
        id="sagas",
        asks="whatever a saga has done is undone, declared irreversible, or put to a person",
        violations=(*standing, *partial, *_idle(seen)),
        not_proved=seen.beyond("a saga may be cut off where it was not followed") if has_saga else (),
        told=told,
    )


def _idle(seen: Seen) -> Iterator[Finding]:
    """Yield the steps that change something and are undone by what changes nothing."""
    for place, saga in _sagas(seen):
        for step in saga.steps:
            if step.undo is None or not isinstance(step.do, ToolNode | FunctionNode):
                continue
            done, undo = seen.subject.called(step.do), seen.subject.called(step.undo)
            if done is not None and undo is not None and done.effect.needs_intent and not undo.effect.needs_intent:
                told = f"{undo.name} is to undo it and changes nothing: its effect is {undo.effect}"
                yield Finding(f"{place}/{step.do.name}", told)


def _sagas(seen: Seen) -> list[tuple[str, Saga]]:
    return [(place, node) for place, node in seen.subject.places.items() if isinstance(node, Saga)]
