"""Checks what a person says of an effect in doubt, before it is posted."""

import msgspec

from holdfast.integration.tools.contract import Tool
from holdfast.integration.tools.doubts import read_result
from holdfast.integration.tools.schema import Unfit
from holdfast.journal.fold.state import RunState
from holdfast.journal.fold.steps import step_at
from holdfast.journal.mail import Settle, decode_mail
from holdfast.kernel import paths
from holdfast.kernel.errors import DefinitionError, InputError
from holdfast.kernel.outcomes import Settlement
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import AgentNode
from holdfast.orchestration.people.approvals import Wish
from holdfast.orchestration.people.doubts import OPTIONS

PROBLEMS_SHOWN_MAX = 3


def checked(how: Settlement) -> Settlement:
    """Return ``how`` if a person can say so. Raises InputError."""
    if how not in OPTIONS:
        raise InputError(f"expected one of {', '.join(OPTIONS)}, found {how}: only the tool itself can say that")
    return how


def result_of(app: App, state: RunState, path: str, result: object) -> bytes:
    """Return ``result`` as JSON if the tool at ``path`` could have returned it. Raises InputError, DefinitionError."""
    tool = _tool(app, state, path)
    try:
        body = msgspec.json.encode(result)
    except (TypeError, ValueError) as error:
        raise InputError(f"expected the result of {tool.name} as JSON data, found {result!r:.80}: {error}") from error
    read = read_result(tool, body)
    if isinstance(read, Unfit):
        told = "; ".join(
            f"{problem.where or 'the result'}: {problem.expected}" for problem in read.problems[:PROBLEMS_SHOWN_MAX]
        )
        raise InputError(f"{tool.name} could not have returned this: {told}")
    return body


def check_edited(app: App, state: RunState, wish: Wish) -> None:
    """Raise InputError unless the tool that waits for a yes could be called with the arguments in ``wish``."""
    path = wish.path or next(iter(state.approvals), "")
    if path not in state.approvals:
        return  # that it does not wait is said by who decides
    tool = _tool(app, state, path)
    try:
        read = tool.shape.read_arguments(msgspec.json.encode(wish.arguments))
    except (TypeError, ValueError) as error:
        raise InputError(f"expected the arguments as JSON data, found {wish.arguments!r:.80}: {error}") from error
    if isinstance(read, Unfit):
        told = "; ".join(
            f"{problem.where}: {problem.expected}, found {problem.found}"
            for problem in read.problems[:PROBLEMS_SHOWN_MAX]
        )
        raise InputError(f"{tool.name} cannot be called with this: {told}")


def told_settled(path: str, body: bytes) -> str:
    """Return who settled the doubt at ``path`` before, from the letter in ``body``."""
    match decode_mail(body):
        case Settle(how=how, by=by):
            return f"expected {path} to be in doubt, found it settled before: {by} has said {how}"
        case _:
            return f"expected {path} to be in doubt, found it settled before"


def _tool(app: App, state: RunState, path: str) -> Tool:
    (name, turn, _), step = paths.effect(path), step_at(state, path)
    assert step is not None, "what is in doubt was sent"
    found: Tool | None
    if turn:
        node = app.node_at(name, state)
        found = app.registries[node.agent].get(step.name) if isinstance(node, AgentNode) else None
    else:
        found = app.functions_by_name.get(step.name) or app.tools_by_name.get(step.name)
    if found is None:
        raise DefinitionError(
            f"expected app {app.name!r} to have the tool {step.name!r}, found none: bring the version back that the "
            "run was started with, so that the result can be checked"
        )
    return found
