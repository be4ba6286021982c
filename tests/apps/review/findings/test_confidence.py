"""How sure several sources make us together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.review.findings.confidence import CONFIDENCE_MAX, combined_confidence
from holdfast.apps.review.findings.model import Claim
from holdfast.apps.review.findings.severity import Severity


def _claim(source: str, confidence: float, *analysers: str) -> Claim:
    return Claim("id", source, "injection/sql", Severity.HIGH, confidence, analysers)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ([_claim("injection", 0.8)], 0.8),
        ([_claim("injection", 0.8), _claim("data", 0.5)], 0.9),
        ([_claim("injection", 0.8), _claim("injection", 0.5)], 0.8),
        ([_claim("injection", 0.8, "bandit"), _claim("data", 0.5, "bandit")], 0.8),
        ([_claim("injection", 0.8, "bandit"), _claim("data", 0.5, "semgrep")], 0.9),
        ([_claim("a", 0.5, "x"), _claim("b", 0.5, "y"), _claim("c", 0.5, "x", "y")], 0.5),
        ([_claim("injection", 0.99), _claim("data", 0.99)], CONFIDENCE_MAX),
        ([_claim("injection", 1.0), _claim("data", 0.5)], 1.0),
        ([], 0.0),
    ],
)
def test_independent_voices_add_up_and_one_voice_heard_twice_does_not(claims: list[Claim], expected: float) -> None:
    assert combined_confidence(claims) == pytest.approx(expected)


@given(st.lists(st.builds(_claim, st.sampled_from("abc"), st.floats(0, 1), st.sampled_from("abxy")), min_size=1))
def test_more_claims_never_make_less_sure(claims: list[Claim]) -> None:
    together = combined_confidence(claims)

    assert max(claim.confidence for claim in claims) <= together <= 1.0
    assert together == combined_confidence(reversed(claims))
