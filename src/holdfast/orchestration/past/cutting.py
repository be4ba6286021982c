"""Where a run's history can be cut so that another run begins with it: before a turn, before a step. Pure.

There nothing of the turn or step has been sent yet. What other branches have under way at that instant the original
brings to an end, and the fork begins anew (see ``journal.fold.forks``).
"""

from collections.abc import Iterable, Sequence

import msgspec

from holdfast.journal.codec import decode
from holdfast.journal.events import ModelCalled, NodeEntered
from holdfast.journal.port import Recorded
from holdfast.kernel import paths
from holdfast.kernel.errors import InputError
from holdfast.kernel.ids import RunId

PLACES_TOLD_MAX = 12


class BeforeTurn(msgspec.Struct, frozen=True):
    """Before an agent takes that turn."""

    turn: int
    node: str = ""
    """The path of the agent's node; may be empty where only one has taken such a turn."""


class BeforeStep(msgspec.Struct, frozen=True):
    """Before the node at that path is entered: the last time, if it was several times."""

    path: str


class AtVersion(msgspec.Struct, frozen=True):
    """After the event of that version, which must be the last one before a turn or a step."""

    version: int


Cut = BeforeTurn | BeforeStep | AtVersion


class Boundary(msgspec.Struct, frozen=True):
    """A place at which a history can be cut."""

    version: int
    """How many events come before it."""
    node: str
    turn: int = 0
    """The turn that follows; 0 where the node is entered next."""

    @property
    def before(self) -> str:
        """The path of the turn or step that follows."""
        return paths.turn(self.node, self.turn) if self.turn else self.node


def boundaries(recorded: Iterable[Recorded]) -> list[Boundary]:
    """Return the places at which this history can be cut, in order."""
    found = []
    for entry in recorded:
        match decode(entry.body):
            case ModelCalled(attempt=1) as called:
                found.append(Boundary(entry.version - 1, called.node, called.turn))
            case NodeEntered() as entered:
                found.append(Boundary(entry.version - 1, entered.node))
            case _:
                pass
    return found


def cut(run: RunId, recorded: Iterable[Recorded], at: Cut | None = None) -> Boundary:
    """Return the place that is meant, by default the last one. Raises InputError, naming those there are."""
    found = boundaries(recorded)
    if not found:
        raise InputError(f"expected a run that has begun a step, found none in run {run}: start a new run instead")
    match at:
        case None:
            return found[-1]
        case BeforeTurn(turn, node) if turn >= 1:
            return _turn(run, found, turn, node)
        case BeforeStep(path):
            return _step(run, found, path)
        case AtVersion(version):
            return _version(run, found, version)
        case _:
            raise InputError(f"expected BeforeTurn of 1 or more, BeforeStep or AtVersion to fork at, found {at!r}")


def _turn(run: RunId, found: Sequence[Boundary], turn: int, node: str) -> Boundary:
    taken = [each for each in found if each.turn == turn and node in ("", each.node)]
    nodes = list(dict.fromkeys(each.node for each in taken))
    if len(nodes) == 1:
        return taken[-1]
    if nodes:
        raise InputError(f"expected the node whose turn {turn} is meant, found {_told(nodes)} in run {run}: name one")
    turns = [each.before for each in found if each.turn]
    wanted = f"a turn {turn} of {node}" if node else f"a turn {turn}"
    raise InputError(f"expected {wanted} in run {run}, found the turns {_told(turns)}")


def _step(run: RunId, found: Sequence[Boundary], path: str) -> Boundary:
    entered = [each for each in found if not each.turn and each.node == path]
    if not entered:
        steps = list(dict.fromkeys(each.node for each in found if not each.turn))
        raise InputError(f"expected a step that run {run} has entered, found {path!r}: it has {_told(steps)}")
    return entered[-1]


def _version(run: RunId, found: Sequence[Boundary], version: int) -> Boundary:
    for each in found:
        if each.version == version:
            return each
    earlier = [f"{each.version} (before {each.before})" for each in found if each.version < version][-1:]
    later = [f"{each.version} (before {each.before})" for each in found if each.version > version][:1]
    raise InputError(
        f"expected a version of run {run} at which a turn or a step begins, found {version}: the nearest are "
        f"{' and '.join((*earlier, *later))}"
    )


def _told(places: Sequence[str]) -> str:
    more = f" and {len(places) - PLACES_TOLD_MAX} more" if len(places) > PLACES_TOLD_MAX else ""
    return f"{', '.join(places[:PLACES_TOLD_MAX]) or 'none'}{more}"
