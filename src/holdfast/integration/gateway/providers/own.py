"""What a provider said beyond what is modelled: how it is kept with a part, and found again."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from holdfast.kernel.messages import Message, Own, Part, Text

_NOTHING: tuple[object, ...] = (None, "", [], {})


def kept(api: str, said: Mapping[str, object], modelled: Collection[str] = ()) -> Own | None:
    """Return what ``said`` holds beside the fields that are modelled; None if that is nothing."""
    rest = {name: value for name, value in said.items() if name not in modelled and value not in _NOTHING}
    return Own(api, to_json(rest)) if rest else None


def whole(api: str, said: Mapping[str, object]) -> Own:
    """Return all of ``said``, nothing taken away."""
    return Own(api, to_json(said))


def own_of(part: Part, api: str) -> dict[str, Any]:
    """Return what a part holds for this API. What another has said stays hidden from it."""
    if part.own is None or part.own.api != api:
        return {}
    found: dict[str, Any] = msgspec.json.decode(part.own.data)
    return found


def plain_text(message: Message) -> str:
    """Return the text of a message that is nothing but one; empty for any other. Most are, and need no other look."""
    parts = message.parts
    if len(parts) == 1 and type(part := parts[0]) is Text and part.own is None:  # a match costs three times as much
        return part.text
    return ""


def to_json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def object_of(text: str) -> dict[str, Any]:
    """Return the object that a model wrote as JSON; what is none is wrapped, so that it can be shown as it was."""
    try:
        found = msgspec.json.decode(text) if text else {}
    except msgspec.DecodeError:
        found = None
    return found if isinstance(found, dict) else {"unreadable": text}
