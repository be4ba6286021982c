"""Does one piece of wanted work: the thin shell between the scheduler's decisions and the parts that act."""

from collections.abc import Callable, Coroutine, Sequence

from holdfast.execution.actions import (
    Action,
    Assess,
    BeginChild,
    CallModel,
    CallTool,
    Evaluate,
    PlanRetry,
    Probe,
    RunScript,
    WaitUntil,
    WakeAt,
    Work,
)
from holdfast.execution.turn import Turns
from holdfast.integration.tools.invocation import Desk
from holdfast.journal.events import NodeRetried
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel import paths
from holdfast.kernel.clock import Clock, sleep_until
from holdfast.kernel.outcomes import ErrorKind, Fault
from holdfast.kernel.randomness import Randomness
from holdfast.orchestration.driving.assess import assess
from holdfast.orchestration.driving.equipment import Equipment
from holdfast.orchestration.driving.evaluate import enter
from holdfast.orchestration.driving.ordering import Ordering
from holdfast.orchestration.driving.parenting import Parenting
from holdfast.orchestration.driving.receiving import Receiving
from holdfast.orchestration.driving.settling import Settling
from holdfast.orchestration.flow.leaves import EventNode
from holdfast.orchestration.flow.nodes import AgentNode, Node, PlanNode
from holdfast.orchestration.flow.review import is_round
from holdfast.orchestration.moves.passing import overdue
from holdfast.orchestration.moves.retrying import limited_from
from holdfast.orchestration.planning.going_on import go_on
from holdfast.orchestration.scripts.running import Scripts

Doing = Coroutine[object, object, None]
"""Work that is to be awaited."""


class Performer:
    """Performs the work of one claim of one run. Whatever becomes of it is recorded."""

    __slots__ = (
        *("_app", "_clock", "_decide", "_desk", "_equipment", "_ordering", "_parenting", "_randomness", "_receiving"),
        *("_recorder", "_scripts", "_turns"),
    )

    def __init__(
        self,
        equipment: Equipment,
        desk: Desk,
        clock: Clock,
        randomness: Randomness,
        turns: Turns,
        parenting: Parenting,
        scripts: Scripts,
        receiving: Receiving,
        decide: Callable[[RunState], Sequence[Action]],
    ) -> None:
        self._decide, self._randomness = decide, randomness
        self._equipment, self._app = equipment, equipment.app
        self._desk, self._recorder, self._clock = desk, desk.recorder, clock
        self._ordering = Ordering(equipment, desk.recorder)
        self._turns, self._parenting, self._scripts = turns, parenting, scripts
        self._receiving = receiving

    # Not a coroutine itself: a frame is some 260 bytes for each piece of work under way.
    def perform(self, work: Work) -> Doing:
        """Do ``work``."""
        match work:
            case CallModel():
                return self._call_model(work)
            case CallTool():
                return self._call_tool(work)
            case Evaluate():
                return self._evaluate(work)
            case Assess():
                assert self._app.review is not None, "only what an app declares is assessed"
                return assess(work, self._app.review, self._recorder)
            case Probe():
                return Settling(self._equipment, self._desk, self._clock).probe(work)
            case PlanRetry():
                return self._plan_retry(work)
            case BeginChild():
                return self._parenting.begin(work)
            case RunScript():
                return self._scripts.run(work)
            case WaitUntil():
                return self._time_out(work)
            case WakeAt():
                return self._wake(work)

    def _evaluate(self, work: Evaluate) -> Doing:
        """Enter a node, or go on with one that is evaluated more than once."""
        node, desk = self._flow_node(work.path), self._desk
        if isinstance(node, EventNode) and work.path in self._recorder.state.nodes:
            return self._receiving.judge_held(work.path)
        if isinstance(node, PlanNode) and work.path in self._recorder.state.nodes:
            return go_on(node, work.path, self._recorder, self._app)
        return enter(work, node, self._recorder, self._clock, desk.sharing, desk.topics)

    def _call_model(self, work: CallModel) -> Doing:
        node = self._flow_node(work.path)
        assert isinstance(node, AgentNode), "turns are taken at agent nodes"
        agent = self._app.agents_by_name[node.agent]
        return self._turns.take(work, agent, self._app.registries[agent.name], self._app.granted(node))

    async def _call_tool(self, work: CallTool) -> None:
        """A call in the reply of an agent's present turn, or a node that is itself a tool or function."""
        if work.not_before is not None:
            await self._clock.sleep(work.not_before - self._clock.now())
        order, executor = await self._ordering.of(work.path, work.turn, work.call, work.attempt)
        await executor.invoke(order, self._desk)

    async def _plan_retry(self, work: PlanRetry) -> None:
        """Draw the wait from nothing to its bound: what fails together does not come back together."""
        retry_at = self._clock.now() + self._randomness.uniform(0, work.seconds_max)
        self._recorder.append(NodeRetried(node=work.path, attempt=work.attempt, retry_at=retry_at, fault=work.fault))

    async def _wake(self, work: WakeAt) -> None:
        await sleep_until(self._clock, work.instant)
        if work in self._decide(self._recorder.state):  # an answer may have come in the same instant
            self._recorder.append(*work.then)

    async def _time_out(self, work: WaitUntil) -> None:
        await self._clock.sleep(work.instant - self._clock.now())
        state = self._recorder.state
        node = self._state(work.path)
        if node.outcome is not None:
            return
        self._recorder.append(*overdue(state, work.path, self._overdue(work, node, state)))

    def _overdue(self, work: WaitUntil, node: NodeState, state: RunState) -> Fault:
        """Say which limit the instant came from: the run's, the agent's, or the node's own or imposed timeout."""
        seconds, flow_node = state.budget.seconds, self._flow_node(work.path)
        is_outermost = work.path == self._app.name or is_round(paths.parent(work.path) or "")
        if is_outermost and seconds is not None and work.instant >= limited_from(state) + seconds:
            return Fault(ErrorKind.BUDGET, f"the run's limit of {seconds:g} seconds is reached")
        elapsed = round(work.instant - node.entered_at, 3)
        if isinstance(flow_node, AgentNode):
            seconds = self._app.agents_by_name[flow_node.agent].budget.seconds
            if seconds is not None and elapsed >= seconds:
                message = f"the agent {flow_node.agent}'s limit of {seconds:g} seconds is reached"
                return Fault(ErrorKind.BUDGET, message)
        return Fault(ErrorKind.TIMEOUT, f"it did not end within {elapsed:g} seconds")

    def _flow_node(self, path: str) -> Node:
        return self._app.node_at(path, self._recorder.state)

    def _state(self, path: str) -> NodeState:
        node = self._recorder.state.nodes.get(path)
        assert node is not None, "work is done at entered nodes"
        return node
