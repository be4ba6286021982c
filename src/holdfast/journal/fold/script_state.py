"""Where a script stands: how far it came, and what it waits for."""

import msgspec

from holdfast.journal.events.scripts import ScriptCall


class ScriptTurn(msgspec.Struct, frozen=True, gc=False):
    """How far a script came at once: what it was told, and what it asked for then."""

    told: tuple[str, ...] = ()
    calls: tuple[ScriptCall, ...] = ()


class ScriptState(msgspec.Struct, frozen=True, gc=False):
    """Where a script stands: all that it takes to let it come there again."""

    turns: tuple[ScriptTurn, ...] = ()
    waits: tuple[ScriptCall, ...] = ()
    """What it asked for and has not been told the end of, in the order in which it asked."""
