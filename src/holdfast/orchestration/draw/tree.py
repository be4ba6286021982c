"""A flow as a tree of text."""

from collections.abc import Iterator

from holdfast.kernel import paths
from holdfast.orchestration.draw.captions import Knowledge, captions, items_told, kind_word, mark
from holdfast.orchestration.flow import Branch, Map, Node, children

NOTHING_KNOWN = Knowledge()


def draw_text(flow: Node, known: Knowledge = NOTHING_KNOWN) -> str:
    """Return the flow as indented lines, one a node; with a run, each begins with how the node stands.

    The node inside a map stands for all its items: it carries the sign of none, the map tells how many have ended.
    """
    return "\n".join(_lines(flow, flow.name, known, "", "", ""))


def _lines(node: Node, path: str, known: Knowledge, guard: str, first: str, rest: str) -> Iterator[str]:
    yield first + guard + _line(node, path, known)
    below = list(_below(node, path))
    for index, (child, inner, told) in enumerate(below):
        is_last = index == len(below) - 1
        elbow, bar = ("└── ", "    ") if is_last else ("├── ", "│   ")
        yield from _lines(child, inner, known, told, rest + elbow, rest + bar)


def _line(node: Node, path: str, known: Knowledge) -> str:
    said = [kind_word(node), *captions(node, known)]
    if isinstance(node, Map) and (done := items_told(path, known)):
        said.append(f"{done} done")
    sign = mark(path, known) if "[]" not in path else ""
    return f"{sign} {node.name}  {' · '.join(said)}".lstrip()


def _below(node: Node, path: str) -> Iterator[tuple[Node, str, str]]:
    """Yield each child with its path and the guard it stands behind."""
    if isinstance(node, Map):
        yield node.do, f"{path}[]", "each: "
        return
    for index, child in enumerate(children(node)):
        guard = ""
        if isinstance(node, Branch):
            guard = f"if {node.cases[index].when}: " if index < len(node.cases) else "otherwise: "
        yield child, paths.below(path, child.name), guard
