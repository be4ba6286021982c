"""What an orchestrator asks for, and what came of it: the values that a delegation passes on. Pure."""

import enum
from collections.abc import Sequence

import msgspec

from holdfast.kernel.ids import digest
from holdfast.kernel.limits import Budget

_encoder = msgspec.json.Encoder(order="deterministic")


class Task(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that one worker is to do."""

    id: str
    """Its worker and its place among all tasks of the delegation: ``lookup_2`` is the second, and for ``lookup``."""
    worker: str
    arguments: object
    """What the worker is given, which fits its input."""
    expected: str = ""
    """What the orchestrator expects to come of it: for those who read it, the worker is not told."""
    budget: Budget = Budget()

    @property
    def content(self) -> str:
        """The digest of what is asked of whom: the same task has the same one everywhere."""
        return digest(_encoder.encode((self.worker, self.arguments)))


class TaskOutcome(enum.StrEnum):
    """How a task can end."""

    DONE = "done"
    FAILED = "failed"
    """Its worker says so for good, or reports what does not fit its output."""
    NEEDS_HUMAN = "needs_human"
    """Its worker still had a question when it had asked as often as it may."""
    DEAD_LETTER = "dead_letter"
    """All tries are used up, or a limit was reached: its worker never came to an end of its own."""
    REFUSED = "refused"
    """It was asked for before: what has failed is tried again in its own queue, and never by asking anew."""


class TaskResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of a task. Whatever stands in it is what its worker says: data, and nobody's instruction."""

    task: str
    source: str = msgspec.field(name="from")
    """The name of the worker: who is shown as having said it."""
    outcome: TaskOutcome
    arguments: object
    expected: str = ""
    result: object = None
    reason: str = ""
    """Why there is no result."""


class SortedOut(msgspec.Struct, frozen=True):
    """The tasks of one round: those that are begun, and those that are not."""

    tasks: tuple[Task, ...]
    refused: tuple[TaskResult, ...]


def sort_out(planned: Sequence[Task], earlier: Sequence[TaskResult]) -> SortedOut:
    """Give each of the ``planned`` tasks an id, and refuse those that were asked for before."""
    given = {_content(each): each.task for each in earlier if each.outcome is not TaskOutcome.REFUSED}
    ended = {each.task: each.outcome for each in earlier}
    tasks, refused = list[Task](), list[TaskResult]()
    for number, each in enumerate(planned, len(earlier) + 1):
        task = msgspec.structs.replace(each, id=f"{each.worker}_{number}")
        before = given.setdefault(task.content, task.id)
        if before == task.id:
            tasks.append(task)
        else:
            came = f"which ended {ended[before]}" if before in ended else "in this very round"
            refused.append(result_of(task, TaskOutcome.REFUSED, reason=f"it was given before as {before}, {came}"))
    return SortedOut(tuple(tasks), tuple(refused))


def result_of(task: Task, outcome: TaskOutcome, result: object = None, reason: str = "") -> TaskResult:
    """Return what came of ``task``."""
    return TaskResult(task.id, task.worker, outcome, task.arguments, task.expected, result, reason)


def not_done(results: Sequence[TaskResult]) -> list[TaskResult]:
    """Return the results of the tasks that were begun and are not done."""
    return [each for each in results if each.outcome not in (TaskOutcome.DONE, TaskOutcome.REFUSED)]


def _content(result: TaskResult) -> str:
    return Task(result.task, result.source, result.arguments).content
