"""Which call an effect of a run is, and which executor makes it."""

from msgspec.structs import replace

from holdfast.execution.agent import Agent
from holdfast.integration.tools.executor import Executor
from holdfast.integration.tools.invocation import Order
from holdfast.journal.fold.state import NodeState
from holdfast.journal.fold.steps import step_at, step_of
from holdfast.journal.recorder import Recorder
from holdfast.kernel import paths
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.messages import ToolCall
from holdfast.orchestration.driving.equipment import Equipment
from holdfast.orchestration.flow.nodes import AgentNode, FunctionNode, ToolNode


class Ordering:
    """Writes the orders of one run."""

    def __init__(self, equipment: Equipment, recorder: Recorder) -> None:
        self._equipment, self._app, self._recorder = equipment, equipment.app, recorder

    async def of(self, path: str, turn: int, call: int, attempt: int) -> tuple[Order, Executor]:
        """Return the order of an effect as it was or is to be sent. Raises DefinitionError if the flow has no such."""
        node, flow_node = self._node(path), self._app.node_at(path, self._recorder.state)
        agent: Agent | None = None
        match flow_node:
            case AgentNode() if turn:
                agent = self._app.agents_by_name[flow_node.agent]
                tool_call = await self._asked(node, call)
                granted, executor = self._app.granted(flow_node), self._equipment.agents[flow_node.agent]
            case FunctionNode(function=name) if not turn:
                tool_call, executor = await self._given(node, name), self._equipment.functions
                granted = frozenset((name,))
            case ToolNode(tool=name) if not turn:
                tool_call, executor = await self._given(node, name), self._equipment.tools
                granted = frozenset((name,))
            case other:
                raise DefinitionError(
                    f"expected {path!r} to be a {node.kind}, found {other!r:.60}: the flow has changed"
                )
        order = self._order(node, turn, call, attempt, tool_call, granted, agent)
        return await self._edited(order), executor

    def told(self, path: str) -> tuple[Order, Executor]:
        """Return the order of an effect that was sent, without its arguments: of which somebody tells what became."""
        name, turn, call = paths.effect(path)
        node, step = self._node(name), step_at(self._recorder.state, path)
        assert step is not None, "it was sent"
        call_id = node.agent.calls[call - 1].request.call_id if node.agent and turn else ""
        tool_call, agent = ToolCall(call_id, step.name, ""), self._agent(name) if turn else None
        order = self._order(node, turn, call, step.attempt, tool_call, frozenset(), agent)
        return order, self._executor(node, step.name)

    def _order(
        self,
        node: NodeState,
        turn: int,
        call: int,
        attempt: int,
        tool_call: ToolCall,
        granted: frozenset[str],
        agent: Agent | None,
    ) -> Order:
        state, step = self._recorder.state, step_of(node, turn, call)
        return Order(
            tenant=state.tenant,
            run=state.run,
            node=node.path,
            call=tool_call,
            granted=granted,
            turn=turn,
            index=call,
            attempt=attempt,
            attempts_void=step.attempts_void if step else 0,
            family=step.family if step else 0,
            key_until=step.key_until if step else None,
            key_node=node.key_path,
            approval=step.standing_approval if step else None,
            agent=None if agent is None else agent.name,
            user=state.user,
            pseudonyms=agent is not None and agent.pseudonyms,
        )

    def _agent(self, path: str) -> Agent | None:
        """Return whose turns are taken at ``path``; None where the flow has changed and nobody knows."""
        try:
            node = self._app.node_at(path, self._recorder.state)
        except DefinitionError:
            return None
        return self._app.agents_by_name[node.agent] if isinstance(node, AgentNode) else None

    def _executor(self, node: NodeState, tool: str) -> Executor:
        """Return who would make the call; where the flow has changed, whoever knows a tool of that name."""
        match node.kind:
            case "function":
                return self._equipment.functions
            case "tool":
                return self._equipment.tools
            case _:
                knowing = [one for one in self._equipment.agents.values() if one.registry.get(tool)]
        try:
            flow_node = self._app.node_at(node.path, self._recorder.state)
        except DefinitionError:
            flow_node = None
        if isinstance(flow_node, AgentNode):
            return self._equipment.agents[flow_node.agent]
        return knowing[0] if knowing else self._equipment.tools

    async def _edited(self, order: Order) -> Order:
        """Return the order with the arguments that somebody has given in place of the caller's."""
        edited = None if order.approval is None else order.approval.arguments
        if edited is None:
            return order
        arguments = (await self._recorder.payloads.fetch(edited)).decode()
        return replace(order, call=replace(order.call, arguments=arguments))

    async def _asked(self, node: NodeState, call: int) -> ToolCall:
        """One of the calls in the reply of the agent's present turn."""
        assert node.agent is not None, "calls are made at agent nodes"
        assert node.agent.reply is not None, "a call stands in a reply"
        reply = await self._recorder.payloads.fetch_message(node.agent.reply)
        return reply.calls[call - 1]

    async def _given(self, node: NodeState, name: str) -> ToolCall:
        """A node that is itself a tool or function; its input is the arguments."""
        assert node.input is not None, "a step has an input"
        return ToolCall("", name, (await self._recorder.payloads.fetch(node.input)).decode())

    def _node(self, path: str) -> NodeState:
        node = self._recorder.state.nodes.get(path)
        assert node is not None, "work is done at entered nodes"
        return node
