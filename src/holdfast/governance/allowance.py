"""What an operator allows runs to spend in all: whose runs, how much, and how long until it is renewed. Pure."""

import math
from typing import Literal, NamedTuple

import msgspec

from holdfast.kernel.charges import nano
from holdfast.kernel.days import begins_at, day_of, month_of
from holdfast.kernel.errors import InputError

EACH = "*"
"""As the tenant of an allowance: every tenant has one of its own."""
PERIODS = ("day", "month", None)
LAST_DAY = 9_999_999
"""The end of a period that does not end."""


class Span(NamedTuple):
    """The first and the last day of a period; whatever is charged to one of them counts in it."""

    first: int
    last: int

    @property
    def renews_at(self) -> float | None:
        """The instant at which the next period begins, None if none does."""
        return None if self.last == LAST_DAY else begins_at(self.last + 1)


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """The most that all runs of a tenant, of an app, or of both, may spend together. Raises InputError.

    Without a tenant and an app it is everybody's. Several may apply to one run: each must have room. Days and months
    are those of UTC.
    """

    tenant: str | None = None
    """None: all tenants together; ``"*"``: each tenant for itself."""
    app: str | None = None
    per: Literal["day", "month"] | None = None
    """When it is renewed; None: never."""
    tokens: int | None = None
    usd: float | None = None

    def __post_init__(self) -> None:
        if self.per not in PERIODS:
            raise InputError(f"expected an allowance per 'day' or 'month', or neither, found {self.per!r}")
        if self.tokens is None and self.usd is None:
            raise InputError(f"expected tokens or usd for {self.owner()}, found neither: it would allow everything")
        for name, limit in (("tokens", self.tokens), ("usd", self.usd)):
            if limit is not None and not 0 <= limit < math.inf:
                raise InputError(f"expected {name} of at least 0 for {self.owner()}, found {limit}")

    @property
    def nano_usd(self) -> int | None:
        """The dollars in nano-dollars."""
        return None if self.usd is None else nano(self.usd)

    def applies_to(self, tenant: str, app: str) -> bool:
        """Whether what the runs of that app and tenant spend counts."""
        return self.tenant in (None, EACH, tenant) and self.app in (None, app)

    def span_at(self, now: float) -> Span:
        """Return the period that the instant ``now`` is in."""
        day = day_of(now)
        match self.per:
            case "day":
                return Span(day, day)
            case "month":
                return Span(*month_of(day))
            case None:
                return Span(0, LAST_DAY)

    def owner(self, tenant: str = "") -> str:
        """Return whose it is, in words; ``tenant`` says which one's where each has its own."""
        whose = (tenant or "each tenant") if self.tenant == EACH else self.tenant
        if whose is None:
            return "the allowance of everybody" if self.app is None else f"the allowance of app {self.app}"
        told = whose if whose == "each tenant" else f"tenant {whose}"
        return f"the allowance of {told}" if self.app is None else f"the allowance of {told} for app {self.app}"
