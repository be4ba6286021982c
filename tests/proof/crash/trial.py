"""One trial: a scenario is killed at a point, killed again while it recovers, let live, and judged."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from holdfast import Runtime
from holdfast.governance.allowance import LAST_DAY
from holdfast.journal.codec import decode
from holdfast.journal.ledger import Charged
from holdfast.journal.port import Recorded, RunFilter
from holdfast.kernel.faults import Reach
from holdfast.kernel.ids import RunId
from holdfast.testing.faults.diary import Diary, Note
from holdfast.testing.faults.hurried import HurriedClock
from holdfast.testing.faults.invariants import finished_steps, gaps, miscounted, missing, repeated
from holdfast.testing.faults.lives import Ended, Fate, live
from tests.proof.crash.scenarios import REQUEST, SCENARIOS, SCRIPTED, Scenario, Stubborn
from tests.proof.crash.world import witnessed

LIFE_SECONDS_MAX = 30.0
MODEL_FAILURES = 2

Journals = dict[RunId, Sequence[Recorded]]


class Trial(msgspec.Struct, frozen=True):
    """What to do to which scenario: the fate of each life but the last, which is spared."""

    scenario: str
    fates: tuple[Fate, ...] = ()


class Verdict(msgspec.Struct):
    """What came of a trial. The last three lists are empty, or something is wrong with the code."""

    scenario: str
    points: list[str] = msgspec.field(default_factory=list)
    """What the spared life passed."""
    killed_at: list[str] = msgspec.field(default_factory=list)
    doubts: int = 0
    lost: list[str] = msgspec.field(default_factory=list)
    repeated: list[str] = msgspec.field(default_factory=list)
    stuck: list[str] = msgspec.field(default_factory=list)


def attempt(trial: Trial) -> Verdict:
    """Make the trial in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="crash-") as place:
        return _Attempt(trial, Path(place)).verdict()


class _Attempt:
    def __init__(self, trial: Trial, place: Path) -> None:
        self._trial, self._scenario = trial, SCENARIOS[trial.scenario]
        self._database, self._pages = place / "runs.db", place / "diary"
        self._verdict = Verdict(trial.scenario)
        self._journals: Journals = {}
        self._finished: set[str] = set()

    def verdict(self) -> Verdict:
        for number, fate in enumerate((*self._trial.fates, Fate()), 1):
            ended = self._live(number, fate)
            if ended.is_stuck:
                self._verdict.stuck.append(f"life {number} was still going after {LIFE_SECONDS_MAX:g} s")
            elif not ended.is_whole and not ended.is_killed:
                said = [note.more for note in self._notes() if note.what == "broken"]
                self._verdict.stuck.append(f"life {number} broke: {ended.said} {said}")
            if not self._database.exists():
                continue
            self._look(number)
        self._judge()
        return self._verdict

    def _live(self, number: int, fate: Fate) -> Ended:
        diary = Diary(self._pages, number)

        def work(reach: Reach) -> None:
            asyncio.run(_life(self._scenario, self._database, diary, reach))

        ended = live(work, fate, diary, LIFE_SECONDS_MAX)
        if ended.is_killed:
            self._verdict.killed_at += [
                note.name for note in self._notes() if (note.what, note.life) == ("killed", number)
            ]
        return ended

    def _look(self, life: int) -> None:
        """Compare what lies on the disk with what lay there before, and with what was done in that life."""
        now, charged = asyncio.run(_read(self._database))
        self._verdict.lost += miscounted(now.values(), charged)
        for run, before in self._journals.items():
            self._verdict.lost += [f"{run}: {what}" for what in missing(before, now.get(run, ()))]
        acted = [note.name for note in self._notes() if note.life == life and note.what in ("sent", "asked")]
        self._verdict.repeated += [f"{name} had ended and was done again" for name in self._finished & set(acted)]
        self._journals = now
        if self._scenario.runs == 1:
            self._finished = {step for recorded in now.values() for step in finished_steps(recorded)}

    def _judge(self) -> None:
        verdict, notes = self._verdict, self._notes()
        verdict.points = [note.name for note in notes if note.what == "point"]
        for run, recorded in self._journals.items():
            verdict.lost += gaps(recorded)
            verdict.repeated += [f"{run}: {step}" for step in repeated([decode(entry.body) for entry in recorded])]
        verdict.lost += [
            f"{note.name} was acknowledged and is gone"
            for note in notes
            if note.what == "started" and note.name not in self._journals
        ]
        rests = [note for note in notes if note.what == "rested"]
        if len({note.name for note in rests}) < self._scenario.runs:
            verdict.stuck.append("not every run has come to rest")
        for rest in rests:
            self._judge_rest(rest)
        self._judge_world(notes)

    def _judge_rest(self, rest: Note) -> None:
        status, _, doubts = rest.more.partition(" ")
        named = [path for path in doubts.split(",") if path]
        self._verdict.doubts += len(named)
        if not set(named) <= {*self._scenario.unsafe, *self._scenario.unwanted}:
            self._verdict.stuck.append(f"{doubts} are in doubt, which no effect of theirs is a reason for")
        if not named and status != self._scenario.status:
            self._verdict.stuck.append(f"expected it to end {self._scenario.status}, found {status}")

    def _judge_world(self, notes: list[Note]) -> None:
        verdict, scenario = self._verdict, self._scenario
        sent = Counter(note.name for note in notes if note.what == "sent")
        keys = {(note.name, note.more) for note in notes if note.what == "sent" and note.more}
        for name, count in Counter(name for name, _ in keys).items():
            if count > 1:
                verdict.repeated.append(f"{name} was sent under {count} keys")
        verdict.repeated += [f"{name} was sent {sent[name]} times" for name in scenario.unsafe if sent[name] > 1]
        if verdict.doubts == 0 and not verdict.stuck:
            done = {note.name for note in notes if note.what == "done"}
            if scenario.status == "COMPLETE":
                verdict.lost += [f"{name} was never done" for name in scenario.does if name not in done]
            undone = list(dict.fromkeys(note.name for note in notes if note.what == "done" and "/undo[" in note.name))
            if undone != list(scenario.undone):
                verdict.lost.append(f"expected {', '.join(scenario.undone)} to be done in that order, found {undone}")
            if scenario.runs > 1 and len(done) != 3 * scenario.runs:
                verdict.lost.append(f"expected {3 * scenario.runs} effects of {scenario.runs} runs, found {len(done)}")

    def _notes(self) -> list[Note]:
        return Diary(self._pages).read()


async def _life(scenario: Scenario, database: Path, diary: Diary, reach: Reach) -> None:
    """Begin the runs, or go on with them, and look after each until it rests."""
    apps = scenario.apps(diary)
    script = scenario.script or Stubborn(diary, MODEL_FAILURES)
    models = {SCRIPTED: witnessed(script, diary)}
    url = f"sqlite:///{database}"
    clock, decides = HurriedClock(), scenario.decides
    async with Runtime.open(url, apps=apps, models=models, clock=clock, reach=reach, decides=decides) as runtime:

        async def one(number: int) -> None:
            run = await runtime.start(apps[0], None, subject=scenario.subject, request_id=f"{REQUEST} {number}")
            diary.write("started", run.id)
            state = await scenario.look(runtime, run, diary)
            diary.write("rested", run.id, f"{state.status} {','.join(state.doubts)}")

        async with asyncio.TaskGroup() as group:
            for number in range(scenario.runs):
                group.create_task(one(number))


async def _read(database: Path) -> tuple[Journals, Sequence[Charged]]:
    async with Runtime.open(f"sqlite:///{database}", drives=False) as runtime:
        journals = {head.run: await runtime.upkeep.read(head.run) for head in await runtime.runs(RunFilter())}
        return journals, await runtime.upkeep.charged(0, LAST_DAY)
