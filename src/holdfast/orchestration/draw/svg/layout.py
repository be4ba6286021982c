"""Lays a flow out as boxes in boxes, from its leaves up: each holds what is said of it and what lies in it. Pure."""

import math
from collections.abc import Mapping

from holdfast.orchestration.draw.captions import (
    captions,
    contracts_told,
    guards,
    kind_word,
    steps_drawn,
    undo_drawn,
)
from holdfast.orchestration.draw.knowledge import Knowledge
from holdfast.orchestration.draw.plans import planned_drawn
from holdfast.orchestration.draw.review_captions import criteria_told, rounds_told
from holdfast.orchestration.draw.standing import done_told, drawn_at, mark, standing
from holdfast.orchestration.draw.svg.arranging import (
    Arranged,
    Child,
    in_a_column,
    in_bands,
    side_by_side,
    under,
    with_contracts,
    with_way_back,
)
from holdfast.orchestration.draw.svg.boxes import Box, Line, moved, stacked
from holdfast.orchestration.draw.svg.text import LARGE, SMALL, wrapped
from holdfast.orchestration.flow.nodes import (
    Branch,
    Composite,
    Fallback,
    Graph,
    Handoff,
    Loop,
    Map,
    Node,
    Parallel,
    PlanNode,
    Saga,
    Sequence,
    Vote,
    children,
)
from holdfast.orchestration.flow.review import Review

PADDING = 12.0
TEXT_WIDTH_MAX = 260.0
WIDTH_MIN = 90.0


def laid_out(flow: Node, known: Knowledge) -> Box:
    """Return the picture of ``flow``; beneath it, where there is one, that of the review of its result."""
    drawn = _drawn(flow, flow.name, known)
    if known.review is None:
        return drawn
    both = in_a_column((Child(drawn), Child(_review(known.review, known))))
    return _around("", "", "page", [], both)


def _drawn(node: Node, path: str, known: Knowledge) -> Box:
    sign = mark(path, known) if _is_one(path) else ""
    said = [kind_word(node), *captions(node, known)]
    if done := done_told(node, path, known):
        said.append(done)
    inside = _inside(node, path, known)
    look = "group" if isinstance(node, Composite) or inside.boxes else "leaf"
    head = _head(f"{sign} {node.name}".strip(), " · ".join(said), max(TEXT_WIDTH_MAX, inside.width))
    told = f"{path}: {' · '.join(said)}"
    return _around(node.name, path, look, head, inside, told, standing(path, known) if _is_one(path) else "")


def _is_one(path: str) -> bool:
    """Whether a path is that of one node, and not of all rounds or items."""
    return "[]" not in path


def _inside(node: Node, path: str, known: Knowledge) -> Arranged:
    told = guards(node)
    below = [
        Child(_drawn(child, drawn_at(child, node, path, known), known), told.get(child.name, "").rstrip(": "))
        for child in children(node)
    ]
    match node:
        case Parallel():
            return side_by_side(below)
        case Branch():
            return side_by_side(below, led=True)
        case Vote(judge=judge) if judge is not None:
            return under(side_by_side(below[:-1]), below[-1])
        case Vote():
            return side_by_side(below)
        case Loop():
            return with_way_back(in_a_column([Child(below[0].box, "each round")]))
        case Map():
            return in_a_column([Child(below[0].box, "each")])
        case Handoff():
            return with_contracts(side_by_side(below, band_width_max=math.inf), list(contracts_told(node)))
        case Saga():
            return in_a_column(_with_undo(node, path, below, known))
        case Sequence() | Fallback():
            return in_a_column(below)
        case Graph(steps=steps):
            return _in_order([(child, step.after) for child, step in zip(below, steps, strict=True)])
        case PlanNode():
            return _in_order(_planned(node, path, known))
        case _:
            called = [Child(_drawn(step, inner, known)) for step, inner in steps_drawn(node, path, known)]
            return in_a_column((*below, *called), linked=False)


def _planned(node: PlanNode, path: str, known: Knowledge) -> list[tuple[Child, tuple[str, ...]]]:
    steps = planned_drawn(node, path, known.run)
    return [
        (Child(_drawn(step, inner, known), f"after {', '.join(after)}" if after else ""), after)
        for step, inner, after in steps
    ]


def _in_order(steps: list[tuple[Child, tuple[str, ...]]]) -> Arranged:
    """Return the steps of a graph in bands: each stands below all that it comes after."""
    after = {child.box.name: before for child, before in steps}
    bands: dict[int, list[Child]] = {}
    for child, _ in steps:
        bands.setdefault(_band(child.box.name, after), []).append(child)
    return in_bands([bands[number] for number in sorted(bands)])


def _band(name: str, after: Mapping[str, tuple[str, ...]]) -> int:
    return 1 + max((_band(before, after) for before in after[name] if before in after), default=-1)


def _with_undo(node: Saga, path: str, below: list[Child], known: Knowledge) -> list[Child]:
    undo = undo_drawn(node, path)
    return [
        Child(child.box, child.label, Child(_drawn(*undo[name], known), "undo") if name in undo else None)
        for child, name in ((child, child.box.name) for child in below)
    ]


def _head(title: str, said: str, width_max: float) -> list[Line]:
    """Return the name and what is said under it, from the corner of the box on."""
    names = stacked(wrapped(title, LARGE, width_max), LARGE, PADDING, PADDING, "name")
    texts = wrapped(said, SMALL, width_max) if said else []
    return [*names, *stacked(texts, SMALL, PADDING, names[-1].y + names[-1].height, "said")]


def _around(
    name: str, path: str, look: str, head: list[Line], inside: Arranged, told: str = "", stands: str = ""
) -> Box:
    """Return the box around what lies inside, which comes under its head."""
    top = max((line.y + line.height for line in head), default=0.0) + PADDING
    head_width = max((line.x + line.width for line in head), default=0.0) + PADDING
    width = max(WIDTH_MIN, head_width, inside.width + 2 * PADDING if inside.boxes else 0.0)
    left = (width - inside.width) / 2
    inner = Box("", "", 0.0, 0.0, lines=tuple(inside.lines), arrows=tuple(inside.arrows), inner=tuple(inside.boxes))
    there = moved(inner, left, top)
    return Box(
        name,
        path,
        width,
        top + (inside.height + PADDING if inside.boxes else 0.0),
        look=look,
        standing=stands,
        told=told,
        lines=(*head, *there.lines),
        arrows=there.arrows,
        inner=there.inner,
    )


def _review(review: Review, known: Knowledge) -> Box:
    """Return what is asked of the result, and by whom it is checked and revised, in whatever round."""
    asked = Knowledge(known.models, known.grants)
    roles = [Child(_drawn(node, node.name, asked), role) for role, node in review.nodes.items()]
    said = "; ".join((rounds_told(review), *criteria_told(review)))
    inside = side_by_side(roles)
    return _around("review", "review", "group", _head("review", said, max(TEXT_WIDTH_MAX, inside.width)), inside, said)
