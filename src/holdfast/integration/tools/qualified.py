"""What tools that others define are called here: under the name of whoever offers them, never of another."""

import re
from collections.abc import Collection

from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.ids import digest
from holdfast.kernel.paths import check_name

BETWEEN = "__"
SERVER_NAME_CHARACTERS_MAX = 24
QUALIFIED_CHARACTERS_MAX = 64
"""What providers take as the name of a tool."""
TAIL_DIGITS = 6

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ODD = re.compile(r"[^a-z0-9]+")


def qualified(server: str, tool: str, taken: Collection[str] = ()) -> str:
    """Return what the ``tool`` of ``server`` is called: ``server__tool``, in the letters that every provider takes.

    A name that is too long, or ``taken``, ends in a digest of what the server calls it.
    """
    plain = _ODD.sub("_", _HUMP.sub("_", tool).lower()).strip("_") or "tool"
    name = f"{server}{BETWEEN}{plain}"
    if len(name) <= QUALIFIED_CHARACTERS_MAX and name not in taken:
        return name
    tail = "_" + digest(tool.encode("utf-8", "surrogatepass"))[:TAIL_DIGITS]
    return name[: QUALIFIED_CHARACTERS_MAX - len(tail)] + tail


def check_server_name(name: str, what: str) -> str:
    """Return ``name`` if a server can be called so, else raise DefinitionError."""
    check_name(name, what)
    if len(name) > SERVER_NAME_CHARACTERS_MAX or BETWEEN in name or name.endswith("_"):
        raise DefinitionError(
            f"{what} {name!r}: expected at most {SERVER_NAME_CHARACTERS_MAX} characters, no '__' and no '_' at the "
            "end, for its tools are called SERVER__TOOL: give it another name"
        )
    return name
