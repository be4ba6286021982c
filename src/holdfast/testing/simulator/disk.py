"""A disk that keeps books of its own on what it is asked to take in, and says when it should not have."""

from collections import defaultdict

from holdfast.journal.codec import decode
from holdfast.journal.events import ChildStarted, Event, StepIntended
from holdfast.journal.fold.steps import step_path
from holdfast.journal.port import Claim, Commit, CommitResult, Committed, Held, Recorded
from holdfast.journal.stores.memory import MemoryDisk
from holdfast.kernel.ids import CommitId, RunId


class AuditedDisk(MemoryDisk):
    """A memory disk with an auditor who trusts no rule: who may write, and what was acknowledged, is his own count."""

    def __init__(self) -> None:
        super().__init__()
        self.breaches: list[str] = []
        self.acknowledged: defaultdict[RunId, list[Recorded]] = defaultdict(list)
        self.intents: defaultdict[tuple[RunId, str], list[StepIntended]] = defaultdict(list)
        """What was durably intended, by the path of the step."""
        self.taken_over: list[RunId] = []
        """Runs whose lease ran out while somebody drove them."""
        self._children: set[RunId] = set()
        """Runs that another one has durably said it begins."""
        self._epochs: dict[RunId, int] = {}
        self._taken: set[CommitId] = set()

    def commit(self, commit: Commit, now: float) -> CommitResult:
        result = super().commit(commit, now)
        if isinstance(result, Committed) and commit.commit_id not in self._taken:
            self._check(commit)
            if commit.events:
                self._taken.add(commit.commit_id)
            self.acknowledged[commit.run].extend(commit.events)
            for entry in commit.events:
                self._file(commit.run, decode(entry.body))
        return result

    def claim(self, run: RunId, worker: str, lease_seconds: float, now: float) -> Claim | Held:
        before = self.get(run).standing
        result = super().claim(run, worker, lease_seconds, now)
        if isinstance(result, Claim):
            if before.worker and before.lease_until > now:
                self.breaches.append(f"{run} was given to {worker} while {before.worker} held it")
            if before.worker:
                self.taken_over.append(run)
            if result.epoch <= self._epochs.get(run, 0):
                self.breaches.append(f"{run} was given away twice in epoch {result.epoch}")
            self._epochs[run] = result.epoch
        return result

    def _check(self, commit: Commit) -> None:
        if commit.begins is None and commit.epoch != self._epochs.get(commit.run):
            self.breaches.append(
                f"a commit of epoch {commit.epoch} got through while epoch {self._epochs.get(commit.run)} drives"
            )
        if commit.begins is not None and commit.begins.parent is not None and commit.run not in self._children:
            self.breaches.append(f"{commit.run} was begun, and that {commit.begins.parent} begins it was not durable")
        known = len(self.acknowledged[commit.run])
        if commit.events and commit.events[0].version != known + 1:
            self.breaches.append(f"expected version {known + 1}, taken in was {commit.events[0].version}")

    def _file(self, run: RunId, event: Event) -> None:
        if isinstance(event, StepIntended):
            self.intents[run, step_path(event)].append(event)
        if isinstance(event, ChildStarted):
            self._children.add(event.child)
