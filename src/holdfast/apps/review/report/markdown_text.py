"""Putting foreign text into markdown so that it stays text: no markup, no links, no images, nobody notified."""

import re

from holdfast.apps.review.report.visible import visible, visible_lines, visible_prose

_MARKUP = re.compile(r"([\\`*_\[\]|~$])")
_LIST_OR_HEADING = re.compile(r"^(\d*)([#+\-=.)])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;\u2060", ":": "&#58;", ".": "&#46;"}
_ENTITY = re.compile(r"[&<>@]|:(?=//)|(?i:(?<=\bwww)\.)")
_TICKS = re.compile(r"`+")


def prose(text: str) -> str:
    """Return text as one line of plain prose. A word joiner behind an ``@`` keeps people from being notified."""
    escaped = _MARKUP.sub(r"\\\1", visible_prose(text))
    without_links = _ENTITY.sub(lambda match: _ENTITIES[match.group()], escaped)
    return _LIST_OR_HEADING.sub(r"\1\\\2", without_links)


def code(text: str) -> str:
    """Return text as a code span, in a fence longer than any run of backticks inside."""
    shown = visible(text)
    fence = "`" * (_longest_run(shown) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") or not shown.strip() else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def code_in_cell(text: str) -> str:
    """Return text as a code span for a table, where a bar ends the cell even in code: then as prose."""
    return prose(text) if "|" in text or "\\" in text else code(text)


def code_block(text: str, lines_max: int, chars_max: int) -> str:
    """Return text as a fenced block of bounded size."""
    lines = visible_lines(text)
    shown = [line if len(line) <= chars_max else f"{line[:chars_max]}…" for line in lines[:lines_max]]
    if len(lines) > lines_max:
        shown.append(f"… {len(lines) - lines_max} more lines")
    fence = "`" * max(3, _longest_run("\n".join(shown)) + 1)
    return "\n".join((fence, *shown, fence))


def _longest_run(text: str) -> int:
    return max((len(run) for run in _TICKS.findall(text)), default=0)
