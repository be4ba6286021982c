"""What came of verifying an application: a verdict for each check, with the stories of what is amiss. Values only."""

import enum

import msgspec

from holdfast.verify.bounds import Bounds


class Verdict(enum.StrEnum):
    """What is said of one check, or of all."""

    HOLDS = "holds"
    """Proved within the abstraction: in no course that the search knows is it otherwise."""
    NOT_PROVED = "not proved"
    """Nothing was found, and something was not looked at: beyond a bound, opaque, or undecided."""
    VIOLATED = "violated"


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something to know of one place of the flow."""

    place: str
    told: str
    story: tuple[str, ...] = ()
    """What leads there, one thing after the other."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was asked, and what came of it."""

    id: str
    asks: str
    """What holds, if it does."""
    violations: tuple[Finding, ...] = ()
    not_proved: tuple[Finding, ...] = ()
    told: tuple[Finding, ...] = ()
    """What is no violation, and worth knowing."""

    @property
    def verdict(self) -> Verdict:
        """A violation counts before what was not proved."""
        if self.violations:
            return Verdict.VIOLATED
        return Verdict.NOT_PROVED if self.not_proved else Verdict.HOLDS


class Most(msgspec.Struct, frozen=True, kw_only=True):
    """The most that a run may consume, as its flow is declared; None where nothing bounds it, or nobody knows."""

    turns: int | None = 0
    tool_calls: int | None = 0
    """Calls that models ask for."""
    tokens: int | None = 0
    usd: float | None = 0.0
    runs: int | None = 0
    """Runs begun below it."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What came of verifying one application."""

    app: str
    version: str
    checks: tuple[Check, ...]
    worst: Most
    ends: tuple[str, ...]
    """How its runs may end."""
    situations: int
    moves: int
    seconds: float
    bounds: Bounds
    hit: str = ""
    """The bound that the search came upon; empty where it has seen everything."""
    opaque: tuple[str, ...] = ()
    """The places of which nothing is known but that they end."""
    children: "tuple[Report, ...]" = ()
    """The applications that it begins runs of."""

    @property
    def verdict(self) -> Verdict:
        """The worst of its own checks, and of the apps below it."""
        verdicts = {check.verdict for check in self.checks} | {child.verdict for child in self.children}
        return next((each for each in (Verdict.VIOLATED, Verdict.NOT_PROVED) if each in verdicts), Verdict.HOLDS)
