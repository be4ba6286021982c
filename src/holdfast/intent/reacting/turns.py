"""Whose turn it is of what a subscription has taken in: one of a key after the other, so many at once. Pure."""

from collections.abc import Iterable, Iterator

from holdfast.journal.bus import Delivery

Line = tuple[str, str]
"""A tenant and a key: what is delivered in one line is reacted to in order."""


def line_of(delivery: Delivery) -> Line | None:
    """Return the line that ``delivery`` stands in; None for one without a key, which waits for nobody."""
    return None if delivery.key is None else (delivery.tenant, delivery.key)


def next_in_turn(waiting: Iterable[Delivery], begun: Iterable[Delivery], count_max: int) -> Iterator[Delivery]:
    """Yield what is to be begun, at most ``count_max``: the first of each line in which nothing is begun.

    ``waiting`` comes in the order of the offsets.
    """
    taken = {line for each in begun if (line := line_of(each)) is not None}
    for each in waiting:
        if count_max <= 0:
            return
        line = line_of(each)
        if line is None or line not in taken:
            count_max -= 1
            yield each
        if line is not None:
            taken.add(line)
