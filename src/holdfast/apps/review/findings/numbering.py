"""Ids of findings that are stable from run to run and unique within a report."""

from collections import Counter
from collections.abc import Sequence

from holdfast.apps.review.findings.model import Finding


def fingerprints(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return an id for each finding, in their order: its fingerprint, and which of its like it is down the file.

    Equal code in one file has equal fingerprints, so they are counted from the top: moving all of it changes no id.
    """
    down_the_file = sorted(range(len(findings)), key=lambda place: (findings[place].line, findings[place].end_line))
    seen: Counter[str] = Counter()
    ids = [""] * len(findings)
    for place in down_the_file:
        fingerprint = findings[place].fingerprint
        seen[fingerprint] += 1
        ids[place] = f"{fingerprint}:{seen[fingerprint]}"
    return tuple(ids)
