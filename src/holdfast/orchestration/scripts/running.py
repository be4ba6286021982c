"""Runs the scripts of one claim of one run: tells them what has ended, and records what they ask for."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from holdfast.execution.actions import RunScript
from holdfast.integration.tools.caught import Raised, caught
from holdfast.journal.events import NodeEntered, NodeLeft, ScriptAdvanced
from holdfast.journal.events.scripts import ScriptCall
from holdfast.journal.fold.script_state import ScriptState
from holdfast.journal.fold.state import NodeState
from holdfast.journal.recorder import Recorder
from holdfast.kernel import paths
from holdfast.kernel.errors import ScriptError, StepFailed
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration.moves.passing import leaving
from holdfast.orchestration.scripts.performance import Performance, Stage, Told
from holdfast.orchestration.scripts.replay import between_tasks, how_ended, replayed

T = TypeVar("T")


class Scripts:
    """The scripts that this process has under way. They hold no run: who waits for its steps is replayed later."""

    def __init__(self, recorder: Recorder, stage: Stage) -> None:
        self._recorder, self._stage = recorder, stage
        self._under_way: dict[str, Performance] = {}

    async def run(self, work: RunScript) -> None:
        """Let a script go on and record what it asks for, or how it ended. Raises DefinitionChanged, see ``replay``."""
        await self._let_go(self._ended())
        path = work.path
        node, script = self._node(path)
        if path not in self._under_way:
            self._under_way[path] = await replayed(path, self._recorder.state, self._recorder.payloads, self._stage)
        ended = [call for call in script.waits if self._outcome(node, call) is not None]
        ended.sort(key=lambda call: self._recorder.state.nodes[paths.below(path, call.name)].left_at)
        names = [call.name for call in ended]
        told = await how_ended(path, names, self._recorder.state, self._recorder.payloads)
        await between_tasks(lambda: self._advance(path, told))

    async def close(self) -> None:
        """Let go of every script."""
        await self._let_go(tuple(self._under_way))

    def _advance(self, path: str, told: dict[str, Told]) -> None:
        """Go on, unless the node has ended meanwhile. What comes of it is recorded before anything else can happen."""
        state, performance = self._recorder.state, self._under_way[path]
        if state.nodes[path].outcome is not None or state.cancel_reason is not None:
            return
        calls = caught(performance.advance, told)
        if isinstance(calls, Raised):
            self._record(path, told, (), calls)
            return
        end = performance.end
        if end is None and not any(call.has_node for call in calls) and not self._still_waits(path, told):
            end = Raised(ScriptError("expected it to wait for a step, found it waiting for what nothing will bring"))
        self._record(path, told, calls, end)

    def _record(
        self, path: str, told: dict[str, Told], calls: tuple[ScriptCall, ...], end: bytes | Raised | None
    ) -> None:
        recorder = self._recorder
        advanced = ScriptAdvanced(node=path, told=tuple(told), calls=calls)
        match end:
            case None:
                recorder.append(advanced)
                self._withdraw(path)
            case Raised(error):
                fault = _fault(error)
                recorder.append(advanced, *leaving(recorder.state, path, Outcome.FAILED, fault))
            case body:
                below = leaving(recorder.state, path, Outcome.SUCCEEDED)[:-1]
                left = NodeLeft(node=path, outcome=Outcome.SUCCEEDED, result=recorder.payloads.keep(body))
                recorder.append(advanced, *below, left)

    def _withdraw(self, path: str) -> None:
        """End the steps that the script has given up: what awaited them was cancelled."""
        recorder, given_up = self._recorder, self._under_way[path].withdrawn()
        node, script = self._node(path)
        for call in script.waits:
            if call.name in given_up and self._outcome(node, call) is None:
                step = paths.below(path, call.name)
                if step not in recorder.state.nodes:
                    recorder.append(NodeEntered(node=step, kind=call.kind))
                recorder.append(*leaving(recorder.state, step, Outcome.CANCELLED))

    def _still_waits(self, path: str, told: dict[str, Told]) -> bool:
        _, script = self._node(path)
        return any(call.name not in told for call in script.waits)

    def _outcome(self, node: NodeState, call: ScriptCall) -> Outcome | None:
        step = self._recorder.state.nodes.get(paths.below(node.path, call.name))
        return None if step is None else step.outcome

    def _node(self, path: str) -> tuple[NodeState, ScriptState]:
        node = self._recorder.state.nodes.get(path)
        assert node is not None, "work is done at entered nodes"
        return node, node.script or ScriptState()

    def _ended(self) -> list[str]:
        return [path for path in self._under_way if self._recorder.state.nodes[path].outcome is not None]

    async def _let_go(self, those: Sequence[str]) -> None:
        performances = [self._under_way.pop(path) for path in those]
        if performances:
            await between_tasks(lambda: [caught(performance.close) for performance in performances])


def _fault(error: BaseException) -> Fault:
    """Return why a script failed: what its step had, if that is why; of several errors the first."""
    match error:
        case StepFailed(step=step, fault=fault):
            return msgspec.structs.replace(fault, message=f"{step}: {fault.message}")
        case BaseExceptionGroup(exceptions=inner):
            failed = [each for each in inner if isinstance(each, StepFailed)]
            return _fault((failed or inner)[0])
        case NotImplementedError() if not str(error):
            return Fault(ErrorKind.SCRIPT_FAILED, "it awaits something that is no step: only steps are journalled")
        case _:
            return Fault(ErrorKind.SCRIPT_FAILED, f"{type(error).__name__}: {error}")
