"""What a worker is: it takes a task of one type, does it, and reports. It keeps nothing and begins nothing.

There is no way to declare one that plans: it has no flow, and neither an orchestrator nor an app can stand in it.
"""

import sys
from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Sequence as Many
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from holdfast.execution.agent import Agent
from holdfast.execution.report import Answer, Report, report_type
from holdfast.integration.gateway.port import Model
from holdfast.integration.tools.contract import Tool
from holdfast.integration.tools.definition import KEPT, TIMEOUT_SECONDS
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.limits import Budget
from holdfast.kernel.paths import check_name
from holdfast.kernel.retry import Retry
from holdfast.orchestration.application.app import TITLE_LENGTH_MAX, App, Resources, no_resources
from holdfast.orchestration.application.policy_files import Given, read_sources
from holdfast.orchestration.delegation.reporting import function_tool, parameters
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    AtRoundsMax,
    Branch,
    Case,
    DecisionNode,
    FunctionNode,
    Loop,
    Sequence,
)

T = TypeVar("T")
U = TypeVar("U")

QUESTIONS_MAX = 3
NOBODY_ANSWERED = "nobody answered"
BUDGET = Budget(turns=25, tool_calls=100)
RETRY = Retry()

_ANSWER = (
    "{'question': last.question, 'choice': asked.choice, 'by': asked.by, 'note': asked.note, 'value': asked.value, "
    "'evidence': last.evidence} if round > 1 else None"
)


@dataclass(frozen=True, kw_only=True)
class Worker(Generic[T, U]):
    """Does tasks of one kind: an agent, or a plain function. Every task is a run of its own, of the app ``app``.

    Whatever it needs to know is in the task. An agent sees it as ``task`` in its prompts, and as ``answer`` what a
    person has said to its last question, None at first; a function is handed both. Raises DefinitionError for one that
    keeps state.
    """

    name: str
    about: str
    """What it can do, for whoever hands out tasks."""
    input: type[T]
    output: type[U]
    agent: Agent | None = None
    """Says how it is done. It has no output of its own: its answer is a report of an ``output``."""
    function: Callable[[T, Answer | None], Awaitable[Report[U]]] | None = None
    """Does it, in place of an agent."""
    effect: Effect = Effect.UNSAFE
    """What one call of the function does to the world."""
    timeout_seconds: float = TIMEOUT_SECONDS
    """How long one call of the function may take."""
    budget: Budget = BUDGET
    """What a task may spend at the most: it is lent of what its delegation has left."""
    retry: Retry = RETRY
    """How a failure that another try may mend is tried again, in the worker's own run."""
    questions_max: int = QUESTIONS_MAX
    """How often a person may be asked in one task."""
    answer_seconds_max: float | None = None
    """How long a person has to answer; then the worker is told that nobody did. None: for good."""
    resources: Callable[[object], AbstractAsyncContextManager[Resources]] = no_resources
    provides: frozenset[type] = frozenset()
    models: Mapping[str, Callable[[], Model]] = field(default_factory=dict)
    policies: Given | Many[Given] = ()
    """As those of an app: relative to the file that declares the worker."""

    def __post_init__(self) -> None:
        folder = Path(sys._getframe(2).f_globals.get("__file__", "")).parent  # noqa: SLF001  # the caller
        object.__setattr__(self, "policies", read_sources(self.policies, folder))
        check_name(self.name, "worker")
        if (self.agent is None) == (self.function is None):
            found = "neither" if self.agent is None else "both"
            raise DefinitionError(f"worker {self.name!r}: expected an agent or a function, found {found}")
        if self.questions_max < 0:
            raise DefinitionError(
                f"worker {self.name!r}: expected questions_max of at least 0, found {self.questions_max}"
            )
        if self.agent is not None:
            _check_agent(self.name, self.agent)
        _ = self.app

    @property
    def gives(self) -> object:
        """The type of what it reports when it is done."""
        return self.output

    @cached_property
    def app(self) -> App:
        """The app whose runs do its tasks: hand it to the runtime, beside that of the delegation."""
        work: AgentNode | FunctionNode
        agents: tuple[Agent, ...] = ()
        functions: tuple[Tool, ...] = ()
        if self.agent is not None:
            agents = (replace(self.agent, name=self.name, output=report_type(self.output)),)
            work = AgentNode("work", self.name, f"{{'task': input, 'answer': {_ANSWER}}}", retry=self.retry)
        else:
            assert self.function is not None, "it has one of the two"
            called = function_tool(self.function, self.name, self.effect, self.timeout_seconds)
            task, answer = parameters(called, self.input, self.output)
            functions = (called,)
            given = f"{{'{task}': input, '{answer}': {_ANSWER}}}"
            work = FunctionNode("work", self.name, given, retry=self.retry)
        return App(
            self.name,
            _until_reported(self, work),
            agents=agents,
            functions=functions,
            input=self.input,
            budget=self.budget,
            resources=self.resources,
            provides=self.provides,
            models=self.models,
            policies=self.policies,
            title=self._title,
        )

    def _title(self, task: object) -> str:
        adapter: TypeAdapter[object] = TypeAdapter(self.input)
        return adapter.dump_json(task).decode()[:TITLE_LENGTH_MAX]


def _until_reported(worker: Worker[Any, Any], work: AgentNode | FunctionNode) -> Loop:
    """Return the flow of its runs: it works, and asks for as long as it may and has something to ask."""
    ask = DecisionNode(
        "ask",
        question="last.question",
        options=(),
        choices="last.options",
        details=f"{{'worker': '{worker.name}', 'task': input, 'evidence': last.evidence}}",
        deadline_seconds=worker.answer_seconds_max,
        at_deadline=None if worker.answer_seconds_max is None else NOBODY_ANSWERED,
    )
    return Loop(
        worker.name,
        Sequence("turn", (Branch("asked", (Case("round > 1", ask),)), work)),
        until="result.outcome != 'needs_human'",
        rounds_max=worker.questions_max + 1,
        at_rounds_max=AtRoundsMax.PARTIAL,
    )


def _check_agent(worker: str, agent: Agent) -> None:
    if agent.output is not None:
        raise DefinitionError(
            f"worker {worker!r}: expected its agent to have no output, for it answers with a report, "
            f"found {agent.output!r}: give it to the worker"
        )
    keeping = {tool.name: kind.__name__ for tool in agent.tools for kind in KEPT if kind in tool.requires}
    if keeping:
        told = ", ".join(f"{name} takes {kind}" for name, kind in sorted(keeping.items()))
        raise DefinitionError(
            f"worker {worker!r}: expected tools that keep nothing, for a worker is stateless, found that {told}: "
            "let the task hold what it is to know"
        )
