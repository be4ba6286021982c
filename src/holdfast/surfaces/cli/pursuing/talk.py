"""A conversation in the terminal: a line, a run that streams its reply, and the next line."""

from collections import deque
from collections.abc import Awaitable, Callable
from types import TracebackType

from rich.console import Console

from holdfast.journal.fold.state import RunState
from holdfast.journal.live import Hint
from holdfast.kernel.errors import InputError
from holdfast.orchestration.people.following import Entry
from holdfast.orchestration.run.handle import Run
from holdfast.runtime import Runtime
from holdfast.surfaces.cli.exit_codes import ExitCode
from holdfast.surfaces.cli.extension import Ask, Exchange, TalkingCommand
from holdfast.surfaces.cli.pursuing.confirming import confirmed
from holdfast.surfaces.cli.pursuing.interruption import Interruption
from holdfast.surfaces.cli.pursuing.lines import Lines
from holdfast.surfaces.cli.pursuing.pursuit import Pursuit
from holdfast.surfaces.cli.pursuing.race import first_of
from holdfast.surfaces.cli.pursuing.troubles import Troubles
from holdfast.surfaces.cli.showing.results import print_ending, way_on
from holdfast.surfaces.cli.showing.terminal import clean, err, out, styled
from holdfast.surfaces.cli.showing.wording import short_id

PROMPT = "> "
EXCHANGES_MAX = 20
"""How many of the latest exchanges a run is told of."""
WAITING_MAX = 20
"""How many of the latest requests that wait are told of once they have ended."""


class Talk:
    """Talks until there is no further line. A request that waits for a person is told of again once it has ended."""

    def __init__(
        self,
        runtime: Runtime,
        command: TalkingCommand,
        options: object,
        troubles: Troubles,
        begin: Callable[[Ask], Awaitable[Run]],
    ) -> None:
        """``begin`` starts a run with what a line asks for."""
        self._runtime, self._command, self._options = runtime, command, options
        self._troubles, self._begin = troubles, begin
        self._lines = Lines()
        self._exchanges = deque[Exchange](maxlen=EXCHANGES_MAX)
        self._waiting = deque[tuple[str, Run]](maxlen=WAITING_MAX)
        """What was said, and the run that waits."""

    async def go_on(self) -> int:
        """Talk, and return the exit code."""
        prompt = ""
        if self._lines.are_typed:
            prompt = PROMPT
            err().print(styled(self._command.greeting(self._options)), soft_wrap=True)
        while (line := await self._lines.next(prompt)) is not None:
            if not line.strip():
                continue
            try:
                asked = self._command.ask_next(line.strip(), tuple(self._exchanges), self._options)
                run = await self._begin(asked)
            except InputError as error:
                err().print(styled(str(error), style="red"), soft_wrap=True)
                continue
            if (stopped := await self._see_through(line.strip(), run)) is not None:
                return stopped
            await self._tell_of_earlier()
        return ExitCode.OK

    async def _see_through(self, said: str, run: Run) -> int | None:
        """Stay with a run until it rests, and give its reply; return the exit code if somebody stopped the talk."""
        with Interruption() as interruption:
            with TalkView(out(), self._command.is_spoken) as view:
                self._troubles.tell(view.remark)
                pursuit = Pursuit(self._runtime, view, interruption, self._troubles)
                state = await self._until_it_rests(run, pursuit, interruption)
            if interruption.was_asked:
                print_ending(state, err())
                return interruption.exit_code
        if state.outcome is None:
            self._waiting.append((said, run))
            err().print(styled(f"this waits: {state.parked}; {way_on(state)}", style="yellow"), soft_wrap=True)
        else:
            await self._conclude(said, run, state, view)
        return None

    async def _until_it_rests(self, run: Run, pursuit: Pursuit, interruption: Interruption) -> RunState:
        """Return how the run stands once nothing of it is left for whoever talks to confirm, or somebody stopped it."""

        async def hear(prompt: str) -> str | None:
            return await first_of(self._lines.next(prompt), interruption.wait())

        state = await pursuit.follow(run)
        while state.outcome is None and not interruption.was_asked and await confirmed(run, state, hear):
            state = await pursuit.follow(run)
        return state

    async def _conclude(self, said: str, run: Run, state: RunState, view: "TalkView | None" = None) -> None:
        if state.outcome is None or not state.outcome.is_success:
            print_ending(state, err())
            return
        reply = self._command.reply(await run.value(state))
        self._exchanges.append(Exchange(said, reply))
        if view is None or not view.has_told(reply):
            if view is not None and view.spoken:
                err().print(styled("corrected:", style="yellow"))
            out().print(clean(reply, keeps_lines=True), soft_wrap=True)

    async def _tell_of_earlier(self) -> None:
        for said, run in tuple(self._waiting):
            state = await run.state()
            if state.outcome is not None:
                self._waiting.remove((said, run))
                err().print(styled(f"about your earlier request, {said!r} (run {short_id(run.id)}):"), soft_wrap=True)
                await self._conclude(said, run, state)


class TalkView:
    """Prints what is meant for whoever talks, as it streams; nothing else."""

    def __init__(self, console: Console, is_spoken: Callable[[str], bool]) -> None:
        self._console, self._is_spoken = console, is_spoken
        self._steps: dict[str, str] = {}
        self._last = ""

    @property
    def spoken(self) -> tuple[str, ...]:
        """All that was printed, a text for each step."""
        return tuple(self._steps.values())

    def has_told(self, reply: str) -> bool:
        """Whether ``reply`` was printed already, apart from what else was said on the way to it."""
        told = _plain(reply)
        return " ".join(text for each in self.spoken if (text := _plain(each)) and text in told) == told

    def note(self, item: Entry | Hint) -> None:
        if not isinstance(item, Hint) or not self._console.is_terminal or not self._is_spoken(item.step):
            return
        known = self._steps.get(item.step, "")
        if item.offset != len(known):  # a hint was lost, or it begins anew: the journal has the whole
            return
        if self._last not in ("", item.step):
            self._console.print("\n")
        self._last = item.step
        self._steps[item.step] = known + item.text
        self._console.print(clean(item.text, keeps_lines=True), end="", soft_wrap=True)

    def remark(self, text: str) -> None:
        err().print(clean(text), soft_wrap=True)

    def __enter__(self) -> "TalkView":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._steps:
            self._console.print()


def _plain(text: str) -> str:
    return " ".join(text.split())
