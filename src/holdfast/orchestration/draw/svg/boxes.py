"""What a picture is made of before it is written: boxes in boxes, lines of text, arrows. Pure values."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from holdfast.orchestration.draw.svg.text import LEADING, width

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; ``x`` and ``y`` are its upper left corner."""

    text: str
    size: float
    x: float = 0.0
    y: float = 0.0
    look: str = "said"

    @property
    def width(self) -> float:
        return width(self.text, self.size)

    @property
    def height(self) -> float:
        return self.size * LEADING


@dataclass(frozen=True, slots=True)
class Arrow:
    """A line from point to point, with its head at the last."""

    points: tuple[Point, ...]
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A node where it is drawn, and all that lies in it."""

    name: str
    path: str
    width: float
    height: float
    x: float = 0.0
    y: float = 0.0
    look: str = "leaf"
    standing: str = ""
    told: str = ""
    """All that is said of it, for whoever points at it or has it read out."""
    lines: tuple[Line, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    inner: "tuple[Box, ...]" = ()

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def moved(box: Box, x: float, y: float) -> Box:
    """Return ``box``, with all that lies in it, so much further to the right and down."""
    return replace(
        box,
        x=box.x + x,
        y=box.y + y,
        lines=tuple(replace(line, x=line.x + x, y=line.y + y) for line in box.lines),
        arrows=tuple(_moved(arrow, x, y) for arrow in box.arrows),
        inner=tuple(moved(each, x, y) for each in box.inner),
    )


def stacked(texts: Iterable[str], size: float, x: float, y: float, look: str) -> list[Line]:
    """Return ``texts`` as lines one under the other."""
    return [Line(text, size, x, y + place * size * LEADING, look) for place, text in enumerate(texts)]


def _moved(arrow: Arrow, x: float, y: float) -> Arrow:
    return replace(arrow, points=tuple((at + x, down + y) for at, down in arrow.points))
