"""Takes a request apart that asks for several things: each with a classification, and what it is to come after."""

from dataclasses import dataclass, field

import msgspec

from holdfast.intent.classification import Classification
from holdfast.intent.classify import Classifier
from holdfast.intent.clauses import Clause, clauses

PART_CONFIDENCE_MIN = 0.6
"""How sure the intent of a clause has to be for a part of its own, where nothing says that there is an order."""


class Part(msgspec.Struct, frozen=True):
    """One thing that is asked for. Those it comes ``after`` are named by their places; the others may run beside it."""

    text: str
    classification: Classification
    after: tuple[int, ...] = ()


@dataclass(slots=True)
class _Group:
    """Clauses about one thing, while they are gathered."""

    classification: Classification
    places: list[int] = field(default_factory=list)


async def parts_of(
    text: str,
    classifier: Classifier,
    *,
    clauses_by: Classifier | None = None,
    part_confidence_min: float = PART_CONFIDENCE_MIN,
) -> tuple[Part, ...]:
    """Return what ``text`` asks for; the whole of it, if it does not ask for different things for certain.

    A clause that says nothing by itself belongs to the one before it, the first ones to the one after. Each clause is
    classified ``clauses_by`` one who is cheap, where the ``classifier`` is dear; it then sees no more than the whole.
    """
    cut, judge = clauses(text), clauses_by or classifier
    said = [await judge.classify(clause.text) for clause in cut] if len(cut) > 1 else []
    groups = _gather(cut, said, part_confidence_min)
    if len({group.classification.intent for group in groups}) < 2:
        whole = await classifier.classify(text)
        return (Part(text, groups[0].classification if groups and whole.abstained else whole),)
    home = {place: number for number, group in enumerate(groups) for place in group.places}
    return tuple(
        Part(
            ". ".join(cut[place].text for place in group.places),
            group.classification,
            tuple(sorted({home[other] for place in group.places for other in cut[place].after} - {number})),
        )
        for number, group in enumerate(groups)
    )


def _gather(cut: list[Clause], said: list[Classification], part_confidence_min: float) -> list[_Group]:
    groups: list[_Group] = []
    waiting: list[int] = []
    ordered = {place for place, clause in enumerate(cut) if clause.after} | {o for clause in cut for o in clause.after}
    for place, found in enumerate(said):
        is_sure = not found.abstained and (place in ordered or found.confidence >= part_confidence_min)
        if is_sure and not (groups and groups[-1].classification.intent == found.intent):
            groups.append(_Group(found, waiting))
            waiting = []
        (groups[-1].places if groups else waiting).append(place)
    return groups
