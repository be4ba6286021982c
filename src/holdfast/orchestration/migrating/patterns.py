"""Which nodes of a run the paths mean that a migration names. Pure.

A path means itself; with ``[]`` all items of a map, or rounds of a loop, at that place; with ``[NAME]`` all turns of
that member of a handoff.
"""

import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

from holdfast.journal.fold.handing import HANDOFF_KIND, JOINT, turns
from holdfast.journal.fold.state import RunState
from holdfast.kernel import paths

_KEY = re.compile(r"\[[^]]*\]")
ANY = "[]"


def meant(pattern: str, to: str, state: RunState) -> dict[str, str]:
    """Return the nodes of the run that ``pattern`` means, each with what it becomes by ``to``."""
    known = {*state.nodes, *_next(state)}
    if pattern in known:
        return {pattern: to}
    keys, becomes, place = _KEY.findall(pattern), _KEY.findall(to), _KEY.sub(ANY, pattern)
    found = {}
    for path in sorted(known):
        theirs = _keys(path, state)
        if not theirs or _KEY.sub(ANY, path) != place or len(becomes) != len(theirs):
            continue
        if all(each.is_meant_by(key) for each, key in zip(theirs, keys, strict=True)):
            filled = [each.as_key(key) for each, key in zip(theirs, becomes, strict=True)]
            found[path] = "".join(itertools.chain(*zip(_KEY.split(to), (*filled, ""), strict=True)))
    return found


class _Key(NamedTuple):
    """A key in the path of a node; of a turn also what stands for all turns of the member, and its number."""

    key: str
    member: str = ""
    number: str = ""

    def is_meant_by(self, key: str) -> bool:
        return key in (ANY, self.key, self.member)

    def as_key(self, key: str) -> str:
        """Return what ``key`` of a new path becomes in the place of this."""
        if key == ANY:
            return self.key
        return f"{key[:-1]}{JOINT}{self.number}]" if self.member and JOINT not in key else key


def _keys(path: str, state: RunState) -> list[_Key]:
    """Return the keys in ``path``, in order."""
    found = []
    for match in _KEY.finditer(path):
        around = state.nodes.get(path[: match.start()])
        if around is not None and around.kind == HANDOFF_KIND:
            member, _, number = match[0][1:-1].rpartition(JOINT)
            found.append(_Key(match[0], f"[{member}]", number))
        else:
            found.append(_Key(match[0]))
    return found


def _next(state: RunState) -> Iterator[str]:
    """Yield what is decided to come next, whose node may not have been entered yet: a case, a turn."""
    for node in state.nodes.values():
        if node.case is not None:
            yield paths.below(node.path, node.case)
        if node.kind == HANDOFF_KIND:
            yield turns(state, node)[-1].path
