"""Every planted problem of the labelled corpus is found where it stands, and nothing is found in its benign twins."""

import pytest

from holdfast.apps.review.analysers.candidate import Candidate
from tests.apps.review.analysers.corpus import CORPUS
from tests.apps.review.analysers.corpus.case import Case
from tests.apps.review.analysers.inspecting import candidates


@pytest.mark.parametrize("case", CORPUS, ids=str)
def test_every_planted_problem_is_found_at_its_line(case: Case) -> None:
    found = candidates(case.analyser, case.path, case.planted_text)
    assert {candidate.line for candidate in found if candidate.rule == case.rule} == case.planted_lines


@pytest.mark.parametrize("case", CORPUS, ids=str)
def test_nothing_is_found_in_a_benign_twin(case: Case) -> None:
    assert [told(candidate) for candidate in candidates(case.analyser, case.path, case.benign_text)] == []


@pytest.mark.parametrize("case", CORPUS, ids=str)
def test_every_excerpt_stands_in_its_line(case: Case) -> None:
    lines = case.planted_text.split("\n")
    for candidate in candidates(case.analyser, case.path, case.planted_text):
        assert candidate.excerpt
        assert candidate.excerpt in lines[candidate.line - 1]


def told(candidate: Candidate) -> str:
    """Say what was found, for a failure that can be read."""
    return f"{candidate.rule} at {candidate.line}: {candidate.excerpt}"
