"""Cuts a request into clauses, and says which comes after which. English connectives; nothing is judged."""

import re
from dataclasses import dataclass, field

from holdfast.intent.classify import TEXT_CHARACTERS_MAX

CLAUSES_MAX = 12
"""Whatever comes after so many seams stays with the last clause."""

# Every repetition is bounded, for whoever writes a request may mean ill: on single spaces, a search takes linear time.
_SEAM = re.compile(
    r"(?P<first>[,.;!?]{0,3} (?:but|and) (?:first|before that)\b[,:]? )"
    r"|(?P<then>[,.;!?]{0,3} (?:and )?(?:then|after that|afterwards|after which|if not|if so)\b[,:]? )"
    r"|[.!?;]{1,3} (?:also\b[,:]? |and |but )?"
    r"|,? (?:and|plus|but) (?:also )?|,? also ",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"^before (?P<later>[^,]+), ?(?P<earlier>.+)$", re.IGNORECASE)
_AFTER = re.compile(r"^(?:after|once) (?P<earlier>[^,]+), ?(?P<later>.+)$", re.IGNORECASE)


@dataclass(slots=True)
class Clause:
    """A piece of a request; ``after`` are the places of those that it is said to come after."""

    text: str
    after: set[int] = field(default_factory=set)


def clauses(text: str) -> list[Clause]:
    """Return the clauses of ``text``, with single spaces, in the order of saying; one, if there is no seam."""
    whole = " ".join(text[:TEXT_CHARACTERS_MAX].split())
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
