"""Tells of the tasks of a run: who was given what, in which run it is done, and what came of it so far."""

import msgspec

from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.payloads import Payloads
from holdfast.kernel import paths
from holdfast.kernel.ids import RunId
from holdfast.orchestration.delegation.clerk import RUN
from holdfast.orchestration.delegation.delegate import CAME, TASKS
from holdfast.orchestration.delegation.task import Task, TaskResult

WAITING, UNDER_WAY, ENDED = "waiting", "under way", "ended"
"""How a task stands of which nothing has come yet: it is not begun, its run goes on, or the rest is waited for."""


class TaskTold(msgspec.Struct, frozen=True):
    """A task, and how it stands: one of these words, or a ``TaskOutcome``."""

    task: str
    worker: str
    stands: str
    arguments: object
    run: RunId | None = None
    reason: str = ""


async def tasks_of(state: RunState, payloads: Payloads) -> list[TaskTold]:
    """Return the tasks that a delegation has given in this run, in their order; of another run there are none."""
    found: list[TaskTold] = []
    for node in sorted(state.nodes.values(), key=lambda each: each.entered_at):
        if node.kind == "map" and node.path.endswith(f"/{TASKS}"):
            found.extend(await _round(node, state, payloads))
    return found


async def _round(node: NodeState, state: RunState, payloads: Payloads) -> list[TaskTold]:
    try:
        tasks = [msgspec.convert(await payloads.fetch_json(item), Task) for item in node.items]
    except msgspec.ValidationError:
        return []  # a map of the same name in somebody's own flow
    came = await _came(node.path, state, payloads)
    return [_told(task, node.path, state, came.get(task.id)) for task in tasks]


async def _came(path: str, state: RunState, payloads: Payloads) -> dict[str, TaskResult]:
    around = paths.parent(path)
    collected = None if around is None else state.nodes.get(paths.below(around, CAME))
    if collected is None or collected.result is None:
        return {}
    told = msgspec.convert(await payloads.fetch_json(collected.result), _Collected)
    return {each.task: each for each in told.results}


class _Collected(msgspec.Struct):
    results: list[TaskResult]


def _told(task: Task, path: str, state: RunState, came: TaskResult | None) -> TaskTold:
    place = paths.item(path, task.id)
    run = state.nodes.get(paths.below(paths.below(place, task.worker), RUN))
    child = None if run is None else run.child
    if came is not None:
        return TaskTold(task.id, task.worker, came.outcome, task.arguments, child, came.reason)
    item = state.nodes.get(place)
    stands = WAITING if child is None else UNDER_WAY
    return TaskTold(task.id, task.worker, ENDED if item is not None and item.outcome else stands, task.arguments, child)
