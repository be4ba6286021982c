"""The code that has been read: lines of files by number, as the tools showed them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from holdfast.apps.review.offline.seen import Result

EVIDENCE_CHARACTERS_MAX = 300
_NUMBERED = re.compile(r"^ *(\d+) ?\| ?(.*)$")
_CUT = "…"

Code = Mapping[str, Mapping[int, str]]
"""Path → line number → the line."""


def code_in(results: Iterable[Result]) -> Code:
    """Return all lines that reading has shown."""
    files: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for result in results:
        if result.is_error:
            continue
        path = str(result.fields.get("path") or result.arguments.get("path") or "")
        text = result.fields.get("text", result.value)
        for line in text.split("\n") if isinstance(text, str) else ():
            if numbered := _NUMBERED.match(line):
                files[path][int(numbered[1])] = numbered[2]
    return files


def quotable(text: str) -> str:
    """Return the part of a line that can be quoted as evidence; empty if it would prove nothing."""
    quote = text.strip().partition(_CUT)[0].rstrip()
    if len(quote) > EVIDENCE_CHARACTERS_MAX:
        quote = quote[:EVIDENCE_CHARACTERS_MAX].rpartition(" ")[0] or quote[:EVIDENCE_CHARACTERS_MAX]
    proves = len("".join(quote.split())) >= 3 and any(char.isalnum() for char in quote)
    return quote if proves else ""


def evidence_at(lines: Mapping[int, str], first: int, last: int, excerpts: Sequence[str]) -> tuple[int, str]:
    """Return a line and a quote from it: of the excerpts if one will do, else of the lines as they were read."""
    for excerpt in excerpts:
        if quote := quotable(excerpt):
            return first, quote
    for number in range(first, last + 1):
        if quote := quotable(lines.get(number, "")):
            return number, quote
    return first, ""
