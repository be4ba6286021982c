"""Step paths: stable names for every step of a run.

A path joins names, map item keys, turns and calls: ``review/scan[src-2]/turn.3/call.1``. The same step has the same
path in every replay, so journals, traces, idempotency keys and people can all speak of it.
"""

import re
from collections.abc import Iterator

from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.ids import digest

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")
_UNSAFE_IN_KEY = re.compile(r"[^A-Za-z0-9_.:@+-]")
_CALL = re.compile(r"(?P<node>.*)/turn\.(?P<turn>[0-9]+)/call\.(?P<call>[0-9]+)\Z")
_UNDO = re.compile(r"(?P<saga>.*)/undo(?:\[(?P<step>[a-z][a-z0-9_]*)\](?:/ask\.[0-9]+)?)?\Z")
KEY_LENGTH_MAX = 120


def check_name(name: str, what: str) -> str:
    """Return ``name`` if it can stand in a path, else raise DefinitionError."""
    if not _NAME.match(name):
        raise DefinitionError(
            f"{what} {name!r} cannot stand in a step path: "
            "expected a lower-case letter, then letters, digits or '_' (64 at most)"
        )
    return name


def below(path: str, name: str) -> str:
    """Return the path of the node ``name`` inside ``path``."""
    return f"{path}/{name}"


def item(path: str, key: str) -> str:
    """Return the path of the map item ``key`` of the node at ``path``: different keys have different paths.

    Unsafe characters are percent-encoded. A key that is then too long is cut, and ends in ``~`` and its digest instead;
    no other key can hold a ``~``.
    """
    safe = _UNSAFE_IN_KEY.sub(_percent, key)
    if len(safe) > KEY_LENGTH_MAX:
        tail = "~" + digest(_encoded(key))
        safe = safe[: KEY_LENGTH_MAX - len(tail)] + tail
    return f"{path}[{safe}]"


def turn(path: str, number: int) -> str:
    """Return the path of turn ``number`` (from 1) of the agent at ``path``."""
    return f"{path}/turn.{number}"


def call(path: str, turn_number: int, index: int) -> str:
    """Return the path of call ``index`` (from 1) in that turn of the agent at ``path``."""
    return f"{path}/turn.{turn_number}/call.{index}"


def review(path: str, number: int) -> str:
    """Return the path of round ``number`` (from 1) in which the result of the flow at ``path`` is reviewed."""
    return f"{path}/review.{number}"


def undo(path: str) -> str:
    """Return the path at which what the saga at ``path`` has done is undone: its steps' lie below it, as its items."""
    return f"{path}/undo"


def undone(path: str) -> tuple[str, str] | None:
    """Return the saga and the step that ``path`` would be undoing, if it is that of undoing or lies below it."""
    found = _UNDO.match(path)
    return (found["saga"], found["step"] or "") if found else None


def effect(path: str) -> tuple[str, int, int]:
    """Return the node, turn and call of the effect at ``path``; turn and call are 0 for a node that is itself one."""
    found = _CALL.match(path)
    return (found["node"], int(found["turn"]), int(found["call"])) if found else (path, 0, 0)


def parent(path: str) -> str | None:
    """Return the path of the node that the node at ``path`` lies in; None for the root."""
    if path.endswith("]"):
        return path.rpartition("[")[0]
    return path.rpartition("/")[0] or None


def ancestors(path: str) -> Iterator[str]:
    """Yield the paths of the nodes that the node at ``path`` lies in, the innermost first."""
    above = parent(path)
    while above is not None:
        yield above
        above = parent(above)


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in _encoded(match.group()))


def _encoded(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")  # a file name that is not UTF-8 comes with lone surrogates
