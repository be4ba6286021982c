"""The report in a terminal."""

import io
import re
from typing import Literal

import msgspec
import pytest
from hypothesis import given
from rich.cells import cell_len
from rich.console import Console

from holdfast.apps.review.findings.model import Finding, Gap
from holdfast.apps.review.report.terminal import GROUPS_MAX, TOLD_MAX, terminal_report, terminal_text
from holdfast.apps.review.report.value import ReviewReport
from tests.apps.review.findings.samples import finding, many_findings
from tests.apps.review.report.samples import empty_report, hostile_report, rich_report

REPORTS = {"rich": rich_report, "empty": empty_report, "hostile": hostile_report}


def test_the_first_screen_says_what_to_do_and_what_to_know() -> None:
    head = terminal_text(rich_report()).partition("Findings ─")[0]

    assert head == (
        "Review of shop  /home/ada/shop\n"
        "Looked at everything: 214 files, 31,877 lines.\n"
        "\n"
        "1 critical and 2 high: mend these before anything else.\n"
        "! No language model was used. An offline stand-in took its place: it follows\n"
        "  fixed rules over what the tools show it, so it knows patterns, not intentions.\n"
        "! This review is partial: authentication did not finish, so what they would have\n"
        "  found is missing.\n"
        "! 2 dependencies could not be checked against a vulnerability database: not\n"
        "  audited, not clean.\n"
        "\n"
        "  critical  1  ███\n"
        "  high      2  ██████\n"
        "  medium    1  ███\n"
        "  low       8  ████████████████████████\n"
        "  info      1  ███\n"
        "\n"
        "Project conventions: ruff (line length 100), mypy strict, CONTRIBUTING.md asks\n"
        "for a test per fix\n"
        "\n"
    )


def test_a_finding_is_told_with_its_code_its_sources_its_conflict_and_its_trace() -> None:
    told = terminal_text(rich_report()).partition("\n 1. ")[2].partition("\n 2. ")[0]

    assert told == (
        "CRITICAL SQL built from a string\n"
        "    src/db.py:4  injection/sql-string · CWE-89\n"
        '    4 │ cursor.execute("SELECT * FROM users WHERE name = \'" + name + "\'")\n'
        "    why       A name with a quote in it changes the statement.\n"
        "    fix       Pass the name as a parameter.\n"
        "    said by   bandit, data, injection, patterns · 92 % sure\n"
        "    conflict  severity: injection says critical, data says high\n"
        "    traced    confirmed: The name comes from the query string and reaches the\n"
        "              statement without being escaped or bound.\n"
        "              1. src/web/views.py:1  from the query string, unchecked\n"
        '                 name = request.args["name"]\n'
        "              2. src/db.py:4  becomes part of the statement\n"
        '                 cursor.execute("SELECT * FROM users WHERE name = \'" + name +\n'
        '                 "\'")\n'
        "                 1 step left out: the quoted code does not stand there\n"
    )


def test_what_is_missing_from_the_report_is_said_with_its_reasons() -> None:
    text = " ".join(terminal_text(rich_report(), width=200).split())

    for said in (
        "Did not finish (1) 1 × authentication: its turn limit was reached: 20 of 20",
        "Not covered (1) 1 × Go (4 files): no specialist for injection in this language",
        "Not audited, so not known to be clean (2) 2 × not in the database: internal-lib, leftpad 1.0",
        "12 × binary: static/0.png, static/1.png, static/10.png, static/11.png and 8 more 1 × dump.sql: too large",
        "11 findings not accepted: 9 × the evidence does not stand in the file, 2 × the evidence stands elsewhere",
        "7 agents · 41 turns · 88 tool calls · 120,431 tokens in, 9,102 out · no cost · 12.3 s",
        "model offline stand-in · run run-01jd3vq8 · resumed once",
    ):
        assert said in text


def test_a_frequent_rule_is_told_twice_and_listed_with_its_count() -> None:
    text = terminal_text(rich_report(), width=120)

    assert text.count("LOW Function of more than 80 lines") == 2
    assert re.search(r"low +5 × +Function of more than 80 lines +src/orders/step_3.py:30", text)
    assert "and 2 more" in text


def test_a_report_without_findings_is_short_and_claims_no_more_than_it_knows() -> None:
    partial = msgspec.structs.replace(empty_report(), failed=rich_report().failed)
    nothing = msgspec.structs.replace(empty_report(), files_reviewed=0)

    assert "Nothing was found.\n" in terminal_text(empty_report())
    assert "Nothing was found by those that finished." in terminal_text(partial)
    assert "Nothing was looked at." in terminal_text(nothing)
    assert "$0.0042 · 1 min 15 s" in terminal_text(empty_report())


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("name", REPORTS)
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    assert max(cell_len(line) for line in terminal_text(REPORTS[name](), width=width).split("\n")) <= width


def _printed(report: ReviewReport, *, is_terminal: bool) -> str:
    written = io.StringIO()
    colours: Literal["truecolor"] | None = "truecolor" if is_terminal else None
    console = Console(file=written, force_terminal=is_terminal, color_system=colours, width=80)
    console.print(terminal_report(report))
    return written.getvalue()


def test_colours_are_for_terminals_only_and_change_no_word() -> None:
    coloured, plain = (_printed(rich_report(), is_terminal=is_terminal) for is_terminal in (True, False))

    assert "\x1b" not in plain
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_nothing_hostile_reaches_the_terminal() -> None:
    for is_terminal in (True, False):
        printed = re.sub(r"\x1b\[[0-9;]*m", "", _printed(hostile_report(), is_terminal=is_terminal))
        assert not set(printed) & set("\x1b\r\x07\x9b\u202e\u2066\u200b")
        assert printed.isascii() or all(char.isprintable() or char == "\n" for char in printed)
        assert "[bold]x[/bold]" in printed
    assert "\x1b[31mred" not in _printed(hostile_report(), is_terminal=True)


@given(many_findings(count_max=40))
def test_every_finding_is_told_or_counted(findings: list[Finding]) -> None:
    text = terminal_text(msgspec.structs.replace(empty_report(), findings=tuple(findings)), width=200)

    told = len(re.findall(r"^ *\d+\. [A-Z]+ ", text, re.MULTILINE))
    listed = sum(map(int, re.findall(r"^ +\w+ +(\d+) ×", text, re.MULTILINE)))
    assert told <= TOLD_MAX
    assert told + listed == len(findings)


def test_a_flood_of_failures_is_counted_not_listed() -> None:
    failed = tuple(Gap(f"scan[{number}]", "it took too long") for number in range(200))
    text = " ".join(terminal_text(msgspec.structs.replace(empty_report(), failed=failed)).split())

    assert "partial: scan[0], scan[1], scan[2], scan[3] and 196 more did not finish" in text
    assert "scan[9]," not in text


def test_a_flood_of_rules_is_counted_not_listed() -> None:
    flood = tuple(finding(rule=f"style/rule-{number}", line=number) for number in range(1, 201))
    text = terminal_text(msgspec.structs.replace(empty_report(), findings=flood), width=120)

    assert f"and {200 - TOLD_MAX - GROUPS_MAX} findings of {200 - TOLD_MAX - GROUPS_MAX} more rules" in text
    assert text.count("\n") < 200
