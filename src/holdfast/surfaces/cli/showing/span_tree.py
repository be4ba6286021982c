"""A trace's spans as rows of a tree; where there are too many, those that went well are left out."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from holdfast.observability.span import Span, SpanKind, SpanStatus

CHILDREN_MAX = 12
"""How many spans are shown below one, unless all are asked for."""
GOOD = frozenset({SpanStatus.SUCCEEDED, SpanStatus.SKIPPED})


class Row(msgspec.Struct, frozen=True):
    """A span and how deep it lies; or, without a span, how many were left out there."""

    depth: int
    span: Span | None
    left_out: int = 0


def rows(spans: Sequence[Span], *, kinds: frozenset[SpanKind] | None = None, shows_all: bool = False) -> list[Row]:
    """Return ``spans`` in the order of the tree; with ``kinds`` only those."""
    below: defaultdict[str | None, list[Span]] = defaultdict(list)
    for span in spans:
        if kinds is None or span.kind in kinds:
            below[span.parent].append(span)
    shown = {span.span_id for children in below.values() for span in children}
    tops = [span for parent, children in below.items() if parent not in shown for span in children]
    return [row for top in tops for row in _rows(top, 0, below, shows_all)]


def _rows(span: Span, depth: int, below: defaultdict[str | None, list[Span]], shows_all: bool) -> Iterator[Row]:
    yield Row(depth, span)
    children = sorted(below.get(span.span_id, ()), key=lambda child: child.serial)
    shown = children if shows_all else _chosen(children)
    for child in shown:
        yield from _rows(child, depth + 1, below, shows_all)
    if len(shown) < len(children):
        yield Row(depth + 1, None, len(children) - len(shown))


def _chosen(children: list[Span]) -> list[Span]:
    """Return at most so many of ``children``, in order: what did not go well first, then from the top."""
    if len(children) <= CHILDREN_MAX:
        return children
    by_need = sorted(children, key=lambda child: (child.status in GOOD, child.serial))
    return sorted(by_need[: CHILDREN_MAX - 1], key=lambda child: child.serial)
