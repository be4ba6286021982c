"""Cuts a request into clauses, and says which comes after which. English connectives; nothing is judged."""

import re
from dataclasses import dataclass, field

from holdfast.intent.classify import TEXT_CHARACTERS_MAX

CLAUSES_MAX = 12
"""Whatever comes after so many seams stays with the last clause."""

_SEAM = re.compile(
    r"(?P<first>[,.;!?]*\s+(?:but|and)\s+(?:first|before\s+that)\b[,:]?\s+)"
    r"|(?P<then>[,.;!?]*\s+(?:and\s+)?(?:then|after\s+that|afterwards|after\s+which|if\s+not|if\s+so)\b[,:]?\s+)"
    r"|[.!?;]+\s+(?:also\b[,:]?\s+|and\s+|but\s+)?"
    r"|[,]?\s+(?:and|plus|but)\s+(?:also\s+)?|,?\s+also\s+",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"^before\s+(?P<later>[^,]+),\s*(?P<earlier>\S.*)$", re.IGNORECASE | re.DOTALL)
_AFTER = re.compile(r"^(?:after|once)\s+(?P<earlier>[^,]+),\s*(?P<later>\S.*)$", re.IGNORECASE | re.DOTALL)


@dataclass(slots=True)
class Clause:
    """A piece of a request; ``after`` are the places of those that it is said to come after."""

    text: str
    after: set[int] = field(default_factory=set)


def clauses(text: str) -> list[Clause]:
    """Return the clauses of ``text``, in the order in which they are said; one, if there is no seam."""
    whole = text[:TEXT_CHARACTERS_MAX].strip()
    found: list[Clause] = []
    begin, kind = 0, None
    for seam in _SEAM.finditer(whole):
        if len(found) + 2 >= CLAUSES_MAX:  # a piece may become two
            break
        if whole[begin : seam.start()].strip():
            _add(found, whole[begin : seam.start()].strip(), kind)
            kind = seam.lastgroup
        begin = seam.end()
    _add(found, whole[begin:].strip(), kind)
    return found


def _add(found: list[Clause], piece: str, kind: str | None) -> None:
    """Add ``piece``, which follows a seam of this ``kind``, as one clause, or as two where it orders them itself."""
    place = len(found)
    if (told := _BEFORE.match(piece)) is not None:
        found += [Clause(told["later"], {place + 1}), Clause(told["earlier"])]
    elif (told := _AFTER.match(piece)) is not None:
        found += [Clause(told["earlier"]), Clause(told["later"], {place})]
    else:
        found.append(Clause(piece))
    if place and kind == "then":
        found[place].after.add(place - 1)
    if place and kind == "first":
        found[place - 1].after.add(place)
