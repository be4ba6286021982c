"""Faults as data: what goes wrong, and when. Drawn from a seed, dropped one by one to find which of them matter."""

import enum
import random
from collections import Counter, defaultdict
from collections.abc import Iterable

import msgspec


class Kind(enum.StrEnum):
    """Everything that can go wrong. What ``Fault.at`` counts is said at each group."""

    # At an instant, to a process.
    CRASH = "crash"
    FREEZE = "freeze"
    JUMP = "clock jump"
    # At an instant, to a run: what people and other processes do.
    CANCEL = "cancel"
    RESUME = "resume"
    START_AGAIN = "start again"
    REQUEUE = "requeue"
    # At the n-th write.
    WRITE_SLOW = "slow write"
    WRITE_REFUSED = "refused write"
    WRITE_TWICE = "write done twice"
    REPLY_LOST = "lost reply of a write"
    # At the n-th sweep.
    SWEEP_BLIND = "lost wake-up"
    SWEEP_SPURIOUS = "needless wake-up"
    # At the n-th call of a tool.
    TOOL_SLOW = "slow tool"
    TOOL_ERROR = "failing tool"
    TOOL_BROKEN = "tool broken off before it acted"
    TOOL_BROKEN_LATE = "tool broken off after it acted"
    TOOL_HANGS = "hanging tool"
    # At the n-th call of a model.
    MODEL_SLOW = "slow model"
    MODEL_ERROR = "failing model"
    MODEL_HANGS = "hanging model"


TO_PROCESSES = (Kind.CRASH, Kind.FREEZE, Kind.JUMP)
TO_RUNS = (Kind.CANCEL, Kind.RESUME, Kind.START_AGAIN, Kind.REQUEUE)
TO_WRITES = (Kind.WRITE_SLOW, Kind.WRITE_REFUSED, Kind.WRITE_TWICE, Kind.REPLY_LOST)
TO_SWEEPS = (Kind.SWEEP_BLIND, Kind.SWEEP_SPURIOUS)
TO_TOOLS = (Kind.TOOL_SLOW, Kind.TOOL_ERROR, Kind.TOOL_BROKEN, Kind.TOOL_BROKEN_LATE, Kind.TOOL_HANGS)
TO_MODELS = (Kind.MODEL_SLOW, Kind.MODEL_ERROR, Kind.MODEL_HANGS)
COUNTED_MAX = {TO_WRITES: 80, TO_SWEEPS: 60, TO_TOOLS: 12, TO_MODELS: 6}
"""How far the n of the n-th is drawn."""
WEIGHTS = {TO_PROCESSES: 5, TO_RUNS: 2, TO_WRITES: 5, TO_SWEEPS: 1, TO_TOOLS: 4, TO_MODELS: 2}


class Fault(msgspec.Struct, frozen=True):
    """One thing that goes wrong. ``who`` is a process or a run, by number; ``seconds`` how long or how far."""

    kind: Kind
    at: float
    who: int = 0
    seconds: float = 0.0


def drawn(randomness: random.Random, count: int, *, within_seconds: float, processes: int, runs: int) -> list[Fault]:
    """Draw ``count`` faults, in no order."""
    groups = randomness.choices(list(WEIGHTS), list(WEIGHTS.values()), k=count)
    return [_drawn(randomness, group, within_seconds, processes, runs) for group in groups]


def _drawn(
    randomness: random.Random, group: tuple[Kind, ...], within_seconds: float, processes: int, runs: int
) -> Fault:
    kind = randomness.choice(group)
    counted_max = COUNTED_MAX.get(group)
    at = randomness.uniform(0, within_seconds) if counted_max is None else randomness.randint(1, counted_max)
    who = randomness.randrange(processes if group is TO_PROCESSES else runs)
    return Fault(kind, round(at, 3), who, round(_seconds(randomness, kind), 3))


def _seconds(randomness: random.Random, kind: Kind) -> float:
    match kind:
        case Kind.FREEZE:
            return randomness.choice((5.0, 29.0, 31.0, 45.0, 90.0))
        case Kind.JUMP:
            return randomness.uniform(-120, 120)
        case Kind.CRASH:
            return randomness.uniform(0, 20)
        case Kind.TOOL_SLOW | Kind.MODEL_SLOW | Kind.WRITE_SLOW:
            return randomness.choice((0.1, 3.0, 25.0))
        case _:
            return 0.0


class Mishaps:
    """Deals out the faults that are counted by what they befall; notes every fault that came to pass."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.befallen: Counter[str] = Counter()
        self.is_over = False
        self._counts: Counter[tuple[Kind, ...]] = Counter()
        self._waiting: defaultdict[tuple[tuple[Kind, ...], int], list[Fault]] = defaultdict(list)
        for fault in faults:
            for group in COUNTED_MAX:
                if fault.kind in group:
                    self._waiting[group, int(fault.at)].append(fault)

    def next(self, group: tuple[Kind, ...]) -> Fault | None:
        """Return what befalls the next member of ``group``, None if nothing does."""
        self._counts[group] += 1
        found = self._waiting.get((group, self._counts[group]))
        if not found or self.is_over:
            return None
        self.came(found[0])
        return found[0]

    def came(self, fault: Fault) -> None:
        """Note that ``fault`` came to pass."""
        self.befallen[fault.kind] += 1
