"""Whether sagas say what can be undone. Pure."""

from collections.abc import Iterator

from holdfast.kernel.errors import DefinitionError
from holdfast.orchestration.flow.nodes import FunctionNode, Node, Saga, ToolNode, children

UNDO = "undo"
"""No step of a saga is called so: there lies what undoes its steps."""


def undo_nodes_of(node: Node) -> Iterator[ToolNode | FunctionNode]:
    """Yield what undoes the steps of all sagas in ``node``."""
    if isinstance(node, Saga):
        yield from (step.undo for step in node.steps if step.undo is not None)
    for child in children(node):
        yield from undo_nodes_of(child)


def undo_nodes(saga: Saga, path: str) -> Iterator[tuple[str, ToolNode | FunctionNode]]:
    """Yield what undoes the steps of ``saga``, each with its path."""
    yield from ((f"{path}/{UNDO}[{step.do.name}]", step.undo) for step in saga.steps if step.undo is not None)


def check_saga(saga: Saga, path: str) -> None:
    """Raise DefinitionError for a saga whose steps cannot be undone as they say."""
    for step in saga.steps:
        where = f"{path}/{step.do.name}"
        if step.do.name == UNDO:
            raise DefinitionError(f"{where}: expected another name: there lies what undoes the saga's steps")
        if step.undo is not None and step.is_irreversible:
            raise DefinitionError(f"{where}: expected it to be undone or irreversible, found both: drop one")
    for where, undo in undo_nodes(saga, path):
        if undo.input is None:
            raise DefinitionError(f"{where}: expected an input, found none: say what it is called with, from 'result'")
        if undo.timeout_seconds is not None:
            raise DefinitionError(
                f"{where}: expected no timeout_seconds, found {undo.timeout_seconds:g}: what undoes a step goes on "
                "until it is done or a person says otherwise; its tool has a timeout of its own"
            )
