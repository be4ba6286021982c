"""Asks the contracts of a handoff after a turn: who has the next one and what it is told, or that it was the last."""

from collections.abc import Sequence

from holdfast.journal.events import Event, HandedOver, NodeLeft
from holdfast.journal.fold.handing import Turn, handed, turns
from holdfast.journal.recorder import Recorder
from holdfast.kernel.errors import ExpressionError
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration.flow.contracts import Contract
from holdfast.orchestration.flow.names import HANDED, RESULT
from holdfast.orchestration.flow.nodes import Handoff
from holdfast.orchestration.values.values import Values


async def after_turn(node: Handoff, path: str, values: Values, recorder: Recorder) -> Event:
    """Return what follows on the turn that has ended last. Raises ExpressionError."""
    state = recorder.state
    been = turns(state, state.nodes[path])
    turn, given = been[-1], handed(state, been[-1].path)
    assert given is not None, "a turn lies in a handoff"
    seen = {RESULT: await values.of(turn.path), HANDED: await recorder.payloads.fetch_json(given.value)}
    for contract in node.contracts:
        if contract.giver == turn.member and await values.evaluate(contract.when, path, seen):
            if turn.number > node.handovers_max:
                return NodeLeft(node=path, outcome=Outcome.FAILED, fault=_too_often(node, been, contract))
            carried = await values.evaluate(contract.carries, path, seen)
            if not isinstance(carried, dict):
                told = f"{path}: expected {contract.carries!r} of contract {contract.called!r} to be a dict, found "
                raise ExpressionError(told + type(carried).__name__)
            return HandedOver(
                node=path,
                number=turn.number,
                giver=turn.member,
                taker=contract.taker,
                contract=contract.called,
                carried=recorder.payloads.keep_json(carried),
            )
    is_partial = any(state.nodes[each.path].outcome is Outcome.PARTIAL for each in been)
    return NodeLeft(node=path, outcome=Outcome.PARTIAL if is_partial else Outcome.SUCCEEDED)


def _too_often(node: Handoff, been: Sequence[Turn], contract: Contract) -> Fault:
    chain = " -> ".join((*(turn.member for turn in been), contract.taker))
    counted = "1 handover" if node.handovers_max == 1 else f"{node.handovers_max} handovers"
    told = f"expected at most {counted}, found one more by contract {contract.called!r}: {chain}"
    return Fault(ErrorKind.LOOP, told)
