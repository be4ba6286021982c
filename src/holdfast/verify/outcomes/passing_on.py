"""What may come of what a graph asks after a step, and a handoff after a turn. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from holdfast.journal.events import Event, HandedOver, NodeLeft, StepJudged
from holdfast.journal.fold.handing import Turn, handed, turns
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration.flow.contracts import Contract
from holdfast.orchestration.flow.names import HANDED, RESULT
from holdfast.orchestration.flow.nodes import Graph, Handoff
from holdfast.orchestration.values.graphs import placed, standing
from holdfast.verify.outcomes.move import Failed, Move, Result, Situation
from holdfast.verify.outcomes.reading import Reading, now
from holdfast.verify.places import contracts_of, expected_of, place_of
from holdfast.verify.values.unknown import COMPUTED, Unknown


class PassingOn:
    """Evaluates what a graph expects, and by which contract a handoff goes on."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def judged(self, node: Graph, path: str, at: Situation) -> Iterator[Move]:
        """Yield what may be found of the first step that is to be judged; each of the others has its own turn."""
        step = standing(placed(node, path), at.run.nodes[path], at.run).to_judge[0]
        expect = next(each.expect for each in node.steps if each.do.name == step.name)
        assert expect is not None, "only what has something expected of it is judged"
        seen = {RESULT: self._reading.value(step.path, at)}
        guarded = expected_of(place_of(path), step.name)
        for result in self._reading.truths(expect, step.path, at, seen):
            if result.is_undecided or (result.error is None and result.value):
                told = f"{step.path} comes to what is expected of it"
                events = (StepJudged(node=path, step=step.name),)
                yield _asked(path, told, events, result, guarded, holds=True)
            if result.is_undecided or result.error is not None or not result.value:
                fault = Fault(ErrorKind.UNMET, result.error or f"{expect} does not hold")
                told = f"{step.path} does not come to what is expected of it: {expect}"
                events = (StepJudged(node=path, step=step.name, fault=fault),)
                yield _asked(path, told, events, result, guarded, holds=False)

    def after_turn(self, node: Handoff, path: str, at: Situation) -> Iterator[Move]:
        """Yield who may have the next turn, or that the one that has ended was the last."""
        been = turns(at.run, at.run.nodes[path])
        turn, given = been[-1], handed(at.run, been[-1].path)
        assert given is not None, "a turn lies in a handoff"
        seen = {RESULT: self._reading.value(turn.path, at), HANDED: now(self._reading.book.fetch_json(given.value))}
        contracts = [each for each in node.contracts if each.giver == turn.member]
        asked = self._reading.together([each.when for each in contracts], path, at, seen)
        guarded = contracts_of(place_of(path), turn.member)
        waiting = [(0, at.imaginings, False)]
        while waiting:
            number, imagined, was_undecided = waiting.pop()
            here = Situation(at.run, imagined, at.chosen)
            if number == len(contracts):
                partial = any(at.run.nodes[each.path].outcome is Outcome.PARTIAL for each in been)
                left = NodeLeft(node=path, outcome=Outcome.PARTIAL if partial else Outcome.SUCCEEDED)
                told = f"{path}: {turn.member} hands over to nobody"
                yield Move(path, told, (left,), imagined, is_undecided=was_undecided, vectors=asked, guarded=guarded)
                continue
            for result in self._reading.truths(contracts[number].when, path, here, seen):
                is_undecided = was_undecided or result.is_undecided
                if result.error is not None:
                    yield _failing(path, contracts[number].when, result)
                    continue
                if result.value or result.is_undecided:
                    there = Situation(at.run, result.imaginings, at.chosen)
                    for move in self._handed_over(node, path, turn, contracts[number], there, seen):
                        yield Move(
                            path,
                            move.told,
                            move.events,
                            move.imaginings,
                            is_undecided=is_undecided,
                            failed=move.failed,
                            vectors=asked,
                            guarded=guarded,
                        )
                if not result.value or result.is_undecided:
                    waiting.append((number + 1, result.imaginings, is_undecided))

    def _handed_over(
        self, node: Handoff, path: str, turn: Turn, contract: Contract, at: Situation, seen: Mapping[str, object]
    ) -> Iterator[Move]:
        """Yield what follows where ``contract`` holds."""
        if turn.number > node.handovers_max:
            fault = Fault(ErrorKind.LOOP, f"more than {node.handovers_max} handovers")
            left = NodeLeft(node=path, outcome=Outcome.FAILED, fault=fault)
            yield Move(path, f"{path}: {contract.called} would hand over once too often", (left,), at.imaginings)
            return
        for result in self._reading.results(contract.carries, path, at, seen):
            value = COMPUTED if result.is_undecided else result.value
            if result.error is not None or not isinstance(value, dict | Unknown):
                yield _failing(path, contract.carries, result)
                continue
            event = HandedOver(
                node=path,
                number=turn.number,
                giver=turn.member,
                taker=contract.taker,
                contract=contract.called,
                carried=self._reading.book.keep(value),
            )
            told = f"{path}: {contract.when} holds, so {turn.member} hands over to {contract.taker}"
            yield Move(path, told, (event,), result.imaginings)


def _asked(path: str, told: str, events: Sequence[Event], result: Result, guarded: str, *, holds: bool) -> Move:
    return Move(
        path,
        told,
        tuple(events),
        result.imaginings,
        is_undecided=result.is_undecided,
        vectors=((None if result.is_undecided else holds,),),
        guarded=guarded,
    )


def _failing(path: str, text: str, result: Result) -> Move:
    why = result.error or f"expected {text!r} to be a dict, found {type(result.value).__name__}"
    left = NodeLeft(node=path, outcome=Outcome.FAILED, fault=Fault(ErrorKind.EXPRESSION, why))
    return Move(path, f"{path} cannot go on: {why}", (left,), result.imaginings, failed=Failed(text, why))
