"""How often an outage's cause is found: over seeds, by kind of fault, apart for the kinds that nobody had looked at.

The kinds are in two groups. The stand-in was built and tuned on those of the group ``shown``, on seeds from 1,000 on;
those of ``held_out`` were written before it, and looked at only to be counted. ``--kind FILE`` measures on another's.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from bench.machine import Machine, describe_machine, load_average
from holdfast.apps.incident.application import app
from holdfast.apps.incident.citing import Checked
from holdfast.apps.incident.report import Report, Status
from holdfast.apps.incident.request import open_case
from holdfast.apps.outages.case import make
from holdfast.apps.outages.kinds import Group, Kind, find, shipped
from holdfast.apps.outages.writing import Truth, truth_of, write
from holdfast.runtime import Runtime

ONSET_MINUTES = 5
"""An onset is right if it is no further from the true one."""
AT_ONCE_MAX = 4


@dataclass(frozen=True, slots=True)
class Scored:
    """What came of one case."""

    seed: int
    kind: str
    group: str
    status: str
    component: bool
    named: bool
    """Whether the kind is right."""
    onset: bool
    onset_minutes_off: float | None
    trigger: bool
    """Whether the change that brought it is right, or rightly none."""
    supposed: int
    rounds: int
    first_wrong: bool
    evidence: int
    evidence_right: int


@dataclass(frozen=True, slots=True)
class Score:
    """What came of many."""

    cases: int
    component: float
    kind: float
    onset: float
    all_three: float
    trigger: float
    onset_minutes_off_p50: float | None
    found: float
    first_wrong: float
    """The share in which the first hypothesis blamed another component."""
    supposed_mean: float
    evidence_precision: float
    """Of the facts in the reports: the share that holds, and is about the true component or its neighbours."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured, on what."""

    all: Score
    groups: Mapping[str, Score]
    kinds: Mapping[str, Score]
    cases: Sequence[Scored]
    machine: Machine


def score(report: Report, truth: Truth, database: Path) -> Scored:
    """Return how good a report is; of a wrong component no evidence is right."""
    has_component = report.component == truth.component
    off = None if report.onset is None else abs(_minutes(report.onset) - _minutes(truth.onset))
    checked = Checked(open_case(database), lambda: False)
    subjects = {truth.component, *(victim.service for victim in truth.victims), *_called_by(truth.component, database)}
    right = [each for each in report.evidence if has_component and each.about in subjects and checked.holds(each.cites)]
    return Scored(
        seed=truth.seed,
        kind=truth.kind,
        group=truth.group.value,
        status=report.status.value,
        component=has_component,
        named=report.kind is not None and report.kind.value in truth.answers,
        onset=off is not None and off <= ONSET_MINUTES,
        onset_minutes_off=off,
        trigger=report.change == truth.trigger,
        supposed=report.supposed,
        rounds=report.rounds,
        first_wrong=report.first is not None and report.first.component != truth.component,
        evidence=len(report.evidence),
        evidence_right=len(right),
    )


def _called_by(component: str, database: Path) -> set[str]:
    rows = Checked(open_case(database), lambda: False).rows("SELECT caller, callee FROM dependencies")
    return {str(callee) for caller, callee in rows if caller == component}


def _minutes(at: str) -> float:
    return datetime.fromisoformat(at).timestamp() / 60


def summed(scored: Sequence[Scored]) -> Score:
    """Return the score of many."""

    def share(hits: Sequence[bool]) -> float:
        return round(sum(hits) / len(hits), 3)

    off = [each.onset_minutes_off for each in scored if each.onset_minutes_off is not None]
    evidence = sum(each.evidence for each in scored)
    return Score(
        cases=len(scored),
        component=share([each.component for each in scored]),
        kind=share([each.named for each in scored]),
        onset=share([each.onset for each in scored]),
        all_three=share([each.component and each.named and each.onset for each in scored]),
        trigger=share([each.trigger for each in scored]),
        onset_minutes_off_p50=round(statistics.median(off), 1) if off else None,
        found=share([each.status != Status.NOT_FOUND for each in scored]),
        first_wrong=share([each.first_wrong for each in scored]),
        supposed_mean=round(statistics.mean(each.supposed for each in scored), 2),
        evidence_precision=round(sum(each.evidence_right for each in scored) / evidence, 3) if evidence else 0.0,
    )


async def investigate(seed: int, kind: Kind, folder: Path, runtime: Runtime) -> Scored:
    """Make a case, have it investigated, score the report, and take the case away again."""
    path = folder / f"{kind.name}-{seed}.db"
    case = make(seed, kind)
    truth = write(case, path)
    run = await runtime.start(app, {"case": str(path)})
    state = await run.wait()
    value = await run.value(state)
    if value is None:
        print(f"{kind.name} {seed}: {state.fault}", file=sys.stderr)
    scored = score(Report.model_validate(value or {"status": Status.NOT_FOUND}), truth_of(case), path)
    for each in (path, truth):
        each.unlink()
    return scored


async def measure(seeds: Sequence[int], kinds: Sequence[Kind], folder: Path) -> list[Scored]:
    """Return what comes of the seeds, the kinds in turn."""
    gate = asyncio.Semaphore(AT_ONCE_MAX)
    async with Runtime.open("memory:", apps=[app]) as runtime:

        async def one(place: int, seed: int) -> Scored:
            async with gate:
                return await investigate(seed, kinds[place % len(kinds)], folder, runtime)

        return list(await asyncio.gather(*(one(place, seed) for place, seed in enumerate(seeds))))


def _chosen(group: str, given: Sequence[str]) -> list[Kind]:
    if given:
        return [find(name) for name in given]
    return [kind for kind in shipped().values() if group == "all" or kind.group is Group(group)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=50, help="how many cases")
    parser.add_argument("--first-seed", type=int, default=1, help="the seed of the first; those on seeds of its own")
    parser.add_argument("--group", choices=("all", "shown", "held_out"), default="all", help="which kinds of fault")
    parser.add_argument("--kind", action="append", default=[], help="this kind, or a file of one; may be repeated")
    parser.add_argument("--json", action="store_true", help="print JSON: it always does")
    given = parser.parse_args(arguments)
    before = load_average()
    seeds = range(given.first_seed, given.first_seed + given.seeds)
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder:
        scored = asyncio.run(measure(seeds, _chosen(given.group, given.kind), Path(folder)))
        machine = describe_machine(Path(folder), before)
    measured = Measured(
        all=summed(scored),
        groups={name: summed([s for s in scored if s.group == name]) for name in sorted({s.group for s in scored})},
        kinds={name: summed([s for s in scored if s.kind == name]) for name in sorted({s.kind for s in scored})},
        cases=scored,
        machine=machine,
    )
    print(json.dumps(asdict(measured), indent=2))


if __name__ == "__main__":
    main()
