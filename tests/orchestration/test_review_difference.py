"""What differs between two reviews is told by field, and node by node in each of its roles."""

import pytest
from msgspec.structs import replace

from holdfast.flow import Criterion, FunctionNode, Review
from holdfast.orchestration.flow.review_difference import review_differences

CITES = Criterion("cites", "result.sources")
A, B = FunctionNode("a", "a"), FunctionNode("b", "b")
REVIEW = Review(criteria=(CITES,), check=A, revise=B)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (REVIEW, REVIEW, []),
        (None, None, []),
        (None, REVIEW, ["review: review added"]),
        (REVIEW, None, ["review: review removed"]),
        (replace(REVIEW, rounds_max=2), replace(REVIEW, rounds_max=3), ["review: rounds_max 2 -> 3"]),
        (REVIEW, replace(REVIEW, check=None), ["check: a: function removed"]),
        (replace(REVIEW, revise=None), REVIEW, ["revise: b: function added"]),
        (REVIEW, replace(REVIEW, check=replace(A, input="result")), ['check: a: input null -> "result"']),
        (REVIEW, replace(REVIEW, check=replace(A, name="c")), ["check: c: function moved from check: a"]),
    ],
)
def test_each_difference_is_told(old: Review | None, new: Review | None, expected: list[str]) -> None:
    assert [str(each) for each in review_differences(old, new)] == expected
