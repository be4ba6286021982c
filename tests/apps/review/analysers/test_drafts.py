"""What is told of a sighting: less of it in tests, nothing of it where the code asks for silence."""

import pytest

from holdfast.apps.review.analysers.candidate import Candidate, LeftOut, rank
from tests.apps.review.analysers.inspecting import candidates, inspect, subject

SHELL = "import os\ndef f(x):\n    os.system(x){comment}\n"


@pytest.mark.parametrize(
    ("comment", "count"),
    [
        ("", 1),
        ("  # nosec", 0),
        ("  # nosec B605", 0),
        ("  # noqa: S605", 0),
        ("  # noqa: E501", 1),
        ("  # nosecond thoughts", 1),
        ("  # a comment", 1),
    ],
)
def test_a_line_its_authors_accepted_is_not_told(comment: str, count: int) -> None:
    assert len(candidates("dangerous", "app/a.py", SHELL.format(comment=comment))) == count


def test_what_is_found_in_tests_and_samples_weighs_less() -> None:
    weights = [
        candidates("dangerous", path, SHELL.format(comment=""))[0].weight
        for path in ("a.py", "tests/a.py", "docs/a.py")
    ]
    assert weights[0] > weights[1] == weights[2]


def test_a_candidate_says_where_its_value_comes_from() -> None:
    (found,) = candidates("dangerous", "app/a.py", SHELL.format(comment=""))
    assert found.message.startswith("The value comes from the caller.")
    assert (found.line, found.end_line, found.cwe, found.source) == (3, 3, 78, "syntax tree")


def test_a_long_line_is_quoted_in_part() -> None:
    (found,) = candidates("dangerous", "app/a.py", "import os\ndef f(x):\n    os.system(x" + " + x" * 200 + ")\n")
    assert len(found.excerpt) == 240
    assert found.excerpt.startswith("os.system(x + x")


def test_columns_count_bytes_as_the_parser_does() -> None:
    (found,) = candidates("authentication", "app/a.py", 'gruß = "ß"; ok = password == "Qz7hunter2"\n')
    assert found.excerpt == 'password == "Q'


def test_only_the_heaviest_are_kept_and_the_rest_is_counted() -> None:
    text = "import os\ndef f(x):\n" + "    os.system(x)\n" * 3 + "    eval(input())\n"
    found = candidates("dangerous", "app/a.py", text)
    kept, left_out = rank(found, 2)
    assert [candidate.rule for candidate in kept] == ["code-from-text", "shell-command"]
    assert left_out == (LeftOut("shell-command", 2),)


def test_ranking_does_not_depend_on_the_order_things_were_found_in() -> None:
    found = candidates("dangerous", "app/a.py", "import os\ndef f(x):\n" + "    os.system(x)\n" * 5)
    assert rank(found, 3) == rank(found[::-1], 3)


def test_a_syntax_error_is_a_problem_with_its_line() -> None:
    found = inspect("dangerous", "app/a.py", "x = 1\ndef (:\n")
    assert [(problem.path, problem.reason, problem.detail) for problem in found.problems] == [
        ("app/a.py", "syntax error", "line 2: invalid syntax")
    ]
    assert found.sightings == []


@pytest.mark.parametrize(
    "text", ["x = " + "(" * 5_000, "x = " + "-" * 50_000 + "1", "x = " + "1+" * 50_000 + "1", "\0"]
)
def test_code_nested_beyond_measure_is_a_problem_and_no_crash(text: str) -> None:
    for analyser in ("dangerous", "authentication", "data_handling"):
        found = inspect(analyser, "app/a.py", text)
        assert len(found.problems) == 1


def test_a_declared_encoding_is_no_obstacle() -> None:
    text = "# -*- coding: latin-1 -*-\nimport tarfile\ndef f(a: str = 'é'):\n    tarfile.open(a).extractall()\n"
    assert [candidate.line for candidate in candidates("dangerous", "app/a.py", text)] == [4]


def test_candidates_are_values_that_compare() -> None:
    one, other = (candidates("dangerous", "app/a.py", SHELL.format(comment=""))[0] for _ in range(2))
    assert one == other
    assert isinstance(one, Candidate)
    assert subject("a.py", "x\n").lines == ("x",)
