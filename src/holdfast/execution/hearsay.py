"""Shows an agent what others have said: each piece in a message of its own, labelled, and never as an instruction."""

import re
from collections.abc import Collection, Iterator, Mapping

import msgspec

from holdfast.kernel.errors import ExpressionError
from holdfast.kernel.messages import Message, Role, say
from holdfast.kernel.provenance import Provenance, Trust
from holdfast.prompts.prompt import shipped

HEARSAY = shipped("execution/hearsay")
FROM = "from"
"""The field of a piece that names who has said it."""

_NAME = re.compile(r"[a-z0-9_]{1,64}\Z")


def parted(value: object, untrusted: Collection[str]) -> tuple[object, Mapping[str, object]]:
    """Return ``value`` without the fields that are ``untrusted``, and these. Raises ExpressionError."""
    if not untrusted:
        return value, {}
    if not isinstance(value, Mapping):
        told = f"expected an input with the fields {', '.join(untrusted)}, found {type(value).__name__}"
        raise ExpressionError(f"{told}: what others have said cannot be told from the task")
    said = {name: value[name] for name in untrusted if name in value}
    return {name: each for name, each in value.items() if name not in said}, said


def hearsay(said: Mapping[str, object]) -> Iterator[Message]:
    """Yield a message for each piece of what was ``said``: a list is taken piece by piece."""
    for name, value in said.items():
        for piece in value if isinstance(value, list) else (value,):
            source = _source(name, piece)
            values = {"source": source, "data": _fenced(piece)}
            yield say(Role.USER, HEARSAY.render(values), Provenance(source, Trust.UNTRUSTED))


def _source(name: str, piece: object) -> str:
    """Return who is named as the source: no more than a name, for whatever else stood there would be read as well."""
    told = piece.get(FROM) if isinstance(piece, Mapping) else None
    return f"{name}:{told}" if isinstance(told, str) and _NAME.match(told) else name


def _fenced(piece: object) -> str:
    """Return ``piece`` as JSON that cannot end the fence around it: a ``<`` in it stands as an escape."""
    return msgspec.json.encode(piece).decode().replace("<", "\\u003c")
