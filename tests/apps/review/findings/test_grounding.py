"""What it takes for a finding to be accepted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.review.findings.grounding import (
    LINES_OFF_MAX,
    DropReason,
    count_dropped,
    ground,
    locate,
    path_inside,
    says_something,
)
from holdfast.apps.review.findings.model import Finding
from tests.apps.review.findings.samples import SQL, finding, many_findings

FILES = {
    "src/db.py": [
        "import sqlite3",
        "",
        "def find(cursor, name):",
        "    " + SQL,
        "    return cursor.fetchall()",
        "",
        "def call(",
        "    first,",
        "",
        "    second,",
        "):",
        "    return [",
        "    ]",
    ],
    "conf/settings.py": ['AWS_SECRET = "AKIAIOSFODNN7EXAMPLEKEY1234567890abcdefg"'],
}


def _lines(path: str) -> list[str] | None:
    return FILES.get(path)


def _grounded(one: Finding) -> Finding | DropReason:
    accepted, dropped = ground([one], _lines)
    return accepted[0] if accepted else dropped[0].reason


def test_a_span_that_stands_at_its_line_is_accepted_as_it_is() -> None:
    assert _grounded(finding(line=4)) == finding(line=4)


@pytest.mark.parametrize("line", [1, 2, 3, 5, 6, 7])
def test_a_line_that_is_a_little_off_is_corrected(line: int) -> None:
    grounded = _grounded(finding(line=line))

    assert isinstance(grounded, Finding)
    assert (grounded.line, grounded.end_line) == (4, 4)


def test_the_nearest_of_several_places_is_taken_and_the_earlier_of_two_as_near() -> None:
    lines = ["same thing", "x", "same thing", "x", "same thing"]

    assert [getattr(locate(lines, line, "same thing"), "line", None) for line in (1, 2, 3, 4, 5)] == [1, 1, 3, 3, 5]


def test_evidence_that_stands_too_far_away_is_dropped_and_told_apart_from_one_that_stands_nowhere() -> None:
    assert _grounded(finding(line=4 + LINES_OFF_MAX + 1)) is DropReason.ELSEWHERE
    assert _grounded(finding(evidence="cursor.execute(statement)")) is DropReason.NOT_THERE
    assert _grounded(finding(line=9_999)) is DropReason.ELSEWHERE


def test_white_space_does_not_count_but_words_do() -> None:
    spaced = SQL.replace(" ", " \t  ")

    assert isinstance(_grounded(finding(evidence=f"  {spaced}  ")), Finding)
    assert _grounded(finding(evidence=SQL.replace(" ", ""))) is DropReason.NOT_THERE


def test_several_lines_are_found_and_their_last_line_is_named() -> None:
    quote = "def call(\n    first,\n\n    second,\n):"
    grounded = _grounded(finding(evidence=quote, line=7))

    assert isinstance(grounded, Finding)
    assert (grounded.line, grounded.end_line) == (7, 11)


def test_several_lines_may_be_quoted_without_their_blank_lines_or_flattened_to_one() -> None:
    for quote in ("def call(\n    first,\n    second,\n):", "def call( first, second, ):"):
        grounded = _grounded(finding(evidence=quote, line=8))
        assert isinstance(grounded, Finding)
        assert (grounded.line, grounded.end_line) == (7, 11)


def test_blank_lines_around_a_quote_are_no_part_of_it() -> None:
    grounded = _grounded(finding(evidence=f"\n{SQL}\r\n\n", line=3))

    assert isinstance(grounded, Finding)
    assert (grounded.line, grounded.end_line, grounded.evidence) == (4, 4, SQL)


def test_a_masked_secret_quoted_up_to_its_first_characters_is_accepted() -> None:
    masked = finding(rule="secrets/aws", path="conf/settings.py", line=1, evidence='AWS_SECRET = "AKIA')

    assert isinstance(_grounded(masked), Finding)


@pytest.mark.parametrize("evidence", ["", "  ", "()", "a b", "];", "---- ====", "\n\n", "):\n    ]"])
def test_evidence_that_could_stand_anywhere_is_refused(evidence: str) -> None:
    assert not says_something(evidence)
    assert _grounded(finding(evidence=evidence, line=11)) is DropReason.EMPTY_EVIDENCE


@pytest.mark.parametrize("path", ["../src/db.py", "/etc/passwd", "src/../../db.py", "C:/windows", "", ".", "a\0b"])
def test_a_path_that_leads_out_is_refused_without_being_read(path: str) -> None:
    asked: list[str] = []

    accepted, dropped = ground([finding(path=path)], lambda asked_for: asked.append(asked_for))

    assert (accepted, [one.reason for one in dropped], asked) == ((), [DropReason.OUTSIDE_ROOT], [])


def test_an_unknown_file_is_refused() -> None:
    assert _grounded(finding(path="src/gone.py")) is DropReason.UNKNOWN_FILE


def test_a_path_is_written_one_way_only() -> None:
    assert path_inside("./src//db.py") == "src/db.py"
    grounded = _grounded(finding(path="./src//db.py"))
    assert isinstance(grounded, Finding)
    assert grounded.path == "src/db.py"


def test_each_file_is_read_once() -> None:
    asked: list[str] = []

    def read(path: str) -> list[str] | None:
        asked.append(path)
        return FILES.get(path)

    ground([finding(), finding(path="gone.py"), finding(path="./src/db.py"), finding(path="gone.py")], read)

    assert asked == ["src/db.py", "gone.py"]


def test_dropped_findings_are_counted_by_reason() -> None:
    bad = [finding(path="gone.py"), finding(path="gone.py", line=9), finding(evidence="nowhere to be seen")]
    _, dropped = ground([finding(), *bad], _lines)

    assert count_dropped(dropped) == {"no such readable file": 2, "the evidence does not stand in the file": 1}


@given(many_findings())
def test_every_finding_is_accepted_or_dropped_and_none_twice(findings: list[Finding]) -> None:
    lines = {"a.py": ["run(x)", "md5(y)", "", "key = z", "run(x)"]}
    accepted, dropped = ground(findings, lines.get)

    assert sorted([*(one.claims for one in accepted), *(one.finding.claims for one in dropped)]) == sorted(
        one.claims for one in findings
    )
    assert all("\n".join(lines["a.py"][one.line - 1 : one.end_line]) == one.evidence for one in accepted)


@given(st.lists(st.text(alphabet="ab ( \t\u00a0=é", max_size=12), min_size=1, max_size=12), st.data())
def test_any_quote_of_whole_lines_that_says_something_is_found(lines: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(lines) - 1))
    end = data.draw(st.integers(start, len(lines) - 1))
    quote = "\n".join(lines[start : end + 1])
    if not says_something(quote) or not lines[start].strip():
        return

    span = locate(lines, start + 1, quote)

    assert span is not None
    assert span.line == start + 1


@given(st.text(max_size=40))
def test_no_path_that_is_accepted_can_leave_the_root(path: str) -> None:
    inside = path_inside(path)

    assert inside is None or (
        not inside.startswith("/") and ".." not in inside.split("/") and path_inside(inside) == inside
    )


MASKED = ['call(key="AKIAABCDEFGHIJKLMNOP", host="db", password="hunter22")', "x = '" + "y" * 600 + "'"]


@pytest.mark.parametrize(
    ("evidence", "stands"),
    [
        ('call(key="AKIA…", host="db", password="hu…")', True),
        ('key="AKIA…", host', True),
        ("x = 'yyy…", True),
        ('call(key="AKIA…host="db"', False),
        ('call(… password="hunter22")', False),
        ('key="AKIA…", password', False),
        ("…", False),
        ("x…", False),
    ],
)
def test_a_quote_may_leave_out_what_the_tools_cut_but_no_words(evidence: str, stands: bool) -> None:
    accepted, _ = ground([finding(path="a.py", line=1, evidence=evidence)], lambda _path: MASKED)

    assert bool(accepted) is stands
    assert all(one.evidence == evidence for one in accepted)


def test_a_hostile_line_and_a_hostile_quote_do_not_hold_up_grounding() -> None:
    line = "a" * 1_500_000

    accepted, _ = ground([finding(path="a.js", line=1, evidence="a…b" * 600)], lambda _path: [line] * 3)

    assert accepted == ()
