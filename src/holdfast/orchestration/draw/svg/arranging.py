"""Where the children of a node lie in its box, by the kind of the node: one under the other, or side by side. Pure.

Children come in bands: those of a band lie side by side, one band under the other. A guard stands over its child.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from holdfast.orchestration.draw.svg.boxes import Arrow, Box, Line, moved, stacked
from holdfast.orchestration.draw.svg.text import LEADING, SMALL, wrapped

GAP = 28.0
"""Between boxes, wide enough for an arrow."""
BAND_WIDTH_MAX = 1_100.0
LABEL_WIDTH_MAX = 240.0
LABEL_GAP = 6.0
LANE_WIDTH_MIN = 140.0
"""How wide the way between giver and taker is at least, if what is said of it shall lie between the two."""


@dataclass(frozen=True, slots=True)
class Child:
    """A child to be laid out, and what stands over it."""

    box: Box
    label: str = ""
    aside: "Child | None" = None
    """What lies to its right, with a broken arrow to it: what undoes it."""


@dataclass
class Arranged:
    """What lies in a box, from its own corner on."""

    width: float = 0.0
    height: float = 0.0
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)

    def label(self, texts: Sequence[str], x: float, y: float) -> None:
        """Set ``texts`` one under the other, left of nothing and above nothing that is there."""
        lines = stacked(texts, SMALL, x, y, "label")
        self.lines.extend(lines)
        self.width = max(self.width, *(line.x + line.width for line in lines), 0.0)
        self.height = max(self.height, *(line.y + line.height for line in lines), 0.0)

    def put(self, box: Box, x: float, y: float) -> Box:
        """Set ``box`` there."""
        there = moved(box, x - box.x, y - box.y)
        self.boxes.append(there)
        self.width, self.height = max(self.width, there.right), max(self.height, there.bottom)
        return there


def in_a_column(children: Iterable[Child], *, linked: bool = True) -> Arranged:
    """Return ``children`` one under the other, each ``linked`` by an arrow to the next."""
    listed = list(children)
    column = max((child.box.width for child in listed), default=0.0)
    found, before = Arranged(), None
    for child in listed:
        texts = label_of(child)
        top = found.height
        if before is not None:
            top += max(GAP, len(texts) * SMALL * LEADING + 2 * LABEL_GAP)
            found.label(texts, column / 2 + LABEL_GAP, found.height + LABEL_GAP)
        elif texts:
            found.label(texts, 0.0, 0.0)
            top = found.height + LABEL_GAP
        here = found.put(child.box, (column - child.box.width) / 2, top)
        if before is not None and linked:
            found.arrows.append(Arrow(((column / 2, before.bottom), (column / 2, here.y))))
        _put_aside(found, child, here, column)
        before = here
    return found


def side_by_side(children: Iterable[Child], *, led: bool = False, band_width_max: float = BAND_WIDTH_MAX) -> Arranged:
    """Return ``children`` side by side, in as many bands as it takes; ``led``: a short arrow to each from its label."""
    found = Arranged()
    for band in _bands(list(children), band_width_max):
        top = found.height + (GAP if found.boxes else 0.0)
        labels = [label_of(child) for child in band]
        over = max(map(len, labels)) * SMALL * LEADING + (GAP / 2 if led else LABEL_GAP) if any(labels) else 0.0
        at = 0.0
        for child, texts in zip(band, labels, strict=True):
            slot = max(child.box.width, _widest(texts))
            here = found.put(child.box, at + (slot - child.box.width) / 2, top + over)
            if texts:
                found.label(texts, at + (slot - _widest(texts)) / 2, top)
                under = top + len(texts) * SMALL * LEADING
                found.arrows.extend([Arrow(((here.middle, under), (here.middle, here.y)))] if led else [])
            at += slot + GAP
    return found


def in_bands(bands: Iterable[list[Child]]) -> Arranged:
    """Return the bands one under the other, the children of each side by side."""
    found = Arranged()
    for band in bands:
        row, top = side_by_side(band), found.height + (GAP if found.boxes else 0.0)
        for line in row.lines:
            found.lines.append(Line(line.text, line.size, line.x, line.y + top, line.look))
            found.width = max(found.width, line.x + line.width)
        for box in row.boxes:
            found.put(box, box.x, box.y + top)
    return found


def under(upper: Arranged, lower: Child) -> Arranged:
    """Return ``upper`` with one child more under all of it, and an arrow to it."""
    texts = label_of(lower)
    middle = max(upper.width, lower.box.width) / 2
    top = upper.height
    upper.label(texts, middle + LABEL_GAP, top + LABEL_GAP)
    gap = max(GAP, len(texts) * SMALL * LEADING + 2 * LABEL_GAP)
    here = upper.put(lower.box, middle - lower.box.width / 2, top + gap)
    upper.arrows.append(Arrow(((middle, top), (middle, here.y))))
    return upper


def with_way_back(inner: Arranged) -> Arranged:
    """Return the body of a loop with the way from its end back to its beginning, to its left."""
    body = inner.boxes[0]
    found = Arranged()
    for line in inner.lines:
        found.lines.append(Line(line.text, line.size, line.x + GAP, line.y, line.look))
        found.width = max(found.width, line.x + GAP + line.width)
    there = found.put(body, GAP, body.y)
    low, side = there.bottom + GAP / 2, GAP / 3
    entry = there.y + min(GAP, there.height / 2)
    found.arrows.append(
        Arrow(((there.middle, there.bottom), (there.middle, low), (side, low), (side, entry), (there.x, entry)))
    )
    found.height = low + 2.0
    return found


def with_contracts(members: Arranged, contracts: Sequence[tuple[str, str, str]]) -> Arranged:
    """Return the members of a handoff with an arrow from giver to taker for each contract, and what it says on it."""
    boxes = {box.name: box for box in members.boxes}
    ports = _ports(boxes, contracts)
    for place, (_, _, told) in enumerate(contracts):
        start, end = ports[place]
        span = abs(start[0] - end[0]) - 3 * LABEL_GAP
        texts = wrapped(told, SMALL, span if span >= LANE_WIDTH_MIN else LABEL_WIDTH_MAX)
        top = members.height + GAP / 2
        members.label(texts, min(start[0], end[0]) + LABEL_GAP, top)
        lane = members.height + LABEL_GAP / 2
        members.height = lane + LABEL_GAP / 2
        members.arrows.append(Arrow((start, (start[0], lane), (end[0], lane), end)))
    return members


def label_of(child: Child) -> list[str]:
    """Return what stands over ``child`` in lines."""
    return wrapped(child.label, SMALL, LABEL_WIDTH_MAX) if child.label else []


def _widest(texts: Sequence[str]) -> float:
    return max((Line(text, SMALL).width for text in texts), default=0.0)


def _bands(children: list[Child], width_max: float) -> Iterator[list[Child]]:
    band: list[Child] = []
    taken = 0.0
    for child in children:
        slot = max(child.box.width, _widest(label_of(child))) + GAP
        if band and taken + slot > width_max:
            yield band
            band, taken = [], 0.0
        band.append(child)
        taken += slot
    if band:
        yield band


def _put_aside(found: Arranged, child: Child, here: Box, column: float) -> None:
    """Set what undoes ``child`` beside it, with a broken arrow to it and its label on that."""
    if child.aside is None:
        return
    texts = label_of(child.aside)
    gap = max(GAP, _widest(texts) + 3 * LABEL_GAP)
    there = found.put(child.aside.box, column + gap, here.y)
    level = here.y + min(here.height, there.height) / 2
    found.label(texts, column + LABEL_GAP, level - len(texts) * SMALL * LEADING - 1.0)
    found.arrows.append(Arrow(((here.right, level), (there.x, level)), is_broken=True))


def _ports(
    boxes: dict[str, Box], contracts: Sequence[tuple[str, str, str]]
) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Return where the arrow of each contract leaves its giver and comes to its taker: no two at the same place."""
    ends = [name for giver, taker, _ in contracts for name in (giver, taker)]
    count = {name: ends.count(name) for name in boxes}
    used = dict.fromkeys(boxes, 0)
    points = []
    for name in ends:
        used[name] += 1
        box = boxes[name]
        points.append((box.x + box.width * used[name] / (count[name] + 1), box.bottom))
    return [(first, second) for place, (first, second) in enumerate(pairwise(points)) if place % 2 == 0]
