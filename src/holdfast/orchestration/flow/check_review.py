"""Whether a review says what can be judged and run: names, expressions, limits, nodes. Pure; raises DefinitionError."""

import math
from collections.abc import Collection, Iterator, Mapping

import msgspec

from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.paths import check_name
from holdfast.orchestration.flow.check import check_expression, check_flow
from holdfast.orchestration.flow.names import INPUT, VARIABLES
from holdfast.orchestration.flow.nodes import Node, Sequence, children
from holdfast.orchestration.flow.review import RESULT, REVISE, UNMET, Review, from_json, to_json


def check_review(
    review: Review,
    flow: Node,
    agents: set[str],
    functions: set[str],
    tools: set[str],
    grants: Mapping[str, frozenset[str]],
    *,
    scripts: Collection[str] = (),
) -> None:
    """Raise DefinitionError for the first thing in ``review`` that cannot be judged or run after ``flow``."""
    where = f"the review of {flow.name!r}"
    _check_shape(review, where)
    steps = {step.name for step in children(flow)} if isinstance(flow, Sequence) else set[str]()
    visible = frozenset((INPUT, VARIABLES, RESULT, *steps))
    for criterion in review.criteria:
        check_expression(criterion.holds, f"{where}, criterion {criterion.name!r}", visible)
    for role, node in review.nodes.items():
        seen = visible | {UNMET} if role == REVISE else visible
        check_flow(node, agents, functions, tools, grants, names=seen, where=f"{where}, {role}", scripts=scripts)
    _check_names(review, steps, where)


def _check_names(review: Review, steps: set[str], where: str) -> None:
    inside = {each.name for node in review.nodes.values() for child in children(node) for each in _all(child)}
    if taken := (steps | inside) & {RESULT, UNMET}:
        raise DefinitionError(
            f"{where}: expected steps of other names, found {', '.join(sorted(taken))}: its expressions call the run's "
            f"result {RESULT!r} and what is missing {UNMET!r}"
        )


def _all(node: Node) -> Iterator[Node]:
    """Yield the node and every one below it; how deep a flow may be has been checked."""
    yield node
    for child in children(node):
        yield from _all(child)


def _check_shape(review: Review, where: str) -> None:
    try:
        from_json(to_json(review))
    except (TypeError, RecursionError, msgspec.MsgspecError) as error:
        raise DefinitionError(
            f"{where}: expected it to be made of plain data, found something else: {error}"
        ) from error
    if not review.criteria and review.check is None:
        raise DefinitionError(f"{where}: expected a criterion or a check, found neither: there is nothing to review")
    names = [criterion.name for criterion in review.criteria]
    for name in names:
        check_name(name, "criterion")
    if len(set(names)) < len(names):
        raise DefinitionError(f"{where}: expected its criteria to have different names, found {sorted(names)}")
    if review.rounds_max < 1:
        raise DefinitionError(f"{where}: expected rounds_max of at least 1, found {review.rounds_max}")
    seconds = review.answer_seconds_max
    if seconds is not None and not 0 < seconds < math.inf:
        raise DefinitionError(f"{where}: expected answer_seconds_max above 0, found {seconds}")
