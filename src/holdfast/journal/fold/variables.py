"""How the variables of a run evolve: staged inside a block, visible together once it has succeeded, or not at all."""

from collections.abc import Iterable

from msgspec.structs import replace

from holdfast.journal.events.steps import Write
from holdfast.journal.fold.state import NodeState, RunState, Written
from holdfast.kernel import paths

BLOCK_KIND = "block"
JOINT = "."
"""Stands between an agent's name and that of a variable of its own; no other variable has one in its name."""


def owned(agent: str, name: str) -> str:
    """Return the name under which ``agent`` keeps ``name`` for itself."""
    return f"{agent}{JOINT}{name}"


def is_owned(name: str) -> bool:
    """Whether the variable is an agent's own."""
    return JOINT in name


def visible(state: RunState, path: str) -> dict[str, Written]:
    """Return the variables as the node at ``path`` sees them: what its blocks have staged lies over what is outside.

    A variable that was removed is there, with no value.
    """
    seen = dict(state.variables.items())
    for block in reversed(_blocks(state, path)):
        seen.update((each.name, each) for each in block.staged)
    return seen


def with_writes(state: RunState, path: str, writes: Iterable[Write], version: int) -> RunState:
    """Return the state after the step at ``path`` has written: into the innermost block around it, else the run."""
    return _written(state, path, [Written(each.name, each.value, version) for each in writes])


def merged(state: RunState, block: NodeState, version: int) -> RunState:
    """Return the state in which what ``block`` has staged is seen outside of it."""
    return _written(state, block.path, [Written(each.name, each.value, version) for each in block.staged])


def overtaken(state: RunState, block: NodeState) -> tuple[str, ...]:
    """Return the names of the variables that ``block`` has staged and that were written outside of it since."""
    outside = visible(state, block.path)
    return tuple(each.name for each in block.staged if _version(outside, each.name) != each.base)


def _written(state: RunState, path: str, written: list[Written]) -> RunState:
    around = _blocks(state, path)
    if not around:
        variables = state.variables
        for each in written:
            variables = variables.insert(each.name, each)
        return replace(state, variables=variables)
    block = around[0]
    staged, outside = {each.name: each for each in block.staged}, visible(state, block.path)
    for each in written:
        before = staged.get(each.name)
        base = before.base if before is not None else _version(outside, each.name)
        staged[each.name] = replace(each, base=base)
    return replace(state, nodes=state.nodes.insert(block.path, replace(block, staged=tuple(staged.values()))))


def _blocks(state: RunState, path: str) -> list[NodeState]:
    """Return the blocks around the node at ``path`` that go on, the innermost first: what lies in one that has ended,
    as a review of its result does, writes outside of it."""
    around = (state.nodes.get(above) for above in paths.ancestors(path))
    return [node for node in around if node is not None and node.kind == BLOCK_KIND and node.outcome is None]


def _version(seen: dict[str, Written], name: str) -> int:
    return seen[name].version if name in seen else 0
