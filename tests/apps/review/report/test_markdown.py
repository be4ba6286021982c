"""The report as markdown: what a reader sees, and what a hostile repository cannot put there."""

from collections.abc import Iterable, Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from holdfast.apps.review.report.markdown import markdown_report
from holdfast.apps.review.report.markdown_text import code, code_block, code_in_cell, prose
from tests.apps.review.findings.samples import finding
from tests.apps.review.report.samples import empty_report, hostile_report, rich_report

PARSER = MarkdownIt("gfm-like", {"linkify": False, "html": True})
ACTIVE = {"link_open", "image", "html_inline", "html_block", "heading_open", "em_open", "strong_open", "s_open"}


def _flat(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _flat(token.children or ())


def _text_of(markdown: str) -> str:
    return "".join(token.content for token in _flat(PARSER.parse(markdown)) if not token.children)


def test_a_finding_reads_well_in_markdown() -> None:
    told = markdown_report(rich_report()).partition("### 1. ")[2].partition("### 2. ")[0]

    assert told == (
        "Critical: SQL built from a string\n"
        "\n"
        "`src/db.py:4` · injection/sql-string · CWE-89\n"
        "\n"
        "```\n"
        'cursor.execute("SELECT * FROM users WHERE name = \'" + name + "\'")\n'
        "```\n"
        "\n"
        "A name with a quote in it changes the statement.\n"
        "\n"
        "- **Fix:** Pass the name as a parameter.\n"
        "- **Said by:** bandit, data, injection, patterns, 92 % sure\n"
        "- **Conflict:** severity: injection says critical, data says high\n"
        "- **Traced, confirmed:** The name comes from the query string and reaches the statement without being "
        "escaped or bound.\n"
        '  1. `src/web/views.py:1` from the query string, unchecked: `name = request.args["name"]`\n'
        "  2. `src/db.py:4` becomes part of the statement: "
        '`cursor.execute("SELECT * FROM users WHERE name = \'" + name + "\'")`\n'
        "  - 1 step left out: the quoted code does not stand there\n"
        "\n"
    )


def test_the_head_and_the_end_say_what_the_terminal_says() -> None:
    markdown = markdown_report(rich_report())

    assert markdown.startswith("# Review of shop\n\n**1 critical and 2 high: mend these before anything else.**")
    assert "> No language model was used. " in markdown
    assert (
        "| critical | high | medium | low | info |\n| --: | --: | --: | --: | --: |\n| 1 | 2 | 1 | 8 | 1 |" in markdown
    )
    assert "- **Not audited, so not known to be clean (2):**\n  - 2 × not in the database: " in markdown
    assert markdown.endswith("model offline stand-in · run run-01jd3vq8 · resumed once\n")
    assert "Nothing was found." in markdown_report(empty_report())


def test_a_hostile_report_has_only_our_own_markup() -> None:
    tokens = list(_flat(PARSER.parse(markdown_report(hostile_report()))))

    assert not [token for token in tokens if token.type in ("link_open", "image", "html_block", "em_open")]
    assert {token.content for token in tokens if token.type == "html_inline"} <= {"<br>"}
    headings = [tokens[place + 1].content for place, token in enumerate(tokens) if token.type == "heading_open"]
    assert [heading.split(" ")[0] for heading in headings] == ["Review", "Findings", "1.", "Also", "Not", "Totals"]
    rows = sum(token.type == "tr_open" for token in tokens)
    assert rows == 2 + 2, "a bar in a title does not make another row or cell"
    assert sum(token.type == "td_open" for token in tokens) == 5 + 4


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_prose_is_text_and_nothing_else(text: str) -> None:
    markdown = prose(text)
    tokens = list(_flat(PARSER.parse(f"{markdown}\n")))

    assert {token.type for token in tokens} <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}
    assert "\n" not in markdown


@pytest.mark.parametrize(
    "text",
    [
        "# heading",
        "1. list",
        "1) list",
        "- list",
        "+ list",
        "= x",
        "> quote",
        "[a](http://evil.example)",
        "![a](http://evil.example)",
        "<img src=x onerror=alert(1)>",
        "&lt;script&gt;",
        "https://evil.example",
        "www.evil.example",
        "WWW.evil.example",
        "@everyone",
        "a@evil.example",
        "`code",
        "**bold** _em_ ~~gone~~",
        "$math$",
        "a | b",
        "\\",
        "\\[a](b)",
        "[^1]",
    ],
)
def test_markup_in_prose_is_shown_as_it_was_written(text: str) -> None:
    linkifying = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    types = {token.type for token in _flat(linkifying.parse(prose(text)))}

    assert types <= {"paragraph_open", "paragraph_close", "inline", "text"}
    assert _text_of(prose(text)).replace("\u2060", "") == text
    assert "http://" not in prose(text)
    assert "https://" not in prose(text)


@given(st.text(alphabet="`a |\\\n\t", min_size=1))
def test_a_code_span_holds_what_it_was_given(text: str) -> None:
    tokens = [token for token in _flat(PARSER.parse(f"x {code(text)} x")) if token.type == "code_inline"]

    assert len(tokens) == 1 or not code(text).strip("` ")


@given(st.text(alphabet="`~a\n ", min_size=1))
def test_a_code_block_ends_where_its_text_ends(text: str) -> None:
    tokens = PARSER.parse(f"{code_block(text, 10, 80)}\n\nafter")

    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]


@given(st.text(alphabet="|\\`a "))
def test_a_cell_stays_one_cell(text: str) -> None:
    table = f"| a | b |\n| --- | --- |\n| {code_in_cell(text)} | {prose(text)} |\n"
    tokens = PARSER.parse(table)

    assert sum(token.type == "td_open" for token in tokens) == 2
    assert sum(token.type == "tr_open" for token in tokens) == 2


def test_long_evidence_is_cut_and_says_so() -> None:
    long = finding(evidence="\n".join(f"line {number} " + "x" * 500 for number in range(50)))
    markdown = markdown_report(msgspec.structs.replace(empty_report(), findings=(long,)))

    assert "… 30 more lines" in markdown
    assert max(map(len, markdown.split("\n"))) < 700
