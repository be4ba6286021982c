"""Does one piece of wanted work: the thin shell between the scheduler's decisions and the parts that act."""

from holdfast.execution.actions import CallModel, CallTool, Evaluate, WaitUntil, Work
from holdfast.execution.turn import Turns
from holdfast.integration.tools.executor import Executor
from holdfast.integration.tools.invocation import Desk, Order
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel.clock import Clock
from holdfast.kernel.messages import ToolCall
from holdfast.kernel.messages_codec import decode_message
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration.equipment import Equipment
from holdfast.orchestration.evaluate import enter
from holdfast.orchestration.flow import AgentNode, FunctionNode, Node, ToolNode
from holdfast.orchestration.locate import locate
from holdfast.orchestration.scheduler import leaving


class Performer:
    """Performs the work of one claim of one run. Whatever becomes of it is recorded."""

    def __init__(self, equipment: Equipment, desk: Desk, clock: Clock, turns: Turns) -> None:
        self._equipment, self._app = equipment, equipment.app
        self._desk, self._recorder, self._clock = desk, desk.recorder, clock
        self._turns = turns

    async def perform(self, work: Work) -> None:
        """Do ``work``."""
        match work:
            case Evaluate():
                await enter(work, self._flow_node(work.path), self._recorder, self._clock)
            case CallModel():
                await self._call_model(work)
            case CallTool(turn=0):
                await self._call_step(work)
            case CallTool():
                await self._call_tool(work)
            case WaitUntil():
                await self._time_out(work)

    async def _call_model(self, work: CallModel) -> None:
        node = self._agent_node(work.path)
        agent = self._app.agents_by_name[node.agent]
        await self._turns.take(work, agent, self._app.registries[agent.name], self._app.granted(node))

    async def _call_tool(self, work: CallTool) -> None:
        """One of the calls in the reply of the agent's present turn."""
        node = self._agent_node(work.path)
        agent = self._state(work.path).agent
        assert agent is not None, "calls are made at agent nodes"
        assert agent.reply is not None, "a call stands in a reply"
        reply = decode_message(await self._recorder.payloads.fetch(agent.reply))
        executor = self._equipment.agents[node.agent]
        await self._invoke(work, reply.calls[work.call - 1], executor, self._app.granted(node))

    async def _call_step(self, work: CallTool) -> None:
        """A node that is itself a tool or function; its input is the arguments."""
        state = self._state(work.path)
        assert state.input is not None, "a step has an input"
        arguments = (await self._recorder.payloads.fetch(state.input)).decode()
        match self._flow_node(work.path):
            case FunctionNode(function=name):
                await self._invoke(work, ToolCall("", name, arguments), self._equipment.functions, frozenset((name,)))
            case ToolNode(tool=name):
                await self._invoke(work, ToolCall("", name, arguments), self._equipment.tools, frozenset((name,)))
            case other:
                raise AssertionError(f"a step is a tool or function, not {other!r:.60}")

    async def _invoke(self, work: CallTool, call: ToolCall, executor: Executor, granted: frozenset[str]) -> None:
        order = Order(
            tenant=self._recorder.state.tenant,
            run=self._recorder.state.run,
            node=work.path,
            call=call,
            granted=granted,
            turn=work.turn,
            index=work.call,
            attempt=work.attempt,
        )
        await executor.invoke(order, self._desk)

    async def _time_out(self, work: WaitUntil) -> None:
        await self._clock.sleep(work.instant - self._clock.now())
        state = self._recorder.state
        node = self._state(work.path)
        if node.outcome is not None:
            return
        self._recorder.append(*leaving(state, work.path, Outcome.FAILED, self._overdue(work, node, state)))

    def _overdue(self, work: WaitUntil, node: NodeState, state: RunState) -> Fault:
        """Say which limit the instant came from: the run's, the agent's, or the node's own or imposed timeout."""
        seconds, flow_node = state.budget.seconds, self._flow_node(work.path)
        if flow_node is self._app.flow and seconds is not None and work.instant >= state.started_at + seconds:
            return Fault(ErrorKind.BUDGET, f"the run's limit of {seconds:g} seconds is reached")
        elapsed = round(work.instant - node.entered_at, 3)
        if isinstance(flow_node, AgentNode):
            seconds = self._app.agents_by_name[flow_node.agent].budget.seconds
            if seconds is not None and elapsed >= seconds:
                message = f"the agent {flow_node.agent}'s limit of {seconds:g} seconds is reached"
                return Fault(ErrorKind.BUDGET, message)
        return Fault(ErrorKind.TIMEOUT, f"it did not end within {elapsed:g} seconds")

    def _flow_node(self, path: str) -> Node:
        return locate(self._app.flow, path)

    def _agent_node(self, path: str) -> AgentNode:
        node = self._flow_node(path)
        assert isinstance(node, AgentNode), "turns are taken at agent nodes"
        return node

    def _state(self, path: str) -> NodeState:
        node = self._recorder.state.nodes.get(path)
        assert node is not None, "work is done at entered nodes"
        return node
