"""The functions of a delegation: plain code that numbers tasks, checks what workers report, and keeps count."""

from collections.abc import Mapping, Sequence

import msgspec

from holdfast.execution.answer import Output
from holdfast.execution.report import report_type
from holdfast.integration.tools.contract import Tool, ToolFailure, tool
from holdfast.kernel.effects import Effect
from holdfast.kernel.outcomes import ErrorKind, Fault
from holdfast.orchestration.delegation.department import Department
from holdfast.orchestration.delegation.orchestrator import Hand
from holdfast.orchestration.delegation.task import (
    SortedOut,
    Task,
    TaskOutcome,
    TaskResult,
    not_done,
    result_of,
    sort_out,
)

Json = dict[str, object]

RUN, LOST = "run", "lost"
"""The rungs of a task's ladder: the run of its worker, and what stands for one that came to no end of its own."""
UNKNOWN = "it was cut off, or it is not known what it did"
SAID_SO = frozenset((ErrorKind.GAVE_UP, ErrorKind.TOOL_FAILED))
"""The faults of a worker that says by itself that it did not succeed."""


def clerk(hands: Sequence[Hand]) -> tuple[Tool, ...]:
    """Return what a delegation to these ``hands`` has done by code, as functions for its flow."""
    budgets = {hand.name: hand.budget for hand in hands}
    readers = {hand.name: _Reader(hand) for hand in hands}

    @tool(effect=Effect.PURE)
    async def sort_tasks(planned: list[Json], earlier: list[Json]) -> Json:
        """Number the tasks of a round, and leave out those that were given before."""
        tasks = [msgspec.convert({"id": "", **each}, Task) for each in planned]
        paid = [msgspec.structs.replace(each, budget=budgets[each.worker]) for each in tasks]
        return _json(sort_out(paid, _results(earlier)))

    @tool(effect=Effect.PURE)
    async def lost_task(fault: Json | None) -> Json:
        """Keep why a worker has come to no end of its own."""
        return {"fault": fault}

    @tool(effect=Effect.PURE)
    async def collect_reports(given: Json, came: list[Json | None], earlier: list[Json]) -> Json:
        """Check what workers have reported, and put it with what is there."""
        sorted_out = msgspec.convert(given, SortedOut)
        found = [readers[task.worker].read(task, each) for task, each in zip(sorted_out.tasks, came, strict=True)]
        results = [*_results(earlier), *found, *sorted_out.refused]
        return {"results": [_json(each) for each in results], "is_finished": not sorted_out.tasks}

    @tool(effect=Effect.PURE)
    async def check_done(results: list[Json]) -> list[Json]:
        """Say that nothing is left, or fail and name it: then the whole is partial."""
        if left := not_done(_results(results)):
            told = ", ".join(f"{each.task} ({each.outcome})" for each in left)
            raise ToolFailure(f"{len(left)} of {len(results)} tasks are not done: {told}")
        return []

    @tool(effect=Effect.PURE)
    async def name_undone(results: list[Json]) -> list[Json]:
        """Name what is not done."""
        return [_json(each) for each in not_done(_results(results))]

    @tool(effect=Effect.PURE)
    async def conclude(results: list[Json], undone: list[Json], answer: object = None) -> Json:
        """Put the answer beside all results, and beside those that are none."""
        return {"answer": answer, "undone": undone, "results": results}

    return sort_tasks, lost_task, collect_reports, check_done, name_undone, conclude


class _Reader:
    """Reads what comes of the tasks of one hand. Nothing of it is used that does not fit."""

    def __init__(self, hand: Hand) -> None:
        self._reports = not isinstance(hand, Department)
        self._output = Output(report_type(hand.gives) if self._reports else hand.gives)

    def read(self, task: Task, came: Mapping[str, object] | None) -> TaskResult:
        """Return what came of ``task``, of which ``came`` is the value of its ladder."""
        match came:
            case {"rung": "run", "value": value}:
                return self._ended(task, value)
            case {"rung": "lost", "value": {"fault": dict(told)}}:
                fault = msgspec.convert(told, Fault)
                is_final = fault.kind in SAID_SO and not fault.retryable
                outcome = TaskOutcome.FAILED if is_final else TaskOutcome.DEAD_LETTER
                return result_of(task, outcome, reason=fault.message)
            case _:
                return result_of(task, TaskOutcome.DEAD_LETTER, reason=UNKNOWN)

    def _ended(self, task: Task, value: object) -> TaskResult:
        read, problem = self._output.read(msgspec.json.encode(value).decode())
        if problem is not None:
            return result_of(task, TaskOutcome.FAILED, reason=f"what it gave does not fit its output: {problem}")
        match read if self._reports else {"outcome": "done", "result": read}:
            case {"outcome": "done", "result": result}:
                return result_of(task, TaskOutcome.DONE, result)
            case {"outcome": "needs_human", "question": str(question)}:
                return result_of(task, TaskOutcome.NEEDS_HUMAN, reason=question)
            case other:
                return result_of(task, TaskOutcome.FAILED, reason=f"it reports {other!r:.200}")


def _results(told: Sequence[Json]) -> list[TaskResult]:
    return msgspec.convert(told, list[TaskResult])


def _json(value: msgspec.Struct) -> Json:
    return msgspec.to_builtins(value)  # type: ignore[no-any-return]  # the JSON of a struct is an object
