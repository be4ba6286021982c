"""Live signals inside one process: a bell when a run has new events, and lossy hints of text as it streams.

Nothing depends on them: whoever hears the bell reads the journal, and where a hint and the journal differ, the journal
wins. A listener that does not keep up loses hints, never slows a run.
"""

from collections import defaultdict, deque
from collections.abc import Iterable

import msgspec

from holdfast.journal.bell import Bell
from holdfast.journal.fold.state import RunState
from holdfast.journal.payloads import Payloads
from holdfast.kernel.ids import RunId

HINTS_KEPT_MAX = 256


class Hint(msgspec.Struct, frozen=True):
    """A piece of text as it streamed, or a note of progress, by the step it belongs to."""

    run: RunId
    step: str
    attempt: int
    offset: int
    text: str


class Listener:
    """One listener's view of one run: an event that is set when something happened, and the newest hints."""

    def __init__(self, run: RunId, *, hears_rest_only: bool) -> None:
        self.run = run
        self.hears_rest_only = hears_rest_only
        self.hears_besides: set[RunId] = set()
        """Runs of which it hears only that they have come to rest."""
        self.ended: RunState | None = None
        """How its run ended, if it did so in this process since the listener came: what its journal folds to."""
        self.payloads: Payloads | None = None
        """What that run's driver still had at hand of its payloads then."""
        self._rung = Bell()
        self._hints: deque[Hint] = deque(maxlen=HINTS_KEPT_MAX)

    def ring(self, hint: Hint | None) -> None:
        if hint is not None:
            self._hints.append(hint)
        self._rung.set()

    async def wait(self) -> None:
        """Return once something has happened since the last call."""
        await self._rung.wait()
        self._rung.clear()

    def hints(self) -> list[Hint]:
        """Take the hints that have gathered."""
        taken = list(self._hints)
        self._hints.clear()
        return taken


class Live:
    """Connects drivers to listeners in the same process."""

    def __init__(self) -> None:
        self._listeners: defaultdict[RunId, list[Listener]] = defaultdict(list)

    def ring(self, run: RunId) -> None:
        """Say that ``run`` has new events."""
        if run in self._listeners:
            self._tell(run, None)

    def rest(self, run: RunId, ended: RunState | None = None, payloads: Payloads | None = None) -> None:
        """Say that ``run`` is no longer driven here: it is over, parked or let go of.

        ``ended`` is its last state, durable, and ``payloads`` reads its payloads: whoever waits for the end need not
        fold the journal again, nor fetch what the driver has at hand.
        """
        for listener in self._listeners.get(run, ()):
            if listener.run == run:
                listener.ended = ended or listener.ended
                listener.payloads = payloads or listener.payloads
            listener.ring(None)

    def rest_all(self) -> None:
        """Say that anything may have happened to any run: another process has written."""
        for run in self._listeners:
            self.rest(run)

    def is_heard(self, run: RunId) -> bool:
        """Whether anybody listens to what ``run`` says, and not only for it to come to rest."""
        for listener in self._listeners.get(run, ()):  # noqa: SIM110 - asked for each piece of text, as nobody listens
            if listener.run == run and not listener.hears_rest_only:
                return True
        return False

    def hint(self, hint: Hint) -> None:
        """Pass on a piece of streamed text."""
        self._tell(hint.run, hint)

    def listen(self, run: RunId, *, for_rest_only: bool = False) -> Listener:
        """Begin to listen to ``run``, or only for it to come to rest; end it with ``leave``."""
        listener = Listener(run, hears_rest_only=for_rest_only)
        self._listeners[run].append(listener)
        return listener

    def also(self, runs: Iterable[RunId], listener: Listener) -> bool:
        """Have ``listener`` hear when one of ``runs`` comes to rest as well; say whether that is new to it."""
        new = set(runs) - listener.hears_besides - {listener.run}
        listener.hears_besides |= new
        for run in new:
            self._listeners[run].append(listener)
        return bool(new)

    def leave(self, listener: Listener) -> None:
        """Stop listening."""
        for run in (listener.run, *listener.hears_besides):
            self._listeners[run].remove(listener)
            if not self._listeners[run]:
                del self._listeners[run]

    def _tell(self, run: RunId, hint: Hint | None) -> None:
        for listener in self._listeners.get(run, ()):
            if listener.run == run and not listener.hears_rest_only:
                listener.ring(hint)
