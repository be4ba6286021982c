"""Holds a run's result against the criteria of its app, and records what came of it."""

from collections.abc import Iterator

import msgspec

from holdfast.execution.actions import Assess
from holdfast.journal.events import RunReviewed
from holdfast.journal.recorder import Recorder
from holdfast.kernel import paths
from holdfast.kernel.errors import ExpressionError
from holdfast.kernel.expression import parse
from holdfast.orchestration.flow.review import CHECK, REVISE, Criterion, Review, Unmet
from holdfast.orchestration.values.rounds import revisions
from holdfast.orchestration.values.values import Values
from holdfast.orchestration.walk.reviewing import ACCEPT, FAIL, REVISE_AGAIN

UNMET_MAX = 100
"""How much of what a check finds is kept; a revision sees no more of it."""
FOUND_LENGTH_MAX = 2_000
"""How many characters are kept of what was found, and of what was expected."""
NAME_LENGTH_MAX = 80
"""How many characters are kept of what a check calls a criterion: the name stands in the journal's events."""
IMPACTS = {
    ACCEPT: "the run completes, and says which criteria were waived",
    REVISE_AGAIN: "the result is revised once more, and reviewed again",
    FAIL: "the run fails, and says which criteria are unmet",
}
"""What is expected of each choice, for whoever decides."""


async def assess(action: Assess, review: Review, recorder: Recorder) -> None:
    """Record what of the result is unmet. What cannot be evaluated, or checked, is unmet: a review fails closed."""
    values = Values(recorder.state, recorder.payloads)
    unmet = [found for each in review.criteria if (found := await _judge(each, action.path, values)) is not None]
    if review.check is not None:
        unmet.extend(await _checked(review.check.name, action.path, recorder, values))
    state = recorder.state
    evidence = {"unmet": unmet, "revisions": revisions(state), "why_not_revised": _why_not_revised(recorder)}
    wanting = ", ".join(dict.fromkeys(each.criterion for each in unmet))
    told = {
        "question": f"Accept the result although it does not meet {wanting}?",
        "details": evidence,
        "impacts": IMPACTS,
        "unmet": unmet,
    }
    recorder.append(
        RunReviewed(
            node=action.path,
            round=len(state.reviews) + 1,
            unmet=tuple(dict.fromkeys(each.criterion for each in unmet)),
            found=recorder.payloads.keep_json(told) if unmet else None,
        )
    )


async def _judge(criterion: Criterion, path: str, values: Values) -> Unmet | None:
    expression = parse(criterion.holds)
    try:
        if expression.evaluate(await values.scope(expression.names, path)):
            return None
        found = "it does not hold"
    except ExpressionError as error:
        found = str(error)
    return Unmet(criterion.name, criterion.otherwise or criterion.holds, found[:FOUND_LENGTH_MAX])


async def _checked(name: str, path: str, recorder: Recorder, values: Values) -> list[Unmet]:
    node = recorder.state.nodes[paths.below(path, CHECK)]
    assert node.outcome is not None, "a check has ended when its value is asked for"
    if not node.outcome.is_success:
        because = node.fault.message if node.fault is not None else f"it ended {node.outcome}"
        return [Unmet(name, "the check to be made", because[:FOUND_LENGTH_MAX])]
    found = await values.of(node.path)
    if not isinstance(found, list):
        return [Unmet(name, "a list of what is unmet", msgspec.json.encode(found).decode()[:FOUND_LENGTH_MAX])]
    return list(_items(name, found))


def _items(name: str, found: list[object]) -> Iterator[Unmet]:
    """Yield what a check has found: texts, or objects that say which criterion and what was expected."""
    for item in found[:UNMET_MAX]:
        try:
            unmet = msgspec.convert(item, Unmet)
        except msgspec.ValidationError:
            unmet = Unmet(name, "", item if isinstance(item, str) else msgspec.json.encode(item).decode())
        yield Unmet(
            unmet.criterion[:NAME_LENGTH_MAX], unmet.expected[:FOUND_LENGTH_MAX], unmet.found[:FOUND_LENGTH_MAX]
        )


def _why_not_revised(recorder: Recorder) -> str | None:
    """Return why the revision before this round came to nothing, if it did."""
    state = recorder.state
    before = state.nodes.get(paths.below(state.reviews[-1].node, REVISE)) if state.reviews else None
    return None if before is None or before.fault is None else before.fault.message
