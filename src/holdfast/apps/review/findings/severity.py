"""How bad a finding is: the five levels, their order and their weight."""

import enum


class Severity(enum.StrEnum):
    """The levels, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def order(self) -> int:
        """0 for the worst level, rising as it gets milder."""
        return _ORDER[self]

    @property
    def weight(self) -> float:
        """What ranking multiplies with the confidence: a sure medium outranks a doubtful critical."""
        return _WEIGHTS[self]

    def is_at_least(self, level: "Severity") -> bool:
        """Whether this is as bad as ``level``, or worse."""
        return self.order <= level.order


_ORDER = {level: place for place, level in enumerate(Severity)}
_WEIGHTS = {
    Severity.CRITICAL: 10.0,
    Severity.HIGH: 7.0,
    Severity.MEDIUM: 4.0,
    Severity.LOW: 2.0,
    Severity.INFO: 1.0,
}
