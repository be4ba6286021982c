"""The arguments of a call as the model wrote them: parsed once, into one canonical form that everything else goes by.

What is digested (and so what an idempotency key or an approval binds to) is byte for byte what is validated: no two
parsers that disagree, on a key given twice for one, can be played against each other.
"""

import msgspec

from holdfast.kernel.ids import digest

ARGUMENTS_CHARACTERS_MAX = 1_000_000
"""What a model may write in one call."""
NODE_ARGUMENTS_CHARACTERS_MAX = 16_000_000
"""What a flow may hand to one of its own steps: several results of other steps."""

_canonical = msgspec.json.Encoder(order="deterministic")


class Malformed(msgspec.Struct, frozen=True):
    """The text is not one JSON object; ``reason`` says what it is instead."""

    reason: str


def canonical_arguments(text: str, characters_max: int = ARGUMENTS_CHARACTERS_MAX) -> bytes | Malformed:
    """Return the JSON object in ``text`` without spaces and with its keys in order; blank text is an empty object."""
    if len(text) > characters_max:
        return Malformed(f"they are {len(text)} characters long, at most {characters_max} are taken")
    try:
        value: object = msgspec.json.decode(text) if text.strip() else {}
        return _canonical.encode(value) if isinstance(value, dict) else Malformed(f"they are {_named(value)}")
    except (ValueError, RecursionError) as error:
        return Malformed(f"they are not valid JSON ({error})")


def arguments_digest(text: str) -> str:
    """Return the digest of the canonical form of ``text``, or of ``text`` itself where it has none."""
    canonical = canonical_arguments(text)
    return digest(text.encode("utf-8", "surrogatepass") if isinstance(canonical, Malformed) else canonical)


def _named(value: object) -> str:
    match value:
        case list():
            return "an array"
        case str():
            return "a string"
        case None:
            return "null"
        case bool():
            return "a boolean"
        case _:
            return "a number"
