"""A figure is the value of its own query, to the digits it states; a text states its figures and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.meeting.company.company import Company
from holdfast.apps.meeting.company.founding import found
from holdfast.apps.meeting.findings.checking import Checker, is_same, reads_data
from holdfast.apps.meeting.findings.model import Figure, Point
from holdfast.apps.meeting.findings.stating import unsupported

COUNT = "SELECT count(*) AS invoices FROM invoices"
SHARE = "SELECT round(100.0 * avg(was_late), 3) FROM shipments WHERE carrier <> $1"


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Checker:
    path = tmp_path_factory.mktemp("firm") / "company.db"
    found(path, 2)
    return Checker(Company(path).database(("finance", "shipping")), lambda: False)


def point(text: str, value: object = 240, statement: str = COUNT, *parameters: str | int) -> Point:
    figure = Figure(name="it", value=value, statement=statement, parameters=[*parameters])  # type: ignore[arg-type]  # as a model says it
    return Point(text=text, figures=[figure])


def test_what_the_data_show_holds(checker: Checker) -> None:
    assert checker.objection(point("There are 240 invoices.")) is None
    assert checker.objection(point("Since 2026-08 240 came.", 240, f"{COUNT} WHERE issued_on <> $1", "2026-08")) is None


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("SELECT 240 AS invoices", "computes nothing from the data"),
        ("SELECT 239 + count(*)", "computes nothing from the data"),
        ("SELECT 200 + 40 FROM invoices LIMIT 1", "computes nothing from the data"),
        ("SELECT number, 240 FROM invoices", "computes nothing from the data"),
        ("no statement at all", "computes nothing from the data"),
        ("SELECT number FROM invoices LIMIT 2", "expected a query with one value"),
        ("SELECT count(*), count(*) FROM invoices", "expected a query with one value"),
        ("SELECT count(*) + 1 FROM invoices", "expected 241 by its query, found 240"),
        ("SELECT count(*) FROM incidents", "refused"),
        ("DELETE FROM invoices RETURNING number", "computes nothing from the data"),
        ("SELECT count(*) FROM invoices WHERE load_extension(number)", "only reads"),
    ],
)
def test_what_they_do_not_show_does_not(checker: Checker, statement: str, why: str) -> None:
    assert why in (checker.objection(point("There are 240 invoices.", 240, statement)) or "")


def test_a_number_that_is_no_figure_is_found_in_the_text(checker: Checker) -> None:
    wrong = checker.objection(point("240 invoices, 12 % more than in 2025-11, of R-2001."))
    assert wrong == "it states R-2001, 2025-11, 12, which is none of its figures"


def test_a_value_is_compared_by_the_digits_that_it_states() -> None:
    assert is_same(13.8, 13.8461)
    assert is_same(14, 13.8461)
    assert not is_same(13.9, 13.8461)
    assert is_same("2027-01-05", "2027-01-05")
    assert not is_same("Tidewater", "Swiftway")
    assert not is_same(0, None)


@given(st.integers(-(10**7), 10**7), st.integers(0, 3))
def test_a_figure_supports_itself_however_it_is_written_and_no_other(value: int, digits: int) -> None:
    number = round(value / 10**digits, digits)
    for shown in (f"{number:,}", f"{number}"):
        assert unsupported(f"It is {shown} EUR.", [number]) == []
    assert unsupported(f"It is {abs(number) + 1:,} EUR.", [number]) != []


def test_what_comes_from_a_table_reads_data() -> None:
    assert reads_data("WITH late AS (SELECT * FROM shipments) SELECT avg(was_late) FROM late")
    assert reads_data("SELECT (SELECT count(*) FROM invoices) + 1")
    assert not reads_data("VALUES (1)")
