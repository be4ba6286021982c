"""Reads the reference pages' sections and tables, so that tests can hold them against the code."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"

HEADING = re.compile(r"^(?P<marks>#{2,4}) (?P<text>.+?)\s*$")
CODE = re.compile(r"`([^`]+)`")


def sections(page: Path, level: int) -> dict[str, str]:
    """The text under each heading of this level, up to the next one of this level or above; code marks taken off."""
    found: dict[str, list[str]] = {}
    body: list[str] | None = None
    for line in page.read_text(encoding="utf-8").splitlines():
        heading = HEADING.match(line)
        if heading and len(heading["marks"]) <= level:
            body = found.setdefault(heading["text"].replace("`", ""), []) if len(heading["marks"]) == level else None
        elif body is not None:
            body.append(line)
    return {name: "\n".join(lines) for name, lines in found.items()}


def rows(text: str) -> list[list[str]]:
    """The cells of every table row in ``text``, without heads and rules."""
    lines = text.splitlines()
    is_rule = [bool(re.fullmatch(r"\|[-:| ]+\|", line.strip())) for line in lines]
    kept = []
    for place, line in enumerate(lines):
        is_head = place + 1 < len(lines) and is_rule[place + 1]
        if line.startswith("|") and not is_rule[place] and not is_head:
            kept.append([cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]])
    return kept


def codes(text: str) -> list[str]:
    """What stands in code marks in ``text``."""
    return CODE.findall(text)


def first_codes(text: str) -> list[str]:
    """What stands in the first code marks of each table row of ``text``."""
    return [found[0] for row in rows(text) if (found := codes(row[0]))]
