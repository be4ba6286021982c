"""What a job tells as it goes on: a report for each file, and one at the end."""

import msgspec

from holdfast.apps.review.analysers.candidate import Candidate, LeftOut, NotAudited, Problem


class FileReport(msgspec.Struct, frozen=True, tag="file"):
    """What came of one file."""

    path: str
    is_covered: bool
    candidates: tuple[Candidate, ...] = ()
    problems: tuple[Problem, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    suppressed: int = 0


class ClosingReport(msgspec.Struct, frozen=True, tag="closing"):
    """What could be said only after the last file."""

    candidates: tuple[Candidate, ...]
    tool_versions: dict[str, str]
    not_audited: tuple[NotAudited, ...] = ()
    notes: tuple[str, ...] = ()
    suppressed: int = 0
