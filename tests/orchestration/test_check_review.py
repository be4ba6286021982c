"""Every wrong review is refused when its app is declared, and says what is wrong; the right one passes."""

import math
from typing import Any

import pytest

from holdfast.flow import AgentNode, Criterion, FunctionNode, Review
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.errors import DefinitionError
from holdfast.orchestration.flow.nodes import Node
from tests.orchestration.desk_work import CITES, MEND, REVIEW, WRITE, desk_app, in_steps
from tests.orchestration.world import World, step

READ = FunctionNode("read", "look_over", input="{'result': result}")
ANYTHING: Any = object()

WRONG: dict[str, tuple[Review, str]] = {
    "nothing to review": (Review(revise=MEND), "expected a criterion or a check, found neither"),
    "an odd name": (Review(criteria=(Criterion("Cites!", "True"),)), "criterion 'Cites!' cannot stand"),
    "two of a name": (Review(criteria=(CITES, CITES)), "to have different names, found .*cites_sources"),
    "no expression": (Review(criteria=(Criterion("odd", "result +"),)), "'result [+]' does not parse"),
    "a name nobody knows": (Review(criteria=(Criterion("odd", "results"),)), "names results, which it cannot see"),
    "a criterion of what is unmet": (Review(criteria=(Criterion("odd", "unmet"),)), "names unmet, which it cannot see"),
    "a check of what is unmet": (
        Review(check=FunctionNode("read", "look_over", input="{'result': unmet}")),
        "names unmet, which it cannot see",
    ),
    "a node that there is not": (
        Review(criteria=(CITES,), revise=AgentNode("ask", "clerk")),
        "revise: expected agent 'clerk' to be one of the app's",
    ),
    "a grant": (Review(check=FunctionNode("read", "nothing")), "expected function 'nothing' to be one of the app's"),
    "no rounds": (Review(criteria=(CITES,), revise=MEND, rounds_max=0), "rounds_max of at least 1, found 0"),
    "no time": (Review(criteria=(CITES,), answer_seconds_max=0), "answer_seconds_max above 0, found 0"),
    "all the time": (Review(criteria=(CITES,), answer_seconds_max=math.inf), "answer_seconds_max above 0, found inf"),
    "what is no data": (Review(criteria=(Criterion("odd", ANYTHING),)), "made of plain data"),
    "a field of another type": (Review(criteria=(CITES,), rounds_max="two"), "made of plain data"),  # type: ignore[arg-type]
}


def declare(review: Review, flow: Node = WRITE) -> None:
    desk_app(World(VirtualClock()), review, flow)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_review_is_refused_and_says_what_is_wrong(name: str) -> None:
    review, told = WRONG[name]
    with pytest.raises(DefinitionError, match=told) as refused:
        declare(review)
    assert "essay" in str(refused.value) or "criterion" in str(refused.value)


@pytest.mark.parametrize("review", [REVIEW, Review(check=READ), Review(criteria=(CITES,), check=READ, revise=MEND)])
def test_a_right_review_passes(review: Review) -> None:
    declare(review)


def test_criteria_see_the_steps_of_a_sequence_and_none_of_anything_else() -> None:
    review = Review(criteria=(Criterion("looked", "look == 1"),))
    declare(review, in_steps(step("look")))
    with pytest.raises(DefinitionError, match="it sees input, result"):
        declare(review)


@pytest.mark.parametrize("name", ["result", "unmet"])
def test_a_step_may_not_have_a_name_that_a_review_uses(name: str) -> None:
    with pytest.raises(DefinitionError, match=f"expected steps of other names, found {name}"):
        declare(REVIEW, in_steps(step(name)))
    with pytest.raises(DefinitionError, match=f"expected steps of other names, found {name}"):
        declare(Review(criteria=(CITES,), revise=in_steps(step(name))))
    desk_app(World(VirtualClock()), None, in_steps(step(name)))
