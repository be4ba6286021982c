"""Ends a doubt: asks the tool what became of its call, and records what somebody, or something, has found out."""

import msgspec

from holdfast.integration.tools.asking import Asking, NoAnswer, missing
from holdfast.integration.tools.caught import Raised
from holdfast.integration.tools.companion import Companion
from holdfast.integration.tools.credentials import hand_to_probe
from holdfast.integration.tools.definition import Tool
from holdfast.integration.tools.executor import Executor
from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import Desk, Failed, Invocation, Order
from holdfast.integration.tools.probe import Answer, DidNot, Happened, Unknown
from holdfast.integration.tools.sanitising import clean_fault, keep_names, recorded_fault
from holdfast.integration.tools.schema import Unfit
from holdfast.integration.tools.stages.arguments import Arguments
from holdfast.integration.tools.stages.audit import kept
from holdfast.integration.tools.stages.known import Known
from holdfast.integration.tools.stages.result_schema import ResultSchema, unusable
from holdfast.integration.tools.stages.sanitise import Sanitise
from holdfast.integration.tools.stages.size import Size
from holdfast.journal.events import DoubtSettled
from holdfast.kernel.clock import Clock
from holdfast.kernel.outcomes import ErrorKind, Fault, Settlement

RESULT_STAGES = (ResultSchema(), Sanitise(), Size())
"""What the result of a call passes, whoever tells it."""


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of an effect in doubt, and by whom."""

    how: Settlement
    by: str
    note: str = ""
    value: object = None
    """What the tool would have returned, if it is said to have happened."""
    fault: Fault | None = None
    """What went wrong, if it is said to have failed."""


async def probe(executor: Executor, order: Order, key: str | None, desk: Desk, clock: Clock) -> Answer | Fault:
    """Ask the tool what became of the call, or return what went wrong with asking."""
    invocation = Invocation(order, desk, clock.now())
    for stage in (Known(executor.registry), Arguments(lends=False)):
        end = await stage.run(invocation)
        if end is not None:
            return fault(ErrorKind.TOOL_FAILED, f"{order.call.tool} cannot be probed: it takes other arguments now")
    asked = invocation.tool.probe
    if asked is None:
        return fault(ErrorKind.TOOL_FAILED, f"{order.call.tool} has no probe any more")
    if (lacking := missing(asked, desk.resources)) is not None:
        message = f"the probe needs a {lacking.__name__}, which this run does not hold any more"
        return fault(ErrorKind.TOOL_FAILED, message)
    values = asked.values(invocation.values, key, desk.resources)
    if asked.secrets:
        withheld = await hand_to_probe(values, asked, invocation.tool, order, desk, clock)
        if withheld is not None:
            return withheld
    return await _answer(executor, invocation.tool, asked, values, clock)


async def settle(executor: Executor, order: Order, word: Word, desk: Desk, clock: Clock) -> None:
    """Record ``word`` on the effect that ``order`` describes: a result passes the stages that any result passes."""
    invocation = Invocation(order, desk, clock.now())
    how, said = word.how, word.fault
    if how is Settlement.HAPPENED:
        said = await _take(executor, invocation, word.value)
    elif how is Settlement.ABANDONED:
        message = f"nobody knows what became of {order.call.tool}, and nobody will: abandoned by {word.by}"
        said = fault(ErrorKind.IN_DOUBT, message, hint="it may have been done: do not make the same call again")
    said = None if said is None else clean_fault(invocation, said)
    keep_names(invocation)
    result, shown = (None, None) if how is Settlement.DID_NOT else kept(invocation, said)
    desk.recorder.append(
        DoubtSettled(
            node=order.node,
            turn=order.turn,
            call=order.index,
            name=order.call.tool,
            attempt=order.attempt,
            how=how,
            by=word.by,
            note=word.note,
            result=result,
            shown=shown,
            result_bytes=invocation.result_bytes,
            fault=None if said is None else recorded_fault(said),
            sanitised=invocation.sanitised,
        )
    )


def read_result(tool: Tool, body: bytes | None) -> object:
    """Return the value of the tool's result type in JSON; without any, its null. Unfit if it is of another type."""
    return tool.shape.read_result(b"null" if body is None else body)


async def _take(executor: Executor, invocation: Invocation, value: object) -> Fault | None:
    """Let ``value`` pass as the result; return what is wrong with it, if anything is."""
    tool = executor.registry.get(invocation.order.call.tool)
    if tool is None:
        return fault(
            ErrorKind.BAD_RESULT, f"there is no tool {invocation.order.call.tool} any more: its result is lost"
        )
    invocation.tool = tool
    if isinstance(value, Unfit):
        return unusable(tool, value, tool.effect).fault
    invocation.value = value
    for stage in RESULT_STAGES:
        end = await stage.run(invocation)
        if isinstance(end, Failed):
            return end.fault
    return None


async def _answer(
    executor: Executor, tool: Tool, asked: Companion, values: dict[str, object], clock: Clock
) -> Answer | Fault:
    answer = await Asking(clock, executor.threads).ask(asked, values, tool.timeout_seconds)
    match answer:
        case Happened() | DidNot() | Unknown():
            return answer
        case Raised(NoAnswer()):
            message = f"the probe of {tool.name} gave no answer in {tool.timeout_seconds:g} seconds"
            return fault(ErrorKind.TIMEOUT, message)
        case Raised(error):
            return fault(ErrorKind.TOOL_FAILED, f"the probe of {tool.name}: {type(error).__name__}: {error}")
        case other:
            message = f"the probe of {tool.name}: expected Happened, DidNot or Unknown, found {type(other).__name__}"
            return fault(ErrorKind.BAD_RESULT, message)
