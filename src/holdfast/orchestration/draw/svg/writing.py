"""Writes a laid-out picture as SVG: text escaped, colours for light and dark, words for whoever cannot see it."""

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from holdfast.orchestration.draw.knowledge import NOTHING_KNOWN, Knowledge
from holdfast.orchestration.draw.svg.boxes import Arrow, Box, Line
from holdfast.orchestration.draw.svg.layout import laid_out
from holdfast.orchestration.draw.svg.styles import STYLE
from holdfast.orchestration.draw.svg.text import shown
from holdfast.orchestration.draw.tree import draw_text
from holdfast.orchestration.flow.nodes import Node, content_hash

MARGIN = 12.0
HEAD = (
    '<defs><marker id="{}-head" class="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
    'orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>'
)
"""The head of an arrow."""
HASH_DIGITS = 8
ASCENT = 1.03
"""How far below its upper edge the base of a line is, in sizes of its letters."""


def draw_svg(flow: Node, known: Knowledge = NOTHING_KNOWN) -> str:
    """Return the flow as the text of an SVG file of its own: nothing is loaded, no font is needed.

    With a run, each box shows how its node stands. Each text is held to the width that was reckoned for it.
    """
    box = laid_out(flow, known)
    width, height = box.width + 2 * MARGIN, box.height + 2 * MARGIN
    identity = f"flow-{content_hash(flow)[:HASH_DIGITS]}"
    size = f'width="{_number(width)}" height="{_number(height)}"'
    view = f'viewBox="{_number(-MARGIN)} {_number(-MARGIN)} {_number(width)} {_number(height)}"'
    described = f'role="img" aria-labelledby="{identity}-title {identity}-desc"'
    told = "\n".join(shown(line) for line in draw_text(flow, known).splitlines())
    lines = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="flow" {size} {view} {described}>',
        f'<title id="{identity}-title">{escape(shown(f"Flow {flow.name}"))}</title>',
        f'<desc id="{identity}-desc">{escape(told)}</desc>',
        f"<style>{STYLE}</style>",
        HEAD.format(identity),
        f'<rect class="page" x="{_number(-MARGIN)}" y="{_number(-MARGIN)}" {size}/>',
        *_box(box, identity),
        "</svg>",
    )
    return "\n".join(lines) + "\n"


def _box(box: Box, identity: str) -> Iterator[str]:
    """Yield a box: itself, what lies in it, then arrows and texts, so that nothing covers them."""
    look = f"{box.look} {box.standing}".strip()
    yield f'<g class="{look}" data-path={quoteattr(shown(box.path))}>'
    if box.told:
        yield f"<title>{escape(shown(box.told))}</title>"
    if box.look != "page":
        place = f'x="{_number(box.x)}" y="{_number(box.y)}"'
        yield f'<rect {place} width="{_number(box.width)}" height="{_number(box.height)}" rx="6"/>'
    for arrow in box.arrows:
        yield _arrow(arrow, identity)
    for each in box.inner:
        yield from _box(each, identity)
    for line in box.lines:
        yield from _line(line)
    yield "</g>"


def _arrow(arrow: Arrow, identity: str) -> str:
    points = " ".join(f"{_number(x)},{_number(y)}" for x, y in arrow.points)
    broken = ' stroke-dasharray="4 3"' if arrow.is_broken else ""
    return f'<polyline points="{points}"{broken} marker-end="url(#{identity}-head)"/>'


def _line(line: Line) -> Iterator[str]:
    if not line.text:
        return
    if line.look == "label":
        place = f'x="{_number(line.x - 2)}" y="{_number(line.y)}"'
        yield f'<rect class="behind" {place} width="{_number(line.width + 4)}" height="{_number(line.height)}"/>'
    place = f'x="{_number(line.x)}" y="{_number(line.y + line.size * ASCENT)}"'
    held = f'font-size="{_number(line.size)}" textLength="{_number(line.width)}" lengthAdjust="spacingAndGlyphs"'
    yield f'<text class="{line.look}" {place} {held}>{escape(line.text)}</text>'


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
