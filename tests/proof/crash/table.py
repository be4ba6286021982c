"""Makes many trials, a few at once, and adds them up."""

import gc
import itertools
import os
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from holdfast.testing.faults.lives import Death, Fate
from tests.proof.crash.scenarios import SCENARIOS
from tests.proof.crash.trial import Trial, Verdict, attempt

RECOVERY_KILLS = 2
"""How often a run is killed again while it recovers."""
DEATHS = (Death.EXIT, Death.EXIT, Death.SIGKILL, Death.OUTSIDE)
"""How lives end, in turn."""
BEGINNING = 6
"""How many points a life passes before it goes on with what was left: opening the file, taking the run."""
STRIDE = 7
"""How far the points of successive recoveries lie apart."""
WRONGS_SHOWN_MAX = 20
TRACE_CHARACTERS_MAX = 2_000


class Table(msgspec.Struct, kw_only=True):
    """What all trials came to."""

    scenarios: int = 0
    points: int = 0
    kills: int = 0
    kills_in_recovery: int = 0
    lost: int = 0
    repeated: int = 0
    stuck: int = 0
    doubts: int = 0
    """Effects that were cut off and must not be sent again: left to a person, as they should be."""
    by_point: dict[str, int] = msgspec.field(default_factory=dict)
    by_death: dict[str, int] = msgspec.field(default_factory=dict)
    passed: list[str] = msgspec.field(default_factory=list)
    """Every point that some scenario passes."""
    wrong: list[str] = msgspec.field(default_factory=list)
    seconds: float = 0.0


def table(points_max: int | None, at_once: int) -> Table:
    """Kill every scenario at every point, or at ``points_max`` in all, spread evenly."""
    result = Table(scenarios=len(SCENARIOS))
    whole = dict(zip(SCENARIOS, run([Trial(name) for name in SCENARIOS], at_once), strict=True))
    for verdict in whole.values():
        _add(result, Trial(verdict.scenario), verdict)
    passed = {point for verdict in whole.values() for point in verdict.points}
    trials = list(trials_of({name: len(verdict.points) for name, verdict in whole.items()}))
    if points_max is not None and points_max < len(trials):
        trials = [trials[place * len(trials) // points_max] for place in range(points_max)]
    result.points = len(trials)
    for trial, verdict in zip(trials, run(trials, at_once), strict=True):
        _add(result, trial, verdict)
        passed.update(verdict.killed_at)
    result.passed = sorted(passed)
    return result


def trials_of(points: dict[str, int]) -> Iterator[Trial]:
    """Yield a trial for every point of every scenario, and where its recovery is killed."""
    deaths = itertools.cycle(DEATHS)
    for name, count in points.items():
        for number in range(1, count + 1):
            left = count - number + BEGINNING
            again = [1 + (number * STRIDE + place * left // 2) % left for place in range(RECOVERY_KILLS)]
            yield Trial(name, tuple(Fate(kill_at, next(deaths)) for kill_at in (number, *again)))


def run(trials: Sequence[Trial], at_once: int) -> list[Verdict]:
    """Make the trials, each in a process of its own, ``at_once`` at a time; what it forks needs no imports."""
    gc.freeze()
    with TemporaryDirectory(prefix="crash-verdicts-") as place:
        running: set[int] = set()
        for number, trial in enumerate(trials):
            if len(running) >= at_once:
                running.discard(os.wait()[0])
            running.add(_start(trial, Path(place) / str(number)))
        while running:
            running.discard(os.wait()[0])
        return [_verdict(trial, Path(place) / str(number)) for number, trial in enumerate(trials)]


def _start(trial: Trial, answer: Path) -> int:
    child = os.fork()
    if child == 0:
        try:
            answer.write_bytes(msgspec.json.encode(_attempted(trial)))
        finally:
            os._exit(0)
    return child


def _attempted(trial: Trial) -> Verdict:
    try:
        return attempt(trial)
    except Exception:
        return Verdict(trial.scenario, stuck=[traceback.format_exc()[-TRACE_CHARACTERS_MAX:]])


def _verdict(trial: Trial, answer: Path) -> Verdict:
    if not answer.exists():
        return Verdict(trial.scenario, stuck=["the trial itself broke"])
    return msgspec.json.decode(answer.read_bytes(), type=Verdict)


def _add(result: Table, trial: Trial, verdict: Verdict) -> None:
    result.kills += len(verdict.killed_at)
    result.kills_in_recovery += max(0, len(verdict.killed_at) - 1)
    result.doubts += verdict.doubts
    result.by_point = dict(Counter(result.by_point) + Counter(verdict.killed_at))
    deaths = Counter(fate.death.value for fate in trial.fates[: len(verdict.killed_at)])
    result.by_death = dict(Counter(result.by_death) + deaths)
    for kind in ("lost", "repeated", "stuck"):
        found: list[str] = getattr(verdict, kind)
        setattr(result, kind, getattr(result, kind) + len(found))
        where = f"{trial.scenario} {[tuple(fate) for fate in trial.fates]}"
        result.wrong += [f"{kind}: {where}: {what}" for what in found][: WRONGS_SHOWN_MAX - len(result.wrong)]
