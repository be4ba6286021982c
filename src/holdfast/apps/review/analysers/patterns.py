"""Checks of single lines by pattern, for languages that are not parsed: sure of less, so told with less confidence."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from holdfast.apps.review.analysers.subject import Rule, Sighting, Subject

LINE_CHARS_MAX = 1_000  # of a longer line the rest is not looked at: people do not write such lines

SCRIPT = frozenset(("JavaScript", "TypeScript", "Vue", "Svelte"))

_COMMENT = re.compile(r"\s*(?://|\*|/\*|#|<!--)")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A rule that applies to a line which matches."""

    rule: Rule
    expression: re.Pattern[str]
    confidence: float
    languages: frozenset[str] = SCRIPT


def spot(subject: Subject, patterns: Iterable[Pattern]) -> Iterator[Sighting]:
    """Yield a sighting for each line that matches and is no comment."""
    applicable = [pattern for pattern in patterns if subject.language in pattern.languages]
    if not applicable:
        return
    for number, line in enumerate(subject.lines, start=1):
        text = line[:LINE_CHARS_MAX]
        if _COMMENT.match(text):
            continue
        for pattern in applicable:
            if pattern.expression.search(text):
                yield Sighting(pattern.rule, number, number, pattern.confidence, "pattern")
