"""How far the search goes: what lies beyond a bound is not proved, and the report says so."""

import msgspec

ITEMS_MAX = 2
STATES_MAX = 200_000
SECONDS_MAX = 60.0
TRIES_MAX = 2


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds of one search."""

    items: int = ITEMS_MAX
    """The most items of a list that nobody knows yet: of a map, and of what expressions count."""
    states: int = STATES_MAX
    """The most situations that are visited."""
    seconds: float = SECONDS_MAX
    """The longest it may take."""
    tries: int = TRIES_MAX
    """How often a leaf with a retry is tried: what more of them come to, two do."""
    cancels: bool = True
    """Whether the run may be cancelled from outside, at any point."""
    doubts: bool = True
    """Whether the outcome of an effect may be lost."""
    reduces: bool = True
    """Whether of branches that cannot bear on each other one order stands for all."""


DEFAULT = Bounds()
