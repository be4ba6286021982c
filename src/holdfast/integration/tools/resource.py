"""Which resource a call acts on, told by a key that its arguments make."""

import string
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from holdfast.integration.tools.companion import Companion, read_companion
from holdfast.integration.tools.signature import Signature
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.ids import digest

KEYS_MAX = 16
"""The most resources that one call may act on."""
DIGITS = 16
"""Enough of a key's digest to tell apart what one run acts on."""


@dataclass(frozen=True, slots=True)
class Resource:
    """Makes the keys of a call: from a template such as ``order:{order_id}``, or by a plain function that is quick."""

    of: str | Companion

    @property
    def definition(self) -> str:
        """All that decides about the keys."""
        return self.of if isinstance(self.of, str) else self.of.source

    def keys(self, values: Mapping[str, object]) -> frozenset[str]:
        """Return the keys of a call with these arguments. Raises what the function raises, TypeError for no keys."""
        if isinstance(self.of, str):
            return frozenset((self.of.format(**values),))
        made = self.of.function(**{name: values[name] for name in self.of.asked})
        keys = frozenset((made,) if isinstance(made, str) else made if isinstance(made, Collection) else (made,))
        if not all(isinstance(key, str) and key for key in keys) or len(keys) > KEYS_MAX:
            raise TypeError(f"expected a key, or at most {KEYS_MAX}, each a text, found {made!r:.80}")
        return keys


def read_resource(declared: str | Callable[..., object], tool: str, signature: Signature) -> Resource:
    """Return what ``declared`` says. Raises DefinitionError where it names what is no argument."""
    if not isinstance(declared, str):
        read = read_companion(declared, "resource", tool, signature)
        if read.is_async or read.provided or read.key:
            raise DefinitionError(
                f"tool {tool}: its resource is to be told by the arguments alone, at once: make it a plain function "
                "that takes arguments of the tool and nothing else"
            )
        return Resource(read)
    known = {parameter.name for parameter in signature.parameters}
    for _, field, form, conversion in string.Formatter().parse(declared):
        if field is not None and (field not in known or form or conversion):
            raise DefinitionError(
                f"tool {tool}: its resource {declared!r} names {field!r}, expected arguments of the tool in plain "
                f"braces (there are: {', '.join(sorted(known)) or 'none'})"
            )
    return Resource(declared)


def journalled(keys: Collection[str]) -> tuple[str, ...]:
    """Return the keys as a journal holds them: digests, for a key may tell of a person."""
    return tuple(sorted(digest(key.encode("utf-8", "surrogatepass"))[:DIGITS] for key in keys))
