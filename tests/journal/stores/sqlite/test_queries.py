"""Questions asked often find their rows by an index, however many runs there are."""

from pathlib import Path

import pytest

from holdfast.journal.stores.sqlite import deliveries, events, queries, statements
from holdfast.journal.stores.sqlite.layout import lay_out
from holdfast.kernel.faults import pass_by

GIVEN = ("SCAN now", "SCAN CONSTANT ROW")
"""What a plan says of values that come with the question."""
OFTEN = {
    "read": queries.EVENTS,
    "payloads": queries._PAYLOADS,
    "inbox": queries.INBOX,
    "undriven wake": queries._UNDRIVEN_WAKE,
    "driven wake": queries._DRIVEN_WAKE,
    "due": queries._HEAD + queries._DUE,
    "children": queries._HEAD + "WHERE parent = ? ORDER BY id DESC LIMIT ?",
    "standing": statements.STANDING,
    "driven": statements.DRIVEN,
    "requested": statements.REQUESTED,
    "last run": statements.LAST_RUN,
    "last letter": statements.LAST_LETTER,
    "letter": statements.LETTER,
    "advance": statements.ADVANCE,
    "event": events.NAMED,
    "events of a topic": events.OF_TOPIC,
    "events of a cause": events.OF_CAUSE,
    "events of a run": events.OF_RUN,
    "waits": events.WAITING,
    "deliveries": deliveries.OF_STATE,
}


@pytest.mark.parametrize("name", OFTEN)
def test_no_question_scans_a_table(path: Path, name: str) -> None:
    connection = lay_out(path, may_upgrade=True, reach=pass_by)
    query = OFTEN[name]
    plan = connection.execute(f"EXPLAIN QUERY PLAN {query}", [None] * query.count("?")).fetchall()
    connection.close()
    steps = [step for *_, step in plan if "json_each" not in step and step not in GIVEN]
    assert steps == [step for step in steps if "INDEX" in step or "PRIMARY KEY" in step or not step.startswith("SCAN")]
    assert not any("TEMP B-TREE" in step for step in steps)
