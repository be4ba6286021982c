"""Brings a script to where a run's record says that it stands: from its top, with what its steps have given."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from holdfast.integration.tools.caught import Raised, caught
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.payloads import Payloads
from holdfast.kernel import paths
from holdfast.kernel.errors import StepFailed
from holdfast.kernel.outcomes import ErrorKind, Fault
from holdfast.orchestration.flow.nodes import ScriptNode
from holdfast.orchestration.scripts.performance import Performance, Stage, Told

T = TypeVar("T")


async def replayed(path: str, run: RunState, payloads: Payloads, stage: Stage) -> Performance:
    """Return the script at ``path`` as it stands. Raises DefinitionChanged if it is not the one that came there."""
    node, flow_node = run.nodes[path], stage.app.node_at(path, run)
    assert isinstance(flow_node, ScriptNode), "scripts run at script nodes"
    assert node.input is not None, "a script has an input"
    given = await payloads.fetch_json(node.input)
    turns = node.script.turns if node.script else ()
    told = [await how_ended(path, turn.told, run, payloads) for turn in turns]
    performance = Performance(stage.app.scripts_by_name[flow_node.script], given, path, stage)

    def replay() -> None:
        for turn, said in zip(turns, told, strict=True):
            performance.replay(said, turn.calls)

    try:
        await between_tasks(replay)
    except BaseException:
        await between_tasks(lambda: caught(performance.close))
        raise
    return performance


async def rehearse(run: RunState, payloads: Payloads, stage: Stage) -> None:
    """Raise DefinitionChanged if a script that has not ended would not come to where it stands."""
    for path, node in run.nodes.items():
        if node.script is not None and node.outcome is None:
            performance = await replayed(path, run, payloads, stage)
            await between_tasks(performance.close)


async def how_ended(path: str, names: Sequence[str], run: RunState, payloads: Payloads) -> dict[str, Told]:
    """Return how each of these steps of the script at ``path`` ended, by name, in order."""
    steps = [run.nodes[paths.below(path, name)] for name in names]
    results = [step.result for step in steps if step.result is not None]
    bodies = dict(zip(results, await payloads.fetch_all(results), strict=True))
    return {
        name: _how(name, step, bodies.get(step.result) if step.result else None)
        for name, step in zip(names, steps, strict=True)
    }


async def between_tasks(work: Callable[[], T]) -> T:
    """Do ``work`` while no task of ours runs: the loop of a script cannot run inside one.

    Cancelled before, it is not done.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        if done.cancelled():
            return
        result = caught(work)
        if isinstance(result, Raised):
            done.set_exception(result.error)
        else:
            done.set_result(result)

    loop.call_soon(run)
    return await done


def _how(name: str, step: NodeState, body: bytes | None) -> Told:
    assert step.outcome is not None, "only what has ended is told"
    if step.outcome.is_success:
        return None if body is None else msgspec.json.decode(body)
    return StepFailed(name, step.outcome, step.fault or Fault(ErrorKind.CHILD_FAILED, f"ended {step.outcome}"))
