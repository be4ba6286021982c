"""A flow as a tree of text."""

from collections.abc import Iterator

from holdfast.orchestration.draw.captions import (
    captions,
    contracts_told,
    guards,
    kind_word,
    steps_drawn,
    undo_drawn,
)
from holdfast.orchestration.draw.knowledge import NOTHING_KNOWN, Knowledge
from holdfast.orchestration.draw.plans import planned_drawn
from holdfast.orchestration.draw.review_captions import criteria_told, rounds_told
from holdfast.orchestration.draw.standing import done_told, drawn_at, mark
from holdfast.orchestration.flow.nodes import Loop, Map, Node, children


def draw_text(flow: Node, known: Knowledge = NOTHING_KNOWN) -> str:
    """Return the flow as indented lines, one a node; with a run, each begins with how the node stands.

    The node inside a map stands for all its items: it carries the sign of none, the map tells how many have ended; so
    does that inside a loop for all rounds.
    A review follows the flow; its nodes stand for those of all rounds.
    """
    return "\n".join((*_lines(flow, flow.name, known, "", "", ""), *_review(known)))


def _review(known: Knowledge) -> Iterator[str]:
    review = known.review
    if review is None:
        return
    yield f"review  {rounds_told(review)}"
    entries = [[told] for told in criteria_told(review)]
    for role, node in review.nodes.items():
        rounds = Knowledge(known.models, known.grants)
        entries.append(list(_lines(node, node.name, rounds, f"{role}: ", "", "")))
    for index, lines in enumerate(entries):
        is_last = index == len(entries) - 1
        elbow, bar = ("└── ", "    ") if is_last else ("├── ", "│   ")
        yield from (f"{bar if place else elbow}{line}" for place, line in enumerate(lines))


def _lines(node: Node, path: str, known: Knowledge, guard: str, first: str, rest: str) -> Iterator[str]:
    yield first + guard + _line(node, path, known)
    below = list(_below(node, path, known))
    arrows = [f"{giver} → {taker}  {told}" for giver, taker, told in contracts_told(node)]
    for index, (child, inner, told) in enumerate(below):
        is_last = index == len(below) - 1 and not arrows
        elbow, bar = ("└── ", "    ") if is_last else ("├── ", "│   ")
        yield from _lines(child, inner, known, told, rest + elbow, rest + bar)
    yield from (f"{rest}{'├── ' if arrow is not arrows[-1] else '└── '}{arrow}" for arrow in arrows)


def _line(node: Node, path: str, known: Knowledge) -> str:
    said = [kind_word(node), *captions(node, known)]
    if done := done_told(node, path, known):
        said.append(done)
    sign = mark(path, known) if "[]" not in path else ""
    return f"{sign} {node.name}  {' · '.join(said)}".lstrip()


def _below(node: Node, path: str, known: Knowledge) -> Iterator[tuple[Node, str, str]]:
    """Yield each child with its path and the guard it stands behind."""
    if isinstance(node, Map | Loop):
        yield node.do, f"{path}[]", "each: " if isinstance(node, Map) else "each round: "
        return
    for step, inner in steps_drawn(node, path, known):
        yield step, inner, ""
    for step, inner, after in planned_drawn(node, path, known.run):
        yield step, inner, f"after {', '.join(after)}: " if after else ""
    before, undo = guards(node), undo_drawn(node, path)
    for child in children(node):
        yield child, drawn_at(child, node, path, known), before.get(child.name, "")
        if child.name in undo:
            yield *undo[child.name], f"undo {child.name}: "
