"""A claim holds if what it cites is found when it is looked up again, and not otherwise."""

import pytest

from holdfast.apps.incident.findings import Citation
from holdfast.integration.tools.stock.sql.rows import Cell
from tests.apps.incident.cases import Outage, outage

ALL = "SELECT name, tier FROM services ORDER BY name"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Outage:
    return outage(tmp_path_factory.mktemp("case"), 1, "bad_deploy")


def cites(statement: str, *rows: list[Cell]) -> Citation:
    return Citation(statement=statement, rows=list(rows))


def test_rows_of_the_result_hold_in_any_order(made: Outage) -> None:
    checked = made.checked()
    first, second, *_ = checked.rows(ALL)
    assert checked.holds(cites(ALL, second, first))


@pytest.mark.parametrize("row", [["nobody", "service"], ["gateway"], [None, None]])
def test_a_row_that_is_not_in_the_result_does_not(made: Outage, row: list[Cell]) -> None:
    assert not made.checked().holds(cites(ALL, row))


def test_one_row_that_is_not_there_voids_the_claim(made: Outage) -> None:
    checked = made.checked()
    assert not checked.holds(cites(ALL, checked.rows(ALL)[0], ["nobody", "service"]))


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM services", "SELECT nonsense FROM nothing", "SELECT sql FROM sqlite_master", "PRAGMA page_size"],
)
def test_a_query_that_is_refused_shows_nothing(made: Outage, statement: str) -> None:
    assert not made.checked().holds(cites(statement, ["x"]))


def test_a_number_may_have_been_rounded_by_writing_it_down(made: Outage) -> None:
    assert made.checked().holds(cites("SELECT 0.1 + 0.2, 3", [0.3, 3]))
    assert not made.checked().holds(cites("SELECT 0.1 + 0.2, 3", [0.31, 3]))
