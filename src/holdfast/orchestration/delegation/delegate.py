"""Makes the app of a delegation: rounds of tasks, each a child run of its worker, and an answer out of what came."""

import sys
from collections.abc import Callable, Mapping
from collections.abc import Sequence as Many
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace as changed

from holdfast.execution.agent import Agent
from holdfast.execution.answer import Output
from holdfast.integration.gateway.port import Model
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.limits import Budget
from holdfast.orchestration.application.app import App
from holdfast.orchestration.application.policy_files import Given, read_sources
from holdfast.orchestration.delegation.clerk import LOST, RUN, clerk
from holdfast.orchestration.delegation.department import Department
from holdfast.orchestration.delegation.orchestrator import RESULTS, Hand, Orchestrator
from holdfast.orchestration.delegation.worker import Worker
from holdfast.orchestration.flow.node import AT_ONCE_MAX
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Branch,
    Case,
    ChildNode,
    Fallback,
    FunctionNode,
    Join,
    Loop,
    Map,
    Node,
    Sequence,
)

TASKS_MAX = 20
TASKS, CAME = "tasks", "came"
"""What the nodes of a round are called that do its tasks, and that collect what came of them."""
NO_MODELS: Mapping[str, Callable[[], Model]] = MappingProxyType({})
LIMITED = ("tokens", "usd", "turns", "tool_calls")
"""What children that run side by side have to share."""


def delegate(
    name: str,
    orchestrator: Orchestrator,
    workers: Many[Worker[Any, Any] | Department],  # Any: each has types of its own
    *,
    synthesise: Agent | None = None,
    request: Any = str,  # Any: as an app's input
    rounds_max: int = 1,
    tasks_max: int = TASKS_MAX,
    at_once_max: int = AT_ONCE_MAX,
    budget: Budget = Budget(),
    policies: Given | Many[Given] = (),
    models: Mapping[str, Callable[[], Model]] = NO_MODELS,
) -> App:
    """Return an app whose runs have the ``orchestrator`` hand out tasks, and the ``workers`` do them.

    There are at most ``rounds_max`` rounds of ``tasks_max`` tasks each; in every one the orchestrator sees what came of
    those before. Each task is a run of its worker's own app, paid out of what is left of ``budget``. At the end
    ``synthesise`` answers, who sees the ``request`` and what is ``undone``, and as data all ``results``. The run's
    result is a dict: ``answer``, ``undone`` and ``results``; it is partial if a task is not done.

    ``request`` is the type of what it is asked; ``policies`` are those of this app, a worker has its own. Raises
    DefinitionError.
    """
    _check(name, orchestrator, workers, rounds_max=rounds_max, tasks_max=tasks_max, budget=budget)
    folder = Path(sys._getframe(1).f_globals.get("__file__", "")).parent  # noqa: SLF001  # the caller
    head = orchestrator.agent(workers, tasks_max)
    tasks = Map(
        TASKS,
        "sorted.tasks",
        Branch("to", tuple(Case(f"item.worker == {hand.name!r}", _task(hand)) for hand in workers)),
        key="item.id",
        at_once_max=at_once_max,
        items_max=tasks_max,
        join=Join.BEST_EFFORT,
    )
    return App(
        name,
        Sequence(name, (_rounds(head.name, workers, tasks, rounds_max), *_conclusion(synthesise))),
        agents=(head,) if synthesise is None else (head, _hearing(synthesise)),
        functions=clerk(workers),
        input=request,
        budget=budget if budget.fan_out is not None else changed(budget, fan_out=tasks_max * rounds_max),
        policies=read_sources(policies, folder),
        models=models,
    )


def _rounds(orchestrator: str, hands: Many[Hand], tasks: Map, rounds_max: int) -> Loop:
    """Return the loop: the orchestrator plans, ``tasks`` are done, reports are checked, until nothing is asked for."""
    earlier = "last.results if round > 1 else []"
    plan = AgentNode("plan", orchestrator, _asked(hands, rounds_max, earlier))
    numbered = FunctionNode("sorted", "sort_tasks", f"{{'planned': plan.tasks, 'earlier': {earlier}}}")
    given = f"{{'given': sorted, 'came': {TASKS}, 'earlier': {earlier}}}"
    return Loop(
        "rounds",
        Sequence("one", (plan, numbered, tasks, FunctionNode(CAME, "collect_reports", given))),
        until=f"result.is_finished or round == {rounds_max}",
        rounds_max=rounds_max,
    )


def _asked(hands: Many[Hand], rounds_max: int, earlier: str) -> str:
    """Return the expression for what the orchestrator is asked."""
    told = [{"name": hand.name, "about": hand.about, "gives": Output(hand.gives).schema} for hand in hands]
    return f"{{'request': input, 'workers': {told!r}, 'rounds_left': {rounds_max} - round, '{RESULTS}': {earlier}}}"


def _task(hand: Hand) -> Node:
    """Return what does one task: a run of the hand's app, which nobody here tries again, or why it came to nothing."""
    run = ChildNode(RUN, hand.name, input="item.arguments", budget=hand.budget)
    return Fallback(hand.name, (run, FunctionNode(LOST, "lost_task", "{'fault': fault}")))


def _conclusion(synthesise: Agent | None) -> tuple[Node, ...]:
    """Return what follows on the rounds. Whoever counts what is left has the run end partial if anything is."""
    said = f"'{RESULTS}': rounds.results"
    rungs = (FunctionNode("whole", "check_done", f"{{{said}}}"), FunctionNode("in_part", "name_undone", f"{{{said}}}"))
    left = Fallback("left", rungs)
    if synthesise is None:
        return (left, FunctionNode("conclusion", "conclude", f"{{{said}, 'undone': left.value}}"))
    asked = f"{{'request': input, 'undone': [each.task for each in left.value], {said}}}"
    return (
        left,
        AgentNode("answer", synthesise.name, asked),
        FunctionNode("conclusion", "conclude", f"{{{said}, 'undone': left.value, 'answer': answer}}"),
    )


def _hearing(agent: Agent) -> Agent:
    """Return ``agent`` so that it hears what workers have said as data. Raises DefinitionError if a prompt names it."""
    return agent if RESULTS in agent.untrusted else replace(agent, untrusted=(*agent.untrusted, RESULTS))


def _check(
    name: str, orchestrator: Orchestrator, hands: Many[Hand], *, rounds_max: int, tasks_max: int, budget: Budget
) -> None:
    if not isinstance(orchestrator, Orchestrator):
        raise DefinitionError(
            f"delegation {name!r}: expected an Orchestrator, found {orchestrator!r:.80}: whoever hands out tasks has "
            "no tools, and does none of them"
        )
    for what, limit in (("rounds_max", rounds_max), ("tasks_max", tasks_max), ("a number of workers", len(hands))):
        if limit < 1:
            raise DefinitionError(f"delegation {name!r}: expected {what} of at least 1, found {limit}")
    names = [hand.name for hand in hands]
    for each in hands:
        if not isinstance(each, Worker | Department):
            raise DefinitionError(
                f"delegation {name!r}: expected workers and departments, found {each!r:.80}: "
                "an app that plans can be a Department"
            )
        if names.count(each.name) > 1 or each.name == name:
            raise DefinitionError(f"delegation {name!r}: expected names of their own, found {each.name!r} twice")
        lacking = [kind for kind in LIMITED if getattr(budget, kind) is not None and getattr(each.budget, kind) is None]
        if lacking:
            raise DefinitionError(
                f"delegation {name!r}: expected the budget of {each.name!r} to limit {', '.join(lacking)} as its own "
                "does, found no limit: the first task would take all that is left"
            )
