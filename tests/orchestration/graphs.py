"""Graphs made at random: what each step comes after, what is expected of it, and whether that was kept."""

from collections.abc import Callable, Mapping

from hypothesis import strategies as st

from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.flow.nodes import Graph, GraphStep, Node


@st.composite
def graphs(draw: st.DrawFn, name: str, count: int, below: Callable[[str], Node]) -> Graph:
    """Return a graph of so many steps, each after some of those before it."""
    steps = []
    for place in range(count):
        after = tuple(f"g{before}" for before in range(place) if draw(st.booleans()))
        steps.append(GraphStep(below(f"g{place}"), after, draw(st.sampled_from((None, "True", "True", "False")))))
    return Graph(name, tuple(steps), at_once_max=draw(st.integers(1, 3)))


def check_after(around: Node, path: str, left: Mapping[str, Outcome]) -> None:
    """Raise AssertionError if the node at ``path`` was entered before those that it comes after had succeeded."""
    parent, _, name = path.rpartition("/")
    for step in around.steps if isinstance(around, Graph) else ():
        for before in step.after if step.do.name == name else ():
            assert left[f"{parent}/{before}"].is_success, f"{path} was entered before {before} had succeeded"
