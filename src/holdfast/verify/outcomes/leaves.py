"""What may come of calling a model or a tool: the events that execution would record. Pure."""

from collections.abc import Iterator

from holdfast.execution.actions import CallModel, CallTool, Probe
from holdfast.integration.tools.contract import Tool
from holdfast.journal.events import (
    DoubtProbed,
    DoubtSettled,
    Event,
    ModelCalled,
    ModelFailed,
    ModelReplied,
    StepEnded,
    StepIntended,
    StepInterrupted,
)
from holdfast.journal.events.steps import Unfinished
from holdfast.journal.events.turns import CallRequest
from holdfast.journal.fold.steps import step_at
from holdfast.kernel import paths
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.messages import StopReason, Usage
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome, Settlement
from holdfast.orchestration.flow.nodes import AgentNode, FunctionNode, Node, ToolNode
from holdfast.orchestration.values.ladder import NEVER
from holdfast.verify.kinds import faults
from holdfast.verify.outcomes.move import Move, Situation
from holdfast.verify.outcomes.reading import Reading
from holdfast.verify.subject import Subject

NOT_SAID = PayloadId("?")
FREE = Usage(cost_usd=0.0)


class Leaves:
    """Calls the models and tools of one subject."""

    def __init__(self, subject: Subject, reading: Reading) -> None:
        self._subject, self._reading = subject, reading

    def model_moves(self, action: CallModel, node: AgentNode, at: Situation) -> Iterator[Move]:
        """Yield what may come of a turn: an answer, a failure for good, or one call of a tool that changes something.

        Calls that only look decide nothing that another turn would not.
        """
        path, turn = action.path, action.turn
        called = _called(action)
        answer = self._reading.given_by(node, path)
        yield Move(path, f"{path} answers", (called, _replied(action, answer=answer)))
        for fault in self.faults(node, path, may_retry=node.retry is not None):
            failed = ModelFailed(node=path, turn=turn, attempt=action.attempt, fault=fault, seconds=0.0)
            yield Move(path, f"{path} fails: {fault.kind}", (called, failed))
        if turn > 1:
            return
        for tool in self._subject.granted(node):
            if tool.effect.needs_intent:
                request = CallRequest("call", tool.name, "?")
                yield Move(path, f"{path} calls {tool.name}", (called, _replied(action, calls=(request,))))

    def intent(self, action: CallTool, at: Situation) -> Event | None:
        """Return what is recorded before the call is sent, if anything must be and is not yet."""
        tool = self._tool(action, at)
        step = step_at(at.run, paths.call(action.path, action.turn, action.call) if action.turn else action.path)
        if tool is None or not tool.effect.needs_intent or step is None or step.is_open:
            return None
        return StepIntended(
            node=action.path,
            turn=action.turn,
            call=action.call,
            name=tool.name,
            effect=tool.effect,
            arguments="?",
            attempt=action.attempt,
            has_probe=tool.probe is not None,
        )

    def tool_moves(self, action: CallTool, node: Node, at: Situation) -> Iterator[Move]:
        """Yield what may come of the call."""
        tool, place = self._tool(action, at), _place(action)
        name = tool.name if tool is not None else ""
        succeeded = self._ended(action, name, Outcome.SUCCEEDED, result=self._reading.given_by(node, action.path))
        yield Move(action.path, f"{place} succeeds", (succeeded,))
        for fault in self._tool_faults(action, node):
            refused = fault.kind in (ErrorKind.DENIED, ErrorKind.REJECTED)
            outcome = Outcome.REFUSED if refused else Outcome.FAILED
            told = f"{place} {'is refused' if refused else 'fails'}: {fault.kind}"
            yield Move(action.path, told, (self._ended(action, name, outcome, fault=fault),))
        if tool is None:
            return
        if tool.postcondition is not None:
            fault = Fault(ErrorKind.PARTIAL_RESULT, "only a part of it was done")
            part = Unfinished((place,), tool.undo.name if tool.undo else "")
            ended = self._ended(action, name, Outcome.PARTIAL, fault=fault, unfinished=part)
            yield Move(action.path, f"{place} does only a part", (ended,))
        if tool.effect.needs_intent and self._subject.bounds.doubts:
            lost = self._interrupted(action, tool)
            yield Move(action.path, f"what became of {place} is lost", (lost,))

    def probe_moves(self, action: Probe, node: Node, at: Situation) -> Iterator[Move]:
        """Yield what may come of asking what became of a call in doubt."""
        place = paths.call(action.path, action.turn, action.call) if action.turn else action.path
        step = step_at(at.run, place)
        assert step is not None, "what is in doubt is there"
        yield from self.settlements(place, node, at, by="probe")
        unknown = DoubtProbed(
            node=action.path,
            turn=action.turn,
            call=action.call,
            name=step.name,
            attempt=action.attempt,
            probe=action.probe,
        )
        yield Move(action.path, f"nobody can tell what became of {place}", (unknown,))

    def settlements(self, place: str, node: Node, at: Situation, by: str) -> Iterator[Move]:
        """Yield what may be found of the effect at ``place``, which is in doubt."""
        step = step_at(at.run, place)
        assert step is not None, "what is in doubt is there"
        path, turn, call = paths.effect(place)
        told = {
            Settlement.HAPPENED: f"{place} has happened, says {by}",
            Settlement.DID_NOT: f"{place} has not happened, says {by}",
        }
        for how, words in told.items():
            result = self._reading.given_by(node, path) if how is Settlement.HAPPENED and not turn else None
            settled = DoubtSettled(
                node=path, turn=turn, call=call, name=step.name, attempt=step.attempt, how=how, by=by, result=result
            )
            yield Move(path, words, (settled,), by="" if by == "probe" else by)

    def faults(self, node: Node, path: str, *, may_retry: bool) -> Iterator[Fault]:
        """Yield one fault for each class of faults that the fallbacks around the node tell apart."""
        ladders, seen = self._subject.ladders(path), set[tuple[bool | str, ...]]()
        named = self._subject.faults_told_apart
        for kind in faults(node):
            treated: tuple[bool | str, ...] = tuple(
                kind in each.steps_down_on if each.steps_down_on is not None else kind not in NEVER for each in ladders
            )
            if ladders and kind in named:
                treated = (*treated, str(kind))
            if treated not in seen:
                seen.add(treated)
                yield Fault(kind, f"it ended with {kind}")
                if may_retry:
                    yield Fault(kind, f"it ended with {kind} in passing", retryable=True)

    def _tool_faults(self, action: CallTool, node: Node) -> Iterator[Fault]:
        if action.turn:
            yield Fault(ErrorKind.TOOL_FAILED, "it failed")
            return
        retry = node.retry if isinstance(node, ToolNode | FunctionNode) else None
        is_undoing = paths.undone(action.path) is not None
        yield from self.faults(node, action.path, may_retry=retry is not None and not is_undoing)

    def _tool(self, action: CallTool, at: Situation) -> Tool | None:
        node = self._subject.node_at(action.path, at.run)
        if isinstance(node, ToolNode | FunctionNode):
            return self._subject.called(node)
        agent = at.run.nodes[action.path].agent
        if not isinstance(node, AgentNode) or agent is None:
            return None
        name = agent.calls[action.call - 1].request.tool
        return next((tool for tool in self._subject.granted(node) if tool.name == name), None)

    def _ended(
        self,
        action: CallTool,
        name: str,
        outcome: Outcome,
        *,
        result: PayloadId | None = None,
        fault: Fault | None = None,
        unfinished: Unfinished | None = None,
    ) -> Event:
        return StepEnded(
            node=action.path,
            turn=action.turn,
            call=action.call,
            name=name,
            outcome=outcome,
            seconds=0.0,
            attempt=action.attempt,
            result=result,
            fault=fault,
            is_definite=outcome in (Outcome.FAILED, Outcome.REFUSED),
            unfinished=unfinished,
        )

    def _interrupted(self, action: CallTool, tool: Tool) -> Event:
        return StepInterrupted(
            node=action.path,
            turn=action.turn,
            call=action.call,
            name=tool.name,
            effect=tool.effect,
            attempt=action.attempt,
            in_doubt=True,
        )


def _place(action: CallTool) -> str:
    return paths.call(action.path, action.turn, action.call) if action.turn else action.path


def _called(action: CallModel) -> Event:
    return ModelCalled(
        node=action.path,
        turn=action.turn,
        attempt=action.attempt,
        model="",
        request="",
        added=(),
        tools=NOT_SAID,
        messages=0,
        tokens=0,
        reserved=0,
        reserved_usd=0.0,
    )


def _replied(action: CallModel, *, answer: PayloadId | None = None, calls: tuple[CallRequest, ...] = ()) -> Event:
    return ModelReplied(
        node=action.path,
        turn=action.turn,
        attempt=action.attempt,
        reply=NOT_SAID,
        stop=StopReason.END_TURN,
        usage=FREE,
        model="",
        seconds=0.0,
        calls=calls,
        answer=answer,
    )
