"""A metric that left its course: how far beyond its noise, and what a metric of that name tells."""

import re

import msgspec

from holdfast.apps.incident.offline.heard import Row

SCORE_MIN = 3.0
RELATIVE_MIN = 0.25
SHARE_BAD, TIMES_BAD = 0.1, 1.0
"""So many requests more that fail, or so many times more than before beyond once, are as bad as can be."""
_OF_STEPS = 1.128
"""The mean step of a series that is all noise, in its standard deviations."""
_HARM = re.compile(r"error|fail|latency|duration|response_time|timeout|reject|drop")
_BACKLOG = re.compile(r"depth|backlog|lag\b|_lag|pending")
_SHARE = re.compile(r"error|fail|reject|drop|timeout")
_LOAD = re.compile(r"request|traffic|throughput|\bqps\b|\brps\b|calls")
_WORK = re.compile(r"^cpu_percent$|^cpu$|load_average")


class Move(msgspec.Struct, frozen=True):
    """One series, cut in two."""

    service: str
    metric: str
    since: str
    before: float
    after: float
    noise: float

    @property
    def score(self) -> float:
        """How far apart the halves are, in standard deviations of the noise."""
        return abs(self.after - self.before) / max(self.noise / _OF_STEPS, 1e-9)

    @property
    def is_clear(self) -> bool:
        return self.score >= SCORE_MIN and abs(self.after - self.before) >= RELATIVE_MIN * max(abs(self.before), 1e-9)

    @property
    def times(self) -> float:
        return self.after / max(self.before, 1e-9)

    @property
    def is_up(self) -> bool:
        return self.after > self.before

    @property
    def is_harm(self) -> bool:
        """Whether users or callers suffer from it."""
        return self.is_up and _HARM.search(self.metric) is not None

    @property
    def is_backlog(self) -> bool:
        return self.is_up and _BACKLOG.search(self.metric) is not None

    @property
    def is_load(self) -> bool:
        return _LOAD.search(self.metric) is not None and _HARM.search(self.metric) is None

    @property
    def is_of_resources(self) -> bool:
        """Whether it tells of something that is used up, waited for or out of order, rather than of more work."""
        return not (_HARM.search(self.metric) or self.is_backlog or self.is_load or _WORK.search(self.metric))

    @property
    def severity(self) -> float:
        """How bad the harm is, from 0 to 1: of a share by how much was added, of anything else by how many times."""
        if not self.is_harm:
            return 0.0
        is_share = _SHARE.search(self.metric) is not None and self.after <= 1
        return min(1.0, (self.after - self.before) / SHARE_BAD if is_share else (self.times - 1) / TIMES_BAD)

    @property
    def row(self) -> Row:
        return [self.service, self.metric, self.since, self.before, self.after, self.noise]

    @property
    def told(self) -> str:
        went = "rose" if self.is_up else "fell"
        return f"{self.metric} {went} from {self.before:g} to {self.after:g} about {self.since}"


def read_moves(rows: list[Row] | tuple[Row, ...]) -> list[Move]:
    """Return the moves that rows tell; what does not look like one is none."""
    return [Move(*row) for row in rows if len(row) == 6 and None not in row and isinstance(row[5], int | float)]
