"""What may come of what is evaluated after something below a node has ended: a loop's end, a vote's count. Pure."""

from collections.abc import Iterator, Sequence

from holdfast.journal.events import BranchTaken, ItemsMapped, NodeLeft
from holdfast.kernel import paths
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration.flow.names import LAST, RESULT, ROUND
from holdfast.orchestration.flow.nodes import Loop, Vote
from holdfast.orchestration.values.looping import last_round
from holdfast.orchestration.values.values import Values
from holdfast.orchestration.values.votes import answers
from holdfast.verify.outcomes.move import Failed, Move, Result, Situation
from holdfast.verify.outcomes.reading import Reading, now
from holdfast.verify.values.parts import holds_unknown, is_finite, may_be_alike
from holdfast.verify.values.unknown import Unknown

VOTERS_MAX = 6
"""Of how many voters every way to agree is followed; of more only that all do, or none."""


class AskedAgain:
    """Evaluates what a node asks more than once."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def after_round(self, node: Loop, path: str, at: Situation) -> Iterator[Move]:
        """Yield that the round that has ended was the last, or that another comes."""
        number, last = last_round(at.run, path)
        assert last is not None, "a loop is asked after a round"
        values = Values(at.run, self._reading.book)
        seen = {ROUND: number, LAST: now(values.before(path, number)), RESULT: now(values.of(last.path))}
        for result in self._reading.truths(node.until, path, at, seen):
            if result.error is not None:
                fault = Fault(ErrorKind.EXPRESSION, result.error)
                left = NodeLeft(node=path, outcome=Outcome.FAILED, fault=fault)
                failed = Failed(node.until, result.error)
                yield Move(path, f"{path} cannot be asked: {result.error}", (left,), result.imaginings, failed=failed)
                continue
            if result.value or result.is_undecided:
                outcome = Outcome.PARTIAL if last.outcome is Outcome.PARTIAL else Outcome.SUCCEEDED
                told = f"{path}: {node.until} holds after round {number}"
                left = NodeLeft(node=path, outcome=outcome)
                yield Move(path, told, (left,), result.imaginings, vectors=((None if result.is_undecided else True,),))
            if not result.value or result.is_undecided:
                told = f"{path}: {node.until} does not hold after round {number}"
                taken = BranchTaken(node=path, case=str(number + 1))
                yield Move(
                    path, told, (taken,), result.imaginings, vectors=((None if result.is_undecided else False,),)
                )

    def ballots(self, node: Vote, path: str, at: Situation) -> Iterator[Move]:
        """Yield every way in which those who have answered may agree."""
        given = answers([at.run.nodes[paths.below(path, voter.name)] for voter in node.voters])
        names = tuple(voter.path.rpartition("/")[2] for voter in given)
        ways = [(at.imaginings, ())]
        values = Values(at.run, self._reading.book)
        for voter in given:
            following: list[tuple[object, tuple[object, ...]]] = []
            for told, before in ways:
                for result in self._answer(node, path, now(values.of(voter.path)), Situation(at.run, told, at.chosen)):
                    if result.error is not None:
                        fault = Fault(ErrorKind.EXPRESSION, result.error)
                        left = NodeLeft(node=path, outcome=Outcome.FAILED, fault=fault)
                        failed = Failed(node.key or "", result.error)
                        yield Move(path, f"{path}: {result.error}", (left,), result.imaginings, failed=failed)
                    else:
                        following.append((result.imaginings, (*before, result.value)))
            ways = following  # type: ignore[assignment]
        for told, found in ways:
            for groups in _groupings(found):
                items = tuple(PayloadId(f"answer {group}") for group in groups)
                words = f"{path}: {_told_of(names, groups)}"
                yield Move(path, words, (ItemsMapped(node=path, keys=names, items=items),), told)

    def _answer(self, node: Vote, path: str, value: object, at: Situation) -> Iterator[Result]:
        """Yield what an answer is compared by; it is told apart where all that it may be is written out."""
        key = RESULT if node.key is None else node.key
        for result in self._reading.results(key, path, at, {RESULT: value}):
            found = result.value
            if isinstance(found, Unknown) and found.schema.body and is_finite(found):
                yield from self._reading.plain(found, result.imaginings)
            else:
                yield result


def _groupings(found: Sequence[object]) -> Iterator[tuple[int, ...]]:
    """Yield every way in which answers may agree: for each the number of its group; those that are known must fit."""
    if len(found) > VOTERS_MAX:
        yield from ((0,) * len(found), tuple(range(len(found))))
        return

    def grouped(groups: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        place = len(groups)
        if place == len(found):
            yield groups
            return
        for group in range(max(groups, default=-1) + 2):
            if all(_may_be(found[place], found[other], groups[other] == group) for other in range(place)):
                yield from grouped((*groups, group))

    yield from grouped(())


def _may_be(one: object, other: object, is_same: bool) -> bool:  # noqa: FBT001
    if holds_unknown(one) or holds_unknown(other):
        return may_be_alike(one, other) if is_same else one != other
    return (type(one) is type(other) and one == other) is is_same


def _told_of(names: Sequence[str], groups: Sequence[int]) -> str:
    if len(set(groups)) == 1:
        return "all who answered agree" if len(groups) > 1 else f"{names[0]} alone has answered"
    said = [
        " and ".join(name for name, own in zip(names, groups, strict=True) if own == group)
        for group in sorted(set(groups))
    ]
    return " against ".join(said) or "nobody has answered"
