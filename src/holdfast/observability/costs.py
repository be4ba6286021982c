"""What model calls cost, summed up by whatever one wants to know it by. Holds a sum for each group, and no call."""

from datetime import UTC, datetime

import msgspec

from holdfast.observability.calls import EndedCall, Ending
from holdfast.observability.groups import By
from holdfast.observability.quantiles import Quantiles

GROUPS_MAX = 100_000
"""How many groups are told apart; the calls of any further one are counted in the total alone."""
USD_DIGITS = 9
MEDIAN, NEARLY_ALL = 0.5, 0.95


class Owner(msgspec.Struct, frozen=True):
    """Whose calls they are."""

    run: str
    app: str
    tenant: str


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """The calls of one group in figures; the names are those of every ``--json`` output."""

    calls: int
    """Attempts that are over, however they ended."""
    retries: int
    """Those of them that were not the first."""
    failed: int
    lost: int
    """Those whose reply was never seen: charged at the most they may have cost, until somebody looks it up."""
    input_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    cost_usd: float | None
    """What is known to have been charged; None where no call's cost is known."""
    calls_of_unknown_cost: int
    lost_usd: float | None
    """The part of it that was charged for lost calls; None where none of that is known."""
    seconds_p50: float | None
    seconds_p95: float | None
    first_token_seconds_p50: float | None
    first_token_seconds_p95: float | None


class Summed(msgspec.Struct, frozen=True, kw_only=True):
    """What the calls of many runs came to."""

    by: By
    lines: tuple[tuple[str, Costs], ...]
    total: Costs
    runs: int
    runs_unreadable: int
    """Those that are erased, or that this version cannot read: what they cost is in no sum."""
    is_cut: bool
    """Whether there were more groups than are told apart."""


class CostTable:
    """Takes in calls, one after the other."""

    def __init__(self, by: By) -> None:
        self._by = by
        self._groups: dict[str, _Sum] = {}
        self._total = _Sum()
        self._is_cut = False

    def add(self, call: EndedCall, owner: Owner) -> None:
        """Count one call."""
        self._total.add(call)
        name = group_of(self._by, call, owner)
        group = self._groups.get(name)
        if group is None:
            if len(self._groups) >= GROUPS_MAX:
                self._is_cut = True
                return
            group = self._groups[name] = _Sum()
        group.add(call)

    def told(self, runs: int, unreadable: int) -> Summed:
        """Return each group with its sum, days in their order, all else the dearest first; and the sum of all."""
        lines = [(name, self._groups[name].told()) for name in sorted(self._groups)]
        if self._by is not By.DAY:
            lines.sort(key=lambda line: -(line[1].cost_usd or 0.0))
        return Summed(
            by=self._by,
            lines=tuple(lines),
            total=self._total.told(),
            runs=runs,
            runs_unreadable=unreadable,
            is_cut=self._is_cut,
        )


def group_of(by: By, call: EndedCall, owner: Owner) -> str:
    """Return the group that a call belongs to. Days are those of Coordinated Universal Time, as on providers' bills."""
    match by:
        case By.RUN:
            return owner.run
        case By.AGENT:
            return f"{owner.app}/{call.agent}"
        case By.MODEL:
            return call.model
        case By.TENANT:
            return owner.tenant
        case By.DAY:
            return datetime.fromtimestamp(call.at, UTC).date().isoformat()
        case By.APP:
            return owner.app


class _Sum(msgspec.Struct):
    """The sum of one group, as it grows."""

    calls: int = 0
    retries: int = 0
    failed: int = 0
    lost: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    usd: float = 0.0
    unknown: int = 0
    lost_usd: float = 0.0
    lost_unknown: int = 0
    seconds: Quantiles = msgspec.field(default_factory=Quantiles)
    first_token_seconds: Quantiles = msgspec.field(default_factory=Quantiles)

    def add(self, call: EndedCall) -> None:
        usage = call.usage
        is_unknown, usd = usage.cost_usd is None, usage.cost_usd or 0.0
        self.calls += 1
        self.retries += call.attempt > 1
        self.input_tokens += usage.input_tokens
        self.cached_tokens += usage.cached_tokens
        self.cache_write_tokens += usage.cache_write_tokens
        self.output_tokens += usage.output_tokens
        self.reasoning_tokens += usage.reasoning_tokens
        self.unknown += is_unknown
        self.usd += usd
        match call.ending:
            case Ending.REPLIED:
                if call.seconds is not None:
                    self.seconds.add(call.seconds)
                if call.first_token_seconds is not None:
                    self.first_token_seconds.add(call.first_token_seconds)
            case Ending.FAILED:
                self.failed += 1
            case Ending.LOST:
                self.lost += 1
                self.lost_usd += usd
                self.lost_unknown += is_unknown

    def told(self) -> Costs:
        return Costs(
            calls=self.calls,
            retries=self.retries,
            failed=self.failed,
            lost=self.lost,
            input_tokens=self.input_tokens,
            cached_tokens=self.cached_tokens,
            cache_write_tokens=self.cache_write_tokens,
            output_tokens=self.output_tokens,
            reasoning_tokens=self.reasoning_tokens,
            cost_usd=_known(self.usd, self.unknown),
            calls_of_unknown_cost=self.unknown,
            lost_usd=_known(self.lost_usd, self.lost_unknown),
            seconds_p50=self.seconds.at(MEDIAN),
            seconds_p95=self.seconds.at(NEARLY_ALL),
            first_token_seconds_p50=self.first_token_seconds.at(MEDIAN),
            first_token_seconds_p95=self.first_token_seconds.at(NEARLY_ALL),
        )


def _known(usd: float, unknown: int) -> float | None:
    """Return a sum that is known in part at the least; one of which nothing is known is no zero."""
    return None if unknown and not usd else round(usd, USD_DIGITS)
