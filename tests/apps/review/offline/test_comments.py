"""What stands in a comment or a docstring is no code, unless the weakness is one that words can have too."""

import pytest

from holdfast.apps.review.offline.candidates import Candidate
from holdfast.apps.review.offline.judgement import Dismissed, Judged, judge

DOCSTRING = {1: '"""Opens the store: os.system(name)"""', 2: "import os"}


@pytest.mark.parametrize("lines", [DOCSTRING, {1: "# os.system(name)"}])
def test_a_call_in_it_is_none(lines: dict[int, str]) -> None:
    assert isinstance(judge(Candidate("shell-command", "app/a.py", 1, "high", 0.8, cwe=78), lines), Dismissed)


@pytest.mark.parametrize(
    "candidate",
    [
        Candidate("trojan-source", "app/a.py", 1, "high", 0.9, cwe=838),
        Candidate("modules-without-test", "app/a.py", 1, "low", 0.5, cwe=1059),
        Candidate("secret-aws-key", "app/a.py", 1, "critical", 0.9, cwe=798),
    ],
    ids=lambda candidate: candidate.rule,
)
@pytest.mark.parametrize("lines", [DOCSTRING, {1: "# nothing is tested, AKIAQ3EGRIX"}], ids=["docstring", "comment"])
def test_hidden_text_a_file_as_a_whole_and_a_secret_are_told_all_the_same(
    candidate: Candidate, lines: dict[int, str]
) -> None:
    assert isinstance(judge(candidate, lines), Judged)
