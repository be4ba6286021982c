"""What is worth telling of the way a model call took: a long wait, failed tries, another beside it, the cache. Pure."""

from holdfast.kernel.ways import Hedge, Way
from holdfast.surfaces.cli.showing.wording import duration

WAITED_SECONDS_SHOWN = 1.0
"""A wait for its turn that is longer is told."""


def way_words(way: Way | None) -> tuple[str, ...]:
    """Return what to put behind what became of a call, nothing where nothing is worth telling."""
    if way is None:
        return ()
    told = []
    if way.is_cached:
        told.append("from the cache")
    if way.waited_seconds > WAITED_SECONDS_SHOWN:
        told.append(f"waited {duration(way.waited_seconds)} for its turn")
    if way.tries:
        tried = ", ".join(f"{each.place} by {each.account}: {each.kind}" for each in way.tries)
        told.append(f"{way.place} by {way.account}, after {tried}")
    if way.hedge is not None:
        told.append(_beside(way, way.hedge))
    return tuple(told)


def _beside(way: Way, hedge: Hedge) -> str:
    """Return which of two was heard, and what became of the other."""
    which = "second" if hedge.is_first else "first"
    other = f"{hedge.place} by {hedge.account}"
    became = "was let go of" if hedge.kind is None else f"failed: {hedge.kind}"
    asked = duration(hedge.after_seconds)
    return f"{way.place} by {way.account}, {which} of two (the second asked after {asked}; {other} {became})"
