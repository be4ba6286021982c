"""The stand-in reasons from what it is told: questions in plain words become queries, agendas become analyses."""

import msgspec
import pytest

from holdfast.apps.meeting.offline.collecting import written
from holdfast.apps.meeting.offline.heard import Heard
from holdfast.apps.meeting.offline.planning import plan
from holdfast.apps.meeting.offline.studies.study import largest_step, months_before

TABLE = {"ledger": ["month", "segment", "kind", "account", "amount_eur", "paid_on"]}


@pytest.mark.parametrize(
    ("question", "statement", "parameters"),
    [
        (
            "total amount_eur by month and kind",
            "month, kind, round(sum(amount_eur), 2) AS total_amount_eur FROM ledger GROUP BY month, kind",
            [],
        ),
        (
            "number of rows and average amount_eur by account where kind is cost and month is 2026-09 or 2026-10",
            "WHERE kind IN ($1) AND month IN ($2, $3) GROUP BY account ORDER BY account",
            ["cost", "2026-09", "2026-10"],
        ),
        (
            "number of rows where paid_on is missing and month from 2026-01 and month before 2026-05",
            "SELECT count(*) AS rows FROM ledger WHERE paid_on IS NULL AND month >= $1 AND month < $2",
            ["2026-01", "2026-05"],
        ),
        (
            "number of rows where account is rent and heat",
            "SELECT count(*) AS rows FROM ledger WHERE account IN ($1)",
            ["rent and heat"],
        ),
    ],
)
def test_a_question_becomes_a_query(question: str, statement: str, parameters: list[str]) -> None:
    query = written(question, TABLE)
    assert (query.parameters, query.problem) == (parameters, "")
    assert statement in query.statement


@pytest.mark.parametrize("question", ["total colour by month", "total amount_eur by day", "number where day is 1"])
def test_a_field_that_is_not_there_is_told(question: str) -> None:
    assert "ledger has no field" in written(question, TABLE).problem


@pytest.mark.parametrize(
    ("request_", "analysts"),
    [
        ("Prepare Monday's operations meeting", ["financial", "shipping", "incidents"]),
        ("Which carriers are late?", ["shipping"]),
        ("- margin\n- open invoices", ["financial"]),
        ("Agenda\n1. Outages of last week\n2. Freight", ["shipping", "incidents"]),
        ("Hello", ["financial", "shipping", "incidents"]),
    ],
)
def test_an_agenda_becomes_analyses(request_: str, analysts: list[str]) -> None:
    planned = msgspec.json.decode(plan(Heard({"The meeting": request_}, ())).text)
    assert [each["analyst"] for each in planned["analyses"]] == analysts


def test_what_is_asked_for_becomes_the_title() -> None:
    planned = msgspec.json.decode(plan(Heard({"The meeting": "Prepare Monday's operations meeting."}, ())).text)
    assert planned["title"] == "Monday's operations meeting"


def test_the_largest_step_is_between_neighbours_and_upwards() -> None:
    assert largest_step([("a", 1.0), ("b", 3.0), ("c", 4.0)]) == ("a", "b")
    assert largest_step([("a", 2.0), ("b", 1.0)]) is None
    assert largest_step([]) is None


def test_months_are_counted_over_the_turn_of_the_year() -> None:
    assert months_before("2026-02-11", 3) == "2025-11-01"
