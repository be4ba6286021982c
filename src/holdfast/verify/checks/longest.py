"""The longest way through the situations that were visited. Pure."""

from collections import defaultdict
from collections.abc import Collection, Sequence

Edge = tuple[int, int, int, bool]


def longest(edges: Sequence[Edge], start: int = 0) -> int | None:
    """Return the greatest weight of all ways from ``start``; None if they go round in a circle that has any."""
    order = in_order(edges, start)
    if order is None:
        return None
    below: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for origin, target, weight, _ in edges:
        below[origin].append((target, weight))
    weights: dict[int, int] = {}
    for number in reversed(order):
        weights[number] = max((weight + weights[target] for target, weight in below[number]), default=0)
    return weights.get(start, 0)


def in_order(edges: Sequence[Edge], start: int = 0) -> list[int] | None:
    """Return the situations that ``start`` leads to, each before those it leads to; None if there is a circle."""
    order, found = _walked(_below(edges), start, ())
    return order if found is None else None


def circle(edges: Sequence[Edge]) -> int | None:
    """Return a situation that leads back to itself; None if there is none."""
    visited: set[int] = set()
    below = _below(edges)
    for origin, _, _, _ in edges:
        if origin not in visited:
            order, found = _walked(below, origin, visited)
            if found is not None:
                return found
            visited.update(order)
    return None


def _below(edges: Sequence[Edge]) -> defaultdict[int, list[int]]:
    below: defaultdict[int, list[int]] = defaultdict(list)
    for origin, target, _, _ in edges:
        below[origin].append(target)
    return below


def _walked(below: defaultdict[int, list[int]], start: int, visited: Collection[int]) -> tuple[list[int], int | None]:
    """Return what ``start`` leads to in order, and a situation that leads back to itself if there is one."""
    done: list[int] = []
    state = {start: 0}
    stack = [(start, iter(below[start]))]
    while stack:
        number, rest = stack[-1]
        target = next(rest, None)
        if target is None:
            state[number] = 1
            done.append(number)
            stack.pop()
        elif target not in state and target not in visited:
            state[target] = 0
            stack.append((target, iter(below[target])))
        elif state.get(target) == 0:
            return done, target
    return done[::-1], None
