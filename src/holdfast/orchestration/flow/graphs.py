"""How the steps of a graph hang together: what each comes after, and whether that can be. Pure."""

from collections.abc import Iterator, Mapping

from holdfast.kernel.errors import DefinitionError
from holdfast.orchestration.flow.nodes import Graph

After = Mapping[str, tuple[str, ...]]
"""By a step's name those that it comes directly after."""


def after_of(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Return what each step of ``graph`` comes directly after."""
    return {step.do.name: step.after for step in graph.steps}


def all_before(name: str, after: After) -> frozenset[str]:
    """Return every step that must have succeeded before the one called ``name`` begins."""
    found: set[str] = set()
    waiting = list(after.get(name, ()))
    while waiting:
        if (before := waiting.pop()) not in found:
            found.add(before)
            waiting.extend(after.get(before, ()))
    return frozenset(found)


def all_after(name: str, after: After) -> frozenset[str]:
    """Return every step that begins only once the one called ``name`` has succeeded."""
    return frozenset(other for other in after if name in all_before(other, after))


def problems(after: After) -> Iterator[str]:
    """Yield what is wrong with how steps hang together: each comes after others that there are, and none after
    itself."""
    for name, before in after.items():
        if unknown := sorted(set(before) - after.keys()):
            yield f"expected {name} to come after steps that there are ({', '.join(after)}), found {', '.join(unknown)}"
        if len(set(before)) < len(before):
            yield f"expected each step that {name} comes after to be named once, found {', '.join(before)}"
    circle = sorted(name for name in after if name in all_before(name, after))
    if circle:
        yield f"expected steps of which some can begin, found that {', '.join(circle)} wait for each other"


def check_graph(graph: Graph, path: str) -> None:
    """Raise DefinitionError for the first thing that is wrong with how the steps of ``graph`` hang together."""
    for problem in problems(after_of(graph)):
        raise DefinitionError(f"{path}: {problem}")
