"""Which place of a flow a path runs: one name for all items, rounds, questions and turns. Pure."""

import re
from functools import lru_cache

from holdfast.journal.fold.handing import JOINT
from holdfast.kernel import paths

PLACES_REMEMBERED_MAX = 4_096
"""Of how many paths the place is kept, for it is asked for at every look."""
_PLACE = re.compile(r"(?<!/undo)\[[^\]]*\]|(?<=/review)\.[0-9]+|(?<=/ask)\.[0-9]+")
_TURN = re.compile(rf"\[(?P<member>[a-z][a-z0-9_]*){re.escape(JOINT)}[0-9]+\]")


@lru_cache(maxsize=PLACES_REMEMBERED_MAX)
def place_of(path: str) -> str:
    """Return the place in the flow that ``path`` runs: the same for all items, rounds, questions and turns."""
    return _PLACE.sub(_generally, path)


def is_turn(key: str) -> bool:
    """Whether a path takes ``key`` for the turn of a member, rather than for an item or a round."""
    return _TURN.fullmatch(paths.item("", key)) is not None


def expected_of(graph: str, step: str) -> str:
    """Return what is kept under what a graph expects of a step: no place has that name."""
    return f"{graph}:{step}"


def contracts_of(handoff: str, member: str) -> str:
    """Return likewise for the contracts by which a member hands over."""
    return f"{handoff}:{member}"


def _generally(found: re.Match[str]) -> str:
    turn = _TURN.fullmatch(found[0])
    return f"[{turn['member']}]" if turn is not None else "[]" if found[0].startswith("[") else ""
