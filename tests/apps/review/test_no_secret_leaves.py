"""A secret in the code under review stays there: no journal, no report and no model has it afterwards."""

import sqlite3
from pathlib import Path

import pytest

from holdfast.apps.review.report.machine import json_report
from holdfast.apps.review.report.markdown import markdown_report
from holdfast.apps.review.report.sarif import sarif_report
from holdfast.apps.review.report.terminal import terminal_text
from holdfast.runtime import Runtime
from tests.apps.review.planted import SECRETS, TREE
from tests.apps.review.reviewing import everything_in_the_journal, review
from tests.apps.review.source.trees import write

SHOWN_CHARS_MAX = 4
NOTES = {"CONTRIBUTING.md": f"To try it, use the token {SECRETS[2]} of the test account.\n"}


def told_in(text: str) -> list[str]:
    """Return the parts of secrets that a text holds, each longer than what may be shown."""
    length = SHOWN_CHARS_MAX + 1
    parts = {secret[start : start + length] for secret in SECRETS for start in range(len(secret) - length + 1)}
    return sorted(part for part in parts if part in text)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "code", {**TREE, **NOTES})


async def test_no_form_of_the_report_holds_any_part_of_a_secret(folder: Path) -> None:
    report = (await review(folder)).report

    assert {"app/settings.py", "deploy/key.pem"} <= {finding.path for finding in report.findings}
    for text in (json_report(report), sarif_report(report), markdown_report(report), terminal_text(report)):
        assert told_in(text) == []


async def test_neither_the_journal_nor_its_file_holds_any_part_of_a_secret(folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "runs.db"
    async with Runtime.open(f"sqlite:///{store}") as runtime:
        run = await runtime.start("review", {"path": str(folder)})
        await run.result()
        text = await everything_in_the_journal(runtime, run.id)
    assert 'AWS_ACCESS_KEY_ID = \\\\"AKIA…' in text or 'AWS_ACCESS_KEY_ID = \\"AKIA…' in text, "the line was read"
    assert told_in(text) == []
    with sqlite3.connect(store) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert told_in(store.read_bytes().decode("latin-1")) == []
