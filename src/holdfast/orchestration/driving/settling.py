"""Settles what is in doubt: by a probe, by a person's word, by an outcome that comes late."""

from holdfast.execution.actions import Probe
from holdfast.integration.tools import doubts
from holdfast.integration.tools.doubts import Word
from holdfast.integration.tools.executor import Executor
from holdfast.integration.tools.invocation import Desk, Order
from holdfast.integration.tools.probe import DidNot, Happened
from holdfast.integration.tools.sanitising import recorded_fault
from holdfast.journal.events import DoubtProbed
from holdfast.journal.fold.step_state import StepState
from holdfast.journal.fold.steps import step_at
from holdfast.journal.mail import LateOutcome, Settle
from holdfast.kernel import paths
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind, Fault, Settlement
from holdfast.orchestration.driving.equipment import Equipment
from holdfast.orchestration.driving.late import settled_late
from holdfast.orchestration.driving.ordering import Ordering

PROBES_MAX = 6
"""How often a tool is asked what became of a call before a person is."""
PROBE_SECONDS_FIRST, PROBE_SECONDS_MAX = 1.0, 60.0
BY_PROBE = "probe"


class Settling:
    """Settles the doubts of one claim of one run. A word on another attempt than the one in doubt says nothing."""

    def __init__(self, equipment: Equipment, desk: Desk, clock: Clock) -> None:
        self._desk, self._recorder, self._clock = desk, desk.recorder, clock
        self._ordering = Ordering(equipment, desk.recorder)

    async def hear(self, mail: Settle | LateOutcome) -> None:
        """Record what ``mail`` says, if the attempt it speaks of is in doubt."""
        step = step_at(self._recorder.state, mail.path)
        requeues = self._recorder.state.requeues
        if step is None or step.attempt != mail.attempt or mail.requeues != requeues:
            return
        match mail:
            case Settle() if step.in_doubt:
                await self._settle(mail)
            case LateOutcome() if step.in_doubt or step.is_unknown:
                settled = await settled_late(mail, step, self._desk)
                if step_at(self._recorder.state, mail.path) is step:  # nobody has settled it meanwhile
                    self._recorder.append(settled)
            case _:
                pass

    async def probe(self, work: Probe) -> None:
        """Ask the tool, not before it may be asked, and record the answer."""
        if work.not_before is not None:
            await self._clock.sleep(work.not_before - self._clock.now())
        step = step_at(self._recorder.state, paths.call(work.path, work.turn, work.call) if work.turn else work.path)
        assert step is not None, "what is in doubt was sent"
        try:
            order, executor = await self._ordering.of(work.path, work.turn, work.call, work.attempt)
        except DefinitionError as error:
            self._not_told(work, step, Fault(ErrorKind.TOOL_FAILED, str(error)), is_last=True)
            return
        answer = await doubts.probe(executor, order, step.key, self._desk, self._clock)
        match answer:
            case Happened(result):
                await self._record(executor, order, Word(how=Settlement.HAPPENED, by=BY_PROBE, value=result))
            case DidNot():
                await self._record(executor, order, Word(how=Settlement.DID_NOT, by=BY_PROBE))
            case Fault() as fault:
                self._not_told(work, step, fault)
            case _:
                self._not_told(work, step, None)

    async def _settle(self, mail: Settle) -> None:
        order, executor = self._ordering.told(mail.path)
        tool = executor.registry.get(order.call.tool)
        is_told = mail.how is Settlement.HAPPENED and tool is not None
        value = doubts.read_result(tool, mail.result) if is_told and tool else None
        await self._record(executor, order, Word(how=mail.how, by=mail.by, note=mail.note, value=value))

    async def _record(self, executor: Executor, order: Order, word: Word) -> None:
        await doubts.settle(executor, order, word, self._desk, self._clock)

    def _not_told(self, work: Probe, step: StepState, fault: Fault | None, *, is_last: bool = False) -> None:
        wait = min(PROBE_SECONDS_MAX, PROBE_SECONDS_FIRST * 2 ** (work.probe - 1))
        is_last = is_last or work.probe >= PROBES_MAX
        self._recorder.append(
            DoubtProbed(
                node=work.path,
                turn=work.turn,
                call=work.call,
                name=step.name,
                attempt=work.attempt,
                probe=work.probe,
                fault=None if fault is None else recorded_fault(fault),
                retry_at=None if is_last else self._clock.now() + wait,
            )
        )
